"""How weights start, where a network says it."""

from collections.abc import Callable

import torch
from torch import nn


def initialize(module: nn.Module, fill: Callable[..., object], **options: float) -> None:
    """Fill the weight matrices of a module, set its biases to 0, and other vectors only if zeros are asked for."""
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            if name.rpartition(".")[2].startswith("bias") or (fill is nn.init.zeros_ and parameter.ndim == 1):
                nn.init.zeros_(parameter)
            elif parameter.ndim > 1:
                fill(parameter, **options)
