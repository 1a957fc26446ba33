"""Looking along wires: what feeds a node and what reads it, through layers that only hand on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Final, TypeAlias

from engine import layers
from engine.graph import Edge, Graph, Node
from engine.layers.layer import Layer, Role
from engine.layers.nature import Numbers
from engine.live_nodes import read_edges
from engine.shapes import Report, kind_name

Through: TypeAlias = Callable[[type[Layer]], bool]
"""Whether a rule looks through layers of a class."""
PASSES_THROUGH: Final[tuple[Numbers, ...]] = ("same", "dropped", "noisy")
"""The numbers of the one input, in another order, partly dropped or with a little noise."""


def works_an_example(graph: Graph) -> bool:
    """Whether the network shows how a result comes about, with numbers of its own: nobody means to train it.

    Every Input has an example, and no data is chosen.
    """
    inputs, data = graph.of_type("Input"), graph.settings.get("data")
    chosen = isinstance(data, Mapping) and (data.get("dataset") is not None or data.get("source") is not None)
    return bool(inputs) and not chosen and all(node.parameters.get("example") is not None for node in inputs)


def only(*numbers: Numbers) -> Through:
    """Looks through the layers whose results are no other numbers than these."""
    return lambda kind: kind.numbers in numbers


@cache
def keeps_layout(kind: type[Layer]) -> bool:
    """Whether every number stays where it is, whatever it becomes, and it does not matter what an axis means."""
    return kind.cell_by_cell() and not kind.channels_second and len(kind.inputs) == 1 and not kind.inputs[0].many


@cache
def maps_features(kind: type[Layer]) -> bool:
    """Whether it makes weighted sums along the last axis of its one input, as Linear does."""
    return kind.linear_map and not kind.channels_second and len(kind.inputs) == 1


@cache
def bends_little(kind: type[Layer]) -> bool:
    """Whether it is no activation, however much it moves or scales: a pooling, a norm, a padding, a resampling."""
    moves = kind.numbers in (*PASSES_THROUGH, "averaged", "pooled", "resampled", "standardized")
    return moves or (kind.family in ("Normalization", "Padding") and "dim" not in kind.model_fields)


@cache
def looked_through(kind: type[Layer]) -> bool:
    """Whether some rule looks through it: an edit before one of these may change what is said after it."""
    return kind.numbers != "new" or keeps_layout(kind) or bends_little(kind)


def kind_of(graph: Graph, node_id: str) -> type[Layer]:
    """The class of a node's layer; `Layer`, which promises nothing, for a block."""
    return layers.kind(graph.nodes[node_id].type)


def called(graph: Graph, node: Node) -> str:
    """A node in a sentence: ``conv1 (Conv2d)``."""
    return f"{node.name} ({kind_name(graph, node)})"


def feeding(graph: Graph, report: Report, node_id: str) -> list[Edge]:
    """The wires into a node that it reads."""
    return list(read_edges(graph, report, node_id))


def origins(graph: Graph, report: Report, node_id: str, through: Through) -> Iterator[Edge]:
    """For every wire into a node the wire that leaves the layer which made those numbers, never an absent one."""
    for edge in feeding(graph, report, node_id):
        while (through(kind_of(graph, edge.source)) or report.absent(edge.source)) and len(
            before := feeding(graph, report, edge.source)
        ) == 1:
            edge = before[0]
        yield edge


def role(kind: type[Layer], port: str) -> Role:
    """What comes in at a port of a layer."""
    return next((each.role for each in kind.inputs if each.name == port), "numbers")


def reading(graph: Graph, report: Report, node_ids: Iterable[str], found: set[str]) -> Iterator[None]:
    """Finds, step by step, these nodes, their readers, and the readers of readers that rules look through."""
    stack = [(node_id, True) for node_id in node_ids]
    while stack:
        node_id, further = stack.pop()
        if node_id in found and not further:
            continue
        found.add(node_id)
        yield
        if further:
            for edge in graph.outgoing.get(node_id, ()):
                more = looked_through(kind_of(graph, edge.target)) or report.absent(edge.target) is not None
                stack.append((edge.target, more and edge.target not in found))


def above(graph: Graph, *node_ids: str) -> set[str]:
    """Every node that one of these depends on."""
    found: set[str] = set()
    stack = [*node_ids]
    while stack:
        for edge in graph.incoming[stack.pop()].values():
            if edge.source not in found:
                found.add(edge.source)
                stack.append(edge.source)
    return found


def below(graph: Graph, *node_ids: str) -> set[str]:
    """Every node that depends on one of these."""
    found: set[str] = set()
    stack = [*node_ids]
    while stack:
        for edge in graph.outgoing[stack.pop()]:
            if edge.target not in found:
                found.add(edge.target)
                stack.append(edge.target)
    return found
