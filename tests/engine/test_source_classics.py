"""The source of classic networks drawn with blocks, against golden files that were reviewed by eye."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

import presets
from engine import cost
from engine.compile import compile_graph
from engine.graph import Graph
from engine.shapes import infer
from engine.source import write
from tests.engine.classics import densenet_121, googlenet
from tests.engine.classics_images import efficientnet_b0, nasnet_cell, siamese, unet, vae
from tests.engine.classics_sequences import gpt2, gru_cell, lstm_cell, wavenet
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


def mobilenet_v3_small() -> Graph:
    """As the preset draws it."""
    return presets.build("mobilenet-v3-small")


GOLDEN = Path(__file__).parent / "golden"
CLASSICS: list[tuple[Callable[[], Graph], int, int]] = [
    # the network, the most lines, its parameters
    (vit_b_16, 120, 86_567_656),
    (resnet_50, 120, 25_557_032),
    (densenet_121, 120, 7_978_856),
    (googlenet, 160, 13_378_280),
    (mobilenet_v3_small, 150, 2_542_856),
    (efficientnet_b0, 150, 5_288_548),
    (nasnet_cell, 120, 120_618),
    (unet, 90, 31_037_698),
    (vae, 60, 652_824),
    (siamese, 60, 223_746),
    (lstm_cell, 70, 4_245_264),
    (gru_cell, 60, 165_900),
    (gpt2, 110, 124_439_808),
    (wavenet, 70, 197_504),
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
def test_the_source_runs_alone_and_has_the_parameters_and_shapes(
    build: Callable[[], Graph], longest: int, parameters: int
) -> None:
    graph = build()
    report = infer(graph)
    sizes = {"N": 2, "T": 3}
    inputs = [report.outputs[node.id]["output"] for node in graph.of_type("Input")]
    expected = [report.inputs[node.id][0].bound(sizes) for node in graph.of_type("Output")]
    with torch.device("meta"):
        model = compile_graph(graph)
        answers = model(*(torch.empty(x.bound(sizes), dtype=getattr(torch, x.dtype)) for x in inputs))
    assert sum(p.numel() for p in model.parameters()) == parameters
    answers = answers if isinstance(answers, tuple) else (answers,)
    assert [tuple(answer.shape) for answer in answers] == expected


def test_a_formatter_would_change_nothing_but_the_column_of_the_comments(tmp_path: Path) -> None:
    for path in GOLDEN.glob("*.py"):
        text = re.sub(r"(?<=\S) {2,}# ", "  # ", path.read_text(encoding="utf-8"))
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "ruff", "format", "--isolated", "--line-length", "120", "--diff", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout == "", done.stdout
