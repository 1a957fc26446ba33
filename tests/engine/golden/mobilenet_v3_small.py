"""MobileNetV3 small: a PyTorch model written by Layerloom."""

import torch
from torch import nn


def make_divisible(value: float, divisor: int) -> int:
    """The multiple of a divisor nearest to a value: at least one, and not below nine tenths of the value."""
    nearest = max(divisor, int(value + divisor / 2) // divisor * divisor)
    return nearest + divisor if nearest < 0.9 * value else nearest


class InvertedResidual(nn.Module):
    """Widened, filtered channel by channel, gated, and made narrow again."""

    def __init__(
        self,
        in_channels: int,
        expanded: int = 64,
        channels: int = 16,
        kernel: int = 3,
        stride: int = 1,
        squeeze: bool = False,
        hardswish: bool = False,
    ) -> None:
        super().__init__()
        self.expanded = expanded
        self.in_channels = in_channels
        self.hardswish = hardswish
        self.squeeze = squeeze
        self.channels = channels
        self.stride = stride
        if expanded != in_channels:
            self.expand = nn.Conv2d(in_channels, expanded, kernel_size=1, bias=False)
            self.bn1 = nn.BatchNorm2d(expanded, eps=0.001, momentum=0.01)
        if not hardswish and expanded != in_channels:
            self.relu1 = nn.ReLU()
        if hardswish and expanded != in_channels:
            self.hardswish1 = nn.Hardswish()
        self.depthwise = nn.Conv2d(
            expanded, expanded, kernel_size=kernel, stride=stride, padding=kernel // 2, groups=expanded, bias=False
        )
        self.bn2 = nn.BatchNorm2d(expanded, eps=0.001, momentum=0.01)
        if not hardswish:
            self.relu2 = nn.ReLU()
        if hardswish:
            self.hardswish2 = nn.Hardswish()
        if squeeze:
            self.pool1 = nn.AdaptiveAvgPool2d(1)
            self.fc1 = nn.Conv2d(expanded, make_divisible(expanded / 4, 8), kernel_size=1)
            self.relu3 = nn.ReLU()
            self.fc2 = nn.Conv2d(make_divisible(expanded / 4, 8), expanded, kernel_size=1)
            self.hardsigmoid1 = nn.Hardsigmoid()
        self.project = nn.Conv2d(expanded, channels, kernel_size=1, bias=False)
        self.bn3 = nn.BatchNorm2d(channels, eps=0.001, momentum=0.01)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        # x: (N, in_channels, H, H)
        if self.expanded != self.in_channels:
            y = self.expand(x)        # (N, expanded, H, H)
            y = self.bn1(y)           # (N, expanded, H, H)
        else:
            y = x
        if not self.hardswish and self.expanded != self.in_channels:
            y = self.relu1(y)         # (N, expanded, H, H)
        if self.hardswish and self.expanded != self.in_channels:
            y = self.hardswish1(y)    # (N, expanded, H, H)
        y = self.depthwise(y)         # (N, expanded, H2, H2)
        y = self.bn2(y)               # (N, expanded, H2, H2)
        if not self.hardswish:
            y = self.relu2(y)         # (N, expanded, H2, H2)
        if self.hardswish:
            y = self.hardswish2(y)    # (N, expanded, H2, H2)
        if self.squeeze:
            z = self.pool1(y)         # (N, expanded, 1, 1)
            z = self.fc1(z)           # (N, make_divisible(expanded / 4, 8), 1, 1)
            z = self.relu3(z)         # (N, make_divisible(expanded / 4, 8), 1, 1)
            z = self.fc2(z)           # (N, expanded, 1, 1)
            z = self.hardsigmoid1(z)  # (N, expanded, 1, 1)
            y = y * z                 # (N, expanded, H2, H2)
        y = self.project(y)           # (N, channels, H2, H2)
        y = self.bn3(y)               # (N, channels, H2, H2)
        if self.stride == 1 and self.in_channels == self.channels:
            y = y + x                 # (N, in_channels, H, H)
        return y


class MobileNetV3Small(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 16, kernel_size=3, stride=2, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(16, eps=0.001, momentum=0.01)
        self.hardswish1 = nn.Hardswish()
        self.stage1 = InvertedResidual(16, expanded=16, stride=2, squeeze=True)
        self.stage2 = nn.Sequential(
            InvertedResidual(16, expanded=72, channels=24, stride=2),
            InvertedResidual(24, expanded=88, channels=24),
        )
        self.stage3 = nn.Sequential(
            InvertedResidual(24, expanded=96, channels=40, kernel=5, stride=2, squeeze=True, hardswish=True),
            *(
                InvertedResidual(40, expanded=240, channels=40, kernel=5, squeeze=True, hardswish=True)
                for _ in range(2)
            ),
        )
        self.stage4 = nn.Sequential(
            InvertedResidual(40, expanded=120, channels=48, kernel=5, squeeze=True, hardswish=True),
            InvertedResidual(48, expanded=144, channels=48, kernel=5, squeeze=True, hardswish=True),
        )
        self.stage5 = nn.Sequential(
            InvertedResidual(48, expanded=288, channels=96, kernel=5, stride=2, squeeze=True, hardswish=True),
            *(
                InvertedResidual(96, expanded=576, channels=96, kernel=5, squeeze=True, hardswish=True)
                for _ in range(2)
            ),
        )
        self.head = nn.Conv2d(96, 576, kernel_size=1, bias=False)
        self.bn2 = nn.BatchNorm2d(576, eps=0.001, momentum=0.01)
        self.hardswish2 = nn.Hardswish()
        self.pool1 = nn.AdaptiveAvgPool2d(1)
        self.flatten1 = nn.Flatten()
        self.fc1 = nn.Linear(576, 1024)
        self.hardswish3 = nn.Hardswish()
        self.dropout1 = nn.Dropout(0.2)
        self.fc2 = nn.Linear(1024, 1000)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        # image: (N, 3, 224, 224)
        x = self.stem(image)    # (N, 16, 112, 112)
        x = self.bn1(x)         # (N, 16, 112, 112)
        x = self.hardswish1(x)  # (N, 16, 112, 112)
        x = self.stage1(x)      # (N, 16, 56, 56)
        x = self.stage2(x)      # (N, 24, 28, 28)
        x = self.stage3(x)      # (N, 40, 14, 14)
        x = self.stage4(x)      # (N, 48, 14, 14)
        x = self.stage5(x)      # (N, 96, 7, 7)
        x = self.head(x)        # (N, 576, 7, 7)
        x = self.bn2(x)         # (N, 576, 7, 7)
        x = self.hardswish2(x)  # (N, 576, 7, 7)
        x = self.pool1(x)       # (N, 576, 1, 1)
        x = self.flatten1(x)    # (N, 576)
        x = self.fc1(x)         # (N, 1024)
        x = self.hardswish3(x)  # (N, 1024)
        x = self.dropout1(x)    # (N, 1024)
        x = self.fc2(x)         # (N, 1000)
        return x
