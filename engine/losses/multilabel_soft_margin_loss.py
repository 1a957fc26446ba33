"""Binary cross-entropy of several classes that may hold at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from engine.dims import Dim
from engine.losses.binary_cross_entropy_with_logits import binary_chance_level
from engine.losses.class_loss import WeightedLoss
from engine.losses.loss import Activation, Counted
from engine.losses.yes_or_no_loss import YesOrNoLoss

if TYPE_CHECKING:
    from torch import Tensor


class MultiLabelSoftMarginLoss(YesOrNoLoss, WeightedLoss):
    """For classes of which several may hold, which may count differently: the mean over the classes of a sample."""

    name: ClassVar[str] = "multilabel_soft_margin_loss"
    title: ClassVar[str] = "logistic loss of several labels"
    formula: ClassVar[str] = "Σ (−y ln σ(x) − (1 − y) ln(1 − σ(x))) / classes"
    torch: ClassVar[str] = "torch.nn.MultiLabelSoftMarginLoss"
    reference: ClassVar[str] = "Cox 1958, The Regression Analysis of Binary Sequences"
    rank: ClassVar[int] = 23
    activation: ClassVar[Activation] = "sigmoid"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    counts: ClassVar[Counted] = "vectors"

    def mismatch(self, answer: Sequence[Dim], classes: int | None, target: Sequence[int]) -> str:
        given = self.class_weights
        if not answer or (classes is None and len(answer) != 1):
            return f"{self.name} needs a number for each class, (N, classes)."
        if classes is None and isinstance(given, tuple) and isinstance(answer[-1], int) and len(given) != answer[-1]:
            return f"class_weights needs one number for each of its {answer[-1]} classes, not {len(given)}."
        return ""

    def chance_level(self, target: Tensor, classes: int, weights: Tensor | None) -> float:
        """The mean over the classes of what `BCEWithLogitsLoss` gives for each, times its weight."""
        columns = target.reshape(len(target), -1).unbind(1)
        if not target.is_floating_point():
            columns = tuple((target == label).flatten() for label in range(classes)) if classes else (target.flatten(),)
        each = [binary_chance_level(column, 0) for column in columns]
        weighed = each if weights is None else [one * float(w) for one, w in zip(each, weights, strict=True)]
        return sum(weighed) / len(weighed)


LOSSES = (MultiLabelSoftMarginLoss,)
