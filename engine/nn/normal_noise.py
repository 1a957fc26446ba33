"""Random numbers that are added, normally distributed."""

import torch
from torch import nn


class NormalNoise(nn.Module):
    """While training (or always) adds random numbers of a normal distribution, another one to every number."""

    def __init__(self, mean: float = 0.0, std: float = 0.1, training_only: bool = True) -> None:
        super().__init__()
        self.mean, self.std, self.training_only = mean, std, training_only

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if self.training_only and not self.training:
            return x
        return x + (torch.randn_like(x) * self.std + self.mean)
