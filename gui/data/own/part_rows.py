"""The named parts of the user's data as rows: columns of a table or arrays of a file, and what each may be set to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, overload

from engine.data.sources.arrays.arrays import Arrays, ArraySettings
from engine.data.sources.source import Source
from engine.data.sources.tables.columns import ColumnSettings
from engine.data.sources.tables.tables import Table
from gui.data.own.wishes import Wishes

TYPES: Final = {
    "number": "number",
    "category": "category",
    "yes_no": "yes / no",
    "date": "date",
    "text": "text",
    "id": "id",
    "constant": "constant",
}
ROLES: Final = {name: name for name in ("input", "target", "group", "time", "part", "ignored")}
MISSING_CELLS: Final = {
    "fill": "median",
    "indicate": "median + flag",
    "category": "own category",
    "drop": "leave row out",
}
MISSING_NAMES: Final = {**MISSING_CELLS, "fill": "no category"}
"""The same for a column of categories, which has no median."""
ENCODINGS: Final = {"one_hot": "one-hot", "embedding": "embedding"}
OPTIONS: Final = {"type": TYPES, "role": ROLES, "missing": MISSING_CELLS, "encoding": ENCODINGS}
HELP: Final = {
    "name": "The name in the data",
    "type": "What the cells are",
    "role": "input: given to the network · target: what it learns to predict · group: rows "
    "that stay in one part of the "
    "split · time: the order of the rows; the test part is the latest · part: names the part of the split, as train, "
    "val and test do (0, 1, 2 in an array) · ignored: not used",
    "missing": "What becomes of empty cells; the share of them is in front",
    "encoding": "How categories become numbers: a number each, or an index to look a learned vector up by",
    "shape": "The shape of one sample",
    "why": "Why this type was chosen",
}


@dataclass(frozen=True, slots=True)
class Cell:
    """What is shown, and what it may be set to (value → words; none: it cannot be set)."""

    text: str
    value: object = None
    choices: Mapping[str, str] | None = None
    own: bool = False


@dataclass(frozen=True, slots=True)
class PartRow:
    """A column or array: ``cells`` by the names in `heads`."""

    name: str
    cells: Mapping[str, Cell]


def heads(source: Source) -> tuple[str, ...]:
    """What is shown of each part; empty for data without parts."""
    if isinstance(source, Table):
        return ("name", "type", "role", "missing", "encoding", "why")
    return ("name", "role", "shape", "why") if isinstance(source, Arrays) else ()


class PartRows(Sequence[PartRow]):
    """The rows of all parts; each is made when it is first seen, for there may be thousands."""

    def __init__(self, names: tuple[str, ...] = (), make: Callable[[int], PartRow] | None = None) -> None:
        self.names, self._make = names, make
        self._made: dict[int, PartRow] = {}

    def __len__(self) -> int:
        return len(self.names)

    @overload
    def __getitem__(self, index: int) -> PartRow: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[PartRow]: ...
    def __getitem__(self, index: int | slice) -> PartRow | Sequence[PartRow]:
        if isinstance(index, slice):
            return [self[one] for one in range(*index.indices(len(self)))]
        at = range(len(self))[index]
        if at not in self._made:
            assert self._make is not None
            self._made[at] = self._make(at)
        return self._made[at]


def rows(source: Source, reasons: Mapping[str, str], empty: Mapping[str, float], wishes: Wishes | None) -> PartRows:
    """A row for each part; what the user has set is marked, where ``wishes`` are known."""
    parts = wishes.parts if wishes is not None else {}
    if isinstance(source, Table):
        columns = source.columns

        def column(at: int) -> PartRow:
            one = columns[at]
            return _column(one, reasons.get(f"columns.{one.name}", ""), empty, parts.get(one.name, {}))

        return PartRows(tuple(one.name for one in columns), column)
    if isinstance(source, Arrays):
        fields = source.fields

        def array(at: int) -> PartRow:
            one = fields[at]
            return _array(one, reasons.get(f"fields.{one.name}", ""), parts.get(one.name, {}))

        return PartRows(tuple(one.name for one in fields), array)
    return PartRows()


def targets(source: Source) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(what could be learned, what is) by name."""
    if isinstance(source, Table):
        able = [one.name for one in source.columns if one.type in ("number", "category", "yes_no")]
        return tuple(able), tuple(one.name for one in source.columns if one.role == "target")
    if isinstance(source, Arrays):
        return tuple(one.name for one in source.fields), tuple(
            one.name for one in source.fields if one.role == "target"
        )
    return (), ()


def _column(one: ColumnSettings, why: str, empty: Mapping[str, float], settled: Mapping[str, object]) -> PartRow:
    share = empty.get(one.name, 0.0)
    named = one.type == "category"
    words, usual = (MISSING_NAMES, "category") if named else (MISSING_CELLS, "indicate")
    ways = _only(words, ("fill", usual, "drop", one.missing))
    used = one.role == "input" and one.counted
    many = f"{100 * share:.3g} % · " if share else ""
    coded = used and one.type == "category"
    return PartRow(
        one.name,
        {
            "name": Cell(one.name),
            "type": _cell("type", one.type, TYPES, settled),
            "role": _cell("role", one.role, ROLES, settled),
            "missing": _cell("missing", one.missing, ways, settled, many)
            if used
            else Cell(f"{many}–" if share else "–"),
            "encoding": _cell("encoding", one.encoding, ENCODINGS, settled) if coded else Cell("–"),
            "why": Cell(why),
        },
    )


def _array(one: ArraySettings, why: str, settled: Mapping[str, object]) -> PartRow:
    shape = " × ".join(map(str, one.shape)) or "one number"
    said = f"{shape}, {len(one.classes)} classes" if one.classes else shape
    return PartRow(
        one.name,
        {
            "name": Cell(one.name),
            "role": _cell("role", one.role, ROLES, settled),
            "shape": Cell(said),
            "why": Cell(why),
        },
    )


def _cell(name: str, value: str, choices: Mapping[str, str], settled: Mapping[str, object], before: str = "") -> Cell:
    return Cell(before + choices[value], value, choices, name in settled)


def _only(choices: Mapping[str, str], names: tuple[str, ...]) -> dict[str, str]:
    return {name: words for name, words in choices.items() if name in names}
