"""Losses of one's own, from an installed package: chosen, trained, exported, missing, and in each other's way."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch
from torch.nn import functional

from engine import layers, losses, project
from engine.graph import Graph
from engine.layers.endpoints import Output
from engine.layers.parameters import parameters
from engine.problems import find
from engine.resolve import KNOWN_LAYERS, resolve
from tests.engine.networks import chain
from tests.engine.runs_to_export import trained
from tests.engine.test_exports_training_script import agrees_within
from tests.engine.test_layers_packages import EXAMPLE

Install = Callable[[str], None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """What pip leaves behind of a package that names this loss: its metadata beside it."""

    def installed(points: str) -> None:
        info = tmp_path / "packages" / "acme_layers-1.0.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-layers\nVersion: 1.0\n", encoding="utf-8")
        (info / "entry_points.txt").write_text(f"[layerloom.losses]\n{points}\n", encoding="utf-8")
        monkeypatch.syspath_prepend(str(info.parent))
        monkeypatch.syspath_prepend(str(EXAMPLE))
        layers.refresh()
        KNOWN_LAYERS.clear()  # a program looks for packages once

    yield installed
    for name in [name for name in sys.modules if name.startswith("acme_layers")]:
        del sys.modules[name]
    monkeypatch.undo()
    layers.refresh()
    KNOWN_LAYERS.clear()


def network() -> Graph:
    graph = chain((30,), ("Linear", {"out_features": 1}), name="own")
    graph.of_type("Output")[0].parameters.update(loss="acme_layers.focal_loss", gamma=3.0)
    graph.settings = {"data": {"dataset": "breast_cancer", "batch_size": 64}, "training": {}}
    return graph


def test_a_package_adds_a_loss_that_is_like_any_other(install: Install, tmp_path: Path) -> None:
    install("focal_loss = acme_layers.losses:FocalLoss")
    offered = {one.name: one for one in parameters(layers.get("Output"))}
    assert offered["loss"].choices[-1] == "acme_layers.focal_loss"
    assert offered["gamma"].default == 2.0
    graph = network()
    assert not [one for one in find(graph) if one.severity == "error"]
    output = resolve(graph.of_type("Output")[0], graph)
    assert isinstance(output, Output)
    assert "gamma" not in output.unread()
    answer, target = torch.randn(9, 1), torch.ones(9, 1)
    surprise = functional.softplus(-answer)
    expected = ((1 - answer.sigmoid()) ** 3 * surprise).mean()
    torch.testing.assert_close(output.criterion.mean(answer, target), expected)
    content = project.to_bytes(graph)
    assert project.to_bytes(project.from_bytes(content)) == content
    run = trained(graph, tmp_path / "run", 1)
    agrees_within(run, tmp_path / "alone")


def test_without_the_package_a_project_opens_and_says_which() -> None:
    graph = project.from_bytes(project.to_bytes(network()))
    (problem,) = [one for one in find(graph) if one.severity == "error"]
    assert problem.parameter == "loss"
    assert "'acme_layers', which is not installed; install it" in problem.message
    assert graph.of_type("Output")[0].parameters == {"loss": "acme_layers.focal_loss", "gamma": 3.0}


@pytest.mark.parametrize(
    ("points", "words"),
    [
        ("clashing_loss = acme_layers.losses:ClashingLoss", "declare margin differently"),
        ("gone = acme_layers.losses:Gone", "gone raises AttributeError"),
        ("sign = acme_layers.losses:YesOrNoLoss", "sign is a loss of another package."),
        ("module = acme_layers:ScaledTanhModule", "module is not a subclass of engine.losses.Loss."),
    ],
)
def test_a_loss_that_cannot_be_used_harms_nothing_and_is_named(install: Install, points: str, words: str) -> None:
    install(points)
    assert layers.get("Output") is Output
    (problem,) = [one for one in find(network()) if one.severity == "error"]
    assert "the package acme_layers is installed, but its losses cannot be loaded" in problem.message
    assert words in problem.message
    assert losses.get("cross_entropy") is not None
