"""Layers of one's own, from an installed package: in the catalogue, in files, in the source, and missing."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from engine import layers, project
from engine.compile import compile_graph
from engine.graph import Graph
from engine.layers.layer import Layer
from engine.problems import find
from engine.source import write
from engine.spec import BATCH, Spec
from tests.engine.networks import chain

EXAMPLE = Path(__file__).parent / "packages" / "acme_layers"


def install(folder: Path, points: str) -> None:
    """What pip leaves behind of a package: its metadata beside it."""
    info = folder / "acme_layers-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-layers\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text(f"[layerloom.layers]\n{points}\n", encoding="utf-8")


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    install(tmp_path, "ScaledTanh = acme_layers.layers:ScaledTanh")
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
