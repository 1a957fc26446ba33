"""ResNet, ResNeXt, SE-ResNet with torchvision's and timm's names; the small and plain ones with Idelbayev's."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn


def conv_bn(before: int, after: int, kernel: int, stride: int = 1, groups: int = 1) -> tuple[nn.Conv2d, nn.BatchNorm2d]:
    conv = nn.Conv2d(before, after, kernel, stride, kernel // 2, groups=groups, bias=False)
    return conv, nn.BatchNorm2d(after)


class BasicBlock(nn.Module):
    expansion = 1

    def __init__(self, before: int, channels: int, stride: int, around: nn.Module | None, name: str) -> None:
        super().__init__()
        self.conv1, self.bn1 = conv_bn(before, channels, 3, stride)
        self.conv2, self.bn2 = conv_bn(channels, channels, 3)
        self.plain = name == "plain"
        self.around = name
        if not self.plain:
            self.add_module(name, around)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.bn2(self.conv2(self.bn1(self.conv1(x)).relu()))
        if self.plain:
            return y.relu()
        way = getattr(self, self.around)
        return (y + (x if way is None else way(x))).relu()


class Squeeze(nn.Module):
    def __init__(self, channels: int, reduction: int = 16) -> None:
        super().__init__()
        self.fc1 = nn.Conv2d(channels, channels // reduction, 1)
        self.fc2 = nn.Conv2d(channels // reduction, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        weight: Tensor = self.fc2(self.fc1(x.mean((2, 3), keepdim=True)).relu()).sigmoid()
        return x * weight


class Bottleneck(nn.Module):
    expansion = 4

    def __init__(
        self,
        before: int,
        channels: int,
        stride: int,
        around: nn.Module | None,
        *,
        groups: int = 1,
        inner: int = 1,
        gated: bool = False,
    ) -> None:
        super().__init__()
        width = channels * inner
        self.conv1, self.bn1 = conv_bn(before, width, 1)
        self.conv2, self.bn2 = conv_bn(width, width, 3, stride, groups)
        self.conv3, self.bn3 = conv_bn(width, channels * 4, 1)
        self.se = Squeeze(channels * 4) if gated else nn.Identity()
        self.downsample = around

    def forward(self, x: Tensor) -> Tensor:
        y = self.bn1(self.conv1(x)).relu()
        y = self.bn2(self.conv2(y)).relu()
        y = self.se(self.bn3(self.conv3(y)))
        answer: Tensor = (y + (x if self.downsample is None else self.downsample(x))).relu()
        return answer


class ResNet(nn.Module):
    """``kind`` is "basic", "bottleneck", "resnext", "gated", and for images of 32×32 "cifar" or "plain"."""

    def __init__(
        self, kind: str, depths: Sequence[int], classes: int, channels: int, width: int, groups: int = 32
    ) -> None:
        super().__init__()
        self.small = kind in ("cifar", "plain")
        self.conv1, self.bn1 = conv_bn(channels, width, 3) if self.small else conv_bn(channels, width, 7, 2)
        self.maxpool = nn.Identity() if self.small else nn.MaxPool2d(3, 2, 1)
        before = width
        for number, depth in enumerate(depths, 1):
            layers, planes = list[nn.Module](), width * 2 ** (number - 1)
            for index in range(depth):
                stride = 2 if number > 1 and index == 0 else 1
                after = planes * (1 if kind in ("basic", "cifar", "plain") else 4)
                around = nn.Sequential(*conv_bn(before, after, 1, stride)) if stride != 1 or before != after else None
                layers.append(self._block(kind, before, planes, stride, around, groups))
                before = after
            self.add_module(f"layer{number}", nn.Sequential(*layers))
        self.depth = len(depths)
        self.add_module("linear" if self.small else "fc", nn.Linear(before, classes))

    @staticmethod
    def _block(kind: str, before: int, planes: int, stride: int, around: nn.Module | None, groups: int) -> nn.Module:
        if kind in ("basic", "cifar", "plain"):
            name = {"basic": "downsample", "cifar": "shortcut", "plain": "plain"}[kind]
            return BasicBlock(before, planes, stride, around, name)
        if kind == "resnext":
            return Bottleneck(before, planes, stride, around, groups=groups, inner=2)
        return Bottleneck(before, planes, stride, around, gated=kind == "gated")

    def forward(self, x: Tensor) -> Tensor:
        x = self.maxpool(self.bn1(self.conv1(x)).relu())
        for number in range(1, self.depth + 1):
            x = getattr(self, f"layer{number}")(x)
        last = self.get_submodule("linear" if self.small else "fc")
        answer: Tensor = last(torch.flatten(x.mean((2, 3)), 1))
        return answer
