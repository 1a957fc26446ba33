"""Worked examples: the numbers that are written are those that torch computes, on wires and in the help."""

from __future__ import annotations

import math

import numpy as np
import pytest

from engine import cost
from engine.problems import find
from engine.project import from_bytes, to_bytes
from engine.shapes import infer
from engine.training.values import Value, values_of
from presets.worked import EXAMPLES
from presets.worked.example import WorkedExample
from presets.worked.page import markdown
from presets.worked.probabilities import LARGE, SCORES
from tests.test_house import ROOT

NUMBERED = [example for example in EXAMPLES if any(reading.numbers for reading in example.readings)]


def on_wires(example: WorkedExample) -> dict[str, Value]:
    """What the wires show, by the names of nodes."""
    graph = example.build()
    found = values_of(graph)
    return {graph.nodes[node].name: value for (_, node), (value, *_) in found.items() if value is not None}


@pytest.mark.parametrize("example", NUMBERED, ids=lambda example: example.name)
def test_what_is_written_is_what_is_on_the_wires(example: WorkedExample) -> None:
    wires = on_wires(example)
    for reading in example.readings:
        shown = wires[reading.node]
        np.testing.assert_allclose(shown.numbers, reading.numbers, atol=5.1e-5, err_msg=reading.node)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_an_example_has_no_problems_and_survives_saving(example: WorkedExample) -> None:
    graph = example.build()
    assert [problem.message for problem in find(graph) if problem.code != "no-data"] == []
    assert to_bytes(from_bytes(to_bytes(graph))) == to_bytes(graph)


def test_sizes_and_parameters_are_those_of_the_network() -> None:
    (example,) = [one for one in EXAMPLES if one.name == "cnn-sizes"]
    graph = example.build()
    report, ids = infer(graph), {node.name: node.id for node in graph.nodes.values()}
    for reading in example.readings:
        node = ids[reading.node]
        assert report.spec(node, "output").shape[1:] == reading.shape
        assert cost.of_node(graph, report, node).parameters == reading.parameters
    assert cost.total(graph, report).parameters == 15_390


def test_the_loss_of_the_lecture_is_right() -> None:
    """By the definition, without torch: −log softmax of the fourth score, with the natural logarithm."""
    total = sum(math.exp(score) for score in SCORES)
    assert total == pytest.approx(18.447, abs=5e-4)
    assert round(-math.log(math.exp(SCORES[3]) / total), 3) == 0.715
    shifted = [math.exp(score - max(LARGE)) for score in LARGE]
    assert sum(shifted) == pytest.approx(1.0498, abs=5e-5)
    assert [round(each / sum(shifted), 4) for each in shifted] == [0.0474, 0.9526, 0.0]


def test_the_page_of_the_help_is_made_of_the_examples() -> None:
    assert (ROOT / "resources" / "docs" / "worked-examples.md").read_text(encoding="utf-8") == markdown(EXAMPLES)


def test_values_without_data_are_those_of_the_example_and_written_out() -> None:
    wires = on_wires(EXAMPLES[0])
    assert str(wires["scores"]) == "0.7, 0.1, 1.6, 2.2, 0.3"
    assert str(wires["loss"]) == "0.7149"
    assert wires["loss"].words == "1 float32: 0.714892"
    attention = on_wires(EXAMPLES[-1])
    assert str(attention["V"]) == "1, 0; 0, 1; 2, 2"
    assert str(on_wires(EXAMPLES[2])["exp"]).endswith("7.39, ∞")
