"""NASNet-A: a PyTorch model written by Layerloom."""

import torch
from torch import nn


class Fit(nn.Module):
    """ReLU, a 1×1 convolution and a batch norm bring a value to the channels."""

    def __init__(self, in_channels: int, channels: int = 44) -> None:
        super().__init__()
        self.relu1 = nn.ReLU()
        self.conv = nn.Conv2d(in_channels, channels, kernel_size=1, bias=False)
        self.bn = nn.BatchNorm2d(channels)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        # x: (N, in_channels, 32, 32)
        x = self.relu1(x)  # (N, in_channels, 32, 32)
        x = self.conv(x)   # (N, channels, 32, 32)
        x = self.bn(x)     # (N, channels, 32, 32)
        return x


class Separable(nn.Module):
    """A separable convolution."""

    def __init__(self, channels: int = 44, kernel: int = 3) -> None:
        super().__init__()
        self.relu1 = nn.ReLU()
        self.depthwise = nn.Conv2d(
            channels, channels, kernel_size=kernel, padding=kernel // 2, groups=channels, bias=False
        )
        self.pointwise = nn.Conv2d(channels, channels, kernel_size=1, bias=False)
        self.bn = nn.BatchNorm2d(channels)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        # x: (N, channels, 32, 32)
        x = self.relu1(x)      # (N, channels, 32, 32)
        x = self.depthwise(x)  # (N, channels, 32, 32)
        x = self.pointwise(x)  # (N, channels, 32, 32)
        x = self.bn(x)         # (N, channels, 32, 32)
        return x


class NormalCell(nn.Module):
    """Five sums of two branches, of this value and the one before."""

    def __init__(self, in_channels: int, fit_prev_in_channels: int, channels: int = 44) -> None:
        super().__init__()
        self.fit = Fit(in_channels, channels=channels)
        self.sep1 = Separable(channels=channels)
        self.sep2_right = Separable(channels=channels, kernel=5)
        self.pool3 = nn.AvgPool2d(3, stride=1, padding=1)
        self.fit_prev = Fit(fit_prev_in_channels, channels=channels)
        self.sep2_left = Separable(channels=channels)
        self.pool4_left = nn.AvgPool2d(3, stride=1, padding=1)
        self.pool4_right = nn.AvgPool2d(3, stride=1, padding=1)
        self.sep5_left = Separable(channels=channels, kernel=5)
        self.sep5_right = Separable(channels=channels)

    def forward(self, h: torch.Tensor, h_prev: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        # h: (N, in_channels, 32, 32)
        # h_prev: (N, fit_prev_in_channels, 32, 32)
        x = self.fit(h)                                                 # (N, channels, 32, 32)
        sep1 = self.sep1(x)                                             # (N, channels, 32, 32)
        sum1 = sep1 + x                                                 # (N, channels, 32, 32)
        sep2_right = self.sep2_right(x)                                 # (N, channels, 32, 32)
        fit_prev = self.fit_prev(h_prev)                                # (N, channels, 32, 32)
        sep2_left = self.sep2_left(fit_prev)                            # (N, channels, 32, 32)
        sum2 = sep2_left + sep2_right                                   # (N, channels, 32, 32)
        x = self.pool3(x)                                               # (N, channels, 32, 32)
        sum3 = x + fit_prev                                             # (N, channels, 32, 32)
        pool4_left = self.pool4_left(fit_prev)                          # (N, channels, 32, 32)
        pool4_right = self.pool4_right(fit_prev)                        # (N, channels, 32, 32)
        sum4 = pool4_left + pool4_right                                 # (N, channels, 32, 32)
        sep5_left = self.sep5_left(fit_prev)                            # (N, channels, 32, 32)
        sep5_right = self.sep5_right(fit_prev)                          # (N, channels, 32, 32)
        sum5 = sep5_left + sep5_right                                   # (N, channels, 32, 32)
        x = torch.cat((fit_prev, sum1, sum2, sum3, sum4, sum5), dim=1)  # (N, 6 * channels, 32, 32)
        return x, h


class NASNetA(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 32, kernel_size=3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(32)
        self.cells = nn.ModuleList(
            [NormalCell(32, 32), NormalCell(264, 32), *(NormalCell(264, 264) for _ in range(2))],
        )
        self.relu1 = nn.ReLU()
        self.pool1 = nn.AdaptiveAvgPool2d(1)
        self.flatten1 = nn.Flatten()
        self.fc1 = nn.Linear(264, 10)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        # image: (N, 3, 32, 32)
        x = self.stem(image)              # (N, 32, 32, 32)
        x = self.bn1(x)                   # (N, 32, 32, 32)
        y, h_prev = x, x
        for layer in self.cells:
            y, h_prev = layer(y, h_prev)  # (N, 264, 32, 32)
        y = self.relu1(y)                 # (N, 264, 32, 32)
        y = self.pool1(y)                 # (N, 264, 1, 1)
        y = self.flatten1(y)              # (N, 264)
        y = self.fc1(y)                   # (N, 10)
        return y
