"""Architectures as their papers publish them have no fault, whatever data and settings they are trained with."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from unittest import mock

import pytest
import torch

from engine import cost
from engine.compile import compile_graph
from engine.data import datasets
from engine.edits import SetSetting
from engine.layers.endpoints import Input
from engine.literals import literal
from engine.problems import find
from engine.shapes import infer
from presets.built_in import BUILT_IN
from presets.preset import Preset
from tests.benchmarks.tables import table
from tests.engine import public
from tests.engine.public.architecture import ARCHITECTURES, SETTINGS, Architecture

FILES = sorted(path.stem for path in Path(public.__path__[0]).glob("*.py") if path.stem != "__init__")
MODULES = [import_module(f"tests.engine.public.{name}") for name in FILES]
"""Importing them declares what is drawn in them."""


@pytest.fixture(autouse=True)
def _their_data() -> Iterator[None]:
    """Let the data that are made for them be there."""
    made = (dataset for each in ARCHITECTURES for dataset in each.datasets())
    with mock.patch.object(datasets, "DATASETS", (*datasets.DATASETS, *made)):
        yield


@pytest.mark.parametrize("architecture", ARCHITECTURES, ids=lambda each: each.name)
def test_nothing_is_said_that_is_not_true(architecture: Architecture) -> None:
    settings = SETTINGS[len(architecture.name) % len(SETTINGS)]  # another one for each; the slow test has all of them
    graphs = [architecture.graph(data, settings) for data in range(len(architecture.data))]
    said = {(each.severity, each.code): each.message for graph in graphs for each in find(graph)}
    assert {key: text for key, text in said.items() if key[0] != "hint" or key[1] not in architecture.hints} == {}


@pytest.mark.slow
def test_nothing_is_said_that_is_not_true_with_any_data_and_settings() -> None:
    rows = [["architecture", "layers", "parameters", "errors and warnings", "hints, all of them true"]]
    for architecture in ARCHITECTURES:
        said = [
            each
            for data in range(len(architecture.data))
            for settings in SETTINGS
            for each in find(architecture.graph(data, settings))
        ]
        graph = architecture.draw()
        false = {each.message for each in said if each.severity != "hint" or each.code not in architecture.hints}
        hints = sorted({each.code for each in said if each.severity == "hint"})
        sizes = str(len(graph.nodes)), f"{cost.total(graph).parameters:,}"
        rows.append([architecture.name, *sizes, str(len(false)), ", ".join(hints)])
        assert false == set(), architecture.name
        assert architecture.hints.keys() == set(hints), architecture.name
    table("Public architectures", rows)


@pytest.mark.slow
@pytest.mark.parametrize("preset", BUILT_IN, ids=lambda preset: preset.name)
def test_no_preset_has_an_error_or_a_warning_with_any_settings(preset: Preset) -> None:
    for settings in SETTINGS:
        graph = preset.make({})
        for path, value in settings.items():
            SetSetting(tuple(path.split(".")), literal(value)).apply(graph)
        said = {each.code: each.message for each in find(graph) if each.severity != "hint"}
        said.pop("batch-size", None)  # of 106 flowers 128 make one step an epoch, which is said with right
        assert said == {}


@pytest.mark.parametrize("architecture", [each for each in ARCHITECTURES if each.weights], ids=lambda each: each.name)
def test_what_is_drawn_at_full_size_has_the_published_number_of_parameters(architecture: Architecture) -> None:
    assert cost.total(architecture.draw()).parameters == architecture.weights


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel")
@pytest.mark.parametrize("architecture", ARCHITECTURES, ids=lambda each: each.name)
def test_what_is_drawn_runs_forward_and_backward(architecture: Architecture) -> None:
    graph = architecture.draw()
    report = infer(graph)
    with torch.device("meta"):
        model = compile_graph(graph).to("meta").train()
        layers = (report.layer(node.id) for node in graph.of_type("Input"))
        inputs = (each for each in layers if isinstance(each, Input))
        answers = model(*(torch.zeros((2, *map(int, each.shape)), dtype=getattr(torch, each.dtype)) for each in inputs))
    every = answers if isinstance(answers, tuple) else (answers,)
    shapes = [report.inputs[node.id][0].bound({"N": 2}) for node in graph.of_type("Output")]
    assert [tuple(answer.shape) for answer in every] == shapes
    sum(answer.sum() for answer in every).backward()


def test_every_architecture_names_its_source() -> None:
    assert len(ARCHITECTURES) >= 24
    for each in ARCHITECTURES:
        years = [word for word in (each.draw.__doc__ or "").replace(",", " ").split() if word.strip(":").isdecimal()]
        assert any(1985 < int(year.strip(":")) < 2030 for year in years), each.name
