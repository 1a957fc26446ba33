"""A compiled run gives the numbers of one that is not, or says why it is none; it is resumed like others."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.training.loop import Trainer
from engine.training.runs.run_info import read
from tests.engine.stopping import Stopping
from tests.gpu.device import DEVICE
from tests.gpu.runs import losses, preset, trained, without_draws

NAMES = ("lenet-5", "transformer-encoder") if DEVICE.type == "cuda" else ("mlp",)  # code for a CPU takes minutes


@pytest.mark.parametrize("name", NAMES)
def test_compiled_steps_give_the_losses_of_others(name: str, tmp_path: Path) -> None:
    ours = trained(without_draws(preset(name, epochs=1, compile=True)), tmp_path / "compiled")
    theirs = trained(without_draws(preset(name, epochs=1)), tmp_path / "eager")
    assert (ours.state, theirs.state) == ("finished", "finished"), ours.message
    found, expected = losses(tmp_path / "compiled"), losses(tmp_path / "eager")
    assert found[:10] == pytest.approx(expected[:10], rel=1e-3, abs=1e-4)
    notes = [note for note in read(tmp_path / "compiled").notes if "compile" in note]
    if notes:
        pytest.skip(f"needs a compiler: {notes[0]}")


def test_a_compiled_run_is_resumed(tmp_path: Path) -> None:
    graph = preset(NAMES[0], epochs=2, compile=True)
    whole = trained(preset(NAMES[0], epochs=2), tmp_path / "whole")
    assert trained(graph, tmp_path / "run", Stopping(whole.steps // 2)).state == "stopped"
    done = Trainer.resume(tmp_path / "run").run()
    assert (done.state, done.steps) == ("finished", whole.steps), done.message
    ours, theirs = losses(tmp_path / "run"), losses(tmp_path / "whole")
    assert sum(ours[-20:]) < 1.2 * sum(theirs[-20:]) + 0.5
