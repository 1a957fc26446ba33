"""Mean squared error."""

from __future__ import annotations

from typing import ClassVar

from engine.losses.loss import Loss, Suited


class MSELoss(Loss):
    """For numbers; large errors count more than in proportion. The best answer is the mean."""

    name: ClassVar[str] = "mse_loss"
    title: ClassVar[str] = "mean squared error"
    formula: ClassVar[str] = "(x − y)²"
    torch: ClassVar[str] = "torch.nn.MSELoss"
    reference: ClassVar[str] = "Gauss 1809, Theoria motus corporum coelestium"
    rank: ClassVar[int] = 5
    suits: ClassVar[frozenset[Suited]] = frozenset({"numbers"})


LOSSES = (MSELoss,)
