"""What a network of texts answers does not depend on how far a text is filled up."""

from __future__ import annotations

import pytest
import torch

import presets
from engine.compile import compile_source
from engine.shapes import infer
from engine.source import source

READING = {
    "encoder-decoder-lstm": "words",
    "transformer-small": "src",
    "lstm-text-classifier": "name",
    "bag-of-words-classifier": "name",
    "name-classifier": "name",
}
"""Preset → the Input that is filled up with 0."""


@pytest.mark.parametrize("name", READING)
def test_padding_changes_no_answer(name: str) -> None:
    graph = presets.build(name)
    torch.manual_seed(0)
    module = compile_source(source(graph, infer(graph))).eval()
    text, more = torch.randint(4, 20, (3, 9)), torch.zeros(3, 6, dtype=torch.int64)
    text[1, 5:] = 0
    texts = {node.name: torch.randint(4, 9, (3, 7)) for node in graph.of_type("Input")}
    short, long = ([*{**texts, READING[name]: one}.values()] for one in (text, torch.cat([text, more], 1)))
    with torch.no_grad():
        torch.testing.assert_close(module(*long), module(*short), rtol=1e-5, atol=1e-6)
