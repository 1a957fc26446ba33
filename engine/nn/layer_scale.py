"""A learned factor for each channel."""

import torch
from torch import nn


class LayerScale(nn.Module):
    """Multiplies each channel by a learned factor that starts small, so that deep networks begin as almost nothing."""

    def __init__(self, channels: int, init_value: float = 1e-5, dim: int = -1) -> None:
        super().__init__()
        self.dim = dim
        self.gamma = nn.Parameter(torch.full((channels,), init_value))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        shape = [1] * x.ndim
        shape[self.dim] = -1
        return x * self.gamma.view(shape)
