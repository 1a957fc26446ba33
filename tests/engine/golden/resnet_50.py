"""ResNet-50: a PyTorch model written by Layerloom."""

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


class Bottleneck(nn.Module):
    """A 3×3 convolution between two of 1×1, with a way around them."""

    def __init__(self, in_channels: int, channels: int = 64, stride: int = 1) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, channels, kernel_size=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.relu1 = nn.ReLU()
        self.conv2 = nn.Conv2d(channels, channels, kernel_size=3, stride=stride, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.relu2 = nn.ReLU()
        self.conv3 = nn.Conv2d(channels, channels * 4, kernel_size=1, bias=False)
        self.bn3 = nn.BatchNorm2d(channels * 4)
        self.shortcut = Shortcut(in_channels, channels * 4, stride=stride)
        self.relu3 = nn.ReLU()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        # x: (N, in_channels, H, H)
        y = self.conv1(x)     # (N, channels, H, H)
        y = self.bn1(y)       # (N, channels, H, H)
        y = self.relu1(y)     # (N, channels, H, H)
        y = self.conv2(y)     # (N, channels, H2, H2)
        y = self.bn2(y)       # (N, channels, H2, H2)
        y = self.relu2(y)     # (N, channels, H2, H2)
        y = self.conv3(y)     # (N, channels * 4, H2, H2)
        y = self.bn3(y)       # (N, channels * 4, H2, H2)
        x = self.shortcut(x)  # (N, channels * 4, H2, H2)
        y = y + x             # (N, channels * 4, H2, H2)
        y = self.relu3(y)     # (N, channels * 4, H2, H2)
        return y


class ResNet50(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 64, kernel_size=7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.relu1 = nn.ReLU()
        self.pool1 = nn.MaxPool2d(3, stride=2, padding=1)
        self.stage1 = nn.Sequential(Bottleneck(64), *(Bottleneck(256) for _ in range(2)))
        self.stage2 = nn.Sequential(
            Bottleneck(256, channels=128, stride=2),
            *(Bottleneck(512, channels=128) for _ in range(3)),
        )
        self.stage3 = nn.Sequential(
            Bottleneck(512, channels=256, stride=2),
            *(Bottleneck(1024, channels=256) for _ in range(5)),
        )
        self.stage4 = nn.Sequential(
            Bottleneck(1024, channels=512, stride=2),
            *(Bottleneck(2048, channels=512) for _ in range(2)),
        )
        self.pool2 = nn.AdaptiveAvgPool2d(1)
        self.flatten1 = nn.Flatten()
        self.fc1 = nn.Linear(2048, 1000)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        # image: (N, 3, 224, 224)
        x = self.stem(image)  # (N, 64, 112, 112)
        x = self.bn1(x)       # (N, 64, 112, 112)
        x = self.relu1(x)     # (N, 64, 112, 112)
        x = self.pool1(x)     # (N, 64, 56, 56)
        x = self.stage1(x)    # (N, 256, 56, 56)
        x = self.stage2(x)    # (N, 512, 28, 28)
        x = self.stage3(x)    # (N, 1024, 14, 14)
        x = self.stage4(x)    # (N, 2048, 7, 7)
        x = self.pool2(x)     # (N, 2048, 1, 1)
        x = self.flatten1(x)  # (N, 2048)
        x = self.fc1(x)       # (N, 1000)
        return x
