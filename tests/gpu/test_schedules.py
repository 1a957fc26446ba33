"""Every schedule sets the same learning rates for weights on the device as for those on the CPU."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from engine.settings.resolution import variants
from engine.settings.training import TrainingConfig
from tests.gpu.comparing import furthest
from tests.gpu.device import CPU, DEVICE
from tests.gpu.steps import STEPS_AN_EPOCH, batch, state, stepper

SCHEDULES = variants(TrainingConfig.model_fields["schedule"].annotation)
COUNTED = [
    (name, interval)
    for name, section in SCHEDULES.items()
    for interval in (("epoch", "step") if "interval" in section.model_fields else ("epoch",))
]
OWN_BEGINNING = ("one_cycle", "cyclic", "warm_restarts")
"""Those that take no warm-up."""
GIVEN: dict[str, dict[str, Any]] = {"multi_step": {"milestones": (1, 2)}, "cyclic": {"step_size_up": 3}}


@pytest.mark.parametrize("optimizer", ["adamw", "rmsprop"])
@pytest.mark.parametrize(("name", "interval"), COUNTED)
def test_learning_rates_and_weights_are_those_of_the_cpu(name: str, interval: str, optimizer: str) -> None:
    schedule = {"name": name, **GIVEN.get(name, {}), **({"interval": "step"} if interval == "step" else {})}
    rates, weights = [], []
    for device in (DEVICE, CPU):
        warmup = 0.0 if name in OWN_BEGINNING else 0.5
        one = stepper(device, epochs=3, warmup=warmup, schedule=schedule, optimizer={"name": optimizer, "lr": 0.01})
        seen = []
        for number in range(1, 3 * STEPS_AN_EPOCH + 1):
            seen.append(one.lr.value)
            one.step([batch(number, device)], number, measure=False)
            if number % STEPS_AN_EPOCH == 0:
                one.lr.epoch_done(1.0)
        one.lr.set(0.5)
        rates.append([*seen, one.lr.value])
        weights.append(state(one).values())
    assert rates[0] == rates[1]
    assert furthest(*weights) < 1e-7
    assert all(torch.isfinite(torch.tensor(rates[0])))
