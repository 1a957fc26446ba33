"""Where a step stands in a sequence, learned."""

import torch
from torch import nn


class LearnedPositions(nn.Module):
    """Adds a learned vector for each place to (N, T, features), so that a step knows its place."""

    def __init__(self, features: int, max_length: int) -> None:
        super().__init__()
        self.table = nn.Parameter(torch.randn(max_length, features) * 0.02)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.table[: x.shape[1]]
