"""Negative log-likelihood."""

from __future__ import annotations

from typing import ClassVar

from engine.losses.class_loss import LikelihoodLoss
from engine.losses.loss import Wanted


class NLLLoss(LikelihoodLoss):
    """Cross-entropy of logarithms of probabilities, such as a LogSoftmax gives."""

    name: ClassVar[str] = "nll_loss"
    title: ClassVar[str] = "negative log-likelihood"
    formula: ClassVar[str] = "−x[class]"
    torch: ClassVar[str] = "torch.nn.NLLLoss"
    reference: ClassVar[str] = "Fisher 1922, On the Mathematical Foundations of Theoretical Statistics"
    rank: ClassVar[int] = 2
    wants: ClassVar[Wanted] = "log-probabilities"
    of_scores: ClassVar[str] = "cross_entropy"


LOSSES = (NLLLoss,)
