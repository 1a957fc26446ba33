"""WaveNet: a PyTorch model written by Layerloom."""

import torch
from torch import nn


class GatedLayer(nn.Module):
    """A causal dilated convolution, gated; one part continues, one is added to the skips."""

    def __init__(self, channels: int = 32, skip_channels: int = 128, kernel: int = 2, dilation: int = 1) -> None:
        super().__init__()
        self.pad = nn.ZeroPad1d(((kernel - 1) * dilation, 0))
        self.filter_conv = nn.Conv1d(channels, channels, kernel_size=kernel, dilation=dilation)
        self.value = nn.Tanh()
        self.gate_conv = nn.Conv1d(channels, channels, kernel_size=kernel, dilation=dilation)
        self.gate = nn.Sigmoid()
        self.residual = nn.Conv1d(channels, channels, kernel_size=1)
        self.skip = nn.Conv1d(channels, skip_channels, kernel_size=1)

    def forward(self, x: torch.Tensor, skips: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        # x: (N, channels, 4096)
        # skips: (N, skip_channels, 4096)
        y = self.pad(x)                  # (N, channels, K)
        z = self.filter_conv(y)          # (N, channels, 4096)
        value = self.value(z)            # (N, channels, 4096)
        y = self.gate_conv(y)            # (N, channels, 4096)
        gate = self.gate(y)              # (N, channels, 4096)
        gated = value * gate             # (N, channels, 4096)
        residual = self.residual(gated)  # (N, channels, 4096)
        x = residual + x                 # (N, channels, 4096)
        skip = self.skip(gated)          # (N, skip_channels, 4096)
        skips = skips + skip             # (N, skip_channels, 4096)
        return x, skips


class WaveNet(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv1d(1, 32, kernel_size=1)
        self.stem_skip = nn.Conv1d(32, 128, kernel_size=1)
        self.layers = nn.ModuleList(GatedLayer(dilation=2**index) for index in range(10))
        self.relu1 = nn.ReLU()
        self.end1 = nn.Conv1d(128, 256, kernel_size=1)
        self.relu2 = nn.ReLU()
        self.end2 = nn.Conv1d(256, 256, kernel_size=1)

    def forward(self, sound: torch.Tensor) -> torch.Tensor:
        # sound: (N, 1, 4096)
        stem = self.stem(sound)         # (N, 32, 4096)
        skips = self.stem_skip(stem)    # (N, 128, 4096)
        x = stem
        for layer in self.layers:
            x, skips = layer(x, skips)  # (N, 128, 4096)
        x = self.relu1(skips)           # (N, 128, 4096)
        x = self.end1(x)                # (N, 256, 4096)
        x = self.relu2(x)               # (N, 256, 4096)
        x = self.end2(x)                # (N, 256, 4096)
        return x
