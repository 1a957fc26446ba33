"""GoogLeNet: a PyTorch model written by Layerloom."""

import torch
from torch import nn


class ConvReLU(nn.Module):
    def __init__(
        self, in_channels: int, channels: int = 64, kernel_size: int = 1, stride: int = 1, padding: int = 0
    ) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, channels, kernel_size=kernel_size, stride=stride, padding=padding)
        self.relu1 = nn.ReLU()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        # x: (N, in_channels, H, H)
        x = self.conv1(x)  # (N, channels, H2, H2)
        x = self.relu1(x)  # (N, channels, H2, H2)
        return x


class Inception(nn.Module):
    """Four views of the same image side by side."""

    def __init__(
        self,
        in_channels: int,
        branch1: int = 64,
        reduce3: int = 96,
        branch3: int = 128,
        reduce5: int = 16,
        branch5: int = 32,
        pool: int = 32,
    ) -> None:
        super().__init__()
        self.conv_relu1 = ConvReLU(in_channels, channels=branch1)
        self.conv_relu2 = ConvReLU(in_channels, channels=reduce3)
        self.conv_relu3 = ConvReLU(reduce3, channels=branch3, kernel_size=3, padding=1)
        self.conv_relu4 = ConvReLU(in_channels, channels=reduce5)
        self.conv_relu5 = ConvReLU(reduce5, channels=branch5, kernel_size=5, padding=2)
        self.pool1 = nn.MaxPool2d(3, stride=1, padding=1)
        self.conv_relu6 = ConvReLU(in_channels, channels=pool)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        # x: (N, in_channels, H, H)
        y = self.conv_relu1(x)              # (N, branch1, H, H)
        z = self.conv_relu2(x)              # (N, reduce3, H, H)
        z = self.conv_relu3(z)              # (N, branch3, H, H)
        u = self.conv_relu4(x)              # (N, reduce5, H, H)
        u = self.conv_relu5(u)              # (N, branch5, H, H)
        x = self.pool1(x)                   # (N, in_channels, H, H)
        x = self.conv_relu6(x)              # (N, pool, H, H)
        y = torch.cat((y, z, u, x), dim=1)  # (N, branch1 + branch3 + branch5 + pool, H, H)
        return y


class SideHead(nn.Module):
    """An answer from half way: gradients reach the first layers."""

    def __init__(self, in_channels: int, classes: int = 1000) -> None:
        super().__init__()
        self.pool1 = nn.AvgPool2d(5, stride=3)
        self.conv_relu1 = ConvReLU(in_channels, channels=128)
        self.flatten1 = nn.Flatten()
        self.fc1 = nn.Linear(2048, 1024)
        self.relu1 = nn.ReLU()
        self.dropout1 = nn.Dropout(0.7)
        self.fc2 = nn.Linear(1024, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        # x: (N, in_channels, 14, 14)
        x = self.pool1(x)       # (N, in_channels, 4, 4)
        x = self.conv_relu1(x)  # (N, 128, 4, 4)
        x = self.flatten1(x)    # (N, 2048)
        x = self.fc1(x)         # (N, 1024)
        x = self.relu1(x)       # (N, 1024)
        x = self.dropout1(x)    # (N, 1024)
        x = self.fc2(x)         # (N, classes)
        return x


class GoogLeNet(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv_relu1 = ConvReLU(3, kernel_size=7, stride=2, padding=3)
        self.pool1 = nn.MaxPool2d(3, stride=2, ceil_mode=True)
        self.lrn1 = nn.LocalResponseNorm(5)
        self.conv_relu2 = ConvReLU(64)
        self.conv_relu3 = ConvReLU(64, channels=192, kernel_size=3, padding=1)
        self.lrn2 = nn.LocalResponseNorm(5)
        self.pool2 = nn.MaxPool2d(3, stride=2, ceil_mode=True)
        self.inception3a = Inception(192)
        self.inception3b = Inception(256, branch1=128, reduce3=128, branch3=192, reduce5=32, branch5=96, pool=64)
        self.pool3 = nn.MaxPool2d(3, stride=2, ceil_mode=True)
        self.inception4a = Inception(480, branch1=192, branch3=208, branch5=48, pool=64)
        self.inception4b = Inception(512, branch1=160, reduce3=112, branch3=224, reduce5=24, branch5=64, pool=64)
        self.inception4c = Inception(512, branch1=128, reduce3=128, branch3=256, reduce5=24, branch5=64, pool=64)
        self.inception4d = Inception(512, branch1=112, reduce3=144, branch3=288, reduce5=32, branch5=64, pool=64)
        self.inception4e = Inception(528, branch1=256, reduce3=160, branch3=320, reduce5=32, branch5=128, pool=128)
        self.pool4 = nn.MaxPool2d(3, stride=2, ceil_mode=True)
        self.inception5a = Inception(832, branch1=256, reduce3=160, branch3=320, reduce5=32, branch5=128, pool=128)
        self.inception5b = Inception(832, branch1=384, reduce3=192, branch3=384, reduce5=48, branch5=128, pool=128)
        self.pool5 = nn.AdaptiveAvgPool2d(1)
        self.flatten1 = nn.Flatten()
        self.dropout1 = nn.Dropout(0.4)
        self.fc1 = nn.Linear(1024, 1000)
        self.side2 = SideHead(528)
        self.side1 = SideHead(512)

    def forward(self, input: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        # input: (N, 3, 224, 224)
        x = self.conv_relu1(input)         # (N, 64, 112, 112)
        x = self.pool1(x)                  # (N, 64, 56, 56)
        x = self.lrn1(x)                   # (N, 64, 56, 56)
        x = self.conv_relu2(x)             # (N, 64, 56, 56)
        x = self.conv_relu3(x)             # (N, 192, 56, 56)
        x = self.lrn2(x)                   # (N, 192, 56, 56)
        x = self.pool2(x)                  # (N, 192, 28, 28)
        x = self.inception3a(x)            # (N, 256, 28, 28)
        x = self.inception3b(x)            # (N, 480, 28, 28)
        x = self.pool3(x)                  # (N, 480, 14, 14)
        inception4a = self.inception4a(x)  # (N, 512, 14, 14)
        x = self.inception4b(inception4a)  # (N, 512, 14, 14)
        x = self.inception4c(x)            # (N, 512, 14, 14)
        inception4d = self.inception4d(x)  # (N, 528, 14, 14)
        x = self.inception4e(inception4d)  # (N, 832, 14, 14)
        x = self.pool4(x)                  # (N, 832, 7, 7)
        x = self.inception5a(x)            # (N, 832, 7, 7)
        x = self.inception5b(x)            # (N, 1024, 7, 7)
        x = self.pool5(x)                  # (N, 1024, 1, 1)
        x = self.flatten1(x)               # (N, 1024)
        x = self.dropout1(x)               # (N, 1024)
        x = self.fc1(x)                    # (N, 1000)
        side2 = self.side2(inception4d)    # (N, 1000)
        side1 = self.side1(inception4a)    # (N, 1000)
        return x, side1, side2
