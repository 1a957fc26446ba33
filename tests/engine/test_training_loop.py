"""The trainer under way: same seed same bytes, pause and step, stop, and a new learning rate."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import torch
from torch import nn

from engine.graph import Graph
from engine.training import recorder
from engine.training.control import Control
from engine.training.loop import Trainer
from engine.training.runs.clock import read_curves
from engine.training.runs.run_info import runs
from engine.training.status import Result
from tests.engine.stopping import Stopping
from tests.engine.test_training_learning import table

LONG = 30.0
DROPOUT = (("Linear", {"out_features": 16}), ("ReLU", {}), ("Dropout", {}))


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (path / "metrics.jsonl").read_text(encoding="utf-8").splitlines()]


def content(graph: Graph, path: Path, **options: Any) -> bytes:
    Trainer(graph, path, **options).run()
    return (path / "metrics.jsonl").read_bytes()


class Behind:
    """A trainer in a thread of its own."""

    def __init__(self, graph: Graph, path: Path, control: Control) -> None:
        self.trainer = Trainer(graph, path, control=control)
        self.result: Result | None = None
        self.thread = Thread(target=self._run)
        self.thread.start()

    def _run(self) -> None:
        self.result = self.trainer.run()

    def end(self) -> Result:
        self.thread.join(LONG)
        assert not self.thread.is_alive()
        assert self.result is not None
        return self.result


class After(Control):
    """Does something when the trainer comes to the gate before a certain step."""

    def __init__(self, step: int, action: Callable[[Control], None]) -> None:
        super().__init__()
        self.left, self.action = step, action

    def gate(self, before_waiting: Callable[[], None] | None = None) -> bool:
        self.left -= 1
        if self.left == 0:
            self.action(self)
        return super().gate(before_waiting)


# -- the same bytes ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("optimizer", ["sgd", "adam", "adamw", "rmsprop", "adagrad"])
def test_one_seed_gives_the_same_bytes_in_any_thread_and_at_any_pace(optimizer, tmp_path, monkeypatch) -> None:
    graph = table(layers=DROPOUT, optimizer={"name": optimizer}, clip_norm=1.0)
    first = content(graph, tmp_path / "first")
    torch.rand(3)
    assert content(graph, tmp_path / "again") == first
    behind = Behind(graph, tmp_path / "behind", Control())
    behind.end()
    assert (tmp_path / "behind" / "metrics.jsonl").read_bytes() == first
    monkeypatch.setattr(recorder, "INTERVAL", 0.0)
    assert content(graph, tmp_path / "hasty") == first
    assert (tmp_path / "hasty" / "model.safetensors").read_bytes() == (
        tmp_path / "first" / "model.safetensors"
    ).read_bytes()
    other = content(table(layers=DROPOUT, optimizer={"name": optimizer}, clip_norm=1.0, seed=1), tmp_path / "other")
    assert other != first


def test_the_next_steps_do_not_depend_on_what_was_drawn_before(tmp_path) -> None:
    def draw(control: Control) -> None:
        torch.rand(100)

    graph = table(layers=DROPOUT)
    disturbed = content(graph, tmp_path / "disturbed", control=After(5, draw))
    assert disturbed == content(graph, tmp_path / "quiet")


def test_torch_is_left_as_it_was(tmp_path) -> None:
    threads, state = torch.get_num_threads(), torch.get_rng_state()
    Trainer(table(threads=3), tmp_path / "run").run()
    assert torch.get_num_threads() == threads
    assert torch.equal(torch.get_rng_state(), state)
    assert runs(tmp_path)[0].threads == 3


def test_a_run_trains_a_snapshot(tmp_path) -> None:
    graph = table()
    trainer = Trainer(graph, tmp_path / "run")
    graph.settings["training"]["epochs"] = 9
    assert trainer.run().epochs == 3


# -- rows and status -----------------------------------------------------------------------------------------------


def test_rows_say_what_they_should_and_nothing_of_time(tmp_path) -> None:
    seen = []
    trainer = Trainer(table(), tmp_path / "run", on_epoch=seen.append)
    result = trainer.run()
    written = rows(tmp_path / "run")
    steps = [row for row in written if row["split"] == "train"]
    assert [row["step"] for row in steps] == list(range(1, 22))
    assert [row["epoch"] for row in steps] == [1] * 7 + [2] * 7 + [3] * 7
    for row in steps:
        norm = ["grad_norm"] if row["step"] % 10 == 1 else []
        assert list(row) == ["step", "epoch", "split", "loss", "accuracy", "lr", *norm]
    judged = [(row["split"], row["step"]) for row in written if row["split"] != "train"]
    assert judged == [("validation", 7), ("validation", 14), ("validation", 21), ("test", 21)]
    assert written[-1]["accuracy"] == result.test["accuracy"]
    assert [status.epoch for status in seen] == [1, 2, 3]
    assert [status.step for status in seen] == [7, 14, 21]
    means = seen[-1].train["loss"], sum(row["loss"] * (16 if row["step"] % 7 else 10) for row in steps[14:]) / 106
    assert means[0] == pytest.approx(means[1])
    final = trainer.status
    assert (final.state, final.step, final.steps_total, final.remaining_seconds) == ("finished", 21, 21, 0.0)
    assert final.samples_per_second > 0
    assert final.run == result.run
    timing = [json.loads(line) for line in (tmp_path / "run" / "timing.jsonl").read_text().splitlines()]
    assert timing[-1]["step"] == 21
    assert all(list(row)[:3] == ["step", "seconds", "samples_per_second"] for row in timing)
    assert all(row.get("memory", 2**27) > 2**26 for row in timing)  # torch alone takes more


@pytest.mark.parametrize(("control", "last"), [(None, 21), (Stopping(10), 10)])
def test_the_clock_is_written_down_now_and_then_and_at_the_end(
    control: Control | None, last: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Epochs of a tiny network take a millisecond."""
    monkeypatch.setattr(recorder, "INTERVAL", math.inf)
    Trainer(table(), tmp_path / "run", control=control).run()
    written = [json.loads(line) for line in (tmp_path / "run" / "timing.jsonl").read_text().splitlines()]
    assert [row["step"] for row in written] == [7, last]
    seconds = read_curves(tmp_path / "run").seconds("train/loss")
    assert (seconds[1:] > seconds[:-1]).all(), "between the two it goes evenly"


