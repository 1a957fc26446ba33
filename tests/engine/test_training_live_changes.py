"""A learning rate that was changed during a run is in the record of the run, and stays there."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import presets
from engine.edits import SetSetting
from engine.graph import Graph
from engine.training.control import Control
from engine.training.history import History, LiveChange
from engine.training.loop import Trainer
from engine.training.runs import catalogue
from engine.training.runs.compare import differences, live_differences
from engine.training.runs.run_info import read
from engine.training.runs.stored import stored_history

LR = "training.optimizer.lr"


class Acting(Control):
    """Does something before the steps it is told of."""

    def __init__(self, acts: dict[int, Callable[[Control], None]]) -> None:
        super().__init__()
        self.acts, self.passed = acts, 0

    def gate(self, *args: object) -> bool:
        self.passed += 1
        self.acts.get(self.passed, lambda control: None)(self)
        return super().gate()


def iris(epochs: int = 4) -> Graph:
    graph = presets.build("mlp")
    settings = {"epochs": epochs, "threads": 1, "device": "cpu", "optimizer": {"name": "sgd", "lr": 0.1}}
    for key, value in settings.items():
        SetSetting(("training", key), value).apply(graph)
    return graph


def rate(lr: float) -> Callable[[Control], None]:
    return lambda control: control.set_lr(lr)


def test_changes_are_in_the_folder_in_the_curves_and_in_the_list(tmp_path: Path) -> None:
    run = tmp_path / "runs" / "changed"
    run.parent.mkdir()
    trainer = Trainer(iris(), run, control=Acting({3: rate(0.05), 5: rate(0.05), 6: rate(0.2)}))
    assert trainer.run().state == "finished"
    changes = (LiveChange(3, LR, 0.1, 0.05), LiveChange(6, LR, 0.05, 0.2))  # the same rate again is not a change
    assert trainer.history.changes == read(run).changes == stored_history(run).changes == changes
    rates = trainer.history.series("train/lr")[1].tolist()
    assert rates[:6] == pytest.approx([0.1, 0.1, 0.05, 0.05, 0.05, 0.2])
    for _ in range(2):  # read, then remembered in the index
        assert catalogue.listing(run.parent).entries[0].changes == changes


def test_they_are_written_when_they_are_made(tmp_path: Path) -> None:
    found: list[tuple[LiveChange, ...]] = []
    run = tmp_path / "run"
    Trainer(iris(), run, control=Acting({3: rate(0.05), 4: lambda _: found.append(read(run).changes)})).run()
    assert found == [(LiveChange(3, LR, 0.1, 0.05),)]


def test_resuming_keeps_those_that_are_in_its_state_and_drops_those_that_were_cut_off(tmp_path: Path) -> None:
    run = tmp_path / "run"
    Trainer(iris(), run, control=Acting({2: rate(0.05), 4: Control.stop})).run()
    facts = json.loads((run / "run.json").read_text())
    lost = {"step": 900, "setting": LR, "before": 0.05, "value": 0.3}  # made after the state that is resumed from
    facts["changes"].append(lost)
    (run / "run.json").write_text(json.dumps(facts))
    history = History()
    resumed = Trainer.resume(run, history=history, control=Acting({2: rate(0.02)}))
    assert resumed.run().state == "finished"
    changes = (LiveChange(2, LR, 0.1, 0.05), LiveChange(5, LR, 0.05, 0.02))
    assert history.changes == read(run).changes == changes


def test_a_run_without_changes_has_the_bytes_it_always_had(tmp_path: Path) -> None:
    for name in ("one", "two"):
        Trainer(iris(), tmp_path / name).run()
    assert (tmp_path / "one" / "metrics.jsonl").read_bytes() == (tmp_path / "two" / "metrics.jsonl").read_bytes()
    assert b"change" not in (tmp_path / "one" / "metrics.jsonl").read_bytes()
    facts = json.loads((tmp_path / "one" / "run.json").read_text())
    del facts["changes"]
    (tmp_path / "one" / "run.json").write_text(json.dumps(facts))  # as an earlier version left it
    assert read(tmp_path / "one").changes == stored_history(tmp_path / "one").changes == ()


def test_runs_differ_in_what_was_changed_while_they_ran() -> None:
    graph = iris()
    assert differences([graph, graph.copy()]) == []
    change = (LiveChange(3, LR, 0.1, 0.05), LiveChange(1200, LR, 0.05, 0.2))
    found = live_differences([(), change])
    assert [(each.group, each.what, each.values) for each in found] == [
        ("training", "optimizer.lr, changed while running", ("–", "0.05 from step 3, 0.2 from step 1,200"))
    ]
    assert live_differences([change, change]) == []
