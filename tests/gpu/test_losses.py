"""Every loss on the device against the CPU: its mean, its sums, its gradient, masked or not."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from engine import losses
from engine.layers.endpoints import Output
from engine.literals import literal
from tests.gpu.comparing import FAR, furthest
from tests.gpu.device import CPU, DEVICE
from tests.gpu.drawn import Line, draws, tensor

LOSSES = draws("losses")


def computed(line: Line, device: torch.device) -> list[torch.Tensor]:
    """All that a loss is asked for, on a device."""
    given = {name: literal(value) for name, value in line["parameters"].items()}
    loss = Output.model_validate({"loss": line["loss"], **given}).criterion
    generator = torch.Generator()
    answer, target, weights = (
        tensor(line[name], generator).to(device) if name in line else None for name in ("answer", "target", "weights")
    )
    assert answer is not None
    assert target is not None
    answer.requires_grad_()
    value = loss.mean(answer, target, weights, masked=True)
    value.backward()
    assert answer.grad is not None
    with torch.no_grad():
        more: list[Any] = [loss.bound(weights, masked=False)(answer, target), *loss.summed(answer, target, weights)]
        more += [*loss.each_summed(answer, target, weights), loss.each(answer, target, weights)]
    return [value, answer.grad, *map(torch.as_tensor, more)]


@pytest.mark.parametrize("name", LOSSES)
def test_a_loss_is_that_of_the_cpu(name: str) -> None:
    for line in LOSSES[name]:
        off = furthest(computed(line, DEVICE), computed(line, CPU))
        assert off <= FAR[torch.float32], f"off by {off:.1e}: {line}"


def test_every_loss_that_compares_is_drawn() -> None:
    assert {name for name in losses.names() if losses.compares(name)} == LOSSES.keys()
