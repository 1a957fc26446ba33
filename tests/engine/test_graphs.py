"""Steps that are replayed: what changes from step to step reaches the replay, and the numbers are those of every step
taken as ever. The recording is a fake one, so that this needs no GPU."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from engine.graph import Graph
from engine.settings.training import TrainingConfig
from engine.training import opening
from engine.training.loop import Trainer
from engine.training.runs.run_info import read
from engine.training.status import Result
from engine.training.steps.graphs import WARM, hindrance
from engine.training.steps.stepper import Stepper
from tests.engine.fake_graphs import FakeGraphs
from tests.engine.stopping import Stopping

RATE = 2.0**-7
"""A learning rate that has the same value in float32."""


def network(**training: Any) -> Graph:
    """Draws while it learns, remembers running statistics, and ends its epochs with a short batch."""
    graph = Graph("digits")
    ids = [graph.add("Input", name="image", shape=(1, 8, 8)), graph.add("Flatten")]
    ids += [graph.add("Linear", out_features=16), graph.add("BatchNorm1d"), graph.add("ReLU")]
    ids += [graph.add("Dropout", p=0.3), graph.add("Linear", out_features=10), graph.add("Output", name="digit")]
    for source, target in pairwise(ids):
        graph.connect(source, target)
    split = {"train": 0.2, "validation": 0.1, "test": 0.7}
    graph.settings = {
        "data": {"dataset": "digits", "split": split, "batch_size": 32},
        "training": {"epochs": 4, "threads": 1, "optimizer": {"name": "adamw", "lr": RATE}, "health": 17, **training},
    }
    return graph


@pytest.fixture
def graphs(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[FakeGraphs]]:
    """Let runs record with fakes made with these options; the list of those that were made."""

    def install(**options: Any) -> list[FakeGraphs]:
        made: list[FakeGraphs] = []

        def backend_of(stepper: Stepper) -> FakeGraphs:
            made.append(FakeGraphs(stepper, **options))
            return made[-1]

        monkeypatch.setattr(opening, "backend_of", backend_of)
        return made

    return install


def run(graph: Graph, folder: Path) -> tuple[Result, bytes]:
    result = Trainer(graph, folder).run()
    assert result.state == "finished", result.message
    return result, (folder / "metrics.jsonl").read_bytes()


@pytest.mark.parametrize(
    "training",
    [
        {},
        {
            "optimizer": {"name": "sgd", "lr": RATE, "momentum": 0.5, "dampening": 0.5},
            "schedule": {"name": "step", "step_size": 5, "gamma": 0.5, "interval": "step"},
            "clip_norm": 0.5,
        },
    ],
    ids=["adamw", "sgd with momentum, clipped, with a schedule by steps"],
)
def test_replayed_steps_give_the_same_bytes(
    graphs: Callable[..., list[FakeGraphs]], tmp_path: Path, training: dict[str, Any]
) -> None:
    _, plain = run(network(**training), tmp_path / "plain")
    made = graphs()
    _, replayed = run(network(compile="graphs", **training), tmp_path / "replayed")
    assert replayed == plain
    assert made[0].replays > 20, "most of the 48 steps"
    assert made[0].recorded >= 2, "with the norm of the gradients, and without"


def test_a_run_that_is_resumed_continues_with_replays(graphs: Callable[..., list[FakeGraphs]], tmp_path: Path) -> None:
    made = graphs()
    _, whole = run(network(compile="graphs"), tmp_path / "whole")
    Trainer(network(compile="graphs"), tmp_path / "cut", control=Stopping(19)).run()
    assert Trainer.resume(tmp_path / "cut").run().state == "finished"
    assert (tmp_path / "cut" / "metrics.jsonl").read_bytes() == whole
    assert read(tmp_path / "cut").compile == "graphs"
    assert made[2].replays > 10


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"lazy": True}, "a trial "),
        ({"fails": RuntimeError("operation not permitted when stream is capturing\nmore")}, "operation not permitted"),
        ({"fails": MemoryError()}, "it needs more memory than there is"),
    ],
    ids=["replays that do nothing", "what cannot be recorded", "no memory for it"],
)
def test_where_it_cannot_be_done_training_continues_without(
    graphs: Callable[..., list[FakeGraphs]], tmp_path: Path, options: dict[str, Any], said: str
) -> None:
    _, plain = run(network(), tmp_path / "plain")
    made = graphs(**options)
    result, without = run(network(compile="graphs"), tmp_path / "without")
    assert without == plain
    sentence = "Steps cannot be recorded as CUDA graphs ("
    assert sentence in result.message
    assert said in result.message
    assert [note for note in read(tmp_path / "without").notes if note.startswith(sentence)]
    assert made[0].warm == WARM + 1, "the steps before it, and the one that was to compare"


def test_on_a_cpu_it_is_said_that_there_are_none(tmp_path: Path) -> None:
    result, replayed = run(network(compile="graphs"), tmp_path / "run")
    assert (
        "Steps are not recorded as CUDA graphs: those need a CUDA GPU, and the run computes on cpu." in result.message
    )
    assert replayed == run(network(), tmp_path / "plain")[1]


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({}, ""),
        ({"gpu": "exact"}, "training.gpu is 'exact'"),
        ({"optimizer": {"name": "lbfgs"}}, "the optimizer 'lbfgs' cannot be recorded"),
        ({"precision": "float16"}, "float16 is set"),
        ({"accumulate": 2}, "training.accumulate is set"),
        ({"ema": {}}, "training.ema is set"),
        ({"l2": 0.1}, "training.l2 is set"),
        ({"schedule": {"name": "one_cycle"}}, "moves the momentum"),
        ({"schedule": {"name": "one_cycle", "cycle_momentum": False}}, ""),
    ],
)
def test_settings_whose_steps_are_never_recorded(settings: dict[str, Any], why: str) -> None:
    found = hindrance(TrainingConfig.model_validate(settings))
    assert why in found
    assert bool(found) is bool(why)
