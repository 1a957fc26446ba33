"""What is odd about a table: empty cells, slips, columns that say nothing or too much, rows twice, outliers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from engine.data.sources.found import Note, Twins, same_marks
from engine.data.sources.images.oddities import few_and_uneven
from engine.data.sources.parts import part_of
from engine.data.sources.tables import encoding
from engine.data.sources.tables.guessing import Guess
from engine.data.sources.tables.reading import uneven
from engine.data.sources.tables.tables import Table

if TYPE_CHECKING:
    import pandas as pd

    from engine.data.dataset import Array

SHOWN: Final = 20
VALUES: Final = 8_000_000
"""Numbers of several columns that are looked at together."""
MUCH: Final = 0.5
"""The share of empty cells from which on a column says little."""
FEW_ROWS: Final = 10
"""Rows up to which nothing is said of columns that give the target away."""
SURE: Final = 0.999
"""The correlation, or share of right answers, from which on a column gives the target away."""
FAR: Final = 10.0
"""Interquartile ranges beyond the quartiles from which on a number is far from all others."""


def of(
    path: Path, source: Table, table: pd.DataFrame, guesses: dict[str, Guess], kept: int
) -> tuple[tuple[Note, ...], dict[str, int]]:
    """The notes, and the rows of each class of the first target."""
    first = source.skip + (2 if source.header else 1)
    notes = list[Note]()
    for name, found in guesses.items():
        if found.odd:
            where = ", ".join(str(row + first) for row in found.odd[:6])
            many = f"{len(found.odd)} cells" if len(found.odd) < 100 else "Many cells"
            message = f"{many} of {name!r} are not numbers and count as empty: line {where} of {path.name}."
            notes.append(Note("not-numbers", message, (name,), "warning", len(found.odd)))
    if lines := uneven(table):
        where = ", ".join(f"{line:,}" for line in lines[:6])
        several = len(lines) > 1
        message = (
            f"{len(lines):,} {'lines have' if several else 'line has'} more cells than the first and "
            f"{'are' if several else 'is'} left out: line {where} of {path.name}."
        )
        notes.append(Note("uneven", message, (), "warning", len(lines)))
    notes += _silent(source, table)
    if kept < len(table):
        lost = len(table) - kept
        message = f"{_rows(lost)} without a target, or with empty cells, {'is' if lost == 1 else 'are'} left out."
        notes.append(Note("left-out", message, (), "warning", lost))
    notes += _unnamed(source, table)
    notes += _twice(source, table)
    notes += _giveaways(source, table)
    notes += _outliers(source, table)
    classes = dict[str, int]()
    goal = next((column for column in source.of("target") if column.categories), None)
    if goal is not None:
        counts = encoding.named(table[goal.name]).value_counts()
        classes = {name: int(counts.get(name, 0)) for name in goal.categories}
        notes += few_and_uneven(classes, "rows")
    return tuple(notes), classes


def _rows(count: int) -> str:
    return f"{count:,} row{'' if count == 1 else 's'}"


def _silent(source: Table, table: pd.DataFrame) -> list[Note]:
    """Columns that nothing is learned from, and cells that are empty."""
    notes = list[Note]()
    said = {
        "constant": ("constant", ("holds", "hold"), "the same in every row"),
        "id": ("id-like", ("has", "have"), "a value of its own in every row, as names and numbers of rows do"),
        "text": ("text", ("holds", "hold"), "free text, which is not learned from"),
    }
    for kind, (code, verbs, words) in said.items():
        names = tuple(column.name for column in source.columns if column.type == kind and column.role == "ignored")
        if names:
            several = len(names) > 1
            message = f"{_listed(names)} {verbs[several]} {words}, and {'are' if several else 'is'} left out."
            notes.append(Note(code, message, names[:SHOWN], "hint", len(names)))
    empty = {str(name): float(share) for name, share in table.isna().mean().items() if share > 0}
    if empty:
        most = sorted(empty.items(), key=lambda pair: -pair[1])
        listed = ", ".join(f"{name} ({100 * share:.3g} %)" for name, share in most[:6])
        note = Note("missing", f"Cells are empty in {listed}.", tuple(empty)[:SHOWN], "hint", len(empty))
        notes.append(replace(note, severity="warning") if most[0][1] > MUCH else note)
    return notes


def _unnamed(source: Table, table: pd.DataFrame) -> list[Note]:
    """Rows whose part of the split is not named where all others name theirs."""
    notes = list[Note]()
    for column in source.of("part")[:1]:
        names = encoding.named(table[column.name]).fillna("")
        if many := int((names.map(part_of) < 0).sum()):
            message = f"{_rows(many)} without a part of the split in {column.name!r} (train, val, test): one is drawn."
            notes.append(Note("no-part", message, (column.name,), "warning", many))
    return notes


def _twice(source: Table, table: pd.DataFrame) -> list[Note]:
    """Rows that are there twice, with the same answer or with another one."""
    inputs = [column.name for column in source.of("input")]
    goals = [column.name for column in source.of("target")]
    same = table.duplicated([*inputs, *goals])
    torn = table.duplicated(inputs, keep=False) & ~table.duplicated([*inputs, *goals], keep=False)
    notes = list[Note]()
    if many := int(same.sum()):
        message = f"{_rows(many)} {'is' if many == 1 else 'are'} there more than once."
        notes.append(Note("duplicates", message, (), "warning", many))
    if many := int(torn.sum()):
        message = f"{_rows(many)} {'is' if many == 1 else 'are'} alike but for what is to be learned."
        notes.append(Note("two-labels", message, (), "hint", many))
    return notes


def twins_of(source: Table, table: pd.DataFrame) -> Twins:
    """Rows that are there more than once, by their positions among those that are kept."""
    import numpy as np
    import pandas as pd

    names = [column.name for role in ("input", "target") for column in source.of(role)]
    rows = table.loc[source.kept(table), names].astype(str)
    marks = pd.util.hash_pandas_object(rows, index=False).to_numpy()
    return Twins("duplicates", "the same cells", same_marks(np.asarray(marks)))


def _giveaways(source: Table, table: pd.DataFrame) -> list[Note]:
    """Columns from which alone the target can be said: it may not be known yet when the network is asked."""
    goal, comma = source.of("target")[0], source.decimal_comma
    cells = table[goal.name]
    answers = encoding.named(cells) if goal.categories else encoding.numbers(cells, comma=comma)
    named = [column.name for column in source.of("input") if column.type in ("category", "yes_no")]
    away = {name for name in named if goal.categories and _named_away(table[name], answers)}
    counted = [column.name for column in source.of("input") if column.type not in ("category", "yes_no")]
    for names in _together(counted, len(table)):
        values = _matrix(table, names, comma=comma)
        told = _parts(values, answers) if goal.categories else _in_line(values, answers)
        away |= {name for name, one in zip(names, told, strict=True) if one}
    found = tuple(column.name for column in source.of("input") if column.name in away)
    if not found:
        return []
    known = (
        "are they known before the answer is? If not, ignore them."
        if len(found) > 1
        else ("is it known before the answer is? If not, ignore it.")
    )
    message = f"{_listed(found)} alone {'tell' if len(found) > 1 else 'tells'} {goal.name!r}: {known}"
    return [Note("gives-away", message, found[:SHOWN], "warning", len(found))]


def _named_away(cells: pd.Series, answers: pd.Series) -> bool:
    """Whether nearly every name of a column goes with one class alone, though many rows share it."""
    import numpy as np
    import pandas as pd

    (names, groups), (goals, _) = pd.factorize(encoding.named(cells)), pd.factorize(answers)
    known = (names >= 0) & (goals >= 0)
    if len(groups) * 4 >= known.sum():
        return False
    width = int(goals.max(initial=0)) + 1
    pairs, counts = np.unique(names[known] * width + goals[known], return_counts=True)
    most = np.zeros(len(groups), np.int64)
    np.maximum.at(most, pairs // width, counts)
    return bool(most.sum() > SURE * known.sum())


def _together(names: list[str], rows: int) -> Iterator[list[str]]:
    """The columns in groups that fit into memory as numbers."""
    step = max(1, VALUES // max(1, rows))
    for start in range(0, len(names), step):
        yield names[start : start + step]


def _matrix(table: pd.DataFrame, names: list[str], *, comma: bool) -> Array:
    """(rows, columns) of float64, NaN where a cell is not a number."""
    import numpy as np

    return np.stack([np.asarray(encoding.numbers(table[name], comma=comma)) for name in names], axis=1)


def _in_line(values: Array, answers: pd.Series) -> Array:
    """Which numbers follow the target in a line."""
    import numpy as np

    goals = np.asarray(answers, np.float64)[:, None]
    known = ~np.isnan(values) & ~np.isnan(goals)
    count = known.sum(0)
    x, y = (np.where(known, one, 0.0) for one in (values, np.broadcast_to(goals, values.shape)))
    with np.errstate(divide="ignore", invalid="ignore"):  # what never varies, or is not there, follows nothing
        x, y = (np.where(known, one - one.sum(0) / count, 0.0) for one in (x, y))
        correlation = (x * y).sum(0) / np.sqrt((x * x).sum(0) * (y * y).sum(0))
    follows: Array = (count > FEW_ROWS) & (np.abs(np.nan_to_num(correlation)) > SURE)
    return follows


def _parts(values: Array, answers: pd.Series) -> Array:
    """Of which numbers the classes lie in stretches that do not overlap."""
    import numpy as np
    import pandas as pd

    goals, classes = pd.factorize(answers)
    known = ~np.isnan(values) & (goals >= 0)[:, None]
    low, high = (np.full((len(classes), values.shape[1]), end) for end in (np.inf, -np.inf))
    for index in range(len(classes)):
        rows = known[goals == index]
        here = values[goals == index]
        low[index] = np.where(rows, here, np.inf).min(0, initial=np.inf)
        high[index] = np.where(rows, here, -np.inf).max(0, initial=-np.inf)
    there = np.isfinite(low)
    order = np.argsort(low, axis=0, kind="stable")
    low, high = np.take_along_axis(low, order, 0), np.take_along_axis(high, order, 0)
    apart = ((low[1:] > high[:-1]) | ~np.isfinite(low[1:])).all(0)
    told: Array = apart & (there.sum(0) >= 2) & (known.sum(0) >= 10 * there.sum(0))
    return told


def _outliers(source: Table, table: pd.DataFrame) -> list[Note]:
    """Numbers far from all others, by Tukey's ranges."""
    import numpy as np

    columns = [column for column in source.columns if column.type == "number" and column.role in ("input", "target")]
    found = list[str]()
    for column in columns:
        values = np.asarray(encoding.numbers(table[column.name], comma=source.decimal_comma))
        there = values[~np.isnan(values)]
        low, high = np.quantile(there, (0.25, 0.75)) if len(there) else (0.0, 0.0)
        far = FAR * (high - low)
        if far > 0 and (there.min() < low - far or there.max() > high + far):
            found.append(column.name)
    if not found:
        return []
    verb = "hold" if len(found) > 1 else "holds"
    message = f"{_listed(tuple(found))} {verb} numbers far from all others: are they right?"
    return [Note("outliers", message, tuple(found[:SHOWN]), "hint", len(found))]


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")
