"""What a data set is, in words and numbers: nothing here loads anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from engine.errors import LayerloomError
from engine.spec import DType

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[tuple[Any, ...], np.dtype[Any]]
    """Of any number of axes; what it holds (float32, int64, uint8 …) is in the field it belongs to."""
    Arrays = dict[str, Array]

Task = Literal[
    "classification", "regression", "language model", "sequence labelling", "translation", "forecast", "segmentation"
]
Kind = Literal["table", "image", "text", "sequence", "clip"]
Parting = Literal["samples", "groups", "time", "official"]


class DataError(LayerloomError):
    """Why the data cannot be used: one whole sentence."""


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
    of time ("time": the test part is the latest), or the test samples its makers have set apart ("official": the last
    ``test`` ones). ``samples`` is how many there are; of ``files`` in a folder, how many there are as published.
    """

    name: str
    title: str
    description: str
    source: str
    task: Task
    samples: int
    fields: Mapping[str, Field]
    options: Mapping[str, Any] = field(default_factory=dict)
    loader: str = "engine.data.scikit"
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


@dataclass(frozen=True, slots=True)
class Samples:
    """What a loader gives: field → array (samples, \\*shape), float32 or int64; pictures may stay uint8 until use.

    ``groups`` has a number for each sample where the data set parts by groups or by time, ``test`` is how many samples
    at the end are the official test part, ``origin`` what the samples depend on beside this program.
    """

    arrays: Arrays
    groups: Array | None = None
    test: int = 0
    origin: str = ""
