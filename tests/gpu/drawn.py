"""Layers and losses as they were drawn once and stored by `tests.engine.drawn_for_gpu`."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import torch

from engine.graph import Graph
from engine.literals import literal
from engine.shapes import infer
from engine.spec import BATCH

FOLDER = Path(__file__).parent / "draws"
Line = dict[str, Any]


@cache
def draws(kind: str) -> dict[str, list[Line]]:
    """``layers`` or ``losses``: name → what was drawn of it."""
    found: dict[str, list[Line]] = {}
    for text in (FOLDER / f"{kind}.jsonl").read_text(encoding="utf-8").splitlines():
        line = json.loads(text)
        found.setdefault(line.get("layer") or line["loss"], []).append(line)
    return found


def tensor(stored: Line, generator: torch.Generator) -> torch.Tensor:
    """A tensor of the CPU as it was stored; floats that were not are drawn."""
    kind = getattr(torch, stored["dtype"])
    if "values" in stored:
        return torch.tensor(stored["values"], dtype=kind).reshape(stored["shape"])
    return torch.randn(stored["shape"], generator=generator).to(kind)


def network(line: Line) -> tuple[Graph, list[torch.Tensor]]:
    """Inputs → the layer → an Output for each of its outputs that begins with the batch; and what flows in.

    A Constant gives an input without a batch, and Expand gives a batch to an output without one.
    """
    graph, generator = Graph("one layer"), torch.Generator().manual_seed(0)
    given: list[torch.Tensor] = []
    sources: list[str | None] = []
    for stored in line["inputs"]:
        if stored is None:
            sources.append(None)
            continue
        value = tensor(stored, generator)
        if stored.get("fixed"):
            numbers = value.to(torch.int64) if value.dtype == torch.bool else value
            fixed = {"value": tuple(numbers.flatten().tolist()), "shape": tuple(value.shape), "dtype": stored["dtype"]}
            sources.append(graph.add("Constant", **fixed))
        else:
            sources.append(graph.add("Input", shape=tuple(value.shape[1:]), dtype=stored["dtype"]))
            given.append(value)
    if not given:
        graph.add("Input", shape=())
        given.append(torch.zeros(line["batch"]))
    layer = graph.add(line["layer"], name="layer", **{name: literal(v) for name, v in line["parameters"].items()})
    for index, source in enumerate(sources):
        if source is not None:
            graph.connect(source, layer, target=index)
    for index, spec in enumerate(infer(graph).outputs[layer].values()):
        answer, output = layer, index
        if spec.shape[:1] != (BATCH,):
            if not all(type(size) is int for size in spec.shape):
                continue
            answer, output = graph.add("Expand", name=f"batch{index}", sizes=(-1,) * spec.rank), 0
            graph.connect(layer, answer, source=index)
            graph.connect(graph.of_type("Input")[0].id, answer, target="like")
        graph.connect(answer, graph.add("Output"), source=output)
    return graph, given
