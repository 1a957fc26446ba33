"""The moving average of a network's weights: torch's, updated without waiting for the device."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel


class MovingAverage(AveragedModel):
    """θ' ← decay·θ' + (1 − decay)·θ after each step; it begins with the weights after the first one.

    What layers remember (running statistics) is the network's own. torch's `AveragedModel` with its exponential average
    gives the same bits and is stored the same, but copies the number of steps to the device each time.
    """

    def __init__(self, module: nn.Module, decay: float) -> None:
        super().__init__(module)
        self._decay = decay
        for part in self.module.modules():
            if isinstance(part, nn.RNNBase):  # a copy does not lie in one piece, and a GPU would move it at every call
                part.flatten_parameters()

    @torch.no_grad()
    def update_parameters(self, model: nn.Module) -> None:
        """Take the weights of the network as they are now into the average."""
        ours: list[Tensor] = list(self.module.parameters())
        theirs: list[Tensor] = list(model.parameters())
        if not int(self.n_averaged):  # it stays on the CPU
            torch._foreach_copy_(ours, theirs)
        else:
            torch._foreach_lerp_(ours, theirs, 1 - self._decay)
        for own, other in zip(self.module.buffers(), model.buffers(), strict=True):
            own.copy_(other)
        self.n_averaged += 1
