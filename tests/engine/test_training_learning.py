"""Everything one can choose really trains: losses, optimizers, schedules, clipping, stopping, several outputs."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from engine.compile import compile_graph
from engine.graph import Graph
from engine.losses import LossName
from engine.settings.resolution import variants
from engine.settings.training import TrainingConfig
from engine.training.history import History
from engine.training.loop import Trainer
from engine.training.runs.run_info import read
from engine.training.status import Result

DROPOUT_TABLE = (("Linear", {"out_features": 16}), ("ReLU", {}), ("Dropout", {}))
SHAPES = {"digits": (1, 8, 8), "iris": (4,), "wine": (13,), "breast_cancer": (30,), "diabetes": (10,)}


def table(
    dataset: str = "iris",
    last: int = 3,
    *,
    loss: str | None = "cross_entropy",
    layers: tuple[tuple[str, dict[str, Any]], ...] = (("Linear", {"out_features": 16}), ("Tanh", {})),
    end: tuple[str, ...] = (),
    standardise: tuple[str, ...] = ("features",),
    data: dict[str, Any] | None = None,
    **training: Any,
) -> Graph:
    """A small network on a table; ``training`` holds training settings, by default 3 epochs on one CPU thread."""
    graph = Graph("table")
    node = graph.add("Input", name="in", shape=SHAPES[dataset])
    chain = (*layers, ("Linear", {"out_features": last}), *((kind, {}) for kind in end), ("Output", {"loss": loss}))
    for kind, parameters in chain:
        following = graph.add(kind, **parameters)
        graph.connect(node, following)
        node = following
    transforms = [{"name": "standardise", "field": field} for field in standardise]
    graph.settings = {
        "data": {"dataset": dataset, "transforms": transforms, "batch_size": 16, **(data or {})},
        "training": {"epochs": 3, "device": "cpu", "threads": 1, **training},
    }
    return graph


def train(graph: Graph, folder: Path) -> tuple[Result, History]:
    trainer = Trainer(graph, folder / "run")
    return trainer.run(), trainer.history


def falls(history: History) -> bool:
    losses = history.series("train/loss")[1]
    part = max(3, len(losses) // 5)
    return bool(losses[-part:].mean() < 0.97 * losses[:part].mean())


KINDS = variants(TrainingConfig.model_fields["optimizer"].annotation)
SCHEDULES = variants(TrainingConfig.model_fields["schedule"].annotation)


@pytest.mark.parametrize("name", KINDS)
def test_every_optimizer_learns_with_its_own_defaults(name: str, tmp_path: Path) -> None:
    rate = {"lr": 0.05} if name in ("sgd", "adagrad", "asgd") else {}
    whole: dict[str, Any] = {"batch_size": None} if name in ("rprop", "lbfgs") else {}  # they want every sample
    result, history = train(table(optimizer={"name": name, **rate}, data=whole, epochs=12), tmp_path)
    assert result.state == "finished"
    assert falls(history)


@pytest.mark.parametrize(
    "optimizer",
    [
        {"name": "sgd", "momentum": 0.9, "nesterov": True, "weight_decay": 0.01, "lr": 0.02},
        {"name": "sgd", "momentum": 0.5, "dampening": 0.5, "lr": 0.05},
        {"name": "adam", "amsgrad": True, "betas": [0.5, 0.9], "weight_decay": 0.01},
        {"name": "rmsprop", "centered": True, "momentum": 0.5, "lr": 0.002},
        {"name": "adagrad", "lr_decay": 0.01, "initial_accumulator_value": 0.1, "lr": 0.05},
    ],
)
def test_every_entry_of_an_optimizer_reaches_torch(optimizer: dict[str, Any], tmp_path: Path) -> None:
    result, history = train(table(optimizer=optimizer, epochs=12), tmp_path)
    assert result.state == "finished"
    assert falls(history)


@pytest.mark.parametrize(
    ("dataset", "last", "loss", "end", "metric"),
    [
        ("iris", 3, "cross_entropy", (), "accuracy"),
        ("breast_cancer", 1, "binary_cross_entropy_with_logits", (), "accuracy"),
        ("breast_cancer", 1, "binary_cross_entropy", ("Sigmoid",), "accuracy"),
        ("wine", 3, "binary_cross_entropy_with_logits", (), "accuracy"),
        ("wine", 3, "mse_loss", (), "accuracy"),
        ("diabetes", 1, "mse_loss", (), "mae"),
        ("diabetes", 1, "l1_loss", (), "mae"),
        ("diabetes", 1, "huber_loss", (), "mae"),
        ("diabetes", 1, "smooth_l1_loss", (), "mae"),
        ("iris", 3, "nll_loss", ("LogSoftmax",), "accuracy"),
        ("iris", 3, "kl_div", ("LogSoftmax",), "accuracy"),
        ("iris", 3, "multi_margin_loss", (), "accuracy"),
        ("iris", 3, "cosine_embedding_loss", (), "accuracy"),
    ],
)
def test_every_loss_learns(
    dataset: str, last: int, loss: LossName, end: tuple[str, ...], metric: str, tmp_path: Path
) -> None:
    standardise = ("features", "target") if dataset == "diabetes" else ("features",)
    graph = table(dataset, last, loss=loss, end=end, standardise=standardise, epochs=12, optimizer={"lr": 0.01})
    result, history = train(graph, tmp_path)
    assert result.state == "finished"
    assert falls(history)
    assert list(result.validation)[:2] == list(result.test)[:2] == ["loss", metric]
    assert metric == "mae" or result.test[metric] > 0.85


def rates(history: History) -> list[float]:
    """The learning rate of each epoch."""
    steps, values = history.series("train/lr")
    return (
        list(dict(zip(history.epochs("train/lr").tolist(), values.tolist(), strict=True)).values())
        if len(steps)
        else []
    )


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        ({"name": "constant"}, [0.1] * 6),
        ({"name": "step", "step_size": 2, "gamma": 0.5}, [0.1, 0.1, 0.05, 0.05, 0.025, 0.025]),
        ({"name": "cosine"}, [0.05 * (1 + math.cos(math.pi * epoch / 6)) for epoch in range(6)]),
        ({"name": "cosine", "T_max": 3, "eta_min": 0.02}, [0.1, 0.08, 0.04, 0.02, 0.04, 0.08]),
        ({"name": "plateau", "patience": 1, "threshold": 0.99, "factor": 0.5}, [0.1, 0.1, 0.1, 0.05, 0.05, 0.025]),
        ({"name": "plateau", "patience": 0, "threshold": 0.99, "min_lr": 0.09}, [0.1, 0.1, 0.09, 0.09, 0.09, 0.09]),
    ],
)
def test_schedules_go_by_epochs(schedule: dict[str, Any], expected: list[float], tmp_path: Path) -> None:
    result, history = train(table(optimizer={"name": "sgd", "lr": 0.1}, schedule=schedule, epochs=6), tmp_path)
    assert result.state == "finished"
    assert rates(history) == pytest.approx(expected, rel=1e-6)


def test_clipping_limits_the_step_and_the_norm_is_that_before(tmp_path: Path) -> None:
    settings: dict[str, Any] = {"optimizer": {"name": "sgd", "lr": 1.0}, "epochs": 1}
    _, free = train(table(**settings), tmp_path / "free")
    _, held = train(table(**settings, clip_norm=1e-9), tmp_path / "held")
    train(table(**settings, clip_value=1e-9), tmp_path / "tight")
    assert held.series("train/grad_norm")[1][0] == free.series("train/grad_norm")[1][0] > 1e-3
    assert held.series("train/grad_norm")[0].tolist() == [1.0]
    weights = {name: load_file(tmp_path / name / "run" / "model.safetensors") for name in ("free", "held", "tight")}
    for name, tensor in weights["held"].items():
        assert torch.allclose(tensor, weights["tight"][name], atol=1e-6)
        assert not torch.allclose(tensor, weights["free"][name], atol=1e-3)


def test_it_stops_early_when_nothing_gets_better(tmp_path: Path) -> None:
    graph = table(epochs=50, early_stopping={"patience": 2, "min_delta": 100.0})
    result, history = train(graph, tmp_path)
    assert (result.state, result.epochs) == ("finished", 4)
    assert result.message == (
        "Stopped early after epoch 4: the validation loss has not fallen by more than 100 for 3 epochs."
    )
    assert result.remark == read(result.run).remark == result.message, "it is all worth saying"
    assert len(history.series("validation/loss")[0]) == 4
    assert result.test


def test_without_epochs_the_untrained_network_is_judged(tmp_path: Path) -> None:
    result, history = train(table(epochs=0), tmp_path)
    assert (result.state, result.epochs, result.steps) == ("finished", 0, 0)
    assert 0 <= result.test["accuracy"] <= 1
    assert {"validation/loss", "validation/accuracy", "test/loss", "test/accuracy"} < set(history.names())
    assert not any(name.startswith("train/") for name in history.names())
    assert (result.run / "model.safetensors").is_file()


def test_without_validation_and_test_parts_it_trains_all_the_same(tmp_path: Path) -> None:
    graph = table(data={"split": {"train": 1, "validation": 0, "test": 0}, "shuffle": False, "drop_last": True})
    result, _ = train(graph, tmp_path)
    assert (result.state, dict(result.validation), dict(result.test)) == ("finished", {}, {})
    assert result.steps == 3 * (150 // 16)


def test_several_outputs_are_learnt_at_once(tmp_path: Path) -> None:
    graph = table(epochs=10, optimizer={"lr": 0.02})
    hidden = next(node.id for node in graph.nodes.values() if node.type == "Tanh")
    side = graph.add("Linear", out_features=3, name="side")
    graph.connect(hidden, side)
    graph.connect(side, graph.add("Output", name="aux", weight=0.3))
    idle = graph.add("Linear", out_features=7)
    graph.connect(hidden, idle)
    graph.connect(idle, graph.add("Output", name="watched", loss=None))
    result, history = train(graph, tmp_path)
    assert result.state == "finished"
    assert falls(history)
    of_each = [name for name in result.test if name.endswith(("_output", "_aux"))]
    assert of_each[:2] == ["loss_output", "accuracy_output"]
    assert {"loss_aux", "accuracy_aux", "f1_aux"} < set(of_each)
    assert result.test["accuracy"] == result.test["accuracy_output"]
    assert result.test["loss"] == pytest.approx(result.test["loss_output"] + 0.3 * result.test["loss_aux"])
    assert result.test["accuracy"] == result.test["accuracy_output"]


def test_the_weights_that_are_kept_are_the_ones_that_were_judged(tmp_path: Path) -> None:
    layers = (("Conv2d", {"out_channels": 4, "kernel_size": 3}), ("BatchNorm2d", {}), ("ReLU", {}), ("Flatten", {}))
    graph = table("digits", 10, layers=layers, standardise=("image",))
    trainer = Trainer(graph, tmp_path / "run")
    result = trainer.run()
    from engine.data.pipeline import prepare
    from engine.settings.resolution import resolve_settings

    module = compile_graph(graph)
    module.load_state_dict(load_file(result.run / "model.safetensors"))
    module.eval()
    data, _ = resolve_settings(graph)
    test = prepare(data).test.tensors
    right = (module(test["image"]).argmax(-1) == test["label"]).double().mean()
    assert float(right) == pytest.approx(result.test["accuracy"], abs=1e-8)
