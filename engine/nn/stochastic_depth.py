"""Dropping whole branches of a residual network at random."""

import torch
from torch import nn


class StochasticDepth(nn.Module):
    """While training, sets whole samples of a branch to zero with probability p and scales the others up."""

    def __init__(self, p: float) -> None:
        super().__init__()
        self.p = p

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if not self.training or self.p == 0.0:
            return x
        shape = (x.shape[0],) + (1,) * (x.ndim - 1)
        kept = torch.rand(shape, device=x.device) >= self.p
        return x * kept / max(1.0 - self.p, 1e-12)
