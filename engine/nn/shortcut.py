"""The way around a residual branch."""

import torch
from torch import nn


class Shortcut(nn.Module):
    """The input itself where nothing changes, else a 1×1 convolution and a batch norm that bring it to size."""

    def __init__(self, in_channels: int, out_channels: int, stride: int = 1) -> None:
        super().__init__()
        self.projected = stride != 1 or in_channels != out_channels
        if self.projected:
            self.conv = nn.Conv2d(in_channels, out_channels, kernel_size=1, stride=stride, bias=False)
            self.bn = nn.BatchNorm2d(out_channels)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.bn(self.conv(x)) if self.projected else x
