"""Layers of one's own, from an installed package: in the catalogue, in files, in the source, and missing."""

from __future__ import annotations

import json
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from engine import layers, project
from engine.compile import compile_graph
from engine.graph import Graph
from engine.layers.layer import Layer
from engine.problems import find
from engine.shapes import infer
from engine.source import write
from engine.spec import BATCH, Spec
from tests.engine.corpus.notation import read
from tests.engine.networks import chain
from tests.engine.test_training_diagnosis import diagnosed
from tests.engine.test_training_learning import table

EXAMPLE = Path(__file__).parent / "packages" / "acme_layers"


def install(folder: Path, points: str) -> None:
    """What pip leaves behind of a package: its metadata beside it."""
    info = folder / "acme_layers-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-layers\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text(f"[layerloom.layers]\n{points}\n", encoding="utf-8")


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    points = tomllib.loads((EXAMPLE / "pyproject.toml").read_text("utf-8"))["project"]["entry-points"]
    install(tmp_path, "\n".join(f"{name} = {path}" for name, path in points["layerloom.layers"].items()))
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.syspath_prepend(str(EXAMPLE))
    layers.refresh()
    yield
    for name in [name for name in sys.modules if name.startswith("acme_layers")]:
        del sys.modules[name]
    monkeypatch.undo()
    layers.refresh()


def network() -> Graph:
    return chain((4,), ("Linear", {"out_features": 3}), ("acme_layers.ScaledTanh", {"scale": 2.0}), name="own")


@pytest.mark.usefixtures("installed")
def test_a_package_adds_a_layer_that_is_like_any_other() -> None:
    cls = layers.get("acme_layers.ScaledTanh")
    assert cls in layers.all()
    graph = network()
    assert [p.code for p in find(graph)] == ["no-data"]
    text = write(graph)
    assert "from acme_layers import ScaledTanhModule\n" in text
    assert "self.scaledtanh1 = ScaledTanhModule(scale=2.0)" in text
    model = compile_graph(graph)
    x = torch.randn(2, 4)
    assert torch.equal(model(x), 2.0 * torch.tanh(model.fc1(x)))
    content = project.to_bytes(graph)
    assert b'"type": "acme_layers.ScaledTanh"' in content
    assert project.to_bytes(project.from_bytes(content)) == content


IRIS = {"data.dataset": "iris"}
CONV = "acme_layers.SeparableConv2d(out_channels=8, kernel_size=3)"
WORDS = "x: Input(shape=(12,), dtype='int64'); words: Embedding(num_embeddings=50, embedding_dim=8)"
FLAT = "relu: ReLU; flat: Flatten; fc: Linear(out_features=10); y: Output"
FAULTS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "no-activation": (
        "second",
        f"x: Input(shape=(3, 32, 32)); first: {CONV}; thin: acme_layers.RowDropout; second: {CONV}; {FLAT}",
        {},
    ),
    "bias-before-norm": (
        "conv",
        f"x: Input(shape=(3, 32, 32)); conv: {CONV}; norm: acme_layers.Centering; {FLAT}",
        {},
    ),
    "channels-last": (
        "conv",
        f"x: Input(shape=(32, 32, 3)); tanh: acme_layers.ScaledTanh; conv: {CONV}; {FLAT}",
        {},
    ),
    "activation-before-loss": (
        "half",
        "x: Input(shape=(4,)); fc: Linear(out_features=3); half: acme_layers.HalfWave; y: Output",
        IRIS,
    ),
    "sigmoid-before-loss": (
        "slow",
        "x: Input(shape=(4,)); fc: Linear(out_features=3); slow: acme_layers.SlowSigmoid; y: Output",
        IRIS,
    ),
    "dropout-last": (
        "thin",
        "x: Input(shape=(4,)); fc: Linear(out_features=3); thin: acme_layers.RowDropout; y: Output",
        IRIS,
    ),
    "one-value": (
        "norm",
        "x: Input(shape=(4,)); fc: Linear(out_features=8); norm: acme_layers.Centering; end: Linear(out_features=3); "
        "y: Output",
        IRIS | {"data.batch_size": 1},
    ),
    "no-positions": (
        "look",
        f"{WORDS}; look: acme_layers.PlainAttention; last: Select(dim=1, index=-1); fc: Linear(out_features=2); "
        "y: Output",
        {},
    ),
    "no-causal-mask": (
        "look",
        f"{WORDS}; order: LearnedPositions(max_length=12); look: acme_layers.PlainAttention; "
        "fc: Linear(out_features=50); y: Output",
        {},
    ),
}
"""Code → the guilty node, and a network in which it is, or stands beside, a layer of the package."""


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize("code", FAULTS)
def test_rules_and_fixes_know_a_layer_of_a_package_by_what_it_says_of_itself(code: str) -> None:
    name, text, settings = FAULTS[code]
    graph = read(text.replace(";", "\n"), settings)
    (problem,) = [problem for problem in find(graph) if problem.code == code]
    assert graph.nodes[str(problem.node)].name == name
    problem.fixes[0].apply(graph)
    assert code not in [problem.code for problem in find(graph)]


