"""Where a step stands in a sequence, told by waves."""

import math

import torch
from torch import nn


class SinusoidalPositions(nn.Module):
    """Adds a fixed table of sines and cosines to (N, T, features), so that a step knows its place."""

    def __init__(self, base: float = 10000.0) -> None:
        super().__init__()
        self.base = base

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        steps, features = x.shape[-2:]
        exact = torch.promote_types(x.dtype, torch.float32)  # bfloat16 cannot count past 256
        pairs = torch.arange(0, features, 2, device=x.device, dtype=exact)
        rates = torch.exp(pairs * (-math.log(self.base) / features))
        angles = torch.arange(steps, device=x.device, dtype=exact)[:, None] * rates
        table = torch.stack((angles.sin(), angles.cos()), dim=-1).flatten(-2).to(x.dtype)
        return x + table[:, :features]
