"""What several metrics of one Output count together."""

from __future__ import annotations

from typing import Any, Protocol, TypeVar

from torch import Tensor

from engine.metrics.streams.answers import Answers
from engine.metrics.task import Task


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
    """How often each class was right, missed and taken for another."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self._counter: Any = None

    def reset(self) -> None:
        """Forget what was collected."""
        if self._counter is not None:
            self._counter.reset()

    def update(self, answers: Answers) -> None:
        """Take a batch."""
        if self._counter is None:
            from torchmetrics.classification import MulticlassStatScores

            counter = MulticlassStatScores(num_classes=self._task.classes, average="none", validate_args=False)
            self._counter = counter.to(answers.answer.device)
        if len(answers.labels):
            self._counter.update(answers.scores, answers.labels)

    def occurring(self, only_in_targets: bool) -> Tensor:
        """(C) the classes that occur in targets or answers; or in targets, and others than it, too."""
        true, false, right_not, missed = self._counter.compute().unbind(-1)[:4]
        occurs: Tensor = true + missed > 0
        more: Tensor = false + right_not > 0 if only_in_targets else false > 0
        return occurs & more if only_in_targets else occurs | more
