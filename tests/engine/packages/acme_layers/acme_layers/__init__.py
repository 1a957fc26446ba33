"""An example package: the module that is trained. It does not know Layerloom, so exported source needs only this."""

import torch
from torch import nn


class ScaledTanhModule(nn.Module):
    """y = scale · tanh(x), the scale learned."""

    def __init__(self, scale: float = 1.7159) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.tensor(scale))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.scale * torch.tanh(x)
