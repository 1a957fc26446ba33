"""Huber loss."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from engine.losses.number_loss import NumberLoss

if TYPE_CHECKING:
    from torch import Tensor


class HuberLoss(NumberLoss):
    """For numbers: squares of small errors, in proportion to large ones."""

    name: ClassVar[str] = "huber_loss"
    title: ClassVar[str] = "Huber loss"
    formula: ClassVar[str] = "½ (x − y)² where |x − y| < δ, else δ (|x − y| − ½ δ)"
    torch: ClassVar[str] = "torch.nn.HuberLoss"
    reference: ClassVar[str] = "Huber 1964, Robust Estimation of a Location Parameter"
    rank: ClassVar[int] = 7

    delta: Annotated[float, Field(gt=0.0)] = Field(
        1.0, description="where the Huber loss turns from square to straight"
    )

    def slope(self, errors: Tensor) -> Tensor:
        return errors.clamp(-self.delta, self.delta)


LOSSES = (HuberLoss,)
