"""Measures the answers of one Output over a whole part of the data: what is counted by class with torchmetrics."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from engine.losses.loss import Loss
from engine.metrics.deviations import Deviations, columns
from engine.metrics.hits import hits
from engine.metrics.tasks import Task
from engine.settings.metrics import MOST_CLASSES, PER_CLASS, MetricName

if TYPE_CHECKING:
    from torchmetrics import Metric, MetricCollection

Value = float | list[int | float | list[int | float]]
BESIDE = ("accuracy", "mae")
OF_NUMBERS: frozenset[MetricName] = frozenset({"rmse", "r2"})
THRESHOLDS = 200
"""Of an AUROC over many positions a sample: exact curves would keep every number."""


class OutputMetrics:
    """Collects answers batch by batch; `compute` gives numbers, and lists for what is kept class by class.

    ``masked``: some targets are the ignored class. Accuracy and the mean absolute error are left to the loop, which
    counts them beside the loss.
    """

    def __init__(self, criterion: Loss, task: Task, names: Iterable[MetricName], masked: bool) -> None:
        self.criterion, self.task, self.names, self.masked = criterion, task, tuple(names), masked
        self._counted: MetricCollection | None = None
        self._numbers = 0
        self._ones: Tensor | int = 0
        self._deviations = Deviations()
        self._whole = [0, 0]  # samples right at every position, samples

    def reset(self) -> None:
        """Forget what was collected."""
        self._whole, self._numbers, self._ones, self._deviations = [0, 0], 0, 0, Deviations()
        if self._counted is not None:
            self._counted.reset()

    def update(self, answer: Tensor, target: Tensor) -> None:
        """Take a batch: answer (N, …), target as the loss takes it."""
        if "exact_match" in self.names:
            self._match(answer, target)
        if self.task.kind == "values":
            if OF_NUMBERS & set(self.names):
                said = self.criterion.predicted(answer.float())
                self._deviations.update(columns(said), columns(self.criterion.values(answer, target)))
            return
        metrics = self._metrics(answer.device)
        if not len(metrics):
            return
        answer = answer.float()
        if self.task.kind == "classes":
            scores, labels = answer.flatten(0, -2), target.flatten()
            if self.masked and self.criterion.ignored is not None:
                kept = labels != self.criterion.ignored
                scores, labels = scores[kept], labels[kept]
            ranks, scores = self.criterion.probabilities(scores), scores.softmax(-1)
        else:
            labels = self.criterion.values(answer, target).flatten().long()
            ranks = scores = self.criterion.probabilities(answer).flatten()
            self._ones = self._ones + labels.sum()
        if len(labels):
            for name, metric in metrics.items():
                metric.update(ranks if name == "auroc" else scores, labels)
            self._numbers += len(labels)

    def compute(self) -> dict[str, Value]:
        """The values by name; what cannot be said of so few samples is NaN."""
        result: dict[str, Value] = {}
        found: Mapping[str, Tensor] = {}
        if self._counted is not None and self._numbers:
            warnings.filterwarnings("ignore", module="torchmetrics")  # a class that does not occur is not a surprise
            found = self._counted.compute()
        for name in self.names:
            if name == "exact_match":
                result[name] = self._whole[0] / self._whole[1] if self._whole[1] else math.nan
            elif name in BESIDE:
                continue
            elif name in OF_NUMBERS:
                result[name] = self._deviations.rmse() if name == "rmse" else self._deviations.r2()
            elif name not in found or (name == "auroc" and self._one_sided()):
                result[name] = math.nan
            elif name in PER_CLASS and self.task.kind == "classes":
                values, counts = found[name], found["_counts"]
                result[name] = float(values[_seen(name, counts)].mean())
                if self.task.classes <= MOST_CLASSES:
                    result[f"{name}_per_class"] = values.tolist()
            else:
                value = found[name]
                result[name] = value.tolist() if value.dim() else float(value)
        return result

    def _one_sided(self) -> bool:
        """Whether one of two classes does not occur: there is nothing to rank then."""
        return self.task.kind == "two" and int(self._ones) in (0, self._numbers)

    def _match(self, answer: Tensor, target: Tensor) -> None:
        if self.task.kind == "sequence":
            right, samples = hits(self.criterion, answer, target, True)
            self._whole = [self._whole[0] + int(right), self._whole[1] + int(samples)]
            return
        same = answer.argmax(-1) == target
        if self.masked and self.criterion.ignored is not None:
            same |= target == self.criterion.ignored
        self._whole = [self._whole[0] + int(same.flatten(1).all(1).sum()), self._whole[1] + len(same)]

    def _metrics(self, device: torch.device) -> MetricCollection:
        if self._counted is None:
            from torchmetrics import MetricCollection

            # Groups would take counters for one another whose first batch happens to count the same.
            self._counted = MetricCollection(dict(self._made()), compute_groups=False).to(device)
        return self._counted

    def _made(self) -> Iterable[tuple[str, Metric]]:
        """The counters of torchmetrics after the names."""
        from torchmetrics import classification

        kind = self.task.kind
        common: dict[str, Any] = {"validate_args": False}
        if kind == "classes":
            common["num_classes"] = self.task.classes
        per_class = common if kind == "two" else {**common, "average": "none"}
        curve = {**per_class, "thresholds": THRESHOLDS if self.task.axes else None}
        classes = {
            "precision": ("Precision", per_class),
            "recall": ("Recall", per_class),
            "f1": ("F1Score", per_class),
            "iou": ("JaccardIndex", per_class),
            "confusion_matrix": ("ConfusionMatrix", common),
            "auroc": ("AUROC", curve),
            "top5_accuracy": ("Accuracy", {**common, "top_k": 5, "average": "micro"}),
        }
        for name in self.names:
            if kind in ("classes", "two") and name in classes:
                stem, options = classes[name]
                yield name, getattr(classification, f"{'Binary' if kind == 'two' else 'Multiclass'}{stem}")(**options)
            elif name == "perplexity":
                yield name, _perplexity()
        if kind == "classes" and any(name in PER_CLASS for name in self.names):
            yield "_counts", classification.MulticlassStatScores(**per_class)


def _perplexity() -> Metric:
    """torchmetrics' counter, for probabilities (M, C) of positions that are all alike."""
    from torchmetrics.text import Perplexity

    class Flat(Perplexity):
        def update(self, preds: Tensor, target: Tensor) -> None:
            super().update(preds.clamp(min=torch.finfo(preds.dtype).tiny).log()[None], target[None])

    return Flat()


def _seen(name: str, counts: Tensor) -> Tensor:
    """Which classes (C) count in a mean: those that occur, in the targets or, but for the AUROC, in the answers."""
    true, false, right_not, missed = counts.unbind(-1)[:4]
    occurs = true + missed > 0
    return occurs & (false + right_not > 0) if name == "auroc" else occurs | (false > 0)
