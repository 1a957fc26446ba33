"""DenseNet and ConvNeXt as torchvision names them, GoogLeNet with Caffe's names, the two inception modules."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn


class DenseLayer(nn.Module):
    def __init__(self, before: int, growth: int) -> None:
        super().__init__()
        self.norm1 = nn.BatchNorm2d(before)
        self.conv1 = nn.Conv2d(before, 4 * growth, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(4 * growth)
        self.conv2 = nn.Conv2d(4 * growth, growth, 3, padding=1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        answer: Tensor = self.conv2(self.norm2(self.conv1(self.norm1(x).relu())).relu())
        return answer


class DenseBlock(nn.ModuleDict):
    def __init__(self, layers: int, before: int, growth: int) -> None:
        super().__init__({f"denselayer{i + 1}": DenseLayer(before + i * growth, growth) for i in range(layers)})

    def forward(self, x: Tensor) -> Tensor:
        maps = [x]
        for layer in self.values():
            maps.append(layer(torch.cat(maps, 1)))
        return torch.cat(maps, 1)


class Transition(nn.Module):
    def __init__(self, before: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(before)
        self.conv = nn.Conv2d(before, before // 2, 1, bias=False)
        self.pool = nn.AvgPool2d(2, 2)

    def forward(self, x: Tensor) -> Tensor:
        answer: Tensor = self.pool(self.conv(self.norm(x).relu()))
        return answer


class DenseNet(nn.Module):
    def __init__(self, depths: Sequence[int], classes: int, channels: int, width: int, small: bool) -> None:
        super().__init__()
        before = 2 * width
        stem = (
            nn.Conv2d(channels, before, 3, 1, 1, bias=False)
            if small
            else nn.Conv2d(channels, before, 7, 2, 3, bias=False)
        )
        self.features = nn.Sequential()
        self.features.add_module("conv0", stem)
        self.features.add_module("norm0", nn.BatchNorm2d(before))
        self.features.add_module("relu0", nn.ReLU())
        if not small:
            self.features.add_module("pool0", nn.MaxPool2d(3, 2, 1))
        for number, layers in enumerate(depths, 1):
            self.features.add_module(f"denseblock{number}", DenseBlock(layers, before, width))
            before += layers * width
            if number < len(depths):
                self.features.add_module(f"transition{number}", Transition(before))
                before //= 2
        self.features.add_module("norm5", nn.BatchNorm2d(before))
        self.classifier = nn.Linear(before, classes)

    def forward(self, x: Tensor) -> Tensor:
        answer: Tensor = self.classifier(self.features(x).relu().mean((2, 3)))
        return answer


class CNBlock(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.layer_scale = nn.Parameter(torch.ones(dim, 1, 1) * 1e-6)
        self.block = nn.Sequential(
            nn.Conv2d(dim, dim, 7, padding=3, groups=dim),
            nn.Identity(),  # torchvision's Permute
            nn.LayerNorm(dim, eps=1e-6),
            nn.Linear(dim, 4 * dim),
            nn.GELU(),
            nn.Linear(4 * dim, dim),
        )

    def forward(self, x: Tensor) -> Tensor:
        y = self.block[0](x).permute(0, 2, 3, 1)
        for layer in self.block[1:]:
            y = layer(y)
        answer: Tensor = x + self.layer_scale * y.permute(0, 3, 1, 2)
        return answer


class LayerNormOfImages(nn.LayerNorm):
    def forward(self, x: Tensor) -> Tensor:
        mean = x.mean(1, keepdim=True)
        variance = (x - mean).square().mean(1, keepdim=True)
        answer: Tensor = (x - mean) / (variance + self.eps).sqrt() * self.weight[:, None, None] + self.bias[
            :, None, None
        ]
        return answer


class ConvNeXt(nn.Module):
    def __init__(self, classes: int, channels: int, width: int) -> None:
        super().__init__()
        layers: list[nn.Module] = [nn.Sequential(nn.Conv2d(channels, width, 4, 4), LayerNormOfImages(width, eps=1e-6))]
        for number, depth in enumerate((3, 3, 9, 3)):
            dim = width * 2**number
            if number:
                halve = nn.Conv2d(dim // 2, dim, 2, 2)
                layers.append(nn.Sequential(LayerNormOfImages(dim // 2, eps=1e-6), halve))
            layers.append(nn.Sequential(*(CNBlock(dim) for _ in range(depth))))
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Sequential(
            LayerNormOfImages(8 * width, eps=1e-6), nn.Flatten(1), nn.Linear(8 * width, classes)
        )

    def forward(self, x: Tensor) -> Tensor:
        answer: Tensor = self.classifier(self.features(x).mean((2, 3), keepdim=True))
        return answer


INCEPTIONS = {
    "3a": (64, 96, 128, 16, 32, 32), "3b": (128, 128, 192, 32, 96, 64), "4a": (192, 96, 208, 16, 48, 64),
    "4b": (160, 112, 224, 24, 64, 64), "4c": (128, 128, 256, 24, 64, 64), "4d": (112, 144, 288, 32, 64, 64),
    "4e": (256, 160, 320, 32, 128, 128), "5a": (256, 160, 320, 32, 128, 128), "5b": (384, 192, 384, 48, 128, 128),
}  # fmt: skip


class Bank(nn.Module):
    """Layers whose names have a slash, as Caffe's: ``self["conv1/7x7_s2"]``."""

    def __getitem__(self, name: str) -> nn.Module:
        return self.get_submodule(name)

    def inception(self, name: str, x: Tensor) -> Tensor:
        def layer(kind: str, y: Tensor) -> Tensor:
            answer: Tensor = self[f"inception_{name}/{kind}"](y).relu()
            return answer

        pooled = nn.functional.max_pool2d(x, 3, 1, 1)
        parts = layer("1x1", x), layer("3x3", layer("3x3_reduce", x)), layer("5x5", layer("5x5_reduce", x))
        return torch.cat([*parts, layer("pool_proj", pooled)], 1)


