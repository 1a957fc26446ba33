"""TensorFlow's padding 'same'."""

import torch
from torch import nn


def pad_same(x: torch.Tensor, conv: nn.Conv1d | nn.Conv2d | nn.Conv3d) -> torch.Tensor:
    """x with as many cells around it that conv gives ⌈size / stride⌉ places; an odd one goes to the end."""
    sides: list[int] = []
    for size, kernel, stride, dilation in zip(x.shape[2:], conv.kernel_size, conv.stride, conv.dilation, strict=True):
        total = max((-(-size // stride) - 1) * stride + (kernel - 1) * dilation + 1 - size, 0)
        sides = [total // 2, total - total // 2, *sides]  # torch begins with the last axis
    mode = "constant" if conv.padding_mode == "zeros" else conv.padding_mode
    return nn.functional.pad(x, sides, mode) if any(sides) else x
