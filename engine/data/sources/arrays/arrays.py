"""Arrays: which of those in a file are given, and which are to be predicted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self

from pydantic import Field as Declared

from engine.data.dataset import Asked, DataError, Dataset, Field, Numbered, SampleError, Samples, Task
from engine.data.sources.arrays.joining import Chosen, Joined, parts_of
from engine.data.sources.arrays.reading import SUFFIXES, read
from engine.data.sources.identity import ids_of
from engine.data.sources.parts import parting_of
from engine.data.sources.source import Source
from engine.files import is_file, open_to_read, sha256_of
from engine.settings.section import Section

if TYPE_CHECKING:
    import numpy as np

    from engine.data.dataset import Array, Column, Kind, Parting
    from engine.data.sources.found import Found
    from engine.data.watch import Watch

HASHED = 2**42
NAMED = 5
"""Classes that a sentence names."""
BESIDE = ("group", "time", "part")
"""Roles that say how the samples are split."""
KINDS: dict[int, Kind] = {1: "table", 2: "sequence", 3: "image", 4: "clip"}


PartName = Annotated[str, Declared(max_length=200)]


class ArraySettings(Section):
    """One array of a file: (samples, \\*shape)."""

    name: Annotated[str, Declared(min_length=1, max_length=200)] = Declared(description="the name in the file")
    role: Literal["input", "target", "group", "time", "part", "ignored"] = Declared(
        "input", description="what the array is for; a part is 0 for training, 1 validation, 2 test, -1 to be drawn"
    )
    shape: tuple[Annotated[int, Declared(ge=1)], ...] = Declared((), description="the shape of one sample")
    classes: tuple[Annotated[str, Declared(max_length=1000)], ...] = Declared(
        (), max_length=1_000_000, description="what its integers, from 0, are called; none: it holds numbers"
    )
    one_hot: bool = Declared(False, description="a sample is a row of 0 and a single 1, at the position of its class")
    several: bool = Declared(False, description="a sample is a row of 0 and 1, of which several may be 1")
    parts: tuple[()] | tuple[PartName, PartName, PartName] = Declared(
        (), description="the arrays in the file with its training, validation and test samples, where they are apart"
    )
    channels_last: bool = Declared(False, description="of images: the channels are the last axis in the file")
    least: float | None = Declared(
        None, description="the least of its numbers, of many those looked at when it was added; none: not known"
    )
    greatest: float | None = Declared(None, description="the greatest of them")

    @property
    def bounds(self) -> tuple[float, float] | None:
        """Between which its numbers lie, where that is known."""
        return None if self.least is None or self.greatest is None else (self.least, self.greatest)


class Arrays(Source):
    """Arrays in one file, with a sample in each row."""

    kind: ClassVar[str] = "arrays"
    title: ClassVar[str] = "Arrays"

    fields: tuple[ArraySettings, ...] = Declared(min_length=1, max_length=1000, description="the arrays of the file")
    samples: int = Declared(1, ge=1, description="how many samples there were when they were added")

    @classmethod
    def suspect(cls, path: Path) -> str:
        return f"Its name ends in {path.suffix}." if is_file(path) and path.suffix.lower() in SUFFIXES else ""

    @classmethod
    def look(cls, path: Path, wishes: Self | None, watch: Watch) -> Found:
        from engine.data.sources.arrays.looking import look

        return look(path, wishes, watch)

    def declare(self, path: Path) -> Dataset:
        used = [one for one in self.fields if one.role in ("input", "target")]
        ordered = sorted(used, key=lambda one: one.role == "target")
        fields = {
            one.name: Field(one.shape, "float32", one.role, bounds=one.bounds, several=one.several)  # type: ignore[arg-type]
            if not one.classes
            else Field(one.shape, "int64", one.role, one.classes)  # type: ignore[arg-type]
            for one in ordered
        }
        goal = next((one for one in used if one.role == "target"), None)
        image = next((one for one in used if one.role == "input"), None)
        task: Task = "regression"
        if goal is not None and goal.classes:
            flat = image is not None and len(goal.shape) == 2 and image.shape[-2:] == goal.shape
            task = "segmentation" if flat else "sequence labelling" if goal.shape else "classification"
        kind = KINDS.get(len(image.shape), "table") if image is not None else "table"
        return Dataset(
            path.stem,
            path.name,
            f"{len(used)} arrays with {self.samples:,} samples.",
            str(path),
            task,
            self.samples,
            fields,
            loader="",
            kind=kind,
            parting=self._parting(),
        )

    def open(self, path: Path) -> Samples:
        import numpy as np

        stored, parting = read(path), self._parting()
        groups: Array | None = None
        given: Array | None = None
        columns: dict[str, ArrayColumn] = {}
        counts = dict[int, str]()
        for one in self.fields:
            if one.role == "ignored":
                continue
            arrays = [name for name in one.parts if name] or [one.name]
            for name in arrays:
                if name not in stored:
                    raise DataError(
                        f"{path} has no array {name!r}; there are {', '.join(list(stored)[:20])}.",
                        setting="data.source.options.fields",
                    )
            values: Column = stored[one.name] if not one.parts else Joined([stored[name] for name in arrays])
            column = ArrayColumn(path, one, values)
            counts[len(column)] = one.name
            if one.parts:
                given = parts_of([stored[name] for name in arrays], [part for part in range(3) if one.parts[part]])
            first = np.asarray(values[:]).reshape(len(column), -1)[:, 0] if one.role in BESIDE else None
            if one.role in ("input", "target"):
                columns[one.name] = column
            elif first is None:
                continue
            elif one.role == "group" and parting == "groups":
                groups = ids_of(map(str, first.tolist()))
            elif one.role == "time" and parting == "time":
                groups = _moments(path, one.name, first)
            elif one.role == "part":
                given = _parts(path, one.name, first)
        if len(counts) > 1:
            said = " and ".join(f"{name!r} {count:,}" for count, name in counts.items())
            raise DataError(f"The arrays of {path} have different numbers of samples: {said}.", setting="data.source")
        order = {name: columns[name] for name in self.declare(path).fields}
        count = next(iter(counts))
        ids = ids_of(f"row {row}" for row in range(count))
        kept = np.ones(count, bool)
        for column in columns.values():
            kept &= column.known()
        if not kept.any():
            known = next(one for one in self.fields if one.role == "target" and one.classes)
            shown = ", ".join(map(repr, known.classes[:NAMED])) + (" …" if len(known.classes) > NAMED else "")
            raise DataError(
                f"{path} has no sample whose class in {known.name!r} is known: {shown}.", setting="data.source"
            )
        rows = np.flatnonzero(kept)
        if len(rows) == count:
            names = Numbered(f"{path.name} sample", range(count))
            return Samples(dict(order), groups=groups, ids=ids, given=given, names=names)
        return Samples(
            {name: Chosen(column, rows) for name, column in order.items()},
            groups=None if groups is None else groups[rows],
            ids=ids[rows],
            given=None if given is None else given[rows],
            names=Numbered(f"{path.name} sample", rows),
        )

    def unknown_classes(self, path: Path) -> Mapping[str, int]:
        import numpy as np

        stored, found = read(path), dict[str, int]()
        for one in self.fields:
            arrays = [stored[name] for name in one.parts or (one.name,) if name in stored]
            if one.role != "target" or not arrays:
                continue
            column = ArrayColumn(path, one, Joined(arrays) if len(arrays) > 1 else arrays[0])
            strange = np.flatnonzero(~column.known())
            names, counts = np.unique(np.asarray(column.stored[strange]).astype(str), return_counts=True)
            found |= dict(zip(names.tolist(), counts.tolist(), strict=True))
        return found

    def _parting(self) -> Parting:
        """What a split may not tear apart: the gravest that an array says."""
        if any(one.parts for one in self.fields if one.role != "ignored"):
            return "given"
        return parting_of({one.role for one in self.fields})

    def ask(self, paths: Sequence[Path]) -> Asked:
        """The arrays that are given, by name; of a file with one array that one. Raises DataError."""
        import numpy as np

        names = list[str]()
        made: dict[str, list[Array]] = {}
        given = [one for one in self.fields if one.role == "input"]
        for path in paths:
            stored = read(path)
            counts = set[int]()
            for one in given:
                there = [name for name in (one.name, *one.parts) if name in stored]
                if not there and len(given) == len(stored) == 1:
                    there = list(stored)
                if not there:
                    raise DataError(f"{path} has no array {one.name!r}; there are {', '.join(list(stored)[:20])}.")
                made.setdefault(one.name, []).append(ArrayColumn(path, one, stored[there[0]])[:])
                counts.add(len(stored[there[0]]))
            if len(counts) > 1:
                raise DataError(f"The arrays of {path} have different numbers of samples.")
            names += Numbered(f"{path.name} sample", range(counts.pop()))
        return Asked(tuple(names), {name: np.concatenate(parts) for name, parts in made.items()})

    def fingerprint(self, path: Path) -> str:
        with open_to_read(path) as file:
            return sha256_of(file, HASHED).hexdigest()

    def stamp(self, path: Path) -> str:
        facts = path.stat()
        return f"{facts.st_size} {facts.st_mtime_ns}"


def _moments(path: Path, name: str, values: Array) -> Array:
    """The moments of an array as numbers. Raises DataError where one is none."""
    import numpy as np

    if values.dtype.kind not in "iufbM" or bool((values != values).any()):
        raise DataError(
            f"{path} holds values that are not numbers in {name!r}, which should give the time: choose another array.",
            setting="data.source.options.fields",
        )
    return np.unique(values, return_inverse=True)[1].reshape(-1).astype(np.float64)


def _parts(path: Path, name: str, values: Array) -> Array:
    """The part of each sample that an array says. Raises DataError for what is none."""
    import numpy as np

    if not np.isin(values, (-1, 0, 1, 2)).all():
        raise DataError(
            f"{path} holds values that name no part of a split in {name!r}: 0 is training, 1 validation, 2 test, and "
            "-1 is to be drawn.",
            setting="data.source.options.fields",
        )
    return values.astype(np.int8)


class ArrayColumn:
    """An array as the project has it: (samples, \\*shape), numbers as float32, classes as int64, bytes as they are."""

    def __init__(self, path: Path, settings: ArraySettings, stored: Column) -> None:
        import numpy as np

        self.path, self.settings, self.stored = path, settings, stored
        mapped = [
            one for one in (stored.arrays if isinstance(stored, Joined) else [stored]) if isinstance(one, np.memmap)
        ]
        self._bytes = max((one.offset + one.nbytes for one in mapped), default=0)
        """Bytes the file has to have."""
        small = stored.dtype == np.uint8 and not settings.classes
        self.dtype: np.dtype[Any] = np.dtype(np.uint8 if small else np.int64 if settings.classes else np.float32)
        if self.shape[1:] != settings.shape:
            raise DataError(
                f"{path} holds {settings.name!r} with samples of {self.shape[1:]}, and {settings.shape} is expected: "
                "where that is as it should be, add the data again.",
                setting="data.source.options.fields",
            )

    @property
    def shape(self) -> tuple[int, ...]:
        shape = self.stored.shape
        if self.settings.one_hot:
            return shape[:1]
        if len(shape) == 1 and self.settings.shape == (1,):
            return shape[0], 1
        if len(shape) == 3 and self.settings.shape[:1] == (1,) and len(self.settings.shape) == 3:
            return shape[0], 1, *shape[1:]
        return (shape[0], shape[-1], *shape[1:-1]) if self.settings.channels_last else shape

    def __len__(self) -> int:
        return int(self.stored.shape[0])

    def _check_file(self) -> None:
        """Whether a mapped file still has what is mapped: to read beyond its end would end the program.

        One that was removed stays readable as long as it is mapped. Raises SampleError.
        """
        if not self._bytes:
            return
        try:
            size = self.path.stat().st_size
        except OSError:
            return
        if size < self._bytes:
            raise SampleError(self.path, f"is shorter than it was, {size:,} bytes: put it back.", "damaged-file")

    def _positions(self, names: Array) -> Array:
        """Of each name its position among the classes; -1 for one that is not there."""
        import numpy as np

        order = {name: index for index, name in enumerate(self.settings.classes)}
        return np.array([order.get(name, -1) for name in names.reshape(-1).tolist()], np.int64).reshape(names.shape)

    def known(self) -> Array:
        """Which samples are of a class that there is; all where a sample has no single class."""
        import numpy as np

        if not self.settings.classes or self.settings.one_hot or self.settings.shape:
            return np.ones(len(self), bool)
        self._check_file()
        values = np.asarray(self.stored[:])
        if values.dtype.kind == "U":
            values = self._positions(values)
        found: Array = ((values >= 0) & (values < len(self.settings.classes))).reshape(-1)
        return found

    def __getitem__(self, indices: Array | slice) -> Array:
        """The samples. Raises DataError for a class that there is not."""
        import numpy as np

        self._check_file()
        values = np.asarray(self.stored[indices])
        if self.settings.one_hot:
            values = values.argmax(-1)
        elif values.dtype.kind == "U":
            values = self._positions(values)
        if self.settings.channels_last:
            values = np.moveaxis(values, -1, 1)
        result = np.ascontiguousarray(values, dtype=self.dtype).reshape(len(values), *self.settings.shape)
        classes = len(self.settings.classes)
        if classes and result.size and not 0 <= int(result.min()) <= int(result.max()) < classes:
            raise DataError(
                f"{self.path} holds a class in {self.settings.name!r} that is none of 0 to {classes - 1}: where that "
                "is as it should be, add the data again.",
                setting="data.source.options.fields",
            )
        return result
