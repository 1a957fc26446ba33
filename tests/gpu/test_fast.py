"""Fast: half the digits where nobody needs them, steps that are replayed, and a whole state after a resume."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from engine.graph import Graph
from engine.training import opening
from engine.training.loop import Trainer
from engine.training.runs.run_info import computing_text, promise, read
from engine.training.steps import cuda_graphs
from engine.training.steps.stepper import Stepper
from tests.engine.fake_graphs import FakeGraphs
from tests.gpu.device import DEVICE, cuda_only
from tests.gpu.runs import losses, preset, trained
from tests.gpu.test_exact import Stopping

NETWORKS: dict[str, dict[str, Any]] = {
    "lenet-5": {"schedule": {"name": "exponential", "gamma": 0.98, "interval": "step"}},
    "resnet-18-small": {"epochs": 1, "clip_norm": 1.0, "optimizer": {"name": "adamw", "lr": 1e-4}},
    "lstm-classifier": {"optimizer": {"name": "sgd", "lr": 0.0625, "momentum": 0.9}},
    "transformer-encoder": {"epochs": 1},
    "vit-tiny": {"epochs": 1},
}
COMPARED = 15
"""Losses of so many first steps are compared: rounding grows. (Weights that are off by 1e-6 move them by less than 1e-2
in each of the networks; the ResNet by 0.4 with the learning rate of its preset.)"""


class Counted:
    """Counts what is recorded and replayed."""

    def __init__(self) -> None:
        self.recorded = self.replays = 0


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counted:
    """What the runs of a test have recorded; on the CPU, in a trial of the tests, with fake graphs."""
    count = Counted()
    made = FakeGraphs if DEVICE.type == "cpu" else cuda_graphs.backend_of

    def backend_of(stepper: Stepper) -> Any:
        backend: Any = made(stepper)
        record = backend.record

        def noted(work: Any) -> Any:
            recorded, said = record(work)
            count.recorded += 1
            return Noted(recorded, count), said

        backend.record = noted
        return backend

    monkeypatch.setattr(opening, "backend_of", backend_of)
    return count


class Noted:
    def __init__(self, recorded: Any, count: Counted) -> None:
        self.recorded, self.count = recorded, count

    def replay(self) -> None:
        self.count.replays += 1
        self.recorded.replay()


def fast(name: str, **settings: Any) -> Graph:
    return preset(name, gpu="fast", **{"epochs": 2, **NETWORKS.get(name, {}), **settings})


@pytest.mark.parametrize("name", NETWORKS)
def test_replayed_steps_are_those_taken_as_ever(
    name: str, counted: Counted, tmp_path: Path, record_property: Any
) -> None:
    """In float32, so that the order of sums is all that differs; dropout draws the same, or the losses would not be."""
    plain = trained(fast(name, compile=False), tmp_path / "plain")
    replayed = trained(fast(name, compile="graphs"), tmp_path / "replayed")
    assert (plain.state, replayed.state, replayed.steps) == ("finished", "finished", plain.steps), replayed.message
    ours, theirs = losses(tmp_path / "replayed"), losses(tmp_path / "plain")
    worst = max(abs(a - b) / max(b, 1e-3) for a, b in zip(ours[:COMPARED], theirs[:COMPARED], strict=True))
    row = {"network": name, "steps": plain.steps, "replays": counted.replays, "recorded": counted.recorded}
    record_property("Replayed steps beside the same taken as ever", {**row, "largest difference": f"{worst:.1e}"})
    assert counted.replays > 0.5 * plain.steps, replayed.message
    torch.testing.assert_close(ours[:COMPARED], theirs[:COMPARED], rtol=2e-2, atol=2e-3)


@pytest.mark.parametrize("name", ["lenet-5", "transformer-encoder", "lstm-classifier"])
def test_a_fast_run_learns_as_an_exact_one_and_is_resumed_whole(name: str, tmp_path: Path) -> None:
    exact = trained(preset(name, **{**NETWORKS[name], "epochs": 2}), tmp_path / "exact")
    whole = trained(fast(name, precision="auto", epochs=2), tmp_path / "whole")
    assert whole.state == "finished", whole.message
    assert whole.validation["loss"] == pytest.approx(exact.validation["loss"], rel=0.35, abs=0.1)
    cut = trained(fast(name, precision="auto", epochs=2), tmp_path / "cut", Stopping(whole.steps // 2))
    assert cut.state == "stopped"
    resumed = Trainer.resume(tmp_path / "cut").run()
    assert (resumed.state, resumed.steps) == ("finished", whole.steps), resumed.message
    assert resumed.validation["loss"] == pytest.approx(whole.validation["loss"], rel=0.2, abs=0.05)
    assert len(losses(tmp_path / "cut")) == len(losses(tmp_path / "whole"))


@cuda_only("its name and what it computes with")
def test_a_fast_run_says_so(tmp_path: Path) -> None:
    assert trained(fast("resnet-18-small", precision="auto"), tmp_path / "run").state == "finished"
    info = read(tmp_path / "run")
    assert (info.gpu, info.compile, info.channels_last) == ("fast", "graphs", True)
    assert info.precision == ("bfloat16" if torch.cuda.is_bf16_supported(False) else "float32")
    assert torch.cuda.get_device_name(DEVICE) in computing_text(info)
    assert "not the last bits" in promise(info)


@pytest.mark.parametrize("what", ["waits for the device", "has shapes that depend on its values"])
def test_networks_that_cannot_be_recorded_train_without(
    what: str, counted: Counted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def waiting(self: nn.ReLU, x: torch.Tensor) -> torch.Tensor:
        if what.startswith("waits"):
            return x.clamp(min=0) + 0 * float(x.detach().mean())
        return torch.where(x > 0, x, 0) + 0 * x.detach().flatten()[x.detach().flatten() > 0].sum()

    monkeypatch.setattr(nn.ReLU, "forward", waiting)
    result = trained(fast("resnet-18-small", compile="graphs"), tmp_path / "run")
    assert result.state == "finished", result.message
    if DEVICE.type == "cuda":
        assert "Steps cannot be recorded as CUDA graphs" in result.message
        assert counted.replays == 0
    values = losses(tmp_path / "run")
    assert sum(values[-5:]) < sum(values[:5])


@pytest.mark.parametrize("size", [16, 50])
def test_short_last_batches_and_every_tenth_norm(size: int, counted: Counted, tmp_path: Path) -> None:
    graph = fast("lenet-5", compile="graphs", epochs=3, data__batch_size=size)
    result = trained(graph, tmp_path / "run")
    assert result.state == "finished", result.message
    assert len(losses(tmp_path / "run")) == result.steps
    norms = (tmp_path / "run" / "metrics.jsonl").read_text(encoding="utf-8").count("grad_norm")
    assert norms == -(-result.steps // 10)
    assert counted.replays > 0.5 * result.steps
