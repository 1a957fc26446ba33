"""The source of classic networks drawn with blocks, against golden files that were reviewed by eye."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

import presets
from engine import cost
from engine.compile import compile_graph
from engine.graph import Graph
from engine.source import write
from tests.engine.classics import densenet_121, googlenet
from tests.engine.syntax import strange


def resnet_50() -> Graph:
    """As the preset draws it."""
    return presets.build("resnet-50")


def vit_b_16() -> Graph:
    """Dosovitskiy et al. 2020, the base size, from the options of the preset."""
    large = {"patch": 16, "width": 768, "depth": 12, "heads": 12, "expand": 4}
    graph = presets.build("vit-tiny", classes=1000, input=(3, 224, 224), **large)
    graph.name = "ViT-B/16"
    return graph


GOLDEN = Path(__file__).parent / "golden"
CLASSICS: list[tuple[Callable[[], Graph], int, int]] = [
    # the network, the most lines, its parameters
    (vit_b_16, 120, 86_567_656),
    (resnet_50, 120, 25_557_032),
    (densenet_121, 120, 7_978_856),
    (googlenet, 160, 13_378_280),
]
each = pytest.mark.parametrize(("build", "longest", "parameters"), CLASSICS, ids=[row[0].__name__ for row in CLASSICS])


@each
def test_the_source_reads_as_it_was_reviewed(build: Callable[[], Graph], longest: int, parameters: int) -> None:
    graph = build()
    text = write(graph)
    assert text == (GOLDEN / f"{build.__name__}.py").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= longest
    assert max(map(len, text.splitlines())) <= 120
    assert strange(text) == ""
    assert cost.total(graph).parameters == parameters


@each
def test_the_source_runs_alone_and_has_the_published_parameters(
    build: Callable[[], Graph], longest: int, parameters: int
) -> None:
    graph = build()
    with torch.device("meta"):
        model = compile_graph(graph)
        answers = model(torch.empty(2, 3, 224, 224))
    assert sum(p.numel() for p in model.parameters()) == parameters
    answers = answers if isinstance(answers, tuple) else (answers,)
    assert {tuple(answer.shape) for answer in answers} == {(2, 1000)}
