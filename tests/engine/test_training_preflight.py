"""What would fail later is said before the first step."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional

from engine.data import datasets
from engine.data.pipeline import Part
from engine.edits import SetParameter
from engine.graph import Graph
from engine.layers.endpoints import Output
from engine.losses.targets import balanced
from engine.metrics.task import Task
from engine.training import preflight as module
from engine.training.control import Control
from engine.training.evaluation.chance_level import chance_level
from engine.training.evaluation.network import Head
from engine.training.loop import Trainer
from engine.training.preflight import check_targets, size
from engine.training.status import Status, TrainingError
from tests.engine.stopping import Stopping
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


@pytest.mark.parametrize(("ours", "targets", "words"), REFUSED)
def test_targets_that_cannot_be_compared_are_refused(ours: Head, targets: Part, words: str) -> None:
    with pytest.raises(TrainingError) as caught:
        check_targets(ours, targets)
    assert words in str(caught.value)


def test_targets_that_can_be_compared_pass() -> None:
    check_targets(head(Task("classes", 3)), part(0, 1, 2))
    check_targets(head(Task("classes", 3), ignore_index=-1), part(0, -1))
    check_targets(head(Task("values"), loss="binary_cross_entropy"), part(0.0, 1.0))


def test_guessing_is_the_entropy_of_the_classes() -> None:
    assert chance_level((head(Task("classes", 2)),), part(0, 0, 1, 1)) == pytest.approx(np.log(2))
    uneven = -(0.75 * np.log(0.75) + 0.25 * np.log(0.25))
    assert chance_level((head(Task("classes", 2), weight=2.0),), part(0, 0, 0, 1)) == pytest.approx(2 * uneven)
    assert np.isnan(chance_level((head(Task("values"), loss="mse_loss"),), part(0.5)))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(0, 3), min_size=1, max_size=24),
    st.sampled_from(["cross_entropy", "nll_loss"]),
    st.sampled_from([None, "balanced", (1.0, 0.5, 3.0, 0.2), (0.0, 1.0, 2.0, 1.0)]),
    st.sampled_from([0.0, 0.1, 1.0]),
    st.sampled_from([-100, 2]),
    st.booleans(),
)
def test_guessing_is_the_best_that_one_answer_to_everything_can_do(
    labels: list[int], loss: str, class_weights: Any, smoothing: float, ignored: int, positions: bool
) -> None:
    target = torch.tensor(labels)
    output = Output.model_validate(
        {"loss": loss, "class_weights": class_weights, "label_smoothing": smoothing, "ignore_index": ignored}
    )
    weights = torch.tensor(class_weights) if isinstance(class_weights, tuple) else None
    if class_weights == "balanced":
        weights = balanced(target, 4, ignored)
    shaped = target.reshape(-1, 1) if positions else target
    ours = chance_level(
        (Head("digit", output, 0, "label", Task("classes", 4, int(positions)), weights=weights),),
        Part({"label": shaped}, np.arange(len(labels))),
    )

    weighs = None if weights is None else weights.double()

    def cost(scores: torch.Tensor) -> torch.Tensor:
        spread = smoothing if loss == "cross_entropy" else 0.0  # nll_loss does not read it
        return functional.cross_entropy(
            scores.expand(len(labels), 4), target, weighs, ignore_index=ignored, label_smoothing=spread
        )

    best = best_constant(cost, torch.zeros(4, dtype=torch.float64))
    if best != best or best < 1e-3:
        assert np.isnan(ours) or ours < 2e-3  # nothing counts, or one class alone
    else:
        assert ours == pytest.approx(best, rel=1e-3)


def best_constant(cost: Any, scores: torch.Tensor) -> float:
    """The lowest loss of scores that are the same for every sample, by looking for it."""
    scores = scores.requires_grad_()
    search = torch.optim.LBFGS([scores], max_iter=200, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        search.zero_grad()
        found: torch.Tensor = cost(scores)
        found.backward()
        return found

    search.step(closure)
    return float(cost(scores.detach()))


@given(st.lists(st.integers(0, 1), min_size=1, max_size=24), st.sampled_from([None, 0.2, 5.0]))
def test_guessing_one_of_two_knows_what_a_one_counts(labels: list[int], pos_weight: float | None) -> None:
    loss = "binary_cross_entropy_with_logits"
    ours = chance_level((head(Task("two"), loss=loss, pos_weight=pos_weight),), part(*labels))
    target = torch.tensor(labels).double()
    weight = None if pos_weight is None else torch.tensor(pos_weight)

    def cost(score: torch.Tensor) -> torch.Tensor:
        return functional.binary_cross_entropy_with_logits(score.expand(len(labels)), target, pos_weight=weight)

    best = best_constant(cost, torch.zeros(1, dtype=torch.float64))
    assert np.isnan(ours) if len(set(labels)) == 1 else ours == pytest.approx(best, rel=1e-4)


def test_guessing_says_nothing_of_labels_there_are_no_classes_for() -> None:
    for labels in ((0, 1, -1), (0, 1, 5)):
        assert np.isnan(chance_level((head(Task("classes", 3)),), part(*labels)))


def test_a_batch_that_only_just_fits_is_said(tmp_path: Path, monkeypatch: Any) -> None:
    said = {}
    for share in (0.9, 0.5):
        free = []

        def some(device: torch.device, share: float = share, free: list[int] = free) -> int:
            return free[0]

        with monkeypatch.context() as patch:
            real = module.needed_memory
            patch.setattr(
                module,
                "needed_memory",
                lambda plan, count, device, real=real, share=share, free=free: (
                    free.append(int(real(plan, count) / share)) or real(plan, count)
                ),
            )
            patch.setattr(module, "free_memory", some)
            trainer = Trainer(table(epochs=1), tmp_path / str(share))
            assert trainer.run().state == "finished"
        said[share] = {found.code: found for found in trainer.status.diagnoses}
    assert "tight-memory" not in said[0.5]
    found = said[0.9]["tight-memory"]
    assert found.message.startswith("A batch needs about ")
    assert found.message.endswith("that are free.")
    assert found.setting == "data.batch_size"


class Gate(Control):
    """Remembers what the status said before the first step."""

    def __init__(self) -> None:
        super().__init__()
        self.trainer: Trainer | None = None
        self.first: Status | None = None

    def gate(self, pause: Any) -> bool:
        if self.first is None and self.trainer is not None:
            self.first = self.trainer.status
        return super().gate(pause)


def test_what_is_seen_before_the_first_step_is_said_before_it(tmp_path: Path) -> None:
    gate = Gate()
    gate.trainer = Trainer(
        table("wine", standardise=(), layers=(), epochs=1, data={"shuffle": False}), tmp_path / "run", control=gate
    )
    gate.trainer.run()
    assert gate.first is not None
    assert gate.first.step == 0
    assert gate.first.preflight.startswith("A batch of 16 samples went through")
    assert "large-start" in [found.code for found in gate.first.diagnoses]


def test_it_is_still_said_when_a_run_goes_on(tmp_path: Path) -> None:
    graph = table("wine", standardise=(), layers=(), epochs=3)
    Trainer(graph, tmp_path / "run", control=Stopping(5)).run()
    trainer = Trainer.resume(tmp_path / "run")
    trainer.run()
    assert "large-start" in [found.code for found in trainer.status.diagnoses]


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
    assert np.isnan(chance_level((head(Task("classes", 2)),), part(1, 1)))


def test_a_last_batch_that_is_left_out_is_not_tried(tmp_path: Path) -> None:
    layers = (("Linear", {"out_features": 8}), ("BatchNorm1d", {}))
    graph = table(layers=layers, data={"batch_size": 15, "drop_last": True}, epochs=1)  # 106 samples: one is left
    assert Trainer(graph, tmp_path / "run").run().state == "finished"
