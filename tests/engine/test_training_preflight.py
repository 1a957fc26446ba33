"""What would fail later is said before the first step."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from engine.data import datasets
from engine.data.pipeline import Part
from engine.edits import SetParameter
from engine.graph import Graph
from engine.layers.ports import Output
from engine.training import preflight as module
from engine.training.loop import Trainer
from engine.training.network import Head
from engine.training.preflight import check_targets, guessing, size
from engine.training.status import Status, TrainingError
from engine.training.tasks import Task
from tests.engine.test_training_learning import table


def head(task: Task, **output: Any) -> Head:
    return Head("digit", Output.model_validate(output), 0, "label", task)


def part(*labels: float) -> Part:
    values = torch.tensor(labels)
    return Part({"label": values}, np.arange(100, 100 + len(labels)))


REFUSED = [
    (
        head(Task("classes", 3)),
        part(0, 2, 3),
        "tells 3 classes apart, 0 to 2, but the field 'label' holds 3 (sample 102)",
    ),
    (head(Task("classes", 3)), part(0, -1), "holds -1 (sample 101)"),
    (
        head(Task("values"), loss="binary_cross_entropy_with_logits"),
        part(25.0, 346.0),
        "whose targets lie between 0 and 1, but the field 'label' goes from 25 to 346: choose mse_loss",
    ),
]


@pytest.mark.parametrize(("given", "targets", "words"), REFUSED)
def test_targets_that_cannot_be_compared_are_refused(given: Head, targets: Part, words: str) -> None:
    with pytest.raises(TrainingError) as caught:
        check_targets(given, targets)
    assert words in str(caught.value)


def test_targets_that_can_be_compared_pass() -> None:
    check_targets(head(Task("classes", 3)), part(0, 1, 2))
    check_targets(head(Task("classes", 3), ignore_index=-1), part(0, -1))
    check_targets(head(Task("values"), loss="binary_cross_entropy"), part(0.0, 1.0))


def test_guessing_is_the_entropy_of_the_classes() -> None:
    assert guessing((head(Task("classes", 2)),), part(0, 0, 1, 1)) == pytest.approx(np.log(2))
    uneven = -(0.75 * np.log(0.75) + 0.25 * np.log(0.25))
    assert guessing((head(Task("classes", 2), weight=2.0),), part(0, 0, 0, 1)) == pytest.approx(2 * uneven)
    assert np.isnan(guessing((head(Task("values"), loss="mse_loss"),), part(0.5)))


def test_a_batch_goes_through_before_the_first_step_without_a_trace(tmp_path: Path, monkeypatch: Any) -> None:
    layers = (("Linear", {"out_features": 8}), ("BatchNorm1d", {}), ("ReLU", {}), ("Dropout", {}))
    seen: list[Status] = []
    trainer = Trainer(table(layers=layers), tmp_path / "run", on_epoch=seen.append)
    result = trainer.run()
    assert seen[0].preflight.startswith("A batch of 16 samples went through: loss ")
    assert "(guessing: 1.1)" in seen[0].preflight
    assert "all 106 would fit into one batch" in seen[0].preflight
    flown = (result.run / "metrics.jsonl").read_bytes()
    monkeypatch.setattr(module, "_try", lambda *given: (1.0, []))
    again = Trainer(table(layers=layers), tmp_path / "again").run()
    assert (again.run / "metrics.jsonl").read_bytes() == flown


def test_a_diverging_last_batch_is_found_before_the_first(tmp_path: Path) -> None:
    graph = table(layers=(("Linear", {"out_features": 8}), ("BatchNorm1d", {})), data={"batch_size": 105})
    graph.of_type("BatchNorm1d")[0].parameters["track_running_stats"] = False
    with pytest.raises(TrainingError, match="one number a channel"):
        Trainer(graph, tmp_path / "run").run()


@pytest.mark.parametrize(("count", "text"), [(5, "5 bytes"), (2048, "2 KiB"), (3 * 2**20, "3 MiB"), (2**34, "16 GiB")])
def test_bytes_for_people(count: int, text: str) -> None:
    assert size(count) == text


def test_padding_that_counts_is_said(tmp_path: Path) -> None:
    said = {}
    for ignore in (-100, 0):
        graph = Graph("tagger")
        x = graph.add("Input", shape=(48,), dtype="int64")
        embedding = graph.add("Embedding", num_embeddings=128, embedding_dim=8)
        linear = graph.add("Linear", out_features=16)
        y = graph.add("Output", ignore_index=ignore)
        for one, other in ((x, embedding), (embedding, linear), (linear, y)):
            graph.connect(one, other)
        data = datasets.get("python_tokens")
        (text, kinds) = data.fields.values()
        SetParameter(x, "shape", text.shape).apply(graph)
        SetParameter(embedding, "num_embeddings", text.classes).apply(graph)
        SetParameter(linear, "out_features", kinds.classes).apply(graph)
        graph.settings = {"data": {"dataset": "python_tokens", "batch_size": 256}, "training": {"epochs": 0}}
        trainer = Trainer(graph, tmp_path / str(ignore))
        result = trainer.run()
        assert result.state == "finished", result.message
        said[ignore] = [found.code for found in trainer.status.diagnoses]
    assert said == {-100: ["padding-counts"], 0: []}


def test_one_class_alone_is_no_reason_to_stop(tmp_path: Path) -> None:
    assert np.isnan(guessing((head(Task("classes", 2)),), part(1, 1)))


def test_a_last_batch_that_is_left_out_is_not_tried(tmp_path: Path) -> None:
    layers = (("Linear", {"out_features": 8}), ("BatchNorm1d", {}))
    graph = table(layers=layers, data={"batch_size": 15, "drop_last": True}, epochs=1)  # 106 samples: one is left
    assert Trainer(graph, tmp_path / "run").run().state == "finished"
