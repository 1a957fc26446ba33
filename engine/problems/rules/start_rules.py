"""Rules of the start: weights so small that a deep network begins by handing on nothing."""

from __future__ import annotations

from collections.abc import Collection
from math import prod, sqrt
from typing import Final

from engine.dims import bind
from engine.graph import Graph
from engine.problems.looking import bends_little, called, keeps_layout, kind_of
from engine.problems.problem import Problem
from engine.problems.rule import Found, MarkRule
from engine.shapes import Report

DEVIATION: Final = 0.02
"""The deviation of weights that start as 'normal' (`engine.source`)."""
NOTHING: Final = 1e-4
"""What is left of the size of numbers, from which on a start is too small. (AlexNet, whose eight layers start with 0.01
and learn, leaves 0.004.)"""


def small_start(graph: Graph, report: Report, small: Collection[str]) -> Found:
    """Layers in a row that make their numbers smaller and smaller, without a norm or a shortcut between them."""
    rows: dict[str, tuple[str, ...]] = {}

    def row(node_id: str) -> tuple[str, ...]:
        """The layers in a row that end with this one."""
        if node_id not in rows:
            before = _before(graph, node_id)
            rows[node_id] = (*(row(before) if before is not None and before in small else ()), node_id)
        return rows[node_id]

    ends = set(small) - {each for node_id in small for each in row(node_id)[:-1]}
    for node_id in graph.as_created(ends):
        layers = row(node_id)
        left = prod(_gain(report, each) for each in layers)
        if left < NOTHING:
            first, names = graph.nodes[layers[0]], [graph.nodes[each].name for each in layers]
            yield Problem(
                "warning",
                "small-start",
                f"{called(graph, first)} and the {len(layers) - 1} layers after it, up to {names[-1]}, start with "
                f"weights of deviation {DEVIATION:g}, and no norm or shortcut is between them: of the size of what "
                f"comes in {left:.0e} is left, and as little of the gradient on its way back. Let them start as usual.",
                first.id,
            )


def _before(graph: Graph, node_id: str) -> str | None:
    """The layer that makes what a node reads, through activations, poolings and layers that hand on, but no norm."""
    while True:
        wires = list(graph.incoming[node_id].values())
        if len(wires) != 1:
            return None
        node_id, kind = wires[0].source, kind_of(graph, wires[0].source)
        if kind.family == "Normalization" or not (keeps_layout(kind) or bends_little(kind)):
            return node_id


def _gain(report: Report, node_id: str) -> float:
    """By how much a layer that starts so makes numbers smaller: its deviation times the root of what a sum reads."""
    layer = report.layer(node_id)
    assert layer is not None
    shape = max(layer.weights(*report.inputs[node_id]).values(), key=len)
    return DEVIATION * sqrt(prod(bind(size, {}) for size in shape[1:]))


def _starts_small(graph: Graph, report: Report, node_id: str) -> bool:
    """Whether a layer's weights start as 'normal'; transposed convolutions have their inputs elsewhere."""
    layer, node = report.layer(node_id), graph.nodes[node_id]
    if layer is None or node_id not in report.outputs or node.properties.get("initialization") != "normal":
        return False
    return layer.sees != "overlap" and any(len(shape) > 1 for shape in layer.weights(*report.inputs[node_id]).values())


MARK = (MarkRule(_starts_small, small_start, lambda kind: kind.linear_map),)
