"""An example package: the modules that are trained. They know nothing of Layerloom; exported source needs only them."""

import torch
from torch import nn


class ScaledTanhModule(nn.Module):
    """y = scale · tanh(x), the scale learned."""

    def __init__(self, scale: float = 1.7159) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.tensor(scale))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.scale * torch.tanh(x)


class SeparableConv2dModule(nn.Sequential):
    """A filter for each channel, then weighted sums of the channels at every pixel."""

    def __init__(
        self, in_channels: int, out_channels: int, kernel_size: int, padding: int = 0, bias: bool = True
    ) -> None:
        super().__init__(
            nn.Conv2d(in_channels, in_channels, kernel_size, padding=padding, groups=in_channels, bias=False),
            nn.Conv2d(in_channels, out_channels, 1, bias=bias),
        )


class HalfWaveModule(nn.Module):
    """y = max(0, x)²."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.relu(x) ** 2


class SlowSigmoidModule(nn.Module):
    """y = sigmoid(slope · x)."""

    def __init__(self, slope: float = 0.5) -> None:
        super().__init__()
        self.slope = slope

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.sigmoid(self.slope * x)


class CenteringModule(nn.Module):
    """Takes the mean of each channel over the batch away."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x - x.mean((0, *range(2, x.dim())), keepdim=True)


class RowDropoutModule(nn.Module):
    """Sets all numbers of some samples to zero while training."""

    def __init__(self, p: float = 0.1) -> None:
        super().__init__()
        self.p = p

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        kept = torch.rand(len(x), *[1] * (x.dim() - 1), device=x.device) >= self.p
        return x * kept if self.training else x


class PlainAttentionModule(nn.Module):
    """softmax(X·Xᵀ)·X: each step is a mean of the steps that are like it."""

    def __init__(self, ahead: bool = True) -> None:
        super().__init__()
        self.ahead = ahead

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        scores = x @ x.transpose(1, 2)
        if not self.ahead:
            later = torch.ones(scores.shape[1:], dtype=torch.bool, device=x.device).triu(1)
            scores = scores.masked_fill(later, -torch.inf)
        return scores.softmax(-1) @ x
