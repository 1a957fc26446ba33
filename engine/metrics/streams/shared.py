"""What several metrics of one Output count together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

import torch
from torch import Tensor

from engine.metrics.streams.answers import Answers
from engine.metrics.task import MOST_CLASSES, Task

if TYPE_CHECKING:
    from engine.metrics.metric import Array


class Part(Protocol):
    """Collects batch by batch."""

    def __init__(self, task: Task) -> None: ...
    def reset(self) -> None:
        """Forget what was collected."""

    def update(self, answers: Answers) -> None:
        """Take a batch."""


P = TypeVar("P", bound=Part)


class Shared:
    """One collector of each kind that a metric asks for."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self._parts: dict[type, Part] = {}

    def part(self, kind: type[P]) -> P:
        """The collector of this kind."""
        found = self._parts.setdefault(kind, kind(self._task))
        assert isinstance(found, kind)
        return found

    def reset(self) -> None:
        """Forget what was collected."""
        for part in self._parts.values():
            part.reset()

    def update(self, answers: Answers) -> None:
        """Take a batch."""
        for part in self._parts.values():
            part.update(answers)


class ClassCounts:
    """How often each class was right, answered and meant: a table of pairs where the classes are few."""

    def __init__(self, task: Task) -> None:
        self._classes = 2 if task.kind == "two" else task.classes
        self._counts: Tensor | None = None
        self._totals: dict[str, Array] | None = None

    def reset(self) -> None:
        """Forget what was collected."""
        self._counts = self._totals = None

    def update(self, answers: Answers) -> None:
        """Take a batch."""
        classes, labels, said = self._classes, answers.labels, answers.said
        if classes <= MOST_CLASSES:
            counts = torch.bincount(labels * classes + said, minlength=classes * classes)
        else:
            both = labels[labels == said]
            counts = torch.stack([torch.bincount(one, minlength=classes) for one in (both, said, labels)])
        self._counts, self._totals = counts if self._counts is None else self._counts + counts, None

    @property
    def empty(self) -> bool:
        """Whether no position was counted."""
        return self._counts is None or not self.totals()["true"].any()

    @property
    def table(self) -> Tensor:
        """(C, C) how often each class (a row) was taken for each other; only of up to `MOST_CLASSES`."""
        assert self._counts is not None
        return self._counts.view(self._classes, self._classes)

    def totals(self) -> dict[str, Array]:
        """(1, C) each: how often a class was right (``both``), answered (``given``) and meant (``true``)."""
        assert self._counts is not None
        if self._totals is None:
            found: Array = self._counts.cpu().numpy().astype("float64")
            if self._classes <= MOST_CLASSES:
                table = found.reshape(self._classes, self._classes)
                parts = (table.diagonal(), table.sum(0), table.sum(1))
            else:
                parts = tuple(found)
            self._totals = {name: part[None] for name, part in zip(("both", "given", "true"), parts, strict=True)}
        return self._totals
