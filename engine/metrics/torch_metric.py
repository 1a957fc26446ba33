"""Metrics that torchmetrics counts."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from engine.losses.loss import Loss
from engine.metrics.metric import Metric, Value
from engine.metrics.task import MOST_CLASSES, Kind, Task

if TYPE_CHECKING:
    from torch import Tensor

    from engine.metrics.metric import Array
    from engine.metrics.streams.answers import Answers
    from engine.metrics.streams.shared import Shared


class TorchMetric(Metric):
    """A counter of torchmetrics.classification, Binary… or Multiclass…, over the positions that count."""

    kinds: ClassVar[frozenset[Kind]] = frozenset({"classes", "two"})
    torchmetrics: ClassVar[str]
    """Its class there, without Binary or Multiclass."""

    def __init__(self, task: Task, loss: Loss, shared: Shared) -> None:
        super().__init__(task, loss, shared)
        self._counter: Any = None
        self._empty = True

    def options(self) -> dict[str, Any]:
        """The arguments of the counter."""
        return {"num_classes": self.task.classes} if self.task.kind == "classes" else {}

    def scores(self, answers: Answers) -> Tensor:
        """What it is given: (M, C) of classes, (M) of a yes or no."""
        return answers.scores

    def made(self) -> Any:
        """A new counter."""
        from torchmetrics import classification

        kind = "Binary" if self.task.kind == "two" else "Multiclass"
        return getattr(classification, kind + self.torchmetrics)(**self.options(), validate_args=False)

    def reset(self) -> None:
        self._empty = True
        if self._counter is not None:
            self._counter.reset()

    def update(self, answers: Answers) -> None:
        if self._counter is None:
            self._counter = self.made().to(answers.answer.device)
        if len(answers.labels):
            self._counter.update(self.scores(answers), answers.labels)
            self._empty = False

    def found(self) -> Any:
        """What the counter gives; None before the first answer."""
        return None if self._empty else self._counter.compute()

    def compute(self) -> dict[str, Value]:
        found = self.found()
        return {self.name: math.nan if found is None else found.tolist() if found.dim() else float(found)}


class PerClassMetric(TorchMetric):
    """A metric of every class by itself: the mean over those that occur, or the one of yes."""

    percent: ClassVar[bool] = True
    per_class: ClassVar[bool] = True
    only_in_targets: ClassVar[bool] = False
    """Whether a class has to occur among the targets, and others than it, too."""

    def __init__(self, task: Task, loss: Loss, shared: Shared) -> None:
        super().__init__(task, loss, shared)
        from engine.metrics.streams.shared import ClassCounts

        self._counts = shared.part(ClassCounts) if task.kind == "classes" else None

    def options(self) -> dict[str, Any]:
        return {**super().options(), "average": "none"} if self.task.kind == "classes" else {}

    def compute(self) -> dict[str, Value]:
        found = self.found()
        if found is None or self._counts is None:
            return {self.name: math.nan if found is None else float(found)}
        result: dict[str, Value] = {self.name: float(found[self._counts.occurring(self.only_in_targets)].mean())}
        if self.task.classes <= MOST_CLASSES:
            result[f"{self.name}_per_class"] = found.tolist()
        return result

    @classmethod
    def sums(cls, answers: Answers) -> Mapping[str, Tensor]:
        return answers.by_class

    @classmethod
    def share(cls, both: Array, given: Array, true: Array) -> tuple[Array, Array]:
        """(parts, wholes) of every class, of which it is the quotient."""
        raise TypeError(f"{cls.name} is not a share of sums")

    @classmethod
    def of_totals(cls, totals: Mapping[str, Array], task: Task) -> Array:
        """The mean over the classes that occur in targets or answers; 0 where there is nothing to share."""
        import numpy as np

        parts, wholes = cls.share(totals["both"], totals["given"], totals["true"])
        each = np.where(wholes > 0, parts / wholes, 0.0)
        if task.kind == "two":
            of_yes: Array = each[:, 1]
            return of_yes
        there = totals["given"] + totals["true"] > 0
        found: Array = (each * there).sum(1) / there.sum(1)
        return found
