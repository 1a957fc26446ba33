"""Where a step stands in a sequence, told by turning."""

import math

import torch
from torch import nn


class RotaryPositions(nn.Module):
    """Turns each pair of features by an angle that grows with the position along axis −2, for queries and keys."""

    def __init__(self, base: float = 10000.0) -> None:
        super().__init__()
        self.base = base

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        steps, features = x.shape[-2:]
        pairs = torch.arange(0, features, 2, device=x.device, dtype=x.dtype)
        rates = torch.exp(pairs * (-math.log(self.base) / features))
        angles = torch.arange(steps, device=x.device, dtype=x.dtype)[:, None] * rates
        even, odd = x[..., 0::2], x[..., 1::2]
        turned = (even * angles.cos() - odd * angles.sin(), even * angles.sin() + odd * angles.cos())
        return torch.stack(turned, dim=-1).flatten(-2)
