"""A table: how a project reads its columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar, Final, Self

from pydantic import Field as Declared

from engine.data.dataset import Asked, DataError, Dataset, Field, Held, Numbered, Samples, Task, Unfit
from engine.data.sources.identity import ids_of
from engine.data.sources.parts import part_of, parting_of
from engine.data.sources.source import Source
from engine.data.sources.tables import encoding
from engine.data.sources.tables.columns import UNKNOWN, ColumnSettings
from engine.data.sources.tables.reading import MOST_COLUMNS, Format, format_of, is_table, read
from engine.files import is_file, open_to_read, sha256_of

if TYPE_CHECKING:
    import pandas as pd

    from engine.data.dataset import Array, Column
    from engine.data.sources.found import Found
    from engine.data.watch import Watch

HASHED = 2**40
HOLDS: Final[Mapping[str, Held]] = {"number": "number", "date": "date", "yes_no": "yes or no", "category": "category"}
"""What people call the cells of a column of each type that is counted."""


class Table(Source):
    """A table in one file: a sample is a row."""

    kind: ClassVar[str] = "table"
    title: ClassVar[str] = "Table"

    columns: Annotated[tuple[ColumnSettings, ...], Declared(min_length=1, max_length=MOST_COLUMNS)] = Declared(
        description="the columns that were there when the table was added"
    )
    samples: int = Declared(1, ge=1, description="how many rows there were when the table was added")
    separator: Annotated[str, Declared(min_length=1, max_length=1)] = Declared(",", description="what parts the cells")
    encoding: Annotated[str, Declared(max_length=20)] = Declared("utf-8", description="how the text is encoded")
    header: bool = Declared(True, description="the first line has the names of the columns")
    skip: int = Declared(0, ge=0, le=1000, description="lines before the table, such as a title")
    decimal_comma: bool = Declared(False, description="numbers are written as 1.234,5")

    @classmethod
    def suspect(cls, path: Path) -> str:
        return f"Its name ends in {path.suffix}." if is_file(path) and is_table(path) else ""

    @classmethod
    def look(cls, path: Path, wishes: Self | None, watch: Watch) -> Found:
        from engine.data.sources.tables.looking import look

        return look(path, wishes, watch)

    def of(self, role: str) -> tuple[ColumnSettings, ...]:
        """The columns with this role."""
        return tuple(column for column in self.columns if column.role == role)

    @property
    def form(self) -> Format:
        """How the text of the file is a table."""
        return Format(self.separator, self.encoding, self.header, self.skip)

    def declare(self, path: Path) -> Dataset:
        fields = dict[str, Field]()
        names = tuple(name for column in self.of("input") for name in column.features())
        if names:
            each = tuple(known for column in self.of("input") for known in column.feature_bounds())
            bounds = together([known or (None, None) for known in each])
            fields["features"] = Field((len(names),), columns=names, bounds=bounds, column_bounds=each)
        for column in self.embedded():
            fields[column.name] = Field((), "int64", names=(*column.categories, UNKNOWN))
        fields |= self._targets(fields)
        classes = fields[next(reversed(fields))].classes if self.of("target") else None
        task: Task = "classification" if classes else "regression"
        return Dataset(
            path.stem,
            path.name,
            f"A table of {self.samples:,} rows: {len(self.of('input'))} columns are given, "
            f"{' and '.join(column.name for column in self.of('target')[:3]) or 'none'} is to be predicted.",
            str(path),
            task,
            self.samples,
            fields,
            loader="",
            parting=parting_of({column.role for column in self.columns}),
        )

    def embedded(self) -> tuple[ColumnSettings, ...]:
        """The columns of categories that are looked up."""
        chosen = [column for column in self.of("input") if column.type == "category"]
        return tuple(column for column in chosen if column.encoding == "embedding")

    def _targets(self, taken: dict[str, Field]) -> dict[str, Field]:
        """The numbers to be predicted, together, and each column of classes for itself."""
        chosen = [column for column in self.of("target") if not column.categories]
        numbers = tuple(column.name for column in chosen)
        found = dict[str, Field]()
        if numbers:
            bounds = together([(column.least, column.greatest) for column in chosen])
            found[_free("target", taken)] = Field((len(numbers),), role="target", columns=numbers, bounds=bounds)
        for column in self.of("target"):
            if column.categories:
                found[_free(column.name, {**taken, **found})] = Field((), "int64", "target", column.categories)
        return found

    def open(self, path: Path) -> Samples:
        """The rows whose targets are there; of the columns, in the project's order, none may be missing."""
        import numpy as np

        table = read(path, self.form)
        lost = [column.name for column in self.columns if column.role != "ignored" and column.name not in table.columns]
        if lost:
            there = ", ".join(map(str, table.columns[:20]))
            raise DataError(
                f"{path} has no column {lost[0]!r}; there are {there}.", setting="data.source.options.columns"
            )
        kept = self.kept(table)
        if not kept.any():
            raise DataError(
                f"{path} has no row in which all that is needed is there and known: {self._needed()}.",
                setting="data.source",
            )
        rows = table[kept]
        dataset = self.declare(path)
        columns: dict[str, Column] = {}
        for name, field in dataset.fields.items():
            columns[name] = self._column(name, field, rows)
        names = Numbered(f"{path.name} row", np.flatnonzero(kept))
        ids = self._ids(table)[kept]
        return Samples(columns, groups=self._groups(rows), ids=ids, given=self._given(rows), names=names)

    def _needed(self) -> str:
        """The cells without which a row is left out."""
        wanted = list[str]()
        for column in self.columns:
            if column.role == "target" and column.categories:
                shown = ", ".join(map(repr, column.categories[:5])) + (" …" if len(column.categories) > 5 else "")
                wanted.append(f"one of {shown} in {column.name!r}")
            elif column.role == "target" or (column.role != "ignored" and column.missing == "drop"):
                wanted.append(f"a value in {column.name!r}")
        return "; ".join(wanted)

    def _column(self, name: str, field: Field, rows: pd.DataFrame) -> Array:
        import numpy as np

        if field.role == "target" and not field.classes:
            with np.errstate(over="ignore"):  # as with the features
                goals = [np.asarray(self._numbers(rows[one]), np.float32) for one in field.columns]
            return np.stack(goals, axis=1)
        if field.role == "target":
            column = next(one for one in self.of("target") if one.categories and name.startswith(one.name))
            return encoding.labels(column, rows[column.name]).astype(np.int64)
        if field.classes:
            return encoding.positions(next(one for one in self.embedded() if one.name == name), rows[name])
        chosen = [one for one in self.of("input") if one.features()]
        made = [encoding.features(one, rows[one.name], comma=self.decimal_comma) for one in chosen]
        return np.concatenate(made, axis=1)

    def _numbers(self, cells: pd.Series) -> pd.Series:
        return encoding.numbers(cells, comma=self.decimal_comma)

    def kept(self, table: pd.DataFrame) -> Array:
        """Which rows have their targets, and all else that may not be missing."""
        import numpy as np

        kept = np.ones(len(table), bool)
        for column in self.columns:
            if column.role == "ignored":
                continue
            cells = table[column.name]
            if column.role == "target":
                known = encoding.labels(column, cells) if column.categories else self._numbers(cells)
                kept &= ~np.isnan(np.asarray(known, np.float64))
            elif column.role == "time":
                kept &= np.asarray(self._moments(column, cells).notna())
            elif column.missing == "drop":
                kept &= np.asarray(cells.notna())
        return kept

    def _moments(self, column: ColumnSettings, cells: pd.Series) -> pd.Series:
        return encoding.moments(cells, column.day_first) if column.type == "date" else self._numbers(cells)

    def _ids(self, table: pd.DataFrame) -> Array:
        """By the column of ids where each is there once, else by the number of the row."""
        for column in self.columns:
            if column.type == "id" and column.name in table.columns:
                names = encoding.named(table[column.name])
                if names.notna().all() and names.is_unique:
                    return ids_of(names)
        return ids_of(f"row {row}" for row in range(len(table)))

    def _groups(self, rows: pd.DataFrame) -> Array | None:
        import numpy as np

        for column in () if self.of("part") else self.of("time"):
            return np.asarray(self._moments(column, rows[column.name]).rank(method="dense"), np.float64)
        for column in () if self.of("part") else self.of("group"):
            return ids_of(encoding.named(rows[column.name]).fillna(UNKNOWN))
        return None

    def _given(self, rows: pd.DataFrame) -> Array | None:
        """The part that a column names; -1 where it names none."""
        import numpy as np

        for column in self.of("part"):
            return np.array([part_of(name) for name in encoding.named(rows[column.name]).fillna("")], np.int8)
        return None

    def ask(self, paths: Sequence[Path]) -> Asked:
        """The rows of tables; they need the columns that are given, whatever else they hold. Raises DataError."""
        import numpy as np

        names, unread = list[str](), dict[int, DataError]()
        made: dict[str, list[Array]] = {}
        unfit = dict[str, Unfit]()
        given = self.of("input")
        for path in paths:
            if not is_table(path):
                raise DataError(f"{path} is not a table: its name ends in none of the usual ways.")
            table = read(path, replace(format_of(path), header=self.header))
            lost = [column.name for column in given if column.name not in table.columns]
            if lost:
                raise DataError(f"{path} has no column {lost[0]!r}, which this network is given.")
            rows = Numbered(f"{path.name} row", range(len(table)))
            for column in given:
                cells = table[column.name]
                for row in np.flatnonzero(cells.isna()).tolist() if column.missing == "drop" else ():
                    unread[len(names) + row] = DataError(
                        f"{rows[row]} has nothing in {column.name!r}, and this project leaves such rows out: fill the "
                        "cell."
                    )
            for one in self._unfit(table, len(names)):
                before = unfit[one.column].cells if one.column in unfit else {}
                unfit[one.column] = replace(one, cells={**before, **one.cells})
            for name, field in self.declare(path).fields.items():
                if field.role == "input":
                    made.setdefault(name, []).append(self._column(name, field, table))
            names += rows
        arrays = {name: np.concatenate(parts) for name, parts in made.items()}
        return Asked(tuple(names), arrays, tuple(unfit.values()), unread)

    def unfit(self, path: Path) -> tuple[Unfit, ...]:
        table = read(path, self.form)
        return tuple(self._unfit(table[self.kept(table)]))

    def _unfit(self, rows: pd.DataFrame, first: int = 0) -> Iterator[Unfit]:
        """What rows have in columns that are given and do not hold it; the first row has the position ``first``."""
        import numpy as np

        for column in self.of("input"):
            if column.counted:
                cells = rows[column.name]
                strange = np.flatnonzero(encoding.unfit(column, cells, comma=self.decimal_comma)).tolist()
                if strange:
                    said = {first + row: str(cells.iloc[row]).strip() for row in strange}
                    yield Unfit(column.name, HOLDS[column.type], said)

    def unknown_classes(self, path: Path) -> Mapping[str, int]:
        table, found = read(path, self.form), dict[str, int]()
        for column in self.of("target"):
            if column.categories and column.name in table.columns:
                names = encoding.named(table[column.name])
                strange = names[
                    names.notna() & (encoding.positions(column, table[column.name]) == len(column.categories))
                ]
                found |= {str(name): int(count) for name, count in strange.value_counts().items()}
        return found

    def columns_beside(self, path: Path) -> Mapping[str, Array]:
        """All columns but ids and those that never vary, those that are ignored among them."""
        import numpy as np

        table = read(path, self.form)
        rows = table[self.kept(table)]
        found: dict[str, Array] = {}
        for column in self.columns:
            if column.type in ("id", "constant") or column.name not in rows.columns:
                continue
            cells = rows[column.name]
            if column.type == "number":
                found[column.name] = np.asarray(self._numbers(cells), np.float64)
            elif column.type == "date":
                moments = encoding.moments(cells, column.day_first)
                found[column.name] = moments.dt.tz_localize(None).to_numpy("datetime64[D]")
            else:
                found[column.name] = np.asarray(encoding.named(cells).fillna(""), object)
        return found

    def cells(self, path: Path, index: int) -> tuple[tuple[str, str], ...]:
        """What the sample at a position of `open` has in each column that is given, as it is in the file.

        Raises DataError, OSError.
        """
        import numpy as np
        import pandas as pd

        table = read(path, self.form)
        row = table.iloc[int(np.flatnonzero(self.kept(table))[index])]
        given = ((column.name, row[column.name]) for column in self.of("input"))
        return tuple((name, "" if pd.isna(cell) else str(cell).strip()) for name, cell in given)

    def fingerprint(self, path: Path) -> str:
        with open_to_read(path) as file:
            return sha256_of(file, HASHED).hexdigest()

    def stamp(self, path: Path) -> str:
        facts = path.stat()
        return f"{facts.st_size} {facts.st_mtime_ns}"


def together(ranges: Sequence[tuple[float | None, float | None]]) -> tuple[float, float] | None:
    """The range of all numbers of some columns; None where one is not known."""
    least, greatest = [low for low, _ in ranges if low is not None], [high for _, high in ranges if high is not None]
    return (min(least), max(greatest)) if len(least) == len(greatest) == len(ranges) else None


def _free(name: str, taken: Mapping[str, Field]) -> str:
    """The name of a target, with something after it where an input has it."""
    return name if name not in taken else _free(f"{name} (target)", taken)
