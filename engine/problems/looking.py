"""Looking along wires: what feeds a node and what reads it, through layers that only hand on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from engine.graph import Edge, Graph, Node
from engine.live_nodes import read_edges
from engine.shapes import Report, kind_name

DROPOUTS: Final = frozenset(
    {"Dropout", "Dropout1d", "Dropout2d", "Dropout3d", "AlphaDropout", "FeatureAlphaDropout", "StochasticDepth"}
)
NOISE: Final = frozenset({"NormalNoise", "UniformNoise"})
RESHAPES: Final = frozenset({"Identity", "Flatten", "Unflatten", "Reshape", "Permute", "Squeeze", "Unsqueeze"})
PASSES_THROUGH: Final = DROPOUTS | NOISE | RESHAPES
"""Layers whose numbers are those of their one input, in another order, partly dropped or with a little noise."""
POOLS: Final = frozenset(
    f"{kind}{count}d" for kind in ("AvgPool", "MaxPool", "AdaptiveAvgPool", "AdaptiveMaxPool") for count in (1, 2, 3)
) | {"FractionalMaxPool2d", "FractionalMaxPool3d"}
RESAMPLES: Final = frozenset({"PixelShuffle", "PixelUnshuffle", "ChannelShuffle", "Upsample"})
PICKS: Final = frozenset(
    {"Slice", "Select", "Split", "Chunk", "Concat", "Stack", "Expand", "Tile", "Flip", "Roll"}
    | {"Gather", "IndexSelect", "TakeAt"}
)
"""Layers that choose, repeat or gather among the numbers that come in."""
POINTING: Final = frozenset({"like", "index", "position", "condition"})
"""Inputs that say which numbers of the others are taken, and are none of them."""


MIXES: Final = frozenset({"BatchNorm1d", "BatchNorm2d", "BatchNorm3d", "Scale", "Multiply", "Maximum"})
THROUGH: Final = PASSES_THROUGH | POOLS | RESAMPLES | PICKS | MIXES
"""All that some rule looks through: an edit before one of these may change what is said after it."""


def called(graph: Graph, node: Node) -> str:
    """A node in a sentence: ``conv1 (Conv2d)``."""
    return f"{node.name} ({kind_name(graph, node)})"


def feeding(graph: Graph, report: Report, node_id: str) -> list[Edge]:
    """The wires into a node that it reads."""
    return list(read_edges(graph, report, node_id))


def origins(graph: Graph, report: Report, node_id: str, through: frozenset[str] = PASSES_THROUGH) -> Iterator[Edge]:
    """For every wire into a node the wire that leaves the layer which made those numbers, never an absent one."""
    for edge in feeding(graph, report, node_id):
        seen = 0
        while (graph.nodes[edge.source].type in through or report.absent(edge.source)) and len(
            before := feeding(graph, report, edge.source)
        ) == 1:
            edge = before[0]
            seen += 1
        yield edge


def behind(graph: Graph, report: Report, node_ids: Iterable[str], through: frozenset[str] = THROUGH) -> set[str]:
    """These nodes, their readers, and the readers of readers that rules look through."""
    found: set[str] = set()
    stack = [(node_id, True) for node_id in node_ids]
    while stack:
        node_id, further = stack.pop()
        if node_id in found and not further:
            continue
        found.add(node_id)
        if further:
            for edge in graph.outgoing.get(node_id, ()):
                looked_through = graph.nodes[edge.target].type in through or report.absent(edge.target) is not None
                stack.append((edge.target, looked_through and edge.target not in found))
    return found


def above(graph: Graph, node_id: str) -> set[str]:
    """Every node that this one depends on."""
    found: set[str] = set()
    stack = [node_id]
    while stack:
        for edge in graph.incoming[stack.pop()].values():
            if edge.source not in found:
                found.add(edge.source)
                stack.append(edge.source)
    return found


def below(graph: Graph, node_id: str) -> set[str]:
    """Every node that depends on this one."""
    found: set[str] = set()
    stack = [node_id]
    while stack:
        for edge in graph.outgoing[stack.pop()]:
            if edge.target not in found:
                found.add(edge.target)
                stack.append(edge.target)
    return found
