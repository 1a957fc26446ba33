"""Binary cross-entropy of probabilities."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from engine.losses.binary_cross_entropy_with_logits import binary_chance_level
from engine.losses.loss import Link, Loss, Wanted

if TYPE_CHECKING:
    from torch import Tensor

TINY = 1e-12
"""How near to 0 and 1 the logit of a probability is taken."""


class BCELoss(Loss):
    """For one yes or no, or several that hold independently, where the answer is probabilities already."""

    name: ClassVar[str] = "binary_cross_entropy"
    title: ClassVar[str] = "binary cross-entropy of probabilities"
    formula: ClassVar[str] = "−y ln x − (1 − y) ln(1 − x)"
    torch: ClassVar[str] = "torch.nn.BCELoss"
    reference: ClassVar[str] = "Cox 1958, The Regression Analysis of Binary Sequences"
    rank: ClassVar[int] = 4
    wants: ClassVar[Wanted] = "probabilities"
    of_scores: ClassVar[str] = "binary_cross_entropy_with_logits"
    decides: ClassVar[bool] = True
    link: ClassVar[Link] = "sigmoid"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)

    def logits(self, answer: Tensor) -> Tensor:
        kept = answer.clamp(TINY, 1 - TINY)
        return kept.log() - (-kept).log1p()

    def probabilities(self, answer: Tensor) -> Tensor:
        return answer

    def from_probabilities(self, probabilities: Tensor) -> Tensor:
        return probabilities

    def probabilities_source(self, answer: str) -> str:
        return answer

    def chance_level(self, target: Tensor, classes: int, weights: Tensor | None) -> float:
        return binary_chance_level(target, classes)


LOSSES = (BCELoss,)
