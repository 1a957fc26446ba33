"""Every data set on board trains a network of its kind, from settings alone: text, pairs, series, images, clips."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from engine.data.datasets import get
from engine.data.fields import fields
from engine.graph import Graph
from engine.problems import find
from engine.settings.resolution import resolve_settings
from engine.training.loop import Trainer

Layers = tuple[tuple[str, dict[str, Any]], ...]


def network(dataset: str, layers: Layers, field: str | None = None, **output: Any) -> Graph:
    """A chain from the first input of a data set to the target ``field``."""
    declared = get(dataset)
    source = declared.fields[declared.first("input")]
    graph = Graph(dataset)
    last = graph.add("Input", shape=source.shape, dtype=source.dtype)
    for kind, parameters in (*layers, ("Output", {"field": field, **output})):
        node = graph.add(kind, **parameters)
        graph.connect(last, node)
        last = node
    graph.settings["data"] = {"dataset": dataset, "batch_size": 2048}
    graph.settings["training"] = {"epochs": 1, "threads": 1}
    return graph


def classes(dataset: str, field: str) -> int:
    return get(dataset).fields[field].classes or 0


def chain(dataset: str, field: str) -> Layers:
    """The smallest network that fits: a table of symbols and a layer for each position, or all values in one layer."""
    declared, wide = get(dataset).fields, classes(dataset, field)
    source = declared[get(dataset).first("input")]
    if source.classes:
        return ("Embedding", {"num_embeddings": source.classes, "embedding_dim": 8}), ("Linear", {"out_features": wide})
    size = wide or declared[field].shape[0]
    return ("Flatten", {}), ("Linear", {"out_features": size})


CASES = [
    ("docstrings", "next"),
    ("python_tokens", "kind"),
    ("series", "future"),
    ("shapes", "label"),
    ("moving_digits", "label"),
    ("moving_digits", "heading"),
    ("digit_rows", "label"),
]


@pytest.mark.parametrize(("dataset", "field"), CASES)
def test_a_small_network_trains_on_it(tmp_path: Path, dataset: str, field: str) -> None:
    loss = "cross_entropy" if classes(dataset, field) else "mse_loss"
    graph = network(dataset, chain(dataset, field), field, loss=loss)
    assert [problem.message for problem in find(graph) if problem.severity == "error"] == []
    result = Trainer(graph, tmp_path / "run").run()
    assert result.state == "finished", result.message
    assert 0 <= result.test["loss"] < 1e6


def test_dates_are_translated_with_the_answer_as_a_second_input(tmp_path: Path) -> None:
    """The words as one bag, added to what comes before each position of the answer."""
    graph = Graph("dates")
    words = graph.add("Input", shape=(56,), dtype="int64", field="words")
    before = graph.add("Input", shape=(10,), dtype="int64", field="iso_in")
    bag = graph.add("Embedding", num_embeddings=41, embedding_dim=16)
    graph.connect(words, bag)
    mean = graph.add("Mean", dim=1, keepdim=True)
    graph.connect(bag, mean)
    seen = graph.add("Embedding", num_embeddings=13, embedding_dim=16)
    graph.connect(before, seen)
    both = graph.add("Add")
    graph.connect(mean, both)
    graph.connect(seen, both)
    last = graph.add("Linear", out_features=13)
    graph.connect(both, last)
    graph.connect(last, graph.add("Output", field="iso"))
    graph.settings["data"] = {"dataset": "dates", "batch_size": 2048}
    graph.settings["training"] = {"epochs": 1, "threads": 1}
    result = Trainer(graph, tmp_path / "run").run()
    assert result.state == "finished", result.message


@pytest.mark.parametrize("dataset", ["docstrings", "dates", "shapes"])
def test_padding_is_told_so_that_an_output_can_ignore_it(dataset: str) -> None:
    graph = Graph()
    graph.settings["data"] = {"dataset": dataset}
    settings = resolve_settings(graph)
    assert isinstance(settings, tuple)
    known = fields(settings[0])
    assert {field.padding for field in known.values() if field.names[:1] == ("·",)} == {0}
