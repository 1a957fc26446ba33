"""Hinge loss of several classes."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from engine.losses.class_loss import ClassLoss
from engine.losses.loss import Wanted


class MultiMarginLoss(ClassLoss):
    """For classes of which one is right: nothing is left to learn once its score is far enough above the others."""

    name: ClassVar[str] = "multi_margin_loss"
    title: ClassVar[str] = "hinge loss of several classes"
    formula: ClassVar[str] = "Σ max(0, margin − x[class] + x[i])^p / classes, i ≠ class"
    torch: ClassVar[str] = "torch.nn.MultiMarginLoss"
    reference: ClassVar[str] = "Crammer and Singer 2001, Multiclass Kernel-based Vector Machines"
    rank: ClassVar[int] = 11
    wants: ClassVar[Wanted] = "scores"

    margin: float = Field(1.0, description="how far the score of the right class must be above the others")
    p: Literal[1, 2] = Field(1, description="the power of what is missing to the margin")


LOSSES = (MultiMarginLoss,)
