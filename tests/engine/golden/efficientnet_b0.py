"""EfficientNet-B0: a PyTorch model written by Layerloom."""

import torch
from torch import nn


class StochasticDepth(nn.Module):
    """While training, sets whole samples of a branch to zero with probability p and scales the others up."""

    def __init__(self, p: float) -> None:
        super().__init__()
        self.p = p

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if not self.training or self.p == 0.0:
            return x
        shape = (x.shape[0],) + (1,) * (x.ndim - 1)
        kept = torch.rand(shape, device=x.device) >= self.p
        return x * kept / max(1.0 - self.p, 1e-12)


class MBConv(nn.Module):
    """Widened, filtered channel by channel, gated by squeeze and excitation, and made narrow again."""

    def __init__(
        self, in_channels: int, channels: int = 16, expand: int = 6, kernel: int = 3, stride: int = 1, drop: float = 0.0
    ) -> None:
        super().__init__()
        self.expand = expand
        self.channels = channels
        self.in_channels = in_channels
        self.stride = stride
        if expand != 1:
            self.expand_conv = nn.Conv2d(in_channels, in_channels * expand, kernel_size=1, bias=False)
            self.expand_bn = nn.BatchNorm2d(in_channels * expand)
            self.silu1 = nn.SiLU()
        self.depthwise = nn.Conv2d(
            in_channels * expand,
            in_channels * expand,
            kernel_size=kernel,
            stride=stride,
            padding=kernel // 2,
            groups=in_channels * expand,
            bias=False,
        )
        self.depthwise_bn = nn.BatchNorm2d(in_channels * expand)
        self.silu2 = nn.SiLU()
        self.squeeze = nn.AdaptiveAvgPool2d(1)
        self.reduce = nn.Conv2d(in_channels * expand, max(1, in_channels // 4), kernel_size=1)
        self.silu3 = nn.SiLU()
        self.excite = nn.Conv2d(max(1, in_channels // 4), in_channels * expand, kernel_size=1)
        self.gate = nn.Sigmoid()
        self.project = nn.Conv2d(in_channels * expand, channels, kernel_size=1, bias=False)
        self.project_bn = nn.BatchNorm2d(channels)
        if stride == 1 and in_channels == channels:
            self.drop_path = StochasticDepth(drop)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        # x: (N, in_channels, H, H)
        if self.expand != 1:
            y = self.expand_conv(x)        # (N, in_channels * expand, H, H)
            y = self.expand_bn(y)          # (N, in_channels * expand, H, H)
            y = self.silu1(y)              # (N, in_channels * expand, H, H)
        else:
            y = x
        y = self.depthwise(y)              # (N, in_channels * expand, H2, H2)
        y = self.depthwise_bn(y)           # (N, in_channels * expand, H2, H2)
        y = self.silu2(y)                  # (N, in_channels * expand, H2, H2)
        z = self.squeeze(y)                # (N, in_channels * expand, 1, 1)
        z = self.reduce(z)                 # (N, max(1, in_channels // 4), 1, 1)
        z = self.silu3(z)                  # (N, max(1, in_channels // 4), 1, 1)
        z = self.excite(z)                 # (N, in_channels * expand, 1, 1)
        gate = self.gate(z)                # (N, in_channels * expand, 1, 1)
        y = y * gate                       # (N, in_channels * expand, H2, H2)
        y = self.project(y)                # (N, channels, H2, H2)
        y = self.project_bn(y)             # (N, channels, H2, H2)
        if self.stride == 1 and self.in_channels == self.channels:
            drop_path = self.drop_path(y)  # (N, in_channels, H, H)
            x = drop_path + x              # (N, in_channels, H, H)
        else:
            x = y
        return x


class EfficientNetB0(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 32, kernel_size=3, stride=2, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(32)
        self.silu1 = nn.SiLU()
        self.stage1 = MBConv(32, expand=1)
        self.stage2 = nn.Sequential(
            MBConv(16, channels=24, stride=2, drop=0.0125),
            MBConv(24, channels=24, drop=0.025),
        )
        self.stage3 = nn.Sequential(
            MBConv(24, channels=40, kernel=5, stride=2, drop=0.0375),
            MBConv(40, channels=40, kernel=5, drop=0.05),
        )
        self.stage4 = nn.Sequential(
            MBConv(40, channels=80, stride=2, drop=0.0625),
            MBConv(80, channels=80, drop=0.075),
            MBConv(80, channels=80, drop=0.0875),
        )
        self.stage5 = nn.Sequential(
            MBConv(80, channels=112, kernel=5, drop=0.1),
            MBConv(112, channels=112, kernel=5, drop=0.1125),
            MBConv(112, channels=112, kernel=5, drop=0.125),
        )
        self.stage6 = nn.Sequential(
            MBConv(112, channels=192, kernel=5, stride=2, drop=0.1375),
            MBConv(192, channels=192, kernel=5, drop=0.15),
            MBConv(192, channels=192, kernel=5, drop=0.1625),
            MBConv(192, channels=192, kernel=5, drop=0.175),
        )
        self.stage7 = MBConv(192, channels=320, drop=0.1875)
        self.head = nn.Conv2d(320, 1280, kernel_size=1, bias=False)
        self.bn2 = nn.BatchNorm2d(1280)
        self.silu2 = nn.SiLU()
        self.pool1 = nn.AdaptiveAvgPool2d(1)
        self.flatten1 = nn.Flatten()
        self.dropout1 = nn.Dropout(0.2)
        self.classifier = nn.Linear(1280, 1000)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        # image: (N, 3, 224, 224)
        x = self.stem(image)    # (N, 32, 112, 112)
        x = self.bn1(x)         # (N, 32, 112, 112)
        x = self.silu1(x)       # (N, 32, 112, 112)
        x = self.stage1(x)      # (N, 16, 112, 112)
        x = self.stage2(x)      # (N, 24, 56, 56)
        x = self.stage3(x)      # (N, 40, 28, 28)
        x = self.stage4(x)      # (N, 80, 14, 14)
        x = self.stage5(x)      # (N, 112, 14, 14)
        x = self.stage6(x)      # (N, 192, 7, 7)
        x = self.stage7(x)      # (N, 320, 7, 7)
        x = self.head(x)        # (N, 1280, 7, 7)
        x = self.bn2(x)         # (N, 1280, 7, 7)
        x = self.silu2(x)       # (N, 1280, 7, 7)
        x = self.pool1(x)       # (N, 1280, 1, 1)
        x = self.flatten1(x)    # (N, 1280)
        x = self.dropout1(x)    # (N, 1280)
        x = self.classifier(x)  # (N, 1000)
        return x
