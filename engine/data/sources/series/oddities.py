"""What is odd about a series: cells that are no numbers, gaps, groups that are too short, rows out of order."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from engine.data.sources.found import Note, several
from engine.data.sources.series.reading import Rows
from engine.data.sources.series.series import Series

if TYPE_CHECKING:
    from engine.data.dataset import Array, Samples

GAP: Final = 1.5
"""Usual steps from which on there is a gap: months are not all as long."""
SHOWN: Final = 6
FEW: Final = 50


def of(path: Path, source: Series, rows: Rows, samples: Samples) -> list[Note]:
    """The notes about rows and the windows made of them."""
    first = source.skip + 1 + int(source.header)
    notes = list[Note]()
    for name, bad in rows.bad.items():
        where = ", ".join(f"{row + first:,}" for row in bad[:SHOWN])
        holds = "holds no number and counts" if len(bad) == 1 else "hold no numbers and count"
        message = f"{several(len(bad), 'cell', 'cells')} of {name!r} {holds} as empty: line {where}."
        notes.append(Note("not-numbers", message, (name,), "warning", len(bad)))
    if rows.empty or rows.bad:
        count = sum(rows.empty.values()) + sum(map(len, rows.bad.values()))
        message = (
            f"{several(count, 'cell is', 'cells are')} empty: the past holds the value before, and windows that would "
            "forecast an empty cell are left out."
        )
        notes.append(Note("empty-cells", message, tuple({**rows.empty, **rows.bad}), "hint", count))
    if rows.untimed:
        message = f"{several(rows.untimed, 'row', 'rows')} without a time in {source.time!r} left out."
        notes.append(Note("no-time", message, (source.time,), "warning", rows.untimed))
    if not rows.sorted:
        notes.append(Note("unsorted", f"The rows are not in order of {source.time!r}: they are read in its order."))
    notes += _gaps(source, rows)
    needed = source.window + source.horizon
    short = [str(rows.named[begin]) for begin, end in rows.spans if end - begin < needed]
    if short:
        message = f"{several(len(short), 'group is', 'groups are')} left out: {needed:,} rows make one window."
        notes.append(Note("short-groups", message, tuple(short[:SHOWN]), "warning", len(short)))
    count = len(samples.arrays["past"])
    if count < FEW:
        message = f"There {'is' if count == 1 else 'are'} {several(count, 'window', 'windows')} only: too few to learn."
        notes.append(Note("few", message, (), "warning", count))
    return notes


def usual_step(moments: Array, spans: tuple[tuple[int, int], ...]) -> float:
    """The step from a row to the next that comes most, in what the moments count; 0 where there is none."""
    import numpy as np

    steps = np.concatenate([np.empty(0), *(np.diff(moments[begin:end]) for begin, end in spans)])
    return float(np.median(steps)) if len(steps) else 0.0


def _gaps(source: Series, rows: Rows) -> list[Note]:
    import numpy as np

    usual = usual_step(rows.moments, rows.spans)
    found = list[int]()
    for begin, end in rows.spans:
        found += (begin + np.flatnonzero(np.diff(rows.moments[begin:end]) > GAP * usual)).tolist()
    if not found or usual <= 0:
        return []
    where = tuple(f"after {rows.said[row]}" for row in found[:SHOWN])
    message = (
        f"{several(len(found), 'gap', 'gaps')} in {source.time!r}: the rows before and after are taken as if they "
        "followed each other."
    )
    return [Note("gaps", message, where, "hint", len(found))]
