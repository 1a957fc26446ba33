"""DenseNet-121: a PyTorch model written by Layerloom."""

import torch
from torch import nn


class DenseLayer(nn.Module):
    """Adds growth channels, made of all channels so far."""

    def __init__(self, in_channels: int, growth: int = 32) -> None:
        super().__init__()
        self.bn1 = nn.BatchNorm2d(in_channels)
        self.relu1 = nn.ReLU()
        self.conv1 = nn.Conv2d(in_channels, growth * 4, kernel_size=1, bias=False)
        self.bn2 = nn.BatchNorm2d(growth * 4)
        self.relu2 = nn.ReLU()
        self.conv2 = nn.Conv2d(growth * 4, growth, kernel_size=3, padding=1, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        # x: (N, in_channels, H, H)
        y = self.bn1(x)               # (N, in_channels, H, H)
        y = self.relu1(y)             # (N, in_channels, H, H)
        y = self.conv1(y)             # (N, growth * 4, H, H)
        y = self.bn2(y)               # (N, growth * 4, H, H)
        y = self.relu2(y)             # (N, growth * 4, H, H)
        y = self.conv2(y)             # (N, growth, H, H)
        x = torch.cat((x, y), dim=1)  # (N, in_channels + growth, H, H)
        return x


class Transition(nn.Module):
    """Halves channels and size."""

    def __init__(self, channels: int = 128) -> None:
        super().__init__()
        self.bn1 = nn.BatchNorm2d(2 * channels)
        self.relu1 = nn.ReLU()
        self.conv1 = nn.Conv2d(2 * channels, channels, kernel_size=1, bias=False)
        self.pool1 = nn.AvgPool2d(2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        # x: (N, 2 * channels, H, H)
        x = self.bn1(x)    # (N, 2 * channels, H, H)
        x = self.relu1(x)  # (N, 2 * channels, H, H)
        x = self.conv1(x)  # (N, channels, H, H)
        x = self.pool1(x)  # (N, channels, H2, H2)
        return x


class DenseNet121(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, kernel_size=7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.relu1 = nn.ReLU()
        self.pool1 = nn.MaxPool2d(3, stride=2, padding=1)
        self.dense1 = nn.Sequential(*(DenseLayer(in_channels) for in_channels in range(64, 256, 32)))
        self.transition1 = Transition()
        self.dense2 = nn.Sequential(*(DenseLayer(in_channels) for in_channels in range(128, 512, 32)))
        self.transition2 = Transition(channels=256)
        self.dense3 = nn.Sequential(*(DenseLayer(in_channels) for in_channels in range(256, 1024, 32)))
        self.transition3 = Transition(channels=512)
        self.dense4 = nn.Sequential(*(DenseLayer(in_channels) for in_channels in range(512, 1024, 32)))
        self.bn2 = nn.BatchNorm2d(1024)
        self.relu2 = nn.ReLU()
        self.pool2 = nn.AdaptiveAvgPool2d(1)
        self.flatten1 = nn.Flatten()
        self.fc1 = nn.Linear(1024, 1000)

    def forward(self, input: torch.Tensor) -> torch.Tensor:
        # input: (N, 3, 224, 224)
        x = self.conv1(input)    # (N, 64, 112, 112)
        x = self.bn1(x)          # (N, 64, 112, 112)
        x = self.relu1(x)        # (N, 64, 112, 112)
        x = self.pool1(x)        # (N, 64, 56, 56)
        x = self.dense1(x)       # (N, 256, 56, 56)
        x = self.transition1(x)  # (N, 128, 28, 28)
        x = self.dense2(x)       # (N, 512, 28, 28)
        x = self.transition2(x)  # (N, 256, 14, 14)
        x = self.dense3(x)       # (N, 1024, 14, 14)
        x = self.transition3(x)  # (N, 512, 7, 7)
        x = self.dense4(x)       # (N, 1024, 7, 7)
        x = self.bn2(x)          # (N, 1024, 7, 7)
        x = self.relu2(x)        # (N, 1024, 7, 7)
        x = self.pool2(x)        # (N, 1024, 1, 1)
        x = self.flatten1(x)     # (N, 1024)
        x = self.fc1(x)          # (N, 1000)
        return x