@pytest.mark.usefixtures("installed")
def test_probabilities_of_a_layer_of_a_package_are_taken_for_what_they_are() -> None:
    text = "x: Input(shape=(4,))\nend: {}\ny: Output(loss='binary_cross_entropy')"
    found = {kind: find(read(text.format(f"acme_layers.{kind}"))) for kind in ("SlowSigmoid", "ScaledTanh")}
    codes = {kind: "no-probability" in [problem.code for problem in each] for kind, each in found.items()}
    assert codes == {"SlowSigmoid": False, "ScaledTanh": True}


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    "kind", ["SeparableConv2d", "HalfWave", "SlowSigmoid", "Centering", "RowDropout", "PlainAttention"]
)
def test_the_layers_of_the_example_compute_what_they_declare(kind: str) -> None:
    cls = layers.get(f"acme_layers.{kind}")
    shape = (5, 6) if kind == "PlainAttention" else (3, 9, 9)
    graph = Graph("one layer")
    x, node, y = graph.add("Input", shape=shape), graph.add(cls.type_name(), **cls.initial), graph.add("Output")
    graph.connect(x, node)
    graph.connect(node, y)
    model, report = compile_graph(graph), infer(graph)
    assert model(torch.randn(2, *shape)).shape[1:] == report.outputs[node]["output"].shape[1:]
    declared = report.layers[node].weights(*report.inputs[node])
    assert {name.partition(".")[2]: tuple(w.shape) for name, w in model.named_parameters()} == declared


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    ("code", "steps"),
    [
        ("dead-units", [("Sigmoid", {}), ("Scale", {"factor": -1.0}), ("acme_layers.HalfWave", {})]),
        ("saturated-units", [("Scale", {"factor": 100.0}), ("acme_layers.SlowSigmoid", {})]),
    ],
)
def test_a_training_is_watched_where_a_layer_of_a_package_stops_learning(
    code: str, steps: list[tuple[str, dict[str, Any]]], tmp_path: Path
) -> None:
    graph = table(layers=(("Linear", {"out_features": 16}), *steps), epochs=8, health=5)
    assert code in diagnosed(graph, tmp_path)


@pytest.fixture
def content(installed: None) -> bytes:
    return project.to_bytes(network())


def test_without_the_package_a_project_opens_with_placeholders_and_says_which(
    content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", [entry for entry in sys.path if "acme" not in entry and "pytest-of" not in entry])
    layers.refresh()
    graph = project.from_bytes(content)
    (problem,) = [p for p in find(graph) if p.severity == "error"]
    assert problem.node == "n3"
    assert "it comes from the package 'acme_layers', which is not installed; install it" in problem.message
    assert graph.node("n3").parameters == {"scale": 2.0}
    assert len(list(graph.edges)) == 3
    assert project.to_bytes(graph) == content


@pytest.mark.parametrize(
    ("points", "words"),
    [
        ("Gone = acme_layers.nothing:Gone", "Gone raises ModuleNotFoundError"),
        ("Module = acme_layers:ScaledTanhModule", "Module is not a subclass of engine.layers.Layer."),
        ("Linear = acme_layers.layers:Layer", "Linear is a layer of another package."),
    ],
)
def test_a_package_that_is_broken_harms_nothing_and_is_named(
    points: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path, points)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.syspath_prepend(str(EXAMPLE))
    layers.refresh()
    try:
        assert layers.get("Linear")
        graph = project.from_bytes(json.dumps(BROKEN).encode())
        (problem,) = [p for p in find(graph) if p.code == "unknown-layer"]
        assert "the package acme_layers is installed, but its layers cannot be loaded" in problem.message
        assert words in problem.message
    finally:
        monkeypatch.undo()
        layers.refresh()


BROKEN = {
    "format": "layerloom",
    "schema": 1,
    "name": "broken",
    "nodes": [{"id": "n1", "type": "acme_layers.ScaledTanh", "name": "own"}],
    "edges": [],
}


def test_a_layer_of_an_older_package_keeps_its_old_names() -> None:
    spec = Spec((BATCH, 4), "float32")
    with pytest.warns(DeprecationWarning, match="is called passes_through now"):

        class Old(Layer):
            """From a package that was written for an earlier version."""

            def hands_on(self, inputs: tuple[Spec, ...], training: bool) -> bool:
                return training

    assert Old().passes_through((spec,), True)
    assert not Old().passes_through((spec,), False)
    assert not Layer().hands_on((spec,), True)
