"""The training script has every loss of ours, for every shape of answer: one run each, step by step."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.data import sources
from engine.graph import Graph
from engine.literals import literal
from tests.engine.networks import chain
from tests.engine.runs_to_export import trained
from tests.engine.test_exports_training_script import agrees_within
from tests.engine.test_training_terms import autoencoder

pytestmark = pytest.mark.slow

TABLE: dict[str, dict[str, Any]] = {
    "smoothed": {"loss": "cross_entropy", "label_smoothing": 0.1},
    "balanced": {"loss": "cross_entropy", "class_weights": "balanced"},
    "weighted": {"loss": "cross_entropy", "class_weights": (1.0, 2.0, 0.5)},
    "one class weighs nothing": {"loss": "cross_entropy", "class_weights": (1.0, 0.0, 0.5)},
    "one class ignored": {"loss": "cross_entropy", "ignore_index": 1},
    "ignored and weighted": {"loss": "cross_entropy", "ignore_index": 1, "class_weights": (1.0, 2.0, 0.5)},
    "likelihood": {"loss": "nll_loss"},
    "hinge": {"loss": "multi_margin_loss", "margin": 0.5, "p": 2},
    "weighted hinge": {"loss": "multi_margin_loss", "class_weights": (1.0, 2.0, 0.5)},
    "squares": {"loss": "mse_loss", "weight": 0.5},
    "absolute": {"loss": "l1_loss"},
    "huber": {"loss": "huber_loss", "delta": 0.3},
    "smooth": {"loss": "smooth_l1_loss", "beta": 0.3},
    "binary": {"loss": "binary_cross_entropy_with_logits", "pos_weight": 2.0},
    "divergence": {"loss": "kl_div"},
    "cosine": {"loss": "cosine_embedding_loss"},
    "rates": {"loss": "poisson_nll_loss", "full": True},
    "logistic": {"loss": "soft_margin_loss"},
    "several labels": {"loss": "multilabel_margin_loss"},
    "weighted labels": {"loss": "multilabel_soft_margin_loss", "class_weights": (1.0, 2.0, 0.5)},
}


def iris(layers: list[tuple[str, dict[str, Any]]], **output: Any) -> Graph:
    graph = chain((4,), *layers, name="iris")
    graph.of_type("Output")[0].parameters.update(output)
    graph.settings = {"data": {"dataset": "iris", "batch_size": 16}, "training": {}}
    return graph


@pytest.mark.parametrize("accumulate", [1, 3])
@pytest.mark.parametrize("name", TABLE)
def test_every_loss_of_a_table(name: str, accumulate: int, tmp_path: Path) -> None:
    graph = iris([("Linear", {"out_features": 3})], **TABLE[name])
    agrees_within(trained(graph, tmp_path / "run", 2, {"training.accumulate": accumulate}), tmp_path / "alone")


@pytest.mark.parametrize(("loss", "layer"), [("binary_cross_entropy", "Sigmoid"), ("nll_loss", "LogSoftmax")])
def test_losses_of_probabilities(loss: str, layer: str, tmp_path: Path) -> None:
    graph = iris([("Linear", {"out_features": 3}), (layer, {})], loss=loss)
    agrees_within(trained(graph, tmp_path / "run", 2), tmp_path / "alone")


def test_numbers(tmp_path: Path) -> None:
    graph = chain((10,), ("Linear", {"out_features": 1}), name="diabetes")
    graph.of_type("Output")[0].parameters.update(loss="mse_loss")
    graph.settings = {
        "data": {"dataset": "diabetes", "transforms": ({"name": "standardise", "field": "target"},)},
        "training": {},
    }
    agrees_within(trained(graph, tmp_path / "run", 2), tmp_path / "alone")


def several(path: Path) -> dict[str, Any]:
    """The data section for samples of which several classes hold at once, two, one or none."""
    generator = np.random.default_rng(0)
    x = generator.normal(size=(90, 4)).astype(np.float32)
    np.savez(path, x=x, y=(x[:, :3] + x[:, 1:] > 0.5).astype(np.float32))
    source = sources.describe(path).settings.model_dump(exclude_defaults=True)
    return {"source": literal(source), "batch_size": 16}


@pytest.mark.parametrize(
    "output",
    [
        {"loss": "soft_margin_loss"},
        {"loss": "hinge_embedding_loss", "margin": 2.0},
        {"loss": "multilabel_margin_loss"},
        {"loss": "multilabel_soft_margin_loss", "class_weights": "balanced"},
        {"loss": "poisson_nll_loss", "log_input": True},
    ],
    ids=lambda output: output["loss"],
)
def test_several_labels_at_once(output: dict[str, Any], tmp_path: Path) -> None:
    graph = chain((4,), ("Linear", {"out_features": 3}), name="several")
    graph.of_type("Output")[0].parameters.update(output)
    graph.settings = {"data": several(tmp_path / "several.npz"), "training": {}}
    agrees_within(trained(graph, tmp_path / "run", 2), tmp_path / "alone")


def masks(path: Path) -> dict[str, Any]:
    """The data section for small images with a mask each, some of whose pixels count for nothing."""
    generator = np.random.default_rng(0)
    images = generator.normal(size=(90, 3, 12, 12)).astype(np.float32)
    labels = (images.mean(1) > 0).astype(np.int64) + (images.mean(1) > 0.5)
    np.savez(path, image=images, mask=labels)
    source = sources.describe(path).settings.model_dump(exclude_defaults=True)
    return {"source": literal(source), "batch_size": 16}


@pytest.mark.parametrize("output", [{}, {"ignore_index": 0}, {"class_weights": "balanced"}], ids=str)
def test_masks_with_their_classes_on_axis_1_and_variations(output: dict[str, Any], tmp_path: Path) -> None:
    graph = chain((3, 12, 12), ("Conv2d", {"out_channels": 3, "kernel_size": 3, "padding": 1}), name="masks")
    data = masks(tmp_path / "masks.npz")
    goal = graph.of_type("Output")[0]
    goal.parameters.update(output)
    variations = ({"name": "flip", "field": "image"}, {"name": "move", "field": "image", "fill": "zero"})
    graph.settings = {"data": {**data, "augmentation": variations}, "training": {}}
    settings = {"training.accumulate": 2, "training.optimizer": {"name": "adamw", "lr": 0.01}}
    agrees_within(trained(graph, tmp_path / "run", 3, settings), tmp_path / "alone")


def test_a_sequence_read_by_ctc(tmp_path: Path) -> None:
    graph = chain(
        (56,),
        ("Embedding", {"num_embeddings": 64, "embedding_dim": 8}),
        ("Linear", {"out_features": 16}),
        ("LogSoftmax", {}),
        dtype="int64",
        name="dates",
    )
    graph.of_type("Input")[0].parameters.update(field="words")
    graph.of_type("Output")[0].parameters.update(loss="ctc_loss", field="iso")
    graph.settings = {"data": {"dataset": "dates", "batch_size": 2000}, "training": {}}
    agrees_within(trained(graph, tmp_path / "run", 1), tmp_path / "alone")


def test_every_position_of_a_sequence(tmp_path: Path) -> None:
    graph = chain(
        (56,),
        ("Embedding", {"num_embeddings": 64, "embedding_dim": 8}),
        ("Flatten", {}),
        ("Linear", {"out_features": 160}),
        ("Reshape", {"shape": (10, 16)}),
        dtype="int64",
        name="positions",
    )
    graph.of_type("Input")[0].parameters.update(field="words")
    graph.of_type("Output")[0].parameters.update(field="iso", ignore_index=0)
    graph.settings = {"data": {"dataset": "dates", "batch_size": 2000}, "training": {}}
    agrees_within(trained(graph, tmp_path / "run", 1), tmp_path / "alone")


@pytest.mark.parametrize("target", [True, False])
@pytest.mark.parametrize("accumulate", [1, 2])
def test_terms_of_the_loss_and_several_outputs(target: bool, accumulate: int, tmp_path: Path) -> None:
    graph = autoencoder(target=target)
    agrees_within(trained(graph, tmp_path / "run", 1, {"training.accumulate": accumulate}), tmp_path / "alone")


def test_two_answers_with_weights_of_their_own(tmp_path: Path) -> None:
    graph = iris([("Linear", {"out_features": 3})])
    (linear,) = graph.of_type("Linear")
    graph.connect(linear.id, graph.add("Output", name="again", loss="mse_loss", weight=0.3))
    agrees_within(trained(graph, tmp_path / "run", 2), tmp_path / "alone")


def test_sparse_embeddings(tmp_path: Path) -> None:
    graph = chain(
        (56,),
        ("Embedding", {"num_embeddings": 64, "embedding_dim": 8, "sparse": True}),
        ("Flatten", {}),
        ("Linear", {"out_features": 160}),
        ("Reshape", {"shape": (10, 16)}),
        dtype="int64",
        name="sparse",
    )
    graph.of_type("Input")[0].parameters.update(field="words")
    graph.of_type("Output")[0].parameters.update(field="iso")
    graph.settings = {"data": {"dataset": "dates", "batch_size": 2000}, "training": {}}
    settings = {"training.optimizer": {"name": "sparse_adam"}}
    agrees_within(trained(graph, tmp_path / "run", 1, settings), tmp_path / "alone")
