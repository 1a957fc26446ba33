"""How the user's data are split beside the shares: by chance, in groups, in time, or by the parts they name themselves.

A *way* is one of WAYS; some need a column, an array, or a column of the table of labels beside images.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from engine.data.sources.arrays.arrays import Arrays
from engine.data.sources.images.images import Images
from engine.data.sources.source import Source
from engine.data.sources.tables.columns import ColumnSettings
from engine.data.sources.tables.tables import Table
from engine.edits import MISSING
from gui.data.own.wishes import Wishes

WAYS: Final = {
    "chance": "drawn by chance",
    "group": "whole groups",
    "time": "in time",
    "part": "as a column says",
    "folders": "whole folders",
    "parts": "train, val, test",
}
BY_COLUMN: Final = ("group", "time", "part")
HELP: Final = (
    "which samples are for training, validation and test: each drawn by chance; whole groups, so that what belongs "
    "together (the samples of one patient) is in one part; in time, the latest for the test; or as the data say "
    "themselves, by the names of folders or in a column"
)
COLUMN_HELP: Final = "the column, or array, by which the samples are split"
HINTS: Final = {
    "group": ("group", "patient", "subject", "user", "person", "customer", "family", "site", "session", "id"),
    "time": ("time", "date", "day", "timestamp", "year", "month", "when"),
    "part": ("split", "part", "set", "subset", "partition", "usage", "fold"),
}
"""Names that tell which column is meant."""
IMAGES: Final[dict[str, dict[str, object]]] = {
    "chance": {},
    "folders": {"together": True},
    "parts": {"parts": True},
    **{way: {"split_by": way} for way in BY_COLUMN},
}
UNSPLIT: Final = {"parts": False, "together": False, "split_column": None}


@dataclass(frozen=True, slots=True)
class Splitting:
    """The way a source is split and the column it needs; ``ways`` are those there are, ``columns`` those to choose."""

    way: str
    column: str | None
    ways: tuple[str, ...]
    columns: tuple[str, ...]


def splitting_of(source: Source, beside: Sequence[str] = ()) -> Splitting | None:
    """How a source is split; ``beside`` are the columns of a table of labels. None: as its kind alone knows."""
    if isinstance(source, Table | Arrays):
        way, column = next(((way, name) for way in ("part", "time", "group") for name in _with(source, way)), _CHANCE)
        ways = ("chance", *(way for way in BY_COLUMN if _able_columns(source, way)))
        return Splitting(way, column, ways, candidates(source, way) if way in BY_COLUMN else ())
    if not isinstance(source, Images):
        return None
    if source.parts:
        way, column = "parts", None
    elif source.answers == "table" and source.split_column is not None:
        way, column = source.split_by, source.split_column
    else:
        way, column = ("folders" if source.together else "chance"), None
    free = tuple(name for name in beside if name not in (source.file_column, *source.label_columns))
    ways = ("chance", *(BY_COLUMN if source.answers == "table" and free else ()), "folders")
    ways += ("parts",) if source.answers in ("folders", "names") else ()
    return Splitting(way, column, ways, free if column is not None else ())


_CHANCE: Final[tuple[str, str | None]] = ("chance", None)


def candidates(source: Source, way: str, beside: Sequence[str] = ()) -> tuple[str, ...]:
    """The columns by which a source can be split this way, the likeliest first."""
    if way not in BY_COLUMN:
        return ()
    if isinstance(source, Table):
        able = _able_columns(source, way)
        usual = {"time": ("date",), "group": ("id", "category", "yes_no"), "part": ("category", "yes_no")}[way]
        first = {one.name for one in source.columns if one.type in usual}
    elif isinstance(source, Arrays):
        able, first = _able_columns(source, way), set()
    elif isinstance(source, Images):
        taken = (source.file_column, *source.label_columns)
        able, first = [name for name in beside if name not in taken], set()
    else:
        return ()
    return tuple(sorted(able, key=lambda name: (_rank(name, way), name not in first)))


def settle(wishes: Wishes, source: Source, way: str, column: str | None = None, beside: Sequence[str] = ()) -> Wishes:
    """The wishes with another way to split; without a column the likeliest is taken."""
    if column is None and way in BY_COLUMN:
        column = next(iter(candidates(source, way, beside)), None)
    if isinstance(source, Images):
        options = {**UNSPLIT, **IMAGES[way], **({"split_column": column} if way in BY_COLUMN else {})}
        for name, value in options.items():
            wishes = wishes.with_option(name, value)
        return wishes if way in BY_COLUMN else wishes.with_option("split_by", MISSING)
    wishes = unsettled(wishes)
    if way == "chance":
        for name in _with(source, "part"):  # it is nothing to learn from
            wishes = wishes.with_part(name, "role", "ignored")
    return wishes if column is None else wishes.with_part(column, "role", way)


def unsettled(wishes: Wishes) -> Wishes:
    """The wishes without any about the split: it is found out again."""
    for name in (*UNSPLIT, "split_by"):
        wishes = wishes.with_option(name, MISSING)
    for name, table in wishes.parts.items():
        if table.get("role") in BY_COLUMN:
            wishes = wishes.with_part(name, "role", MISSING)
    return wishes


def is_settled(wishes: Wishes) -> bool:
    """Whether the user has chosen how the data are split."""
    return unsettled(wishes) != wishes


def _with(source: Source, role: str) -> list[str]:
    """The columns or arrays with a role."""
    listed = source.columns if isinstance(source, Table) else source.fields if isinstance(source, Arrays) else ()
    return [one.name for one in listed if one.role == role]


def _able_columns(source: Table | Arrays, way: str) -> list[str]:
    """The columns or arrays that can be meant at all."""
    if isinstance(source, Table):
        return [one.name for one in source.columns if one.role != "target" and _able(one, way)]
    return [one.name for one in source.fields if one.role != "target" and one.shape in ((), (1,))]


def _able(column: ColumnSettings, way: str) -> bool:
    """Whether a column can be meant at all."""
    if column.type == "constant":
        return False
    return way != "time" or column.type in ("date", "number", "id")


def _rank(name: str, way: str) -> int:
    """The place of a name among the hints, by whole words."""
    words = _words(name)
    return next((index for index, hint in enumerate(HINTS[way]) if hint in words), len(HINTS[way]))


@lru_cache(maxsize=4096)
def _words(name: str) -> tuple[str, ...]:
    return tuple(re.split(r"[^a-z]+", name.lower()))
