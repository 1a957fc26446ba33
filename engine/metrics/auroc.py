"""How well answers are ranked."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar, Final

from engine.losses.loss import Loss
from engine.metrics.metric import Metric, Value
from engine.metrics.task import MOST_CLASSES, Kind, Task

if TYPE_CHECKING:
    from engine.metrics.streams.answers import Answers
    from engine.metrics.streams.shared import Shared

THRESHOLDS: Final = 200
"""Over many positions a sample: exact curves would keep every number."""


class AUROC(Metric):
    """How probable it is that a position of a class is given a higher probability of it than one of another class.

    Counted by torchmetrics, which is loaded with the first answers: importing it takes longer than a short training.
    """

    name: ClassVar[str] = "auroc"
    title: ClassVar[str] = "AUROC"
    help: ClassVar[str] = "area under the curve of true over false positives: mean over the classes"
    kinds: ClassVar[frozenset[Kind]] = frozenset({"classes", "two"})
    percent: ClassVar[bool] = True
    per_class: ClassVar[bool] = True
    formula: ClassVar[str] = "∫ TPR dFPR over all thresholds"
    reference: ClassVar[str] = "Hanley and McNeil 1982, The Meaning and Use of the Area under an ROC Curve"
    rank: ClassVar[int] = 70

    def __init__(self, task: Task, loss: Loss, shared: Shared) -> None:
        super().__init__(task, loss, shared)
        from engine.metrics.streams.shared import ClassCounts

        self._counts = shared.part(ClassCounts)
        self._counter: Any = None

    def _made(self) -> Any:
        from torchmetrics import classification

        warnings.filterwarnings("ignore", module="torchmetrics")  # a class that does not occur is not a surprise
        thresholds = THRESHOLDS if self.task.axes else None
        if self.task.kind == "two":
            return classification.BinaryAUROC(thresholds=thresholds, validate_args=False)
        several = self.task.classes
        return classification.MulticlassAUROC(several, average="none", thresholds=thresholds, validate_args=False)

    def reset(self) -> None:
        if self._counter is not None:
            self._counter.reset()

    def update(self, answers: Answers) -> None:
        if self._counter is None:
            self._counter = self._made().to(answers.answer.device)
        if len(answers.labels):
            with _any_algorithm():
                self._counter.update(answers.ranks, answers.labels)

    def compute(self) -> dict[str, Value]:
        """The mean over the classes that occur, and others than they, too: else there is nothing to rank."""
        if self._counts.empty:
            return {self.name: math.nan}
        true = self._counts.totals()["true"][0]
        ranked = (true > 0) & (true < true.sum())
        with _any_algorithm():
            found = self._counter.compute()
        if self.task.kind == "two":
            return {self.name: float(found) if ranked.all() else math.nan}
        each = found.cpu().numpy()
        result: dict[str, Value] = {self.name: float(each[ranked].mean()) if ranked.any() else math.nan}
        if self.task.classes <= MOST_CLASSES:
            result[f"{self.name}_per_class"] = each.tolist()
        return result


@contextmanager
def _any_algorithm() -> Iterator[None]:
    """Let torch count in any order, also where it was told to take no way that may give other bits: counts are whole.

    Else torchmetrics compares every number with every bin at once, which takes gigabytes for a few masks.
    """
    import torch

    only = torch.are_deterministic_algorithms_enabled()
    if only:
        torch.use_deterministic_algorithms(False)
    try:
        yield
    finally:
        if only:
            torch.use_deterministic_algorithms(True)


METRICS = (AUROC,)
