"""A run on the device learns, and its numbers are those of the CPU."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from tests.gpu.device import CPU
from tests.gpu.runs import losses, preset, rows, trained, without_draws

SETTINGS: dict[str, dict[str, Any]] = {
    "mlp": {"epochs": 3},
    "lenet-5": {"epochs": 2},
    "lstm-classifier": {"epochs": 2, "clip_norm": 1.0},
    "transformer-encoder": {"epochs": 1},
}
STEPS = 20
"""So many steps are compared: later the rounding of the first has grown."""


@pytest.mark.parametrize("name", SETTINGS)
def test_a_run_learns_and_its_first_losses_are_those_of_the_cpu(
    name: str, tmp_path: Path, record_property: Any
) -> None:
    ours = trained(without_draws(preset(name, **SETTINGS[name])), tmp_path / "device")
    theirs = trained(without_draws(preset(name, CPU, **SETTINGS[name])), tmp_path / "cpu")
    assert (ours.state, ours.steps) == ("finished", theirs.steps), ours.message
    found, expected = losses(tmp_path / "device"), losses(tmp_path / "cpu")
    worst = max(abs(a - b) / b for a, b in zip(found[:STEPS], expected[:STEPS], strict=True))
    record_property("The first losses beside those of the CPU", {"network": name, "largest difference": f"{worst:.1e}"})
    torch.testing.assert_close(found[:STEPS], expected[:STEPS], rtol=1e-3, atol=1e-4)
    assert sum(found[-5:]) < 0.9 * sum(found[:5])
    assert {tuple(row) for row in rows(tmp_path / "device")} == {tuple(row) for row in rows(tmp_path / "cpu")}
    for metric, value in theirs.validation.items():
        if isinstance(value, float):
            assert ours.validation[metric] == pytest.approx(value, abs=0.05, rel=0.1), metric
