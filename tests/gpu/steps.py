"""Steps of one small network with weights of several kinds, in double precision: devices differ in the last bits."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from engine.layers.endpoints import Output
from engine.metrics.task import Task
from engine.settings.training import TrainingConfig
from engine.training.evaluation.network import Head, Network
from engine.training.steps.stepper import Stepper
from tests.gpu.device import DEVICE

STEPS_AN_EPOCH = 4


class Doubtful(nn.Module):
    """Layers that remember; the logarithm of a negative number is none.

    The first has no bias: before a batch norm its gradient would be 0 but for rounding, and several optimizers divide
    a gradient by its size.
    """

    def __init__(self) -> None:
        super().__init__()
        self.first, self.norm, self.last = nn.Linear(4, 5, bias=False), nn.BatchNorm1d(5), nn.Linear(5, 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.last(torch.tanh(self.norm(self.first(x))) + x.prod(1, keepdim=True).log())


def stepper(device: torch.device = DEVICE, numbers: torch.dtype = torch.float64, /, **training: Any) -> Stepper:
    """What steps with these settings on a device, with weights of these ``numbers``; always the same first ones."""
    torch.manual_seed(3)
    module = Doubtful().to(numbers)
    head = Head("out", Output(), 0, "y", Task("classes", 3))
    config = TrainingConfig.model_validate({"optimizer": {"name": "sgd", "lr": 0.1}, **training})
    half = torch.float16 if config.precision == "float16" else None
    return Stepper(Network(module.to(device), ("x",), (head,), autocast=half), config, device, STEPS_AN_EPOCH)


def batch(
    number: int, device: torch.device = DEVICE, *, bad: bool = False, numbers: torch.dtype = torch.float64
) -> dict[str, Tensor]:
    """The batch of a step; a ``bad`` one gives a loss that is no number."""
    x = torch.rand(6, 4, generator=torch.Generator().manual_seed(number), dtype=torch.float64) + 0.1
    x[0, 0] *= -1 if bad else 1
    return {"x": x.to(device, numbers), "y": (torch.arange(6) % 3).to(device)}


def state(one: Stepper) -> dict[str, Tensor]:
    """Copies of the weights, what layers remember, and the weights that are judged."""
    judged = {f"judged.{name}": value for name, value in one.judged.state_dict().items()}
    return {name: value.detach().clone() for name, value in (one.network.module.state_dict() | judged).items()}
