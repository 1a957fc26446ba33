"""Losses of numbers: each number of an answer is compared with its own number of the target."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from engine.losses.loss import Loss

if TYPE_CHECKING:
    from torch import Tensor

ENOUGH: Final = 4_000_000
"""Numbers of a target that tell its spread: more are thinned out to about so many."""
HALVINGS: Final = 60


class NumberLoss(Loss):
    """A loss that is least at one number for all samples: what an answer costs that has looked at nothing."""

    def slope(self, errors: Tensor) -> Tensor:
        """The derivative of the loss by the answer, where answers are off by so much: it never falls."""
        raise NotImplementedError

    def constant(self, values: Tensor) -> Tensor:
        """(…) the best answer that is the same for all of the values (N, …): where the slopes add up to 0."""
        low, high = values.amin(0), values.amax(0)
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            above = self.slope(middle - values).sum(0) > 0
            low, high = low.where(above, middle), middle.where(above, high)
        return (low + high) / 2

    def chance_level(self, target: Tensor, classes: int, weights: Tensor | None) -> float:
        """The loss of the best constant at each position: of squares the variance, of absolute errors the mean
        distance from the median. NaN for labels that are none."""
        from torch.nn import functional

        target = target[:: max(1, math.ceil(target.numel() * max(1, classes) / ENOUGH))]
        if not target.numel():
            return math.nan
        if classes and not target.is_floating_point():
            if int(target.min()) < 0 or int(target.max()) >= classes:
                return math.nan
            target = functional.one_hot(target.long(), classes)
        values = target.to("cpu").double()
        return float(self.compare(self.constant(values).expand_as(values), values, None, "mean"))
