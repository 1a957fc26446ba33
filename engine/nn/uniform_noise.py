"""Random numbers that are added, all of a range equally likely."""

import torch
from torch import nn


class UniformNoise(nn.Module):
    """While training (or always) adds random numbers from low up to high, another one to every number."""

    def __init__(self, low: float = -0.1, high: float = 0.1, training_only: bool = True) -> None:
        super().__init__()
        self.low, self.high, self.training_only = low, high, training_only

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if self.training_only and not self.training:
            return x
        return x + (torch.rand_like(x) * (self.high - self.low) + self.low)
