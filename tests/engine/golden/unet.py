"""U-Net: a PyTorch model written by Layerloom."""

import torch
from torch import nn


class DoubleConv(nn.Module):
    """Two 3×3 convolutions, each with batch norm and ReLU."""

    def __init__(self, in_channels: int, channels: int = 64) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, channels, kernel_size=3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.relu1 = nn.ReLU()
        self.conv2 = nn.Conv2d(channels, channels, kernel_size=3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.relu2 = nn.ReLU()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        # x: (N, in_channels, H, H)
        x = self.conv1(x)  # (N, channels, H, H)
        x = self.bn1(x)    # (N, channels, H, H)
        x = self.relu1(x)  # (N, channels, H, H)
        x = self.conv2(x)  # (N, channels, H, H)
        x = self.bn2(x)    # (N, channels, H, H)
        x = self.relu2(x)  # (N, channels, H, H)
        return x


class Up(nn.Module):
    """Twice the size, joined with what the way down kept."""

    def __init__(self, channels: int = 64) -> None:
        super().__init__()
        self.up = nn.ConvTranspose2d(2 * channels, channels, kernel_size=2, stride=2)
        self.conv = DoubleConv(2 * channels, channels=channels)

    def forward(self, x: torch.Tensor, skip: torch.Tensor) -> torch.Tensor:
        # x: (N, 2 * channels, H, H)
        # skip: (N, channels, H2, H2)
        up = self.up(x)                   # (N, channels, H2, H2)
        x = torch.cat((skip, up), dim=1)  # (N, 2 * channels, H2, H2)
        x = self.conv(x)                  # (N, channels, H2, H2)
        return x


class UNet(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.down1 = DoubleConv(3)
        self.pool1 = nn.MaxPool2d(2)
        self.down2 = DoubleConv(64, channels=128)
        self.pool2 = nn.MaxPool2d(2)
        self.down3 = DoubleConv(128, channels=256)
        self.pool3 = nn.MaxPool2d(2)
        self.down4 = DoubleConv(256, channels=512)
        self.pool4 = nn.MaxPool2d(2)
        self.bottom = DoubleConv(512, channels=1024)
        self.up4 = Up(channels=512)
        self.up3 = Up(channels=256)
        self.up2 = Up(channels=128)
        self.up1 = Up()
        self.head = nn.Conv2d(64, 2, kernel_size=1)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        # image: (N, 3, 256, 256)
        down1 = self.down1(image)    # (N, 64, 256, 256)
        x = self.pool1(down1)        # (N, 64, 128, 128)
        down2 = self.down2(x)        # (N, 128, 128, 128)
        x = self.pool2(down2)        # (N, 128, 64, 64)
        down3 = self.down3(x)        # (N, 256, 64, 64)
        x = self.pool3(down3)        # (N, 256, 32, 32)
        down4 = self.down4(x)        # (N, 512, 32, 32)
        x = self.pool4(down4)        # (N, 512, 16, 16)
        bottom = self.bottom(x)      # (N, 1024, 16, 16)
        x = self.up4(bottom, down4)  # (N, 512, 32, 32)
        x = self.up3(x, down3)       # (N, 256, 64, 64)
        x = self.up2(x, down2)       # (N, 128, 128, 128)
        x = self.up1(x, down1)       # (N, 64, 256, 256)
        x = self.head(x)             # (N, 2, 256, 256)
        return x
