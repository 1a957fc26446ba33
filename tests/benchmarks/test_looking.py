"""How long each way of looking takes: until it first shows something, and until it is done."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import presets
from engine.data import sources
from engine.edits import SetSetting
from engine.graph import Graph
from engine.inside.looking.inspector import Inspector
from engine.inside.looking.layer_answers import LayerAnswer
from engine.inside.looking.method import Method, Question
from engine.inside.looking.methods import METHODS, looks
from engine.inside.looking.samples import of_part
from engine.literals import literal
from presets.fitting import fitted
from tests.benchmarks.tables import table
from tests.engine.looking_networks import fresh, on, small, tokens, unet
from tests.engine.own_data import digit_folders

NETWORKS: dict[str, Callable[[], Graph]] = {
    "LeNet": lambda: small("lenet-5"),
    "ResNet-18 small": lambda: small("resnet-18-small"),
    "LSTM": lambda: small("lstm-classifier"),
    "Transformer": lambda: tokens(True),
    "U-Net": unet,
    "table": lambda: on("wine", presets.build("mlp", classes=3, input=(13,))),
}


def large(place: Path) -> Graph:
    """ResNet-18 as published, for 60 images of one's own brought to 224 × 224."""
    graph = fitted("resnet-18", sources.describe(digit_folders(place, 60)))[0]
    SetSetting(("data", "transforms"), literal(({"name": "resize", "field": "image", "size": (224, 224)},))).apply(
        graph
    )
    return graph


def suited(one: Method, question: Question, layers: list[LayerAnswer]) -> Question | None:
    """The question about a layer in the middle that the method takes."""
    inner = [layer for layer in layers if layer.type not in ("Input", "BlockInput")]
    middle = [*inner[len(inner) // 2 :], *reversed(inner[: len(inner) // 2])]
    return next((asked for layer in middle if not one.refuses(asked := replace(question, layer=layer))), None)


def measure(inspector: Inspector) -> dict[str, tuple[float, float]]:
    """Method → seconds until the first result, and until the last."""
    sample = of_part(inspector.trained, inspector.trained.data.test, 0)
    question, layers = Question(inspector, sample), inspector.layers(sample.batch)
    found = {}
    for one in METHODS:
        asked = suited(one, question, layers) if one.id != "histograms" else None
        if asked is None:
            continue
        began, first = time.perf_counter(), 0.0
        for step in looks(one, asked):
            if step.result is not None and not first:
                first = time.perf_counter() - began
        found[one.title] = (first, time.perf_counter() - began)
    return found


@pytest.mark.slow
def test_how_long_each_way_of_looking_takes() -> None:
    times = {name: measure(Inspector(fresh(build()))) for name, build in NETWORKS.items()}
    rows: list[list[object]] = [["seconds to the first result / to the last", *NETWORKS]]
    for one in METHODS:
        cells = [times[name].get(one.title) for name in NETWORKS]
        if any(cells):
            rows.append([one.title, *("" if cell is None else f"{cell[0]:.2f} / {cell[1]:.2f}" for cell in cells)])
    table("Looking inside", rows)


@pytest.mark.slow
def test_how_long_it_takes_at_224_pixels(tmp_path: Path) -> None:
    times = measure(Inspector(fresh(large(tmp_path / "images"))))
    rows = [[title, f"{first:.2f}", f"{last:.2f}"] for title, (first, last) in times.items()]
    table("Looking into ResNet-18 at 224 × 224", [["method", "first result, s", "last, s"], *rows])
