"""A loss that is no number leaves no trace in the network, decided on the device, and ends the run as on the CPU."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from engine.graph import Graph
from engine.training import recorder
from tests.gpu.device import CPU, DEVICE, cuda_only
from tests.gpu.runs import rows, trained, with_settings
from tests.gpu.steps import batch, state, stepper
from tests.gpu.test_optimizers import WAYS


@pytest.mark.parametrize("way", WAYS)
def test_from_the_first_loss_that_is_no_number_on_nothing_is_learned(way: str) -> None:
    one, several = stepper(**WAYS[way]), WAYS[way].get("accumulate", 1)

    def step(number: int, *, bad: bool = False) -> bool:
        batches = [batch(10 * number + part, bad=bad and part == several - 1) for part in range(several)]
        return one.step(batches, number, measure=False).finite

    assert all(step(number) for number in (1, 2, 3))
    before = state(one)
    if step(4, bad=True):
        step(5)
    torch.testing.assert_close(state(one), before, rtol=0, atol=0)


WAITING = ("lbfgs", "adafactor", "asgd", "accumulated")
"""Torch's code of these optimizers reads numbers from the device; several batches are one step of more kernels."""


@pytest.mark.parametrize("optimizer", ["adamw", "rmsprop"])
def test_in_float16_as_well(optimizer: str) -> None:
    one = stepper(DEVICE, torch.float32, precision="float16", optimizer={"name": optimizer})
    for number in (1, 2, 3):
        one.step([batch(number, numbers=torch.float32)], number, measure=False)
    before = state(one)
    one.step([batch(4, bad=True, numbers=torch.float32)], 4, measure=False)
    torch.testing.assert_close(state(one), before, rtol=0, atol=0)


@cuda_only("torch's alarm about waiting for it")
@pytest.mark.parametrize("way", [way for way in WAYS if way not in WAITING])
def test_no_step_waits_for_the_device(way: str) -> None:
    one = stepper(**WAYS[way])
    batches = [batch(number) for number in range(4)]
    one.step([batches[0]], 1, measure=True)
    torch.cuda.synchronize()
    torch.cuda.set_sync_debug_mode("error")
    try:
        for number in (2, 3):
            one.step([batches[number]], number, measure=number == 2)
    finally:
        torch.cuda.set_sync_debug_mode("default")


def doubtful(device: torch.device, **training: Any) -> Graph:
    """A small network with batch norm that is to fail."""
    graph = Graph("doubtful")
    last = graph.add("Input", shape=(1, 8, 8), name="image")
    layers: tuple[tuple[str, dict[str, Any]], ...] = (
        ("Conv2d", {"out_channels": 4, "kernel_size": 3}),
        ("BatchNorm2d", {}),
        ("ReLU", {}),
        ("Flatten", {}),
        ("Linear", {"out_features": 16}),
        ("ReLU", {}),
        ("Linear", {"out_features": 10}),
        ("Output", {"name": "label"}),
    )
    for kind, parameters in layers:
        node = graph.add(kind, **parameters)
        graph.connect(last, node)
        last = node
    graph.settings = {"data": {"dataset": "digits", "batch_size": 32}, "training": {}}
    return with_settings(graph, device, optimizer={"name": "sgd", "lr": 1e30}, epochs=3, **training)


@pytest.mark.parametrize("interval", [0.0, 1e9], ids=["told soon", "told late"])
def test_a_run_ends_as_on_the_cpu(interval: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder, "INTERVAL", interval)
    ours, theirs = trained(doubtful(DEVICE), tmp_path / "device"), trained(doubtful(CPU), tmp_path / "cpu")
    assert (ours.state, theirs.state) == ("failed", "failed")
    assert ours.steps == theirs.steps
    assert ours.about.reason == theirs.about.reason == "diverged"
    assert ours.about.node, "where it began"
    assert "It began with" in ours.message
    last = rows(tmp_path / "device")[-1]
    assert last["step"] == ours.steps
    assert last["loss"] in ("NaN", "Infinity")
    kept = load_file(tmp_path / "device" / "model.safetensors")
    assert all(bool(value.isfinite().all()) for value in kept.values()), "the weights before the step"
