"""What a file or folder was found to hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from engine.data.dataset import Dataset, Field, Task
from engine.errors import LONGEST_SENTENCE, printable
from engine.settings.data import SourceSettings

if TYPE_CHECKING:
    from engine.data.dataset import Array


@dataclass(frozen=True, slots=True)
class Note:
    """Something odd about the data: a ``code`` for programs, a sentence, and the files (or columns) it is about.

    An "error" is left out of training or keeps it from beginning, a "warning" will spoil what is learned, a "hint" may.
    ``count`` is how many files there are in all; of many the first are named.
    """

    code: str
    message: str
    files: tuple[str, ...] = ()
    severity: Literal["error", "warning", "hint"] = "warning"
    count: int = 0

    def __post_init__(self) -> None:
        """Names and values of a file may hold anything."""
        object.__setattr__(self, "message", printable(self.message, LONGEST_SENTENCE))


def several(count: int, one: str, many: str) -> str:
    """``1 image is`` or ``12 images are``, of ``image is`` and ``images are``."""
    return f"{count:,} {one if count == 1 else many}"


@dataclass(frozen=True, slots=True)
class Twins:
    """Groups of samples that are the same, as positions among the samples; ``words`` say in what."""

    code: str
    words: str
    groups: tuple[tuple[int, ...], ...]


def same_marks(marks: Array) -> tuple[tuple[int, ...], ...]:
    """The positions of equal marks, of those that are there more than once."""
    import numpy as np

    order = np.argsort(marks, kind="stable")
    ends = np.flatnonzero(np.diff(marks[order])) + 1
    return tuple(tuple(group.tolist()) for group in np.split(order, ends) if len(group) > 1)


@dataclass(frozen=True, slots=True)
class Found:
    """``settings`` are what a project stores to learn from these data, ``dataset`` is what they declare.

    ``reasons`` are sentences: why the data are held for what they are, guess by guess, each with the option it is about
    (empty: the kind). ``classes`` has the samples of each class of the first target, where it has classes. ``twins``
    are samples that are there more than once, ``names`` what samples are called, where they have names.
    """

    settings: SourceSettings
    dataset: Dataset
    reasons: Mapping[str, str]
    classes: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()
    twins: tuple[Twins, ...] = ()
    names: Sequence[str] = ()

    @property
    def transforms(self) -> tuple[dict[str, object], ...]:
        """What is proposed to be done to the fields: fills, and values of mean 0 and deviation 1.

        What is forecast continues what is given, so it gets the same scale.
        """
        given = [name for name, one in self.fields.items() if one.role == "input" and one.dtype == "float32"]
        names = given + [name for name, one in self.fields.items() if one.season]
        tabular = [name for name in given if len(self.fields[name].shape) == 1]
        kinds = [("fill", name) for name in tabular] + [("standardise", name) for name in names]
        return tuple({"name": kind, "field": name} for kind, name in kinds)

    @property
    def kind(self) -> str:
        return self.settings.kind

    @property
    def task(self) -> Task:
        return self.dataset.task

    @property
    def samples(self) -> int:
        return self.dataset.samples

    @property
    def fields(self) -> Mapping[str, Field]:
        return self.dataset.fields
