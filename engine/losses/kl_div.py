"""Kullback-Leibler divergence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from engine.losses.loss import Reduction, Wanted
from engine.losses.vector_loss import VectorLoss

if TYPE_CHECKING:
    from torch import Tensor


class KLDivLoss(VectorLoss):
    """How far a distribution is from that of the target: the mean over the samples, as torch's ``batchmean``."""

    name: ClassVar[str] = "kl_div"
    title: ClassVar[str] = "Kullback-Leibler divergence"
    formula: ClassVar[str] = "Σ y (ln y − x) over the classes"
    torch: ClassVar[str] = "torch.nn.KLDivLoss"
    reference: ClassVar[str] = "Kullback and Leibler 1951, On Information and Sufficiency"
    rank: ClassVar[int] = 9
    wants: ClassVar[Wanted] = "log-probabilities"

    def compare(self, answer: Tensor, target: Tensor, weights: Tensor | None, reduction: Reduction) -> Tensor:
        if reduction != "mean":
            return super().compare(answer, target, weights, reduction)
        return super().compare(answer, target, weights, "sum") / (answer.numel() // answer.shape[-1])

    def source(self, options: Mapping[str, str]) -> tuple[list[str], str]:
        lines = ['total = functional.kl_div(answer, target, reduction="sum")']
        return lines, 'total if reduction == "sum" else total / (answer.numel() // answer.shape[-1])'


LOSSES = (KLDivLoss,)
