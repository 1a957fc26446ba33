"""What a data set is, in words and numbers: nothing here loads anything."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol, overload

from engine.errors import LONGEST_SENTENCE, LayerloomError, Reason, printable
from engine.spec import DType

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np

    Array = np.ndarray[tuple[Any, ...], np.dtype[Any]]
    """Of any number of axes; what it holds (float32, int64, uint8 …) is in the field it belongs to."""
    Columns = Mapping[str, "Column"]

Task = Literal[
    "classification", "regression", "language model", "sequence labelling", "translation", "forecast", "segmentation"
]
Kind = Literal["table", "image", "text", "sequence", "clip"]
Parting = Literal["samples", "groups", "time", "official", "given"]


class DataError(LayerloomError):
    """Why the data cannot be used: one whole sentence that can be shown, whatever it repeats from a file."""

    def __init__(self, message: str = "", **facts: Any) -> None:
        super().__init__(printable(message, LONGEST_SENTENCE), **facts)


class SampleError(DataError):
    """A sample cannot be read as its file is now: gone, damaged, out of reach. Once that is fixed it can.

    ``about`` names the file, or the folder that is gone with it, and which of these it is.
    """

    def __init__(self, file: Path, why: str, reason: Reason) -> None:
        super().__init__(f"{file} {why}", file=str(file), setting="data.source", reason=reason)
        self._why = why

    def called(self, name: Path) -> SampleError:
        """The same of a file that people know by another name."""
        return SampleError(name, self._why, self.about.reason)

    @classmethod
    def of(cls, path: Path, error: OSError) -> SampleError:
        """What the system says of a file that cannot be opened or read."""
        if not isinstance(error, (FileNotFoundError, NotADirectoryError)):
            return cls(path, f"cannot be read: {error.strerror or error}.", "unreadable-file")
        gone = path
        while not os.path.exists(gone.parent) and gone.parent != gone:
            gone = gone.parent
        return cls(gone, "is not there any more: put it back.", "missing-file")


class Column(Protocol):
    """One field of all samples, (samples, \\*shape): an array, or what reads the samples it is asked for from files.

    Reading raises SampleError with the file. The same index always gives the same values, in any thread.
    """

    @property
    def shape(self) -> tuple[int, ...]: ...
    @property
    def dtype(self) -> np.dtype[Any]: ...
    def __len__(self) -> int: ...
    def __getitem__(self, indices: Array | slice, /) -> Array: ...


class MissingFiles(DataError):
    """The files of a data set are not in its folder: nothing is wrong yet, they have to be fetched."""


@dataclass(frozen=True, slots=True)
class Field:
    """One thing every sample has. ``shape`` is that of one sample, without the batch axis.

    ``classes`` is how many classes a label, or symbols an alphabet, has (None: it holds numbers), ``names`` what they
    are called. ``padding`` is the class that fills what is shorter than the shape and counts for nothing in a loss.
    """

    shape: tuple[int, ...]
    dtype: DType = "float32"
    role: Literal["input", "target"] = "input"
    names: tuple[str, ...] = ()
    padding: int | None = None
    columns: tuple[str, ...] = ()
    bounds: tuple[float, float] | None = None
    """The least and the greatest of its numbers, where they are known."""
    standardised: bool = False
    """Whether its numbers have mean 0 and deviation 1: then some lie below −1 and some above 1, or all at ±1."""
    column_bounds: tuple[tuple[float, float] | None, ...] = ()
    """The same of each number along the last axis by itself, None where it is not known; empty: of none."""
    several: bool = False
    """Whether each of its numbers says yes or no by itself, 1 or 0, and several may be 1 at once."""
    free: str = ""
    """What its only axis is called where samples have different lengths, padded to the shape; fields may share it."""
    season: int = 0
    """Of a target that is what comes after the first numbers of the first input: the steps after which these repeat, 1
    where they do not; 0 for all else."""

    @property
    def classes(self) -> int | None:
        return len(self.names) or None


@dataclass(frozen=True, slots=True)
class File:
    """A file that can be fetched: its published size in bytes and MD5, and the folders of the net that have it."""

    name: str
    size: int
    md5: str
    mirrors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Dataset:
    """A data set in words and numbers; the module ``loader`` makes its samples, and ``options`` are for it alone.

    ``parting`` says what a split may not tear apart: nothing ("samples"), samples of one origin ("groups"), the order
    of time ("time": the test part is the latest), the test samples its makers have set apart ("official": the last
    ``test`` ones), or the parts that the data name themselves ("given": as folders of that name do).
    ``samples`` is how many there are; of ``files`` in a folder, how many there are as published.
    """

    name: str
    title: str
    description: str
    source: str
    task: Task
    samples: int
    fields: Mapping[str, Field]
    options: Mapping[str, Any] = field(default_factory=dict)
    loader: str = "engine.data.on_board"
    kind: Kind = "table"
    licence: str = ""
    parting: Parting = "samples"
    test: int = 0
    apart: str = ""
    """What the parts never share, for a reader: "a docstring", "a date"."""
    files: tuple[File, ...] = ()

    def first(self, role: Literal["input", "target"]) -> str:
        """The name of the first field with this role."""
        return next(name for name, field in self.fields.items() if field.role == role)


Held = Literal["number", "date", "yes or no", "category"]
"""What the cells of a column hold."""


@dataclass(frozen=True, slots=True)
class Unfit:
    """Cells of a ``column`` that do not hold what it does: position of the sample → the text. They count as empty."""

    column: str
    holds: Held
    cells: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Asked:
    """Samples without answers: what each is called, and the fields that are given, with as many samples each.

    ``unread`` says of samples, by position, why they cannot be read; those are blank. Where files are read when their
    samples are asked for, it is complete once all were read. ``notes`` are whole sentences on what of a sample is left
    out, by position.
    """

    names: tuple[str, ...]
    arrays: Columns
    unfit: tuple[Unfit, ...] = ()
    unread: dict[int, DataError] = field(default_factory=dict)
    notes: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Samples:
    """What a loader gives: field → column (samples, \\*shape), float32 or int64; images may stay uint8 until use.

    ``groups`` has a number for each sample where the data set parts by groups or by time, ``test`` is how many samples
    at the end are the official test part, ``origin`` what the samples depend on beside this program. Data of the
    user's own have ``ids``, a number for each sample (uint64) that stays the same whatever is added beside it, and
    ``given``, the part each one belongs to (0 train, 1 validation, 2 test, -1 none is said), where they say so.
    ``names`` are what people find the samples by in their files; empty where they have no files.
    """

    arrays: Columns
    groups: Array | None = None
    test: int = 0
    origin: str = ""
    ids: Array | None = None
    given: Array | None = None
    names: Sequence[str] = ()
    ends: Array | None = None
    """Where ``groups`` are moments: the last one that each sample reaches. It is in a part only where all of it is."""

    def name(self, index: int) -> str:
        """What the sample at a position in the data is called: its file, the row of its file, or its number."""
        return self.names[index] if len(self.names) else f"sample {index + 1}"


class Numbered(Sequence[str]):
    """Names such as ``wine.csv row 12`` of samples that have no name but a number, from 0 in ``numbers``."""

    def __init__(self, stem: str, numbers: Array | range) -> None:
        self.stem, self._numbers = stem, numbers

    def __len__(self) -> int:
        return len(self._numbers)

    @overload
    def __getitem__(self, index: int, /) -> str: ...
    @overload
    def __getitem__(self, index: slice, /) -> Numbered: ...
    def __getitem__(self, index: int | slice, /) -> str | Numbered:
        if isinstance(index, slice):
            return Numbered(self.stem, self._numbers[index])
        return f"{self.stem} {int(self._numbers[index]) + 1}"
