"""A small network of blocks for the tests of the panels."""

from __future__ import annotations

from itertools import pairwise

from engine.graph import Graph
from gui.document import Document


def wire(graph: Graph, *chain: str) -> None:
    for source, target in pairwise(chain):
        graph.connect(source, target)


def expression(text: str) -> dict[str, str]:
    return {"expr": text}


def units() -> Document:
    """input → conv1 → first (Unit × 3) → second (Unit) → flatten1 → fc1 → output; Unit: x → conv1 → relu1 → y."""
    graph = Graph("Net")
    unit = graph.define("Unit", help="A convolution and a ReLU.", channels=8, stride=1)
    made = unit.add(
        "Conv2d", out_channels=expression("channels * 2"), kernel_size=3, stride=expression("stride"), padding=1
    )
    wire(unit, unit.add("BlockInput"), made, unit.add("ReLU"), unit.add("BlockOutput"))
    wire(
        graph,
        graph.add("Input", shape=(3, 32, 32)),
        graph.add("Conv2d", out_channels=4, kernel_size=1),
        graph.add("Unit", name="first", stride={"per_repeat": (2, 1)}, repeat=3),
        graph.add("Unit", name="second", channels=16),
        graph.add("Flatten"),
        graph.add("Linear", out_features=10),
        graph.add("Output"),
    )
    return Document(graph)


def named(graph: Graph, name: str) -> str:
    node = graph.by_name(name)
    assert node is not None
    return node.id
