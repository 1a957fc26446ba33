"""The curves of a run: one thread appends, any number of threads read without a lock.

A reader takes the length before the arrays: whatever it then sees holds at least that many finished points, for the
writer copies into a larger array before it announces anything new, and never changes a point.
Names are copied at one go, as the interpreter does with a dictionary.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.training.sample_table import Number, SampleTable

TableRows: TypeAlias = list[Number | list[Number]]
"""Numbers, or rows of numbers."""
Values = NDArray[np.float64]
Column = Sequence[float] | Values
STEP, VALUE, EPOCH, SECONDS = range(4)


class _Points:
    """Points as the columns of one (4, capacity) array that doubles when it is full."""

    def __init__(self) -> None:
        self.data: Values = np.empty((4, 16))
        self.length = 0

    def extend(self, rows: Sequence[Column]) -> None:
        start, end = self.length, self.length + len(rows[0])
        if end > self.data.shape[1]:
            larger: Values = np.empty((4, max(end, 2 * self.data.shape[1])))
            larger[:, :start] = self.data[:, :start]
            self.data = larger
        self.data[:, start:end] = rows
        self.length = end

    def view(self) -> Values:
        length = self.length  # before the array: see the module's docstring
        view = self.data[:, :length]
        view.flags.writeable = False
        return view


@dataclass(frozen=True, slots=True)
class Table:
    """What is not a single number: a confusion matrix, values class by class, answers to samples; and when that was."""

    step: int
    epoch: int
    values: SampleTable | TableRows


@dataclass(frozen=True, slots=True)
class LiveChange:
    """A setting (``training.optimizer.lr``) changed while the run went, from step ``step`` on."""

    step: int
    setting: str
    before: float
    value: float


class History:
    """Series by name: ``train/loss``, ``train/accuracy``, ``train/lr``, ``train/grad_norm``, ``validation/loss``, …

    ``tables`` holds the latest of each: ``validation/confusion_matrix``, ``validation/f1_per_class``, …
    ``changes`` are the settings that were changed while it ran, in order; the tuple is replaced, never changed.
    """

    def __init__(self) -> None:
        self._series: dict[str, _Points] = {}
        self._tables: dict[str, Table] = {}
        self.changes: tuple[LiveChange, ...] = ()

    @property
    def tables(self) -> dict[str, Table]:
        """The tables there are now."""
        return dict(self._tables)

    def __len__(self) -> int:
        """How many series and tables there are."""
        return len(self._series) + len(self._tables)

    def __bool__(self) -> bool:
        return True

    def names(self) -> tuple[str, ...]:
        """The series there are, in order of appearance."""
        return tuple(self._series)

    def series(self, name: str) -> tuple[Values, Values]:
        """(steps, values) of a series as read-only views; empty where there is none of that name."""
        view = self._view(name)
        return view[STEP], view[VALUE]

    def epochs(self, name: str) -> Values:
        """The epoch of each point of a series."""
        epochs: Values = self._view(name)[EPOCH]
        return epochs

    def seconds(self, name: str) -> Values:
        """When each point of a series was made, in seconds since the start of the run; NaN where it is not known."""
        seconds: Values = self._view(name)[SECONDS]
        return seconds

    def keep(self, name: str, step: int, epoch: int, values: SampleTable | TableRows) -> None:
        """Replace a table by its latest state. Only the writer may call this."""
        self._tables[name] = Table(step, epoch, values)

    def points(self, name: str, start: int = 0) -> Values:
        """The points of a series from number ``start`` on, as rows: step, value, epoch, seconds; a read-only view."""
        points: Values = self._view(name)[:, start:]
        return points

    def append(self, name: str, step: int, value: float, epoch: int, seconds: float = np.nan) -> None:
        """Add one point. Only the writer may call this."""
        self.extend(name, [step], [value], [epoch], [seconds])

    def extend(
        self,
        name: str,
        steps: Column,
        values: Column,
        epochs: Column,
        seconds: Column,
    ) -> None:
        """Add points of equal number. Only the writer may call this."""
        series = self._series.get(name)
        if series is None:
            series = _Points()
            series.extend((steps, values, epochs, seconds))
            self._series[name] = series  # whole already, for those who read meanwhile
        else:
            series.extend((steps, values, epochs, seconds))

    def _view(self, name: str) -> Values:
        series = self._series.get(name)
        return np.empty((4, 0)) if series is None else series.view()
