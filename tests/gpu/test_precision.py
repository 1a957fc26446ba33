"""Mixed precision: runs learn as far as in float32, weights stay float32, and overflow in float16 is left out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from engine.training.loop import Trainer
from engine.training.runs.run_info import read
from engine.training.steps import computing
from tests.engine.stopping import Stopping
from tests.gpu.device import DEVICE, cuda_only
from tests.gpu.runs import losses, preset, trained
from tests.gpu.steps import batch, stepper

SETTINGS: dict[str, dict[str, Any]] = {
    "lenet-5": {"epochs": 2},
    "resnet-18-small": {"epochs": 1},
    "transformer-encoder": {"epochs": 1},
    "lstm-classifier": {"epochs": 2},
    "bidirectional-lstm": {"epochs": 2},
}
NAMES = tuple(SETTINGS) if DEVICE.type == "cuda" else ("mlp",)  # a CPU takes minutes for the others in bfloat16
HALF = ("bfloat16", pytest.param("float16", marks=cuda_only("float16, which a CPU does not train with")))


@pytest.mark.parametrize("precision", HALF)
@pytest.mark.parametrize("name", NAMES)
def test_a_run_learns_as_far_as_in_float32(name: str, precision: str, tmp_path: Path, record_property: Any) -> None:
    settings = SETTINGS.get(name, {"epochs": 1})
    ours = trained(preset(name, precision=precision, gpu="fast", **settings), tmp_path / precision)
    theirs = trained(preset(name, **settings), tmp_path / "float32")
    assert (ours.state, theirs.state) == ("finished", "finished"), ours.message
    means = [sum(losses(folder)[-10:]) / 10 for folder in (tmp_path / precision, tmp_path / "float32")]
    row = {"network": name, "numbers": precision, "loss": f"{means[0]:.3f}", "in float32": f"{means[1]:.3f}"}
    record_property("Loss of the last steps in half precision", row)
    assert means[0] < 1.25 * means[1] + 0.1
    kept = load_file(tmp_path / precision / "model.safetensors")
    assert {value.dtype for value in kept.values() if value.is_floating_point()} == {torch.float32}


@pytest.mark.parametrize("precision", HALF)
def test_a_run_in_half_precision_is_resumed_with_its_scaler(precision: str, tmp_path: Path) -> None:
    graph = preset(NAMES[0], epochs=2, precision=precision)
    whole = trained(graph, tmp_path / "whole")
    assert trained(graph, tmp_path / "broken", Stopping(whole.steps // 3)).state == "stopped"
    assert Trainer.resume(tmp_path / "broken").run().state == "finished"
    files = [(tmp_path / name / "metrics.jsonl").read_bytes() for name in ("whole", "broken")]
    assert files[0] == files[1]


def test_a_step_that_overflows_in_float16_is_left_out_and_the_scale_falls() -> None:
    one = stepper(DEVICE, torch.float32, precision="float16", optimizer={"name": "adamw"})
    assert one.scaler is not None
    given = batch(1, numbers=torch.float32)
    one.step([given], 1, measure=False)
    one.scaler.update(2.0**40)
    before = [weight.detach().clone() for weight in one.network.module.parameters()]
    assert one.step([given], 2, measure=False).finite
    assert all(torch.equal(a, b) for a, b in zip(before, one.network.module.parameters(), strict=True))
    assert one.scaler.get_scale() < 2.0**40
    for number in range(3, 40):
        one.step([given], number, measure=False)
    assert any(not torch.equal(a, b) for a, b in zip(before, one.network.module.parameters(), strict=True))


@cuda_only("kinds of numbers that depend on it")
def test_what_is_automatic_is_decided_once_and_kept(tmp_path: Path) -> None:
    result = trained(preset("lenet-5", epochs=1, gpu="fast", precision="auto"), tmp_path / "run")
    assert result.state == "finished", result.message
    expected = "bfloat16" if computing.computes_bfloat16(DEVICE) else "float32"
    assert read(tmp_path / "run").precision == expected
