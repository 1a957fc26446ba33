"""Numbers that count up or down."""

import torch
from torch import nn


class Arange(nn.Module):
    """The integers from start up to end, end not included: it goes to the device, but into no file of weights."""

    value: torch.Tensor

    def __init__(self, end: int, start: int = 0, step: int = 1) -> None:
        super().__init__()
        self.register_buffer("value", torch.arange(start, end, step), persistent=False)

    def forward(self) -> torch.Tensor:
        return self.value
