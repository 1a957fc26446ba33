"""U-Net with milesial's names, its dilated variant, an autoencoder, a 1-D network and C3D."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class DoubleConv(nn.Module):
    def __init__(self, before: int, after: int) -> None:
        super().__init__()
        self.double_conv = nn.Sequential(
            *(nn.Conv2d(before, after, 3, padding=1, bias=False), nn.BatchNorm2d(after), nn.ReLU()),
            *(nn.Conv2d(after, after, 3, padding=1, bias=False), nn.BatchNorm2d(after), nn.ReLU()),
        )

    def forward(self, x: Tensor) -> Tensor:
        answer: Tensor = self.double_conv(x)
        return answer


class Down(nn.Module):
    def __init__(self, before: int, after: int) -> None:
        super().__init__()
        self.maxpool_conv = nn.Sequential(nn.MaxPool2d(2), DoubleConv(before, after))

    def forward(self, x: Tensor) -> Tensor:
        answer: Tensor = self.maxpool_conv(x)
        return answer


class Up(nn.Module):
    def __init__(self, before: int, after: int) -> None:
        super().__init__()
        self.up = nn.ConvTranspose2d(before, before // 2, 2, 2)
        self.conv = DoubleConv(before, after)

    def forward(self, x: Tensor, bridge: Tensor) -> Tensor:
        answer: Tensor = self.conv(torch.cat([bridge, self.up(x)], 1))
        return answer


class UNet(nn.Module):
    """github.com/milesial/Pytorch-UNet with ``bilinear=False``."""

    def __init__(self, classes: int, channels: int, width: int) -> None:
        super().__init__()
        w = width
        self.inc = DoubleConv(channels, w)
        self.down1, self.down2 = Down(w, 2 * w), Down(2 * w, 4 * w)
        self.down3, self.down4 = Down(4 * w, 8 * w), Down(8 * w, 16 * w)
        self.up1, self.up2 = Up(16 * w, 8 * w), Up(8 * w, 4 * w)
        self.up3, self.up4 = Up(4 * w, 2 * w), Up(2 * w, w)
        self.outc = nn.Module()
        self.outc.conv = nn.Conv2d(w, classes, 1)

    def forward(self, x: Tensor) -> Tensor:
        one = self.inc(x)
        two = self.down1(one)
        three = self.down2(two)
        four = self.down3(three)
        x = self.up1(self.down4(four), four)
        answer: Tensor = self.outc.conv(self.up4(self.up3(self.up2(x, three), two), one))
        return answer


class DilatedUNet(nn.Module):
    """A U-Net of two levels whose bottom is a sum of convolutions with dilations 1, 2, 4: Yu and Koltun 2015."""

    def __init__(self, classes: int, channels: int, width: int) -> None:
        super().__init__()
        w = width
        self.down1, self.down2 = _twice(channels, w), _twice(w, 2 * w)
        self.bottom = nn.ModuleDict()
        for number in (1, 2, 3):
            rate = 2 ** (number - 1)
            before = 2 * w if number == 1 else 4 * w
            self.bottom[f"conv{number}"] = nn.Conv2d(before, 4 * w, 3, padding=rate, dilation=rate, bias=False)
            self.bottom[f"bn{number}"] = nn.BatchNorm2d(4 * w)
        self.larger2, self.up2 = nn.ConvTranspose2d(4 * w, 2 * w, 2, 2), _twice(4 * w, 2 * w)
        self.larger1, self.up1 = nn.ConvTranspose2d(2 * w, w, 2, 2), _twice(2 * w, w)
        self.classes = nn.Conv2d(w, classes, 1)

    def forward(self, x: Tensor) -> Tensor:
        one = _run(self.down1, x)
        two = _run(self.down2, nn.functional.max_pool2d(one, 2))
        x, total = nn.functional.max_pool2d(two, 2), torch.zeros(())
        for number in (1, 2, 3):
            x = self.bottom[f"bn{number}"](self.bottom[f"conv{number}"](x)).relu()
            total = total + x
        x = _run(self.up2, torch.cat([two, self.larger2(total)], 1))
        answer: Tensor = self.classes(_run(self.up1, torch.cat([one, self.larger1(x)], 1)))
        return answer


def _twice(before: int, after: int) -> nn.ModuleDict:
    return nn.ModuleDict(
        {
            "conv1": nn.Conv2d(before, after, 3, padding=1, bias=False),
            "bn1": nn.BatchNorm2d(after),
            "conv2": nn.Conv2d(after, after, 3, padding=1, bias=False),
            "bn2": nn.BatchNorm2d(after),
        }
    )


def _run(layers: nn.ModuleDict, x: Tensor) -> Tensor:
    x = layers["bn1"](layers["conv1"](x)).relu()
    answer: Tensor = layers["bn2"](layers["conv2"](x)).relu()
    return answer


class Autoencoder(nn.Module):
    """Two convolutions of stride 2, a code, and the way back."""

    def __init__(self, channels: int, side: int, width: int, code: int) -> None:
        super().__init__()
        self.shape = (2 * width, side // 4, side // 4)
        self.conv1 = nn.Conv2d(channels, width, 4, 2, 1)
        self.conv2 = nn.Conv2d(width, 2 * width, 4, 2, 1)
        self.code = nn.Linear(2 * width * (side // 4) ** 2, code)
        self.decode = nn.Linear(code, 2 * width * (side // 4) ** 2)
        self.back1 = nn.ConvTranspose2d(2 * width, width, 4, 2, 1)
        self.back2 = nn.ConvTranspose2d(width, channels, 4, 2, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.code(self.conv2(self.conv1(x).relu()).relu().flatten(1))
        answer: Tensor = self.back2(self.back1(self.decode(x).relu().view(-1, *self.shape)).relu())
        return answer


class FCN(nn.Module):
    """Wang et al. 2017: filters over (N, steps, features), the first 7 wide instead of 8; then the mean."""

    def __init__(self, classes: int, features: int, width: int) -> None:
        super().__init__()
        self.blocks = nn.ModuleList()
        before = features
        for after, kernel in ((width, 7), (2 * width, 5), (width, 3)):
            block = nn.Module()
            block.conv = nn.Conv1d(before, after, kernel, bias=False)
            block.bn = nn.BatchNorm1d(after)
            self.blocks.append(block)
            before = after
        self.linear = nn.Linear(before, classes)

    def forward(self, x: Tensor) -> Tensor:
        x = x.transpose(1, 2)
        for block in self.blocks:
            total = block.conv.kernel_size[0] - 1
            x = block.bn(block.conv(nn.functional.pad(x, (total // 2, total - total // 2)))).relu()
        answer: Tensor = self.linear(x.mean(2))
        return answer


class C3D(nn.Module):
    """The first three stages, or all five, of the network of Tran et al. 2015 with its names."""

    def __init__(self, classes: int, channels: int, width: int, hidden: int, seen: int, stages: int) -> None:
        super().__init__()
        table = (("1", 1), ("2", 2), ("3a", 4), ("3b", 4), ("4a", 8), ("4b", 8), ("5a", 8), ("5b", 8))
        self.table = [(name, factor) for name, factor in table if int(name[0]) <= stages]
        before = channels
        for name, factor in self.table:
            self.add_module(f"conv{name}", nn.Conv3d(before, factor * width, 3, padding=1))
            before = factor * width
        self.fc6, self.fc7 = nn.Linear(seen, hidden), nn.Linear(hidden, hidden)
        self.fc8 = nn.Linear(hidden, classes)

    def forward(self, x: Tensor) -> Tensor:
        x = x.transpose(1, 2)
        for name, _ in self.table:
            x = self.get_submodule(f"conv{name}")(x).relu()
            if not name.endswith("a"):
                size, pad = ((1, 2, 2), 0) if name == "1" else (2, (0, 1, 1) if name == "5b" else 0)
                x = nn.functional.max_pool3d(x, size, size, pad)
        x = self.fc7(self.fc6(x.flatten(1)).relu()).relu()
        answer: Tensor = self.fc8(x)
        return answer
