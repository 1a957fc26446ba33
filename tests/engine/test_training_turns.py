"""One computes at a time: what asks while a training continues changes no bit of it."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
import torch

import presets
from engine.edits import SetSetting
from engine.graph import Graph
from engine.literals import literal
from engine.training.control import Control
from engine.training.evaluation.network import Network
from engine.training.loop import Trainer
from engine.training.steps.stepper import Stepper
from engine.training.steps.turns import Turn
from engine.training.values import values_of

LONG = 30.0


def network(name: str, **training: Any) -> Graph:
    graph = presets.build(name)
    for layer in graph.of_type("ReLU")[:1]:  # something drawn, and statistics that every batch moves
        edge = next(iter(graph.incoming[layer.id].values()))
        drop, norm = graph.add("Dropout", p=0.2), graph.add("BatchNorm2d" if name == "lenet-5" else "BatchNorm1d")
        graph.delete_edge(edge)
        graph.connect(edge.source, norm, source=edge.source_port)
        graph.connect(norm, drop)
        graph.connect(drop, layer.id)
    for key, value in {"epochs": 4, "threads": 1, "device": "cpu", **training}.items():
        SetSetting(("training", key), literal(value)).apply(graph)
    return graph


def test_values_on_the_wires_change_no_byte_of_a_run(tmp_path: Path) -> None:
    graph = network("lenet-5", epochs=1)
    Trainer(graph, tmp_path / "alone").run()
    trainer = Trainer(graph, tmp_path / "beside")
    worker = threading.Thread(target=trainer.run)
    worker.start()
    looked = 0
    while worker.is_alive():
        assert values_of(presets.build("mlp"))
        looked += trainer.status.state == "running"
    worker.join()
    assert looked > 2, "values came during the run"
    contents = [(tmp_path / name / "metrics.jsonl").read_bytes() for name in ("alone", "beside")]
    assert contents[0] == contents[1]


def test_a_held_run_lets_others_compute() -> None:
    control = Control()
    control.pause()
    trainer = Trainer(network("mlp"), control=control)
    worker = threading.Thread(target=trainer.run)
    worker.start()
    assert control.wait_paused(LONG)
    done = threading.Thread(target=values_of, args=(presets.build("mlp"),))
    done.start()
    done.join(LONG)
    assert not done.is_alive()
    control.stop()
    worker.join(LONG)
    assert trainer.status.state == "stopped"


def test_who_asks_first_is_served_first() -> None:
    turn, served, threads = Turn(), list[int](), list[threading.Thread]()

    def ask(number: int) -> None:
        with turn.taken():
            served.append(number)

    with turn.taken():
        for number in range(5):
            thread = threading.Thread(target=ask, args=(number,))
            thread.start()
            threads.append(thread)
            while len(turn._waiting) <= number:
                thread.join(0.001)
        assert turn.wanted
        with turn.lent():
            pass
        assert served == [0, 1, 2, 3, 4], "those who waited come before who has lent"
        assert not turn.wanted
    for thread in threads:
        thread.join(LONG)


OPTIMIZERS = {"adamw": {"name": "adamw", "lr": 0.003}, "lbfgs": {"name": "lbfgs", "lr": 0.1, "max_iter": 6}}


@pytest.mark.parametrize("at", [10, *(pytest.param(step, marks=pytest.mark.slow) for step in (3, 23))])
@pytest.mark.parametrize("accumulate", [1, 5])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_stop_waits_for_one_batch_and_leaves_no_trace(
    optimizer: str, accumulate: int, at: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where a step takes several batches, or looks at one several times; the run continues to the same bytes."""
    graph = network("mlp", optimizer=OPTIMIZERS[optimizer], accumulate=accumulate, epochs=1)
    Trainer(graph, tmp_path / "whole").run()
    control, answered = Control(), [0, 0]
    answers = Network.answers

    def counted(self: Network, *given: Any, **more: Any) -> Any:
        if torch.is_grad_enabled():
            answered[control.stopped] += 1
            if answered[0] == at:
                control.stop()
        return answers(self, *given, **more)

    with monkeypatch.context() as patch:
        patch.setattr(Network, "answers", counted)
        assert Trainer(graph, tmp_path / "run", control=control).run().state == "stopped"
    assert answered[1] == 0, "no further batch was begun"
    assert Trainer.resume(tmp_path / "run").run().state == "finished"
    contents = [(tmp_path / name / "metrics.jsonl").read_bytes() for name in ("whole", "run")]
    assert contents[0] == contents[1]


def test_a_step_of_one_batch_keeps_no_copy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(Stepper, "_kept", lambda _: pytest.fail("nothing can be given up between"))
    assert Trainer(network("mlp", epochs=1), tmp_path / "run").run().state == "finished"
