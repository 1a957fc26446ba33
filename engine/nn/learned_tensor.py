"""A tensor that is learned."""

import torch
from torch import nn


class LearnedTensor(nn.Module):
    """A learned tensor without an input. It starts normal (std), uniform (from −bound to bound) or constant (value)."""

    def __init__(
        self,
        shape: tuple[int, ...],
        init: str = "normal",
        std: float = 0.02,
        bound: float = 1.0,
        value: float = 0.0,
    ) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.full(shape, float(value)))
        if init == "normal":
            nn.init.normal_(self.weight, std=std)
        elif init == "uniform":
            nn.init.uniform_(self.weight, -bound, bound)

    def forward(self) -> torch.Tensor:
        return self.weight
