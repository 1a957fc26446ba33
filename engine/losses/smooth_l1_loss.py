"""Smooth L1 loss."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from engine.losses.number_loss import NumberLoss

if TYPE_CHECKING:
    from torch import Tensor


class SmoothL1Loss(NumberLoss):
    """For numbers: the Huber loss divided by its threshold, so that large errors have the slope 1."""

    name: ClassVar[str] = "smooth_l1_loss"
    title: ClassVar[str] = "smooth L1 loss"
    formula: ClassVar[str] = "½ (x − y)² / β where |x − y| < β, else |x − y| − ½ β"
    torch: ClassVar[str] = "torch.nn.SmoothL1Loss"
    reference: ClassVar[str] = "Girshick 2015, Fast R-CNN"
    rank: ClassVar[int] = 8

    beta: Annotated[float, Field(gt=0.0)] = Field(1.0, description="where smooth L1 turns from square to straight")

    def slope(self, errors: Tensor) -> Tensor:
        return errors.clamp(-self.beta, self.beta)


LOSSES = (SmoothL1Loss,)
