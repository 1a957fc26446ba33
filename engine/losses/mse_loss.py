"""Mean squared error."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from engine.losses.loss import Suited
from engine.losses.number_loss import NumberLoss

if TYPE_CHECKING:
    from torch import Tensor


class MSELoss(NumberLoss):
    """For numbers; large errors count more than in proportion. The best answer is the mean."""

    name: ClassVar[str] = "mse_loss"
    title: ClassVar[str] = "mean squared error"
    formula: ClassVar[str] = "(x − y)²"
    torch: ClassVar[str] = "torch.nn.MSELoss"
    reference: ClassVar[str] = "Gauss 1809, Theoria motus corporum coelestium"
    rank: ClassVar[int] = 5
    suits: ClassVar[frozenset[Suited]] = frozenset({"numbers"})

    def constant(self, values: Tensor) -> Tensor:
        return values.mean(0)


LOSSES = (MSELoss,)