def test_the_live_curves_are_those_in_the_file(tmp_path) -> None:
    trainer = Trainer(table(), tmp_path / "run")
    trainer.run()
    read = read_curves(tmp_path / "run")
    assert set(read.names()) == set(trainer.history.names())
    for name in read.names():
        for live, kept in zip(trainer.history.series(name), read.series(name), strict=True):
            assert live.tolist() == kept.tolist()
        assert read.epochs(name).tolist() == trainer.history.epochs(name).tolist()
        seconds = read.seconds(name)
        assert (seconds[1:] >= seconds[:-1]).all()
        seconds = trainer.history.seconds(name)
        assert (seconds[1:] >= seconds[:-1]).all()


# -- the reins -----------------------------------------------------------------------------------------------------


def test_pause_step_and_resume_change_nothing_but_time(tmp_path) -> None:
    graph, control = table(layers=DROPOUT), Control()
    control.pause()
    behind = Behind(graph, tmp_path / "held", control)
    for step in range(4):
        assert control.wait_paused(LONG)
        assert (behind.trainer.status.state, behind.trainer.status.step) == ("paused", step)
        assert len(behind.trainer.history.series("train/loss")[0]) == step
        control.step()
    control.resume()
    assert behind.end().state == "finished"
    assert (tmp_path / "held" / "metrics.jsonl").read_bytes() == content(graph, tmp_path / "free")


def test_stop_while_paused(tmp_path) -> None:
    control = After(4, Control.pause)
    behind = Behind(table(), tmp_path / "run", control)
    assert control.wait_paused(LONG)
    control.stop()
    result = behind.end()
    assert (result.state, result.steps, result.epochs) == ("stopped", 3, 0)
    assert result.message == "Stopped after step 3 of 21."
    assert [row["step"] for row in rows(result.run)] == [1, 2, 3]
    assert (result.run / "model.safetensors").is_file()
    assert dict(result.test) == {}


@pytest.mark.parametrize("step", [1, 8, 21])
def test_stop_takes_effect_before_the_next_step(step: int, tmp_path) -> None:
    result = Trainer(table(), tmp_path / "run", control=After(step, Control.stop)).run()
    assert (result.state, result.steps) == ("stopped", step - 1)
    assert result.epochs == (step - 1) // 7
    assert len([row for row in rows(result.run) if row["split"] == "train"]) == step - 1


def test_stop_takes_effect_while_validating(tmp_path) -> None:
    control = Control()
    calls = []
    graph = table(epochs=2)
    trainer = Trainer(graph, tmp_path / "run", control=control, on_epoch=calls.append)
    forward = nn.Linear.forward

    def stopping(self: nn.Linear, x: torch.Tensor) -> torch.Tensor:
        if trainer.status.phase == "validating":
            control.stop()
        return forward(self, x)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(nn.Linear, "forward", stopping)
        result = trainer.run()
    # an epoch is over when it is judged
    assert (result.state, result.steps, result.epochs, calls) == ("stopped", 7, 0, [])


def test_a_new_learning_rate_holds_from_the_next_step_and_scales_the_schedule(tmp_path) -> None:
    def change(control: Control) -> None:
        control.set_lr(0.05)

    graph = table(optimizer={"name": "sgd", "lr": 0.1}, schedule={"name": "step", "step_size": 1, "gamma": 0.5})
    trainer = Trainer(graph, tmp_path / "run", control=After(4, change))
    trainer.run()
    rates = trainer.history.series("train/lr")[1].tolist()
    assert rates == pytest.approx([0.1] * 3 + [0.05] * 4 + [0.025] * 7 + [0.0125] * 7)
