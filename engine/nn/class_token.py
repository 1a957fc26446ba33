"""A token that asks for the answer."""

import torch
from torch import nn


class ClassToken(nn.Module):
    """Puts one learned token before the sequence (N, T, features); what becomes of it is the answer."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.token = nn.Parameter(torch.randn(features) * 0.02)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.cat((self.token.expand(x.shape[0], 1, -1), x), dim=1)
