"""What goes wrong in a training is said on the guilty layer, with what to do; and not where nothing is wrong."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import presets
from engine.edits import SetSetting
from engine.graph import Graph
from engine.training.diagnosis.course import TrainingFacts
from engine.training.diagnosis.health import due
from engine.training.diagnosis.layer_signs import DEAD
from engine.training.diagnosis.monitor import SETTLED, STREAK, HealthMonitor
from engine.training.findings import HealthCheck, LayerHealth, NodePath
from engine.training.loop import Trainer
from engine.training.runs.run_info import read
from engine.training.status import Status
from tests.engine.stopping import Stopping
from tests.engine.test_training_learning import table, train

Layers = tuple[tuple[str, dict[str, Any]], ...]
HIDDEN: Layers = (("Linear", {"out_features": 16}), ("Tanh", {}))


def linear(width: int = 16) -> tuple[str, dict[str, Any]]:
    return "Linear", {"out_features": width}


def diagnosed(graph: Graph, folder: Path) -> dict[str, tuple[str | None, str, str]]:
    """Code → (name of the node, sentence, advice) of all that was said at some epoch."""
    seen: dict[str, tuple[str | None, str, str]] = {}

    def look(status: Status) -> None:
        for found in status.diagnoses:
            node = graph.nodes[found.node].name if found.node else None
            seen.setdefault(found.code, (node, found.message, found.advice))

    result = Trainer(graph, folder / "run", on_epoch=look).run()
    assert result.state == "finished", result.message
    return seen


ILL: list[tuple[str, dict[str, Any], str | None, str]] = [
    (
        "vanishing-gradients",
        {"layers": (linear(), ("Sigmoid", {})) * 7},
        "sigmoid1",
        "sigmoid1 (Sigmoid) is the first of 7 layers that take it away",
    ),
    (
        "exploding-gradients",
        {"layers": (("Scale", {"factor": 1e-5}), *(linear(), ("Scale", {"factor": 20.0})) * 4, linear())},
        "scale2",
        "scale2 (Scale) is the first of 4 layers that multiply it",
    ),
    (
        "dead-units",
        {"layers": (linear(), ("Sigmoid", {}), ("Scale", {"factor": -1.0}), ("ReLU", {}))},
        "scale1",
        "100 % of the outputs of relu1 (ReLU) are 0",
    ),
    (
        "saturated-units",
        {"layers": (linear(), ("Scale", {"factor": 100.0}), ("Tanh", {}))},
        "scale1",
        "lie at its bounds",
    ),
    ("rate-too-high", {"optimizer": {"lr": 1.0}, "health": 1}, None, "The learning rate is too high"),
    ("rate-too-low", {"optimizer": {"name": "sgd", "lr": 1e-9}}, None, "and the loss stands still"),
    ("stuck", {"layers": (("Scale", {"factor": 0.0}), *HIDDEN), "epochs": 20}, None, "ln 3 = 1.099"),
    (
        "loss-rises",
        {"layers": (), "optimizer": {"name": "sgd", "lr": 0.5, "momentum": 1.2}},
        None,
        "The training loss rises",
    ),
    (
        "overfitting",
        {
            "dataset": "wine",
            "layers": (linear(256), ("ReLU", {}), linear(256), ("ReLU", {})),
            "data": {"split": {"train": 0.1, "validation": 0.6, "test": 0.3}},
            "optimizer": {"lr": 0.01, "weight_decay": 0.0},
            "epochs": 60,
        },
        None,
        "the validation loss was best after epoch",
    ),
    (
        "unshuffled",
        {"data": {"shuffle": False, "split": {"train": 1.0, "validation": 0.0, "test": 0.0}}},
        None,
        "The samples come sorted: 99 % have the same 'label' as the one before (33 % by chance)",
    ),
    ("large-start", {"dataset": "wine", "standardise": (), "layers": ()}, None, "times that of guessing (1.09)"),
]


@pytest.mark.parametrize(("code", "given_", "node", "words"), ILL, ids=[row[0] for row in ILL])
def test_an_ill_training_is_diagnosed(
    code: str, given_: dict[str, Any], node: str | None, words: str, tmp_path: Path
) -> None:
    found = diagnosed(table(**{"epochs": 8, "health": 5, **given_}), tmp_path)
    assert code in found, list(found)
    assert found[code][0] == node
    assert words in found[code][1]
    assert found[code][2].endswith(".")


@pytest.mark.parametrize("lr", [1e2, 1e4, 1e6])
@pytest.mark.parametrize(
    "given_", [{}, {"dataset": "wine"}, {"dataset": "wine", "standardise": ()}], ids=["iris", "wine", "raw"]
)
def test_a_far_too_high_rate_is_said_at_once_and_not_taken_for_overfitting(
    given_: dict[str, Any], lr: float, tmp_path: Path
) -> None:
    graph = table(**{"layers": (), "epochs": 20, "optimizer": {"name": "sgd", "lr": lr}, **given_})
    first: dict[str, int] = {}
    settings: dict[str, str | None] = {}

    def look(status: Status) -> None:
        for found in status.diagnoses:
            first.setdefault(found.code, status.epoch)
            settings[found.code] = found.setting

    assert Trainer(graph, tmp_path / "run", on_epoch=look).run().state == "finished"
    assert first.get("rate-too-high", 99) <= 2, first
    assert settings["rate-too-high"] == "training.optimizer.lr"
    assert "overfitting" not in first


@pytest.mark.parametrize(
    ("given_", "loss"),
    [
        ({"layers": (), "optimizer": {"name": "sgd", "lr": 0.1}}, "cross_entropy"),
        ({"dataset": "diabetes", "last": 1, "data": {"batch_size": 1}}, "mse_loss"),
        ({"dataset": "diabetes", "last": 1, "standardise": ("features", "target")}, "mse_loss"),
        ({"data": {"batch_size": 1, "shuffle": False}}, "cross_entropy"),
    ],
)
def test_a_rate_that_is_none_too_high_is_not_called_so(given_: dict[str, Any], loss: str, tmp_path: Path) -> None:
    assert "rate-too-high" not in diagnosed(table(**{"epochs": 6, "loss": loss, **given_}), tmp_path)


def test_numbers_of_no_class_tell_of_a_rate_that_is_too_high(tmp_path: Path) -> None:
    given_ = {"dataset": "diabetes", "last": 1, "loss": "mse_loss", "standardise": ("features", "target")}
    graph = table(**given_, layers=(), epochs=4, optimizer={"name": "sgd", "lr": 0.3})
    found = diagnosed(graph, tmp_path)
    assert "The learning rate is too high" in found["rate-too-high"][1]
    assert "overfitting" not in found


BROKEN: list[tuple[dict[str, Any], str, str]] = [
    (
        {"layers": (linear(), ("ReLU", {})), "optimizer": {"name": "sgd", "lr": 1e30}},
        "Linear",
        "result of fc2 (Linear)",
    ),
    (
        {"layers": (linear(), ("ReLU", {}), linear(), ("ReLU", {})), "optimizer": {"name": "sgd", "lr": 1e4}},
        "Linear",
        "(Linear)",
    ),
    (  # every result is a number, the square of the error is none
        {"dataset": "diabetes", "last": 1, "loss": "mse_loss", "layers": (), "optimizer": {"name": "sgd", "lr": 1e21}},
        "Output",
        "the loss (mse_loss) of output (Output)",
    ),
    (  # before the first step
        {"layers": (("Scale", {"factor": 1e30}), ("Scale", {"factor": 1e30}), *HIDDEN)},
        "Scale",
        "result of scale2 (Scale)",
    ),
]


@pytest.mark.parametrize(("given_", "kind", "words"), BROKEN, ids=["rate", "deep", "loss", "start"])
@pytest.mark.parametrize("health", [0, 1])
def test_numbers_that_are_none_are_told_of_the_guilty_layer(
    given_: dict[str, Any], kind: str, words: str, health: int, tmp_path: Path
) -> None:
    graph = table(**{"epochs": 30, "health": health, **given_})
    trainer = Trainer(graph, tmp_path / "run")
    result = trainer.run()
    assert result.state == "failed"
    (found,) = (found for found in trainer.status.diagnoses if found.code == "not-a-number")
    assert found.node is not None
    assert graph.nodes[found.node].type == kind
    assert words in found.message
    assert found.advice.endswith(".")
    assert found.step == result.steps
    assert found in read(result.run).diagnoses
    assert not any(other.code == "overfitting" for other in trainer.status.diagnoses)


def test_a_validation_loss_that_is_none_names_its_layer(tmp_path: Path) -> None:
    sgd = {"name": "sgd", "lr": 1e30}
    graph = table(layers=(linear(), ("ReLU", {})), optimizer=sgd, data={"batch_size": None})
    trainer = Trainer(graph, tmp_path / "run")
    result = trainer.run()
    assert result.message.startswith("The validation loss after step 1 is ")
    assert "It began with the result of fc2 (Linear)." in result.message
    (found,) = trainer.status.diagnoses
    assert (found.code, found.step) == ("not-a-number", 1)
    assert graph.nodes[str(found.node)].name == "fc2"
    assert "the result of fc2 (Linear) holds NaN or infinite numbers after step 1" in found.message


@pytest.mark.parametrize(
    "output",
    [{"class_weights": "balanced"}, {"class_weights": [1.0, 0.5, 2.0]}, {"label_smoothing": 0.1}, {"ignore_index": 0}],
)
def test_stuck_is_said_whatever_the_classes_weigh(output: dict[str, Any], tmp_path: Path) -> None:
    graph = table(layers=(("Scale", {"factor": 0.0}), *HIDDEN), epochs=20)
    graph.of_type("Output")[0].parameters.update(output)
    assert "stuck" in diagnosed(graph, tmp_path / "ill")
    graph = table(epochs=20, optimizer={"lr": 0.01})
    graph.of_type("Output")[0].parameters.update(output)
    assert "stuck" not in diagnosed(graph, tmp_path / "well")


def test_units_that_begin_and_stay_alike_are_found_before_the_first_step(tmp_path: Path) -> None:
    graph = table(epochs=1)
    for node in graph.of_type("Linear"):
        node.properties["initialization"] = "zeros"
    assert diagnosed(graph, tmp_path)["alike"][0] == graph.of_type("Linear")[0].name
    for index in (0, -1):  # each alone learns: the layer beside it tells the units apart
        graph = table(epochs=1)
        graph.of_type("Linear")[index].properties["initialization"] = "zeros"
        assert "alike" not in diagnosed(graph, tmp_path / str(index))
    normed = table(layers=(linear(), ("LayerNorm", {}), ("ReLU", {})), epochs=1)
    assert "alike" not in diagnosed(normed, tmp_path / "norm")


def test_an_answer_may_lie_at_its_bounds(tmp_path: Path) -> None:
    graph = table("breast_cancer", 1, loss="binary_cross_entropy", end=("Sigmoid",), epochs=12, health=5)
    assert diagnosed(graph, tmp_path) == {}


def test_outputs_of_different_weight_have_no_vanishing_gradients(tmp_path: Path) -> None:
    graph = table(epochs=16, health=5, optimizer={"lr": 0.01})
    hidden = graph.of_type("Tanh")[0].id
    side = graph.add("Linear", out_features=3)
    graph.connect(hidden, side)
    graph.connect(side, graph.add("Output", weight=0.0005))
    assert diagnosed(graph, tmp_path) == {}


def test_few_samples_say_nothing_about_dead_units(tmp_path: Path) -> None:
    layers = (linear(32), ("ReLU", {}), linear(32), ("ReLU", {}))
    assert "dead-units" not in diagnosed(table(layers=layers, epochs=4, health=5, data={"batch_size": 1}), tmp_path)


def test_a_run_that_goes_on_remembers_what_was_said(tmp_path: Path) -> None:
    graph = table(epochs=8, health=2, layers=(linear(), ("Scale", {"factor": 100.0}), ("Tanh", {})))
    Trainer(graph, tmp_path / "run", control=Stopping(30)).run()
    before = read(tmp_path / "run").diagnoses
    assert [entry.code for entry in before]
    Trainer.resume(tmp_path / "run").run()
    assert read(tmp_path / "run").diagnoses[: len(before)] == before


@pytest.mark.parametrize("dataset", ["iris", "wine", "breast_cancer"])
@pytest.mark.parametrize("layers", [HIDDEN, (linear(32), ("ReLU", {}), linear(16), ("ReLU", {}))], ids=["tanh", "relu"])
def test_a_healthy_training_is_left_alone(dataset: str, layers: Layers, tmp_path: Path) -> None:
    last = {"breast_cancer": 2}.get(dataset, 3)
    graph = table(dataset, last, layers=layers, epochs=16, health=5, optimizer={"lr": 0.01})
    assert diagnosed(graph, tmp_path) == {}


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["linear-classifier", "mlp", "lenet-5", "lstm-classifier", "transformer-encoder", "resnet-18-small"]
)
def test_the_presets_are_well(name: str, tmp_path: Path) -> None:
    graph = presets.build(name)
    SetSetting(("training", "epochs"), 2 if name.startswith("resnet") else 5).apply(graph)
    assert diagnosed(graph, tmp_path) == {}


def test_it_is_said_where_numbers_stop_being_numbers(tmp_path: Path) -> None:
    relu = (linear(), ("ReLU", {}))
    result, _ = train(table(layers=relu, optimizer={"name": "sgd", "lr": 1e30}), tmp_path)
    assert result.state == "failed"
    assert "It began with the result of fc2 (Linear)." in result.message
    assert "such as 0.001" in result.message  # not a tenth of what is out of all measure
    graph = table(layers=(("Scale", {"factor": 1e30}), ("Scale", {"factor": 1e30}), *HIDDEN))
    result, _ = train(graph, tmp_path / "forward")
    assert (result.state, result.steps) == ("failed", 0)
    assert "That begins with the result of scale2 (Scale)." in result.message


def test_looking_changes_nothing(tmp_path: Path) -> None:
    contents = set()
    for health in (0, 1, 7):
        graph = table(layers=(linear(), ("BatchNorm1d", {}), ("ReLU", {}), ("Dropout", {})), health=health)
        result, _ = train(graph, tmp_path / str(health))
        contents.add((result.run / "metrics.jsonl").read_bytes())
    assert len(contents) == 1


def test_layers_within_blocks_are_named_with_their_way(tmp_path: Path) -> None:
    graph = presets.build("resnet-18", classes=10, input=(1, 8, 8))
    graph.settings["data"] = {"dataset": "digits", "batch_size": 400}
    graph.settings["training"] = {"epochs": 1, "health": 1, "device": "cpu", "threads": 1}
    looks: list[HealthCheck] = []
    trainer = Trainer(graph, tmp_path / "run", on_epoch=lambda status: looks.append(status.health))
    trainer.run()
    paths = list(looks[-1].layers)
    deep = [path for path in paths if path.inside]
    assert deep
    for path in deep:
        assert graph.nodes[path.inside[0]].type.startswith("block.")
        assert not math.isnan(looks[-1].layers[path].rms)
    assert any(not math.isnan(looks[-1].layers[path].update) for path in deep)


# -- the rules themselves ----------------------------------------------------------------------------------------------

RELU = NodePath((), "n2", "")


def monitor(baseline: float = math.nan) -> HealthMonitor:
    graph = Graph()
    graph.add("Input", shape=(4,))
    graph.add("ReLU")
    return HealthMonitor(TrainingFacts(graph, baseline=baseline))


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_a_diagnosis_needs_three_looks_and_goes_after_three(shares: list[float]) -> None:
    ours, said, streak = monitor(), False, 0
    for step, share in enumerate(shares):
        ours.look(HealthCheck(SETTLED + step, {RELU: LayerHealth(rms=1.0, dead=share)}))
        ill = share > DEAD
        streak = (max(streak, 0) + 1) if ill else (min(streak, 0) - 1)
        said = True if streak >= STREAK else False if streak <= -STREAK else said
        assert bool(ours.diagnoses) == said


def test_looks_come_early_and_then_at_the_rate() -> None:
    assert [step for step in range(1, 301) if due(step, 100)] == [1, 3, 10, 20, 30, 50, 100, 200, 300]
    assert not any(due(step, 0) for step in range(1, 301))


@pytest.mark.parametrize(
    ("epochs", "codes"),
    [
        ([(1.0, 1.0), (0.8, 0.9), (0.7, 1.0), (0.6, 1.1), (0.5, 1.2)], {"overfitting"}),
        ([(1.0, 1.0), (0.8, 0.9), (0.79, 1.0), (0.78, 1.1), (0.77, 1.2)], set()),  # it learns nothing by heart
        ([(1.0, 1.0), (0.8, 0.9), (0.5, 0.91), (0.4, 0.92), (0.3, 0.93)], set()),  # no gap worth a word
        ([(1.0, 1.0), (1.3, 1.0), (1.3, 1.0)], {"loss-rises"}),
        ([(1.0, 1.0), (1.3, 1.0), (1.1, 1.0)], set()),
        ([(9.0, 0.7), (1.4, 2.4), (1.3, 3.0), (1.35, 3.1), (1.2, 3.0)], {"rate-too-high"}),
        ([(1.0, 1.0), (0.5, 0.6), (5.0, 9.0)], {"rate-too-high"}),
        ([(1.9, 1.0), (0.8, 0.9), (0.7, 1.0), (0.6, 1.1), (0.5, 1.2)], {"overfitting"}),
        ([(1.0, 1.0), (0.03, 0.04), (0.05, 0.05), (0.05, 0.06)], set()),  # next to nothing goes up and down by chance
        ([(1.0, 1.0), (0.04, 0.03), (0.03, 0.05), (0.02, 0.06), (0.01, 0.07)], set()),
        ([(1.0, math.nan), (0.5, math.nan), (0.2, math.nan), (0.1, math.nan), (0.1, math.nan)], set()),
    ],
)
def test_curves_are_read(epochs: list[tuple[float, float]], codes: set[str]) -> None:
    ours = monitor(baseline=1.0)
    for step, (training, validation) in enumerate(epochs):
        ours.epoch(step, training, validation, 0.1, first=1.0)
    assert {found.code for found in ours.diagnoses} == codes


def test_what_was_said_is_kept_with_the_run(tmp_path: Path) -> None:
    graph = table(epochs=8, health=5, layers=(linear(), ("Scale", {"factor": 100.0}), ("Tanh", {})))
    result, _ = train(graph, tmp_path)
    (kept,) = (found for found in read(result.run).diagnoses if found.code == "saturated-units")
    assert graph.nodes[str(kept.node)].type == "Scale"
    assert kept.step > 0
