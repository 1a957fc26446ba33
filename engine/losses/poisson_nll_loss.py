"""Negative log-likelihood of counts."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from engine.losses.loss import Loss

if TYPE_CHECKING:
    from torch import Tensor


class PoissonNLLLoss(Loss):
    """For counts: how often something happens. The answer is the logarithm of the rate, or the rate itself."""

    name: ClassVar[str] = "poisson_nll_loss"
    title: ClassVar[str] = "negative log-likelihood of counts"
    formula: ClassVar[str] = "exp(x) − y x where x is the logarithm of the rate, else x − y ln(x + eps)"
    torch: ClassVar[str] = "torch.nn.PoissonNLLLoss"
    reference: ClassVar[str] = "Nelder and Wedderburn 1972, Generalized Linear Models"
    rank: ClassVar[int] = 20
    bounds: ClassVar[tuple[float, float]] = (0.0, math.inf)

    log_input: bool = Field(True, description="whether the answer is the logarithm of the rate; else the rate itself")
    full: bool = Field(False, description="add Stirling's approximation of ln y!, which moves the loss and no weight")
    eps: Annotated[float, Field(gt=0.0)] = Field(1e-8, description="keeps the logarithm of a rate of 0 finite")

    def predicted(self, answer: Tensor) -> Tensor:
        return answer.exp() if self.log_input else answer

    def from_predicted(self, values: Tensor) -> Tensor:
        return values.clamp(min=self.eps).log() if self.log_input else values

    def predicted_source(self, answer: str) -> str:
        return f"{answer}.exp()" if self.log_input else answer

    def chance_level(self, target: Tensor, classes: int, weights: Tensor | None) -> float:
        """The mean of ȳ − ȳ ln ȳ over the outputs, where ȳ is the mean count of each."""
        import torch

        if not target.numel():
            return math.nan
        counts = target.double().reshape(len(target), -1)
        rates = counts.mean(0)
        total = (rates - torch.xlogy(rates, rates)).mean()
        if self.full:
            stirling = torch.xlogy(counts, counts) - counts + 0.5 * (2 * math.pi * counts).log()
            total = total + torch.where(counts > 1, stirling, 0.0).mean()
        return float(total)


LOSSES = (PoissonNLLLoss,)
