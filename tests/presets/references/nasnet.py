"""NASNet-A mobile as Remi Cadene's pretrained-models has it, with its padding: zeros that are cut off later."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

EPS = 1e-3


class Separable(nn.Module):
    """A filter for each channel, then 1×1."""

    def __init__(self, before: int, after: int, kernel: int, stride: int) -> None:
        super().__init__()
        pad = kernel // 2
        self.depthwise_conv2d = nn.Conv2d(before, before, kernel, stride, pad, groups=before, bias=False)
        self.pointwise_conv2d = nn.Conv2d(before, after, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        answer: Tensor = self.pointwise_conv2d(self.depthwise_conv2d(x))
        return answer


class Branch(nn.Module):
    """Twice; ``padded``: as TensorFlow pads even sizes with a stride of 2."""

    def __init__(self, before: int, after: int, kernel: int, stride: int = 1, padded: bool = False) -> None:
        super().__init__()
        self.padded = padded
        self.separable_1, self.bn_sep_1 = Separable(before, after, kernel, stride), nn.BatchNorm2d(after, EPS)
        self.separable_2, self.bn_sep_2 = Separable(after, after, kernel, 1), nn.BatchNorm2d(after, EPS)

    def forward(self, x: Tensor) -> Tensor:
        x = x.relu()
        x = self.separable_1(F.pad(x, (1, 0, 1, 0)))[:, :, 1:, 1:] if self.padded else self.separable_1(x)
        answer: Tensor = self.bn_sep_2(self.separable_2(self.bn_sep_1(x).relu()))
        return answer


class ReluConvNorm(nn.Module):
    def __init__(self, before: int, after: int) -> None:
        super().__init__()
        self.conv, self.bn = nn.Conv2d(before, after, 1, bias=False), nn.BatchNorm2d(after, EPS)

    def forward(self, x: Tensor) -> Tensor:
        answer: Tensor = self.bn(self.conv(x.relu()))
        return answer


class Path(nn.Module):
    def __init__(self, before: int, after: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(before, after, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        answer: Tensor = self.conv(F.avg_pool2d(x, 1, 2))
        return answer


class Cell(nn.Module):
    """What all cells do with what came before: as it is, through 1×1, or from two grids."""

    def __init__(self, before: int, previous: int, after: int, how: str) -> None:
        super().__init__()
        self.how = how
        self.conv_1x1 = ReluConvNorm(before, after)
        if how == "same":
            self.conv_prev_1x1 = ReluConvNorm(previous, after)
        elif how == "larger":
            self.path_1, self.path_2 = Path(previous, after // 2), Path(previous, after // 2)
            self.final_path_bn = nn.BatchNorm2d(after, EPS)

    def both(self, x: Tensor, previous: Tensor) -> tuple[Tensor, Tensor]:
        if self.how == "same":
            previous = self.conv_prev_1x1(previous)
        elif self.how == "larger":
            y = previous.relu()
            shifted = F.pad(y, (0, 1, 0, 1))[:, :, 1:, 1:]
            previous = self.final_path_bn(torch.cat([self.path_1(y), self.path_2(shifted)], 1))
        return self.conv_1x1(x), previous


class NormalCell(Cell):
    def __init__(self, before: int, previous: int, after: int, how: str) -> None:
        super().__init__(before, previous, after, how)
        for name, kernel in (("0_left", 5), ("0_right", 3), ("1_left", 5), ("1_right", 3), ("4_left", 3)):
            self.add_module(f"comb_iter_{name}", Branch(after, after, kernel))

    def forward(self, x: Tensor, previous: Tensor) -> Tensor:
        x, left = self.both(x, previous)
        branch = {
            name: self.get_submodule(f"comb_iter_{name}")
            for name in ("0_left", "0_right", "1_left", "1_right", "4_left")
        }
        mean = nn.AvgPool2d(3, 1, 1, count_include_pad=False)
        parts = [
            left,
            branch["0_left"](x) + branch["0_right"](left),
            branch["1_left"](left) + branch["1_right"](left),
            mean(x) + left,
            mean(left) + mean(left),
            branch["4_left"](x) + x,
        ]
        return torch.cat(parts, 1)


class ReductionCell(Cell):
    """``padded`` for all but the first of the stem, whose input has an odd size."""

    def __init__(self, before: int, previous: int, after: int, how: str, padded: bool = True) -> None:
        super().__init__(before, previous, after, how)
        self.padded = padded
        other = previous if how == "none" else after
        for name, source, kernel in (
            ("0_left", after, 5),
            ("0_right", other, 7),
            ("1_right", other, 7),
            ("2_right", other, 5),
        ):
            self.add_module(f"comb_iter_{name}", Branch(source, after, kernel, 2, padded))
        self.comb_iter_4_left = Branch(after, after, 3)

    def pool(self, x: Tensor, kind: str) -> Tensor:
        layer = nn.MaxPool2d(3, 2, 1) if kind == "max" else nn.AvgPool2d(3, 2, 1, count_include_pad=False)
        answer: Tensor = layer(F.pad(x, (1, 0, 1, 0)))[:, :, 1:, 1:] if self.padded else layer(x)
        return answer

    def forward(self, x: Tensor, previous: Tensor) -> Tensor:
        x, left = self.both(x, previous)
        branch = {name: self.get_submodule(f"comb_iter_{name}") for name in ("0_left", "0_right", "1_right", "2_right")}
        first = branch["0_left"](x) + branch["0_right"](left)
        second = self.pool(x, "max") + branch["1_right"](left)
        third = self.pool(x, "mean") + branch["2_right"](left)
        fourth = nn.AvgPool2d(3, 1, 1, count_include_pad=False)(first) + second
        fifth = self.comb_iter_4_left(first) + self.pool(x, "max")
        return torch.cat([second, third, fourth, fifth], 1)


class NASNetAMobile(nn.Module):
    def __init__(self, classes: int, channels: int, width: int) -> None:
        super().__init__()
        f = width
        self.conv0 = nn.Module()
        self.conv0.conv, self.conv0.bn = nn.Conv2d(channels, 32, 3, 2, bias=False), nn.BatchNorm2d(32, EPS)
        self.cell_stem_0 = ReductionCell(32, 32, f // 4, "none", padded=False)
        self.cell_stem_1 = ReductionCell(f // 4 * 4, 32, f // 2, "larger")
        before, previous = f // 2 * 4, f // 4 * 4
        for stage, (first, factor) in enumerate(((0, 1), (6, 2), (12, 4))):
            for index in range(4):
                how = "same" if index else "larger"
                self.add_module(f"cell_{first + index}", NormalCell(before, previous, factor * f, how))
                before, previous = 6 * factor * f, before
            if stage < 2:
                cell = ReductionCell(before, previous, 2 * factor * f, "same")
                self.add_module(f"reduction_cell_{stage}", cell)
                before, previous = 8 * factor * f, before
        self.last_linear = nn.Linear(before, classes)

    def forward(self, x: Tensor) -> Tensor:
        start = self.conv0.bn(self.conv0.conv(x))
        previous = self.cell_stem_0(start, start)
        x = self.cell_stem_1(previous, start)
        for stage, first in enumerate((0, 6, 12)):
            for index in range(4):
                x, previous = self.get_submodule(f"cell_{first + index}")(x, previous), x
            if stage < 2:
                x, previous = self.get_submodule(f"reduction_cell_{stage}")(x, previous), x
        answer: Tensor = self.last_linear(x.relu().mean((2, 3)))
        return answer
