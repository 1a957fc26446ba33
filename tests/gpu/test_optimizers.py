"""Every optimizer, and what is done to gradients: the same weights as on the CPU after some steps."""

from __future__ import annotations

from typing import Any

import pytest

from engine.settings.resolution import variants
from engine.settings.training import TrainingConfig
from tests.gpu.comparing import exact_products, furthest
from tests.gpu.device import CPU, DEVICE
from tests.gpu.steps import batch, state, stepper

WAYS: dict[str, dict[str, Any]] = {
    **{name: {"optimizer": {"name": name}} for name in variants(TrainingConfig.model_fields["optimizer"].annotation)},
    "lbfgs": {"optimizer": {"name": "lbfgs", "lr": 0.1, "max_iter": 5}},  # as it is it gets lost, and rounding with it
    "momentum": {"optimizer": {"name": "sgd", "momentum": 0.9, "weight_decay": 0.1, "nesterov": True}},
    "amsgrad": {"optimizer": {"name": "adamw", "amsgrad": True}},
    "centered": {"optimizer": {"name": "rmsprop", "centered": True, "momentum": 0.5}},
    "clipped by norm": {"clip_norm": 0.1},
    "clipped by value": {"clip_value": 0.01},
    "penalties": {"l1": 0.01, "l2": 0.1},
    "average": {"ema": {"decay": 0.9}},
    "accumulated": {"accumulate": 2},
}
ROUNDED = {"muon": 1e-2}
"""It computes in bfloat16."""


@pytest.mark.parametrize("way", WAYS)
def test_steps_give_the_weights_of_the_cpu(way: str, record_property: Any) -> None:
    exact_products()
    found, several = [], WAYS[way].get("accumulate", 1)
    for device in (DEVICE, CPU):
        one = stepper(device, **WAYS[way])
        losses = [
            one.step([batch(10 * number + part, device) for part in range(several)], number, measure=True)
            for number in range(1, 6)
        ]
        found.append([*state(one).values(), *(done.loss for done in losses), *(done.norm for done in losses)])
    off = furthest(*found)
    if off > 1e-9:
        record_property("Optimizers that are further off than most", {"way": way, "off": f"{off:.1e}"})
    assert off <= ROUNDED.get(way, 1e-7)
