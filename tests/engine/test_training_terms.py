"""Outputs that are a term of the loss themselves: what arrives counts by its mean and a weight, under its name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional

from engine import project
from engine.data.pipeline import Part
from engine.edits import SetParameter
from engine.graph import Graph
from engine.layers.endpoints import Output
from engine.metrics.task import Task
from engine.problems import find
from engine.settings.training import TrainingConfig
from engine.source import write
from engine.training.evaluation.network import Head, Network, Term
from engine.training.loop import Trainer
from engine.training.runs.folder import METRICS, WEIGHTS
from engine.training.series import Series
from engine.training.steps.stepper import Stepper
from tests.engine.classics import along
from tests.engine.stopping import Stopping


def value(weight: float = 1.0) -> Output:
    return Output(loss="value", weight=weight)


class Double(nn.Module):
    """An answer, and something to keep small."""

    def __init__(self) -> None:
        super().__init__()
        self.one = nn.Linear(3, 4)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        y = self.one(x)
        return y, y * y


def penalized(weight: float = 0.25) -> Network:
    torch.manual_seed(0)
    head = Head("kind", Output(), 0, "label", Task("classes", 4), metrics=("accuracy",))
    return Network(Double(), ("x",), (head,), (Term("size", value(weight), 1),))


def batch(samples: int) -> dict[str, Tensor]:
    generator = torch.Generator().manual_seed(samples)
    return {
        "x": torch.randn(samples, 3, generator=generator),
        "label": torch.randint(0, 4, (samples,), generator=generator),
    }


def test_a_term_is_added_to_the_loss_by_its_mean_and_its_weight() -> None:
    network, given_ = penalized(), batch(5)
    answers = network.answers(given_)
    entropy = functional.cross_entropy(answers[0], given_["label"])
    torch.testing.assert_close(network.loss(answers, given_), entropy + 0.25 * answers[0].square().mean())
    weighs_nothing = penalized(0.0)
    torch.testing.assert_close(weighs_nothing.loss(weighs_nothing.answers(given_), given_), entropy)


@settings(max_examples=20)
@given(st.integers(1, 20), st.integers(1, 25))
def test_an_evaluation_gives_the_mean_over_all_samples_under_the_name_of_the_output(samples: int, size: int) -> None:
    network, tensors = penalized(), batch(samples)
    found = network.evaluate(Part(tensors, tensors["label"].numpy()), size, lambda: True)
    assert found is not None
    answer = network.module(tensors["x"])[0].detach()
    entropy, term = functional.cross_entropy(answer, tensors["label"]), answer.square().mean()
    assert found.keys() == {"loss", "accuracy", "loss_kind", "loss_size"}
    assert found["loss_size"] == pytest.approx(float(term), rel=1e-5)
    assert found["loss_kind"] == pytest.approx(float(entropy), rel=1e-5)
    assert found["loss"] == pytest.approx(float(entropy + 0.25 * term), rel=1e-5)


def test_batches_that_are_added_up_count_by_their_samples() -> None:
    config = TrainingConfig.model_validate({"optimizer": {"name": "sgd", "lr": 0.1}})
    large = batch(7)
    pieces = [{name: tensor[a:b] for name, tensor in large.items()} for a, b in ((0, 3), (3, 6), (6, 7))]
    after = []
    for batches in ([large], pieces):
        stepper = Stepper(penalized(), config, torch.device("cpu"), 1)
        done = stepper.step(batches, 1, measure=True)
        after.append((done.loss, *stepper.network.module.parameters()))
    torch.testing.assert_close(*after)


def autoencoder(*, target: bool = True, weight: float = 0.05, **training: Any) -> Graph:
    """Digits → 8 numbers → digits; that the numbers stay small is a term of the loss, ½ z² as in KL(N(z, 1) ‖ N(0, 1)).

    Without a ``target`` the network works its error out itself.
    """
    graph = Graph("autoencoder")
    image = graph.add("Input", name="image", shape=(1, 8, 8))
    code = along(graph, image, ("Flatten", {}), ("Linear", {"out_features": 8}))
    answer = along(
        graph,
        code,
        ("Linear", {"out_features": 64}),
        ("Reshape", {"shape": (1, 8, 8)}),
    )
    square = graph.add("Multiply")
    graph.connect(code, square)
    graph.connect(code, square)
    graph.connect(
        along(graph, square, ("Scale", {"factor": 0.5})), graph.add("Output", name="kl", loss="value", weight=weight)
    )
    if target:
        graph.connect(answer, graph.add("Output", name="again", field="image", loss="mse_loss"))
    else:
        error = graph.add("Subtract")
        graph.connect(answer, error)
        graph.connect(image, error)
        squared = graph.add("Multiply")
        graph.connect(error, squared)
        graph.connect(error, squared)
        graph.connect(squared, graph.add("Output", name="error", loss="value"))
    transforms = ({"name": "standardise", "field": "image"},)
    graph.settings = {
        "data": {"dataset": "digits", "batch_size": 128, "transforms": transforms},
        "training": {
            "epochs": 3,
            "device": "cpu",
            "threads": 1,
            "optimizer": {"name": "adamw", "lr": 1e-2},
            **training,
        },
    }
    return graph


def test_an_autoencoder_keeps_its_code_as_small_as_the_weight_of_the_term_says(tmp_path: Path) -> None:
    sizes = {}
    for weight in (0.0, 0.5):
        graph = autoencoder(weight=weight)
        assert [problem.message for problem in find(graph) if problem.severity == "error"] == []
        trainer = Trainer(graph, tmp_path / str(weight))
        result = trainer.run()
        assert result.state == "finished", result.message
        sizes[weight] = result.validation["loss_kl"]
        sums = result.validation["loss_again"] + weight * result.validation["loss_kl"]
        assert result.validation["loss"] == pytest.approx(sums, rel=1e-6)
        names = trainer.history.names()
        assert {"validation/loss_kl", "validation/loss_again", "train/mae"} <= set(names)
        assert Series.parse("validation/loss_kl") == Series("validation", "loss", "kl")
    assert sizes[0.5] < 0.5 * sizes[0.0]


def test_a_network_whose_loss_is_its_own_terms_alone_trains_and_goes_on_to_the_same_bytes(tmp_path: Path) -> None:
    graph = autoencoder(target=False, accumulate=2)
    result = Trainer(graph, tmp_path / "whole").run()
    assert result.state == "finished", result.message
    assert result.validation.keys() == {"loss", "loss_kl", "loss_error"}
    assert result.validation["loss_error"] < 0.6, "1 is the variance of what is standardised"
    Trainer(graph, tmp_path / "run", control=Stopping(7)).run()
    assert Trainer.resume(tmp_path / "run").run().state == "finished"
    for name in (METRICS, WEIGHTS):
        assert (tmp_path / "run" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


def test_both_ways_to_say_the_error_are_the_same_training(tmp_path: Path) -> None:
    ours = Trainer(autoencoder(target=False), tmp_path / "own").run()
    theirs = Trainer(autoencoder(), tmp_path / "compared").run()
    assert ours.validation["loss"] == pytest.approx(theirs.validation["loss"], rel=1e-4)


def test_the_source_hands_a_term_out_as_it_is_and_a_file_keeps_it() -> None:
    graph = autoencoder()
    text = write(graph)
    assert "tuple[torch.Tensor, torch.Tensor]" in text
    again = project.from_bytes(project.to_bytes(graph))
    assert write(again) == text
    (kl,) = [node for node in again.of_type("Output") if node.name == "kl"]
    assert kl.parameters == {"loss": "value", "weight": 0.05}


@pytest.mark.parametrize("dataset", [None, "digits"])
def test_a_term_has_to_be_made_of_floats_and_needs_no_field(dataset: str | None) -> None:
    graph = autoencoder()
    if dataset is None:
        graph.settings["data"] = {}
    whole = graph.add("Input", name="labels", shape=(3,), dtype="int64")
    end = graph.add("Output", name="count", loss="value")
    graph.connect(whole, end)
    (problem,) = [problem for problem in find(graph) if problem.node == end and problem.severity == "error"]
    assert problem.message == "count (Output) gets (N, 3), but a loss is the mean of float32 values, not int64."
    assert "field" in Output(loss="value").unread()
    assert "weight" not in Output(loss="value").unread()


def test_a_term_that_is_no_number_is_named(tmp_path: Path) -> None:
    graph = autoencoder(epochs=1)
    (kl,) = [node for node in graph.of_type("Output") if node.name == "kl"]
    (edge,) = graph.incoming[kl.id].values()
    SetParameter(edge.source, "factor", 1e38).apply(graph)
    result = Trainer(graph, tmp_path / "run").run()
    assert result.state == "failed"
    assert "loss that is infinite. That begins with the loss (value) of kl (Output)." in result.message
