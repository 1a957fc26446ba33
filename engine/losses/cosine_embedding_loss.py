"""Cosine distance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from engine.losses.loss import Reduction
from engine.losses.targets import as_values
from engine.losses.vector_loss import VectorLoss

if TYPE_CHECKING:
    from torch import Tensor


class CosineEmbeddingLoss(VectorLoss):
    """For vectors of which only the direction counts, such as embeddings; every pair belongs together."""

    name: ClassVar[str] = "cosine_embedding_loss"
    title: ClassVar[str] = "cosine distance"
    formula: ClassVar[str] = "1 − cos(x, y) along the last axis"
    torch: ClassVar[str] = "torch.nn.CosineEmbeddingLoss"
    rank: ClassVar[int] = 10

    def compare(self, answer: Tensor, target: Tensor, weights: Tensor | None, reduction: Reduction) -> Tensor:
        from torch.nn import functional

        target = as_values(answer, target)
        ones = answer.new_ones(answer.numel() // answer.shape[-1])
        return functional.cosine_embedding_loss(answer.flatten(0, -2), target.flatten(0, -2), ones, reduction=reduction)

    def source(self, options: Mapping[str, str]) -> tuple[list[str], str]:
        lines = [
            "answer, target = answer.flatten(0, -2), target.flatten(0, -2)",
            "ones = answer.new_ones(len(answer))",
        ]
        return lines, "functional.cosine_embedding_loss(answer, target, ones, reduction=reduction)"


LOSSES = (CosineEmbeddingLoss,)
