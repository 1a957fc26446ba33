"""A term of the loss that the network computes itself."""

from __future__ import annotations

from typing import ClassVar

from engine.losses.loss import Loss, Target


class Value(Loss):
    """What arrives is the loss: a divergence or a penalty that the network computes, whatever the data say."""

    name: ClassVar[str] = "value"
    title: ClassVar[str] = "the value itself"
    formula: ClassVar[str] = "mean of x over all numbers of the batch"
    rank: ClassVar[int] = 1000
    target: ClassVar[Target] = "nothing"
    by_class: ClassVar[bool] = False


LOSSES = (Value,)