class GoogLeNet(Bank):
    """bvlc_googlenet: three answers, or the main one alone. ``side`` is that of a head's pooled maps: 4 there."""

    def __init__(self, classes: int, channels: int, width: int, auxiliary: bool, side: int = 4) -> None:
        super().__init__()
        self.auxiliary = auxiliary
        w = width
        self.add_module("conv1/7x7_s2", nn.Conv2d(channels, w, 7, 2, 3))
        self.add_module("conv2/3x3_reduce", nn.Conv2d(w, w, 1))
        self.add_module("conv2/3x3", nn.Conv2d(w, 3 * w, 3, padding=1))
        before = 3 * w
        for name, sizes in INCEPTIONS.items():
            one, three_less, three, five_less, five, project = (size * w // 64 for size in sizes)
            for kind, layer in (
                ("1x1", nn.Conv2d(before, one, 1)),
                ("3x3_reduce", nn.Conv2d(before, three_less, 1)),
                ("3x3", nn.Conv2d(three_less, three, 3, padding=1)),
                ("5x5_reduce", nn.Conv2d(before, five_less, 1)),
                ("5x5", nn.Conv2d(five_less, five, 5, padding=2)),
                ("pool_proj", nn.Conv2d(before, project, 1)),
            ):
                self.add_module(f"inception_{name}/{kind}", layer)
            before = one + three + five + project
        for number, seen in ((1, 512), (2, 528)) if auxiliary else ():
            self.add_module(f"loss{number}/conv", nn.Conv2d(seen * w // 64, 2 * w, 1))
            self.add_module(f"loss{number}/fc", nn.Linear(2 * w * side * side, 16 * w))
            self.add_module(f"loss{number}/classifier", nn.Linear(16 * w, classes))
        self.add_module("loss3/classifier", nn.Linear(before, classes))
        self.norm = nn.LocalResponseNorm(5, 1e-4, 0.75, 1.0)
        self.pool = nn.MaxPool2d(3, 2, ceil_mode=True)

    def head(self, number: int, x: Tensor) -> Tensor:
        x = nn.functional.avg_pool2d(x, 5, 3)
        x = self[f"loss{number}/conv"](x).relu().flatten(1)
        answer: Tensor = self[f"loss{number}/classifier"](self[f"loss{number}/fc"](x).relu())
        return answer

    def forward(self, x: Tensor) -> Tensor | tuple[Tensor, ...]:
        x = self.norm(self.pool(self["conv1/7x7_s2"](x).relu()))
        x = self["conv2/3x3"](self["conv2/3x3_reduce"](x).relu()).relu()
        x = self.pool(self.norm(x))
        x = self.pool(self.inception("3b", self.inception("3a", x)))
        heads = list[Tensor]()
        for name in ("4a", "4b", "4c", "4d", "4e"):
            x = self.inception(name, x)
            if self.auxiliary and name in ("4a", "4d"):
                heads.append(self.head(len(heads) + 1, x))
        x = self.inception("5b", self.inception("5a", self.pool(x)))
        answer: Tensor = self["loss3/classifier"](x.mean((2, 3)))
        return (answer, *heads) if heads else answer


class InceptionPair(nn.Module):
    """Figure 2 of the paper, (a) and (b), each with a head, after one convolution."""

    def __init__(self, classes: int, channels: int, width: int) -> None:
        super().__init__()
        w, maps = width, 4 * width
        self.stem = nn.Conv2d(channels, maps, 5, padding=2)
        sizes = {"conv1x1": (2 * w, 1), "conv3x3": (3 * w, 3), "conv5x5": (3 * w // 2, 5)}
        self.naive = nn.ModuleDict({k: nn.Conv2d(maps, n, s, padding=s // 2) for k, (n, s) in sizes.items()})
        less = {"reduce3x3": maps, "reduce5x5": maps, "project": maps}
        self.bottleneck = nn.ModuleDict({k: nn.Conv2d(b, w, 1) for k, b in less.items()})
        for k, (n, s) in sizes.items():
            self.bottleneck[k] = nn.Conv2d(maps if s == 1 else w, n, s, padding=s // 2)
        self.naive_head = nn.Linear(2 * w + 3 * w + 3 * w // 2 + maps, classes)
        self.bottleneck_head = nn.Linear(2 * w + 3 * w + 3 * w // 2 + w, classes)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        x = self.stem(x).relu()
        pooled = nn.functional.max_pool2d(x, 3, 1, 1)
        a = torch.cat([*(layer(x).relu() for layer in self.naive.values()), pooled], 1)
        layers = self.bottleneck
        three = layers["conv3x3"](layers["reduce3x3"](x).relu()).relu()
        five = layers["conv5x5"](layers["reduce5x5"](x).relu()).relu()
        b = torch.cat([layers["conv1x1"](x).relu(), three, five, layers["project"](pooled).relu()], 1)
        return self.naive_head(a.mean((2, 3))), self.bottleneck_head(b.mean((2, 3)))
