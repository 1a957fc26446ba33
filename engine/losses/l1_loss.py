"""Mean absolute error."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from engine.losses.loss import Suited
from engine.losses.number_loss import NumberLoss

if TYPE_CHECKING:
    from torch import Tensor


class L1Loss(NumberLoss):
    """For numbers; single wild ones do little harm. The best answer is the median."""

    name: ClassVar[str] = "l1_loss"
    title: ClassVar[str] = "mean absolute error"
    formula: ClassVar[str] = "|x − y|"
    torch: ClassVar[str] = "torch.nn.L1Loss"
    reference: ClassVar[str] = "Laplace 1774, Mémoire sur la probabilité des causes par les évènements"
    rank: ClassVar[int] = 6
    suits: ClassVar[frozenset[Suited]] = frozenset({"numbers"})

    def constant(self, values: Tensor) -> Tensor:
        return values.cpu().median(0).values.to(values.device)  # a GPU has no way with the same bits every time


LOSSES = (L1Loss,)
