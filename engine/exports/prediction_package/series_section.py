"""The part of ``predict.py`` that reads tables in order of time."""

from __future__ import annotations

from typing import Final

SERIES: Final = '''
def read(paths):
    """The last window of each group of tables, and what is known of the steps after it: names, and the fields.

    Rows at the end in which nothing of what is forecast is filled in are those steps.
    """
    names, past, ahead = [], [], []
    window, horizon = READ["window"], READ["horizon"]
    known = [READ["given"].index(name) for name in READ["known"]]
    for path in paths:
        for called, values, goals in series_of(path):
            there = np.flatnonzero(~np.isnan(goals).all(axis=1))
            now = int(there[-1]) + 1 if len(there) else 0
            before, coming = values[max(0, now - window) : now], values[now : now + horizon]
            name = f"{path.name}{called(max(0, now - 1))}"
            why = ""
            if len(before) < window:
                why = f"{len(before):,} rows are known, and this network is given {window:,}."
            elif np.isnan(before).any():
                why = "its first rows are empty, so nothing is known there: fill them in."
            elif known and len(coming) < horizon:
                what = ', '.join(READ["known"])
                why = f"{len(coming):,} rows follow; {what} has to be known {horizon:,} steps ahead."
            if why:
                print(f"{name}: {why}", file=sys.stderr)
                continue
            names.append(name)
            past.append(before)
            ahead.append(np.nan_to_num(coming[:, known]))
    if not names:
        raise SystemExit("There is no series in these tables that can be forecast.")
    return names, {"past": np.array(past), "ahead": np.array(ahead)}


def series_of(path):
    """Each group of a table: what its rows are called, and its values and those to be forecast, in order of time."""
    table = table_of(path, READ["header"])
    for name in [READ["time"], *READ["groups"], *READ["given"]]:
        if name not in table.columns:
            raise SystemExit(f"{path} has no column {name!r}, which this network is given.")
    comma = READ["decimal_comma"]
    when = moments_of(table[READ["time"]], counted=READ["counted"], day_first=READ["day_first"], comma=comma)
    keys, said = keys_of(table, READ["groups"]), table[READ["time"]].astype("str").str.strip()
    with np.errstate(over="ignore"):
        found = [np.asarray(numbers(table[name], comma=comma), np.float32) for name in READ["given"]]
    for key in dict.fromkeys(keys):
        rows = np.flatnonzero((keys == key) & ~np.isnan(when))
        rows = rows[np.argsort(when[rows], kind="stable")]
        if (np.diff(when[rows]) == 0).any():
            raise SystemExit(f"{path} has a time twice in {READ['time']!r}{' of ' + key if key else ''}.")
        if len(rows):
            values = np.stack(found, axis=1)[rows]
            called = [f"{' ' + key if key else ''} after {said.iloc[row]}" for row in rows]
            yield called.__getitem__, _held(values, ((0, len(rows)),)), values[:, : READ["targets"]]
'''
