"""What is odd about a table: empty cells, slips, columns that say nothing or too much, rows twice, outliers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from engine.data.sources.found import Note
from engine.data.sources.images.oddities import few_and_uneven
from engine.data.sources.parts import part_of
from engine.data.sources.tables import encoding
from engine.data.sources.tables.guessing import Guess
from engine.data.sources.tables.reading import uneven
from engine.data.sources.tables.tables import Table

if TYPE_CHECKING:
    import pandas as pd

SHOWN: Final = 20
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
        notes.append(Note("two-labels", f"{many:,} rows are alike but for what is to be learned.", (), "hint", many))
    return notes


def _giveaways(source: Table, table: pd.DataFrame) -> list[Note]:
    """Columns from which alone the target can be said: it may not be known yet when the network is asked."""

    goal, comma = source.of("target")[0], source.decimal_comma
    cells = table[goal.name]
    answers = encoding.named(cells) if goal.categories else encoding.numbers(cells, comma=comma)
    found = [
        column.name
        for column in source.of("input")
        if (_named_away if column.type in ("category", "yes_no") else _counted_away)(
            table[column.name], answers, classes=bool(goal.categories), comma=comma
        )
    ]
    if not found:
        return []
    known = (
        "are they known before the answer is? If not, ignore them."
        if len(found) > 1
        else ("is it known before the answer is? If not, ignore it.")
    )
    message = f"{_listed(tuple(found))} alone {'tell' if len(found) > 1 else 'tells'} {goal.name!r}: {known}"
    return [Note("gives-away", message, tuple(found[:SHOWN]), "warning", len(found))]


def _named_away(cells: pd.Series, answers: pd.Series, *, classes: bool, comma: bool) -> bool:
    """Whether nearly every name of a column goes with one class alone, though many rows share it."""
    if not classes:
        return False
    names = encoding.named(cells)
    known = int((names.notna() & answers.notna()).sum())
    groups = answers.groupby(names).agg(lambda one: one.value_counts().max() if one.notna().any() else 0)
    return len(groups) * 4 < known and float(groups.sum()) > SURE * known


def _counted_away(cells: pd.Series, answers: pd.Series, *, classes: bool, comma: bool) -> bool:
    """Whether a number follows the target in a line, or has a stretch of its own for each class."""
    import numpy as np

    values = encoding.numbers(cells, comma=comma)
    if classes:
        return _parts(values, answers)
    both = values.notna() & answers.notna()
    if both.sum() <= FEW_ROWS or not values[both].std() > 0 or not answers[both].std() > 0:
        return False
    return abs(float(np.corrcoef(values[both], answers[both])[0, 1])) > SURE


def _parts(values: pd.Series, answers: pd.Series) -> bool:
    """Whether the classes lie in stretches of the number that do not overlap."""
    known = values.notna() & answers.notna()
    bounds = values[known].groupby(answers[known]).agg(["min", "max"]).sort_values("min")
    if len(bounds) < 2 or known.sum() < 10 * len(bounds):
        return False
    return bool((bounds["min"].to_numpy()[1:] > bounds["max"].to_numpy()[:-1]).all())


def _outliers(source: Table, table: pd.DataFrame) -> list[Note]:
    """Numbers far from all others, by Tukey's ranges."""
    found = list[str]()
    for column in source.columns:
        if column.type != "number" or column.role not in ("input", "target"):
            continue
        values = encoding.numbers(table[column.name], comma=source.decimal_comma)
        low, high = values.quantile(0.25), values.quantile(0.75)
        far = FAR * (high - low)
        if far > 0 and bool(((values < low - far) | (values > high + far)).any()):
            found.append(column.name)
    if not found:
        return []
    verb = "hold" if len(found) > 1 else "holds"
    message = f"{_listed(tuple(found))} {verb} numbers far from all others: are they right?"
    return [Note("outliers", message, tuple(found[:SHOWN]), "hint", len(found))]


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")
