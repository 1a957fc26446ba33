"""Pooling with TensorFlow's padding 'same'."""

import math

import torch
from torch import nn


def pool_same(x: torch.Tensor, pool: nn.Module) -> torch.Tensor:
    """What pool gives at ⌈size / stride⌉ places; of the cells added around x an odd one goes to the end.

    An added cell is never the largest, and counts in a mean only if pool.count_include_pad says so.
    """
    largest = isinstance(pool, (nn.MaxPool1d, nn.MaxPool2d, nn.MaxPool3d))
    each = [pool.kernel_size, pool.stride, pool.dilation if largest else 1]
    axes = [value if isinstance(value, tuple) else (value,) * (x.dim() - 2) for value in each]
    sides: list[int] = []
    for size, kernel, stride, dilation in zip(x.shape[2:], *axes, strict=True):
        total = max((-(-size // stride) - 1) * stride + (kernel - 1) * dilation + 1 - size, 0)
        sides = [total // 2, total - total // 2, *sides]  # torch begins with the last axis
    pooled: torch.Tensor = pool(nn.functional.pad(x, sides, value=-math.inf if largest else 0.0))
    if largest or pool.count_include_pad or getattr(pool, "divisor_override", None) is not None:
        return pooled
    seen: torch.Tensor = pool(nn.functional.pad(torch.ones_like(x[:1, :1]), sides))
    return pooled / seen  # a mean of ones and zeros is the share of cells that were there
