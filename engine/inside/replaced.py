"""Cells that are not what their column holds: what the network is given in their place, and how that is said."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from engine.data.dataset import Asked, Held, Unfit
from engine.data.origin import declared
from engine.data.sources.kinds import source_of
from engine.data.sources.tables.columns import UNKNOWN, ColumnSettings
from engine.data.sources.tables.encoding import YEAR
from engine.data.sources.tables.tables import Table
from engine.settings.transforms import Fill

if TYPE_CHECKING:
    from engine.inside.predicting import Prediction
    from engine.inside.trained import Trained

NAMED: Final = 3
"""Cells of a column that a sentence names."""
LONGEST: Final = 40
"""Characters of a cell that a sentence has."""
LACKING: Final[dict[Held, str]] = {
    "number": "no number",
    "date": "no date",
    "yes or no": "neither yes nor no",
    "category": "a category that the network has not learned",
}


@dataclass(frozen=True, slots=True)
class Replaced:
    """One ``cell`` of a sample, and what the network was given ``instead``, in words."""

    column: str
    holds: Held
    cell: str
    instead: str


def replacements(trained: Trained, found: Asked, unread: Container[int]) -> dict[int, tuple[Replaced, ...]]:
    """Position of a sample that is not ``unread`` → its cells that are not what their columns hold."""
    made: dict[int, tuple[Replaced, ...]] = {}
    for one in found.unfit:
        rows = [row for row in one.cells if row not in unread]
        instead = _instead(trained, one) if rows else ""
        for row in rows:
            made[row] = (*made.get(row, ()), Replaced(one.column, one.holds, one.cells[row], instead))
    return made


def notes(predictions: Iterable[Prediction]) -> tuple[str, ...]:
    """A sentence for each column: how many samples have what in it, and what was taken instead.

    The last one is on what of samples is not read.
    """
    columns: dict[str, list[tuple[str, Replaced]]] = {}
    cut = list[str]()
    for prediction in predictions:
        cut += filter(None, [prediction.note])
        for one in prediction.replaced:
            columns.setdefault(one.column, []).append((prediction.name, one))
    more = f" The same goes for {len(cut) - 1:,} more." if len(cut) > 1 else ""
    return tuple([_sentence(found) for found in columns.values()] + [one + more for one in cut[:1]])


def notes_of(trained: Trained, unfit: Iterable[Unfit], name: Callable[[int], str]) -> tuple[str, ...]:
    """The same of samples that are judged; ``name`` says what each is called by its position."""
    found = list[str]()
    for one in unfit:
        instead = _instead(trained, one)
        cells = [(name(row), Replaced(one.column, one.holds, cell, instead)) for row, cell in one.cells.items()]
        found.append(_sentence(cells))
    return tuple(found)


def not_read(predictions: Sequence[Prediction]) -> str:
    """How many samples have no answer because they cannot be read; empty where all have."""
    count = sum(bool(one.error) for one in predictions)
    has = "has" if count == 1 else "have"
    return f"{count:,} of {len(predictions):,} samples cannot be read and {has} no answer." if count else ""


def _sentence(found: Sequence[tuple[str, Replaced]]) -> str:
    first = found[0][1]
    samples = "1 sample has" if len(found) == 1 else f"{len(found):,} samples have"
    cells = ", ".join(f"{one.cell[:LONGEST]!r} ({name})" for name, one in found[:NAMED])
    more = f" and {len(found) - NAMED:,} more" if len(found) > NAMED else ""
    return f"{samples} {LACKING[first.holds]} in {first.column!r}: {cells}{more}. Taken instead: {first.instead}."


def _instead(trained: Trained, one: Unfit) -> str:
    """What stands for a cell that holds nothing the network knows."""
    source = trained.config.source
    table = None if source is None else source_of(source)
    assert isinstance(table, Table), "only tables have cells"
    column = next(column for column in table.columns if column.name == one.column)
    if column.type == "category":
        apart = column.missing == "category" or column.encoding == "embedding"
        return f"the category {UNKNOWN}" if apart else "none of its categories"
    return f"{_usual(trained, column)}, as for empty cells"


def _usual(trained: Trained, column: ColumnSettings) -> str:
    """The median of the training part, which fills a column."""
    first = declared(trained.config).fields["features"].columns.index(column.features()[0])
    fill = next(
        (
            one.fill[first]
            for one in trained.data.fitted
            if isinstance(one.transform, Fill) and one.transform.field == "features"
        ),
        None,
    )
    if fill is None:
        return "NaN"
    if column.type == "date":
        return f"{date(1970, 1, 1) + timedelta(days=round(fill * YEAR))}"
    if column.type == "yes_no":
        no, yes = column.categories if len(column.categories) == 2 else ("no", "yes")
        return yes if fill > 0.5 else no
    return f"{fill:.6g}"
