"""A run that is killed at random steps and resumed is the run that was let alone: its bytes where it is exact."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from engine import project
from engine.training.control import Control
from engine.training.loop import Trainer
from engine.training.runs.run_info import read
from tests.engine.stopping import Stopping
from tests.gpu.comparing import furthest
from tests.gpu.device import DEVICE
from tests.gpu.runs import losses, preset, rows
from tests.platforms import unix

ROOT = Path(__file__).resolve().parents[2]
NETWORKS: dict[str, dict[str, Any]] = {
    "lenet-5": {"schedule": {"name": "cosine"}, "ema": {"decay": 0.99}},
    "lstm-classifier": {"clip_norm": 1.0, "schedule": {"name": "plateau", "patience": 0}},
    "transformer-encoder": {"accumulate": 2, "optimizer": {"name": "rmsprop", "lr": 1e-3}},
}
KILLS = 2


class Deadly(Stopping):
    """Kills its own process where that stops a run."""

    def stop(self) -> None:
        os.kill(os.getpid(), signal.SIGKILL)


def begin(file: str, folder: str, steps: str) -> None:
    """What the child does: begin or resume a run, and be killed after so many steps; 0: none."""
    control = Deadly(int(steps)) if int(steps) else Control()
    known = (Path(folder) / "run.json").exists()
    if known:
        Trainer.resume(Path(folder), control=control).run()
    else:
        Trainer(project.load(Path(file)), Path(folder), control=control).run()


@unix
@pytest.mark.parametrize("gpu", ["exact", "fast"])
@pytest.mark.parametrize("name", NETWORKS)
def test_a_run_that_is_killed_and_resumed_is_the_one_let_alone(
    name: str, gpu: str, tmp_path: Path, record_property: Any
) -> None:
    exact, whole, broken = gpu == "exact" or DEVICE.type == "cpu", tmp_path / "whole", tmp_path / "broken"
    more = {} if exact else {"precision": "auto"}
    graph = preset(name, epochs=3, gpu=gpu, checkpoint={"epochs": 1, "keep_all": True}, **NETWORKS[name], **more)
    project.save(graph, tmp_path / "project.loom")
    unbroken = Trainer(graph, whole).run()
    assert unbroken.state == "finished", unbroken.message
    rng, ends = random.Random(name), []
    for number in range(KILLS + 1):
        steps = rng.randrange(unbroken.steps // 3, unbroken.steps // 2) if number < KILLS else 0
        given = [str(tmp_path / "project.loom"), str(broken), str(steps)]
        code = f"from tests.gpu.test_kills import begin; begin(*{given})"
        child = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
        ends.append(child.returncode)
        assert child.returncode in (0, -signal.SIGKILL), child.stderr[-2000:]
    assert ends[0] == -signal.SIGKILL
    assert (read(broken).state, read(broken).steps) == ("finished", unbroken.steps)
    assert [(row["step"], row["split"]) for row in rows(broken)] == [(row["step"], row["split"]) for row in rows(whole)]
    found, expected = (load_file(folder / "model.safetensors") for folder in (broken, whole))
    same = (broken / "metrics.jsonl").read_bytes() == (whole / "metrics.jsonl").read_bytes()
    off = furthest(found.values(), expected.values())
    row = {"network": name, "mode": gpu, "killed": ends.count(-signal.SIGKILL), "same bytes": same}
    record_property("Runs that were killed and resumed", {**row, "weights off": f"{off:.1e}"})
    if exact:
        assert same
        assert off == 0
    else:
        ours, theirs = losses(broken), losses(whole)
        assert sum(ours[-10:]) < 1.2 * sum(theirs[-10:]) + 0.1, "it has learned as much"
        assert all(bool(torch.isfinite(value).all()) for value in found.values())
