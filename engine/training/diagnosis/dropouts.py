"""The layers of a network that drop numbers at random while training, and how many."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from engine.graph import Graph
from engine.layers.layer import Layer
from engine.resolve import resolve
from engine.training.findings import NodePath

SHARES: Final = ("p", "dropout", "dropout_p")
"""What layers call the share that they drop."""


def dropouts(graph: Graph) -> Iterator[tuple[NodePath, float]]:
    """(where, the share of numbers it drops); within blocks of what is typed there as a number."""
    yield from _dropouts(graph, graph, ())


def _dropouts(whole: Graph, graph: Graph, inside: tuple[str, ...]) -> Iterator[tuple[NodePath, float]]:
    for node in graph.nodes.values():
        block = whole.blocks.of_type(node.type)
        if block is not None:
            yield from _dropouts(whole, block.graph, (*inside, node.id))
            continue
        layer = resolve(node)
        name = share_of(layer) if isinstance(layer, Layer) else ""
        if name:
            yield NodePath(inside, node.id, ""), float(getattr(layer, name))


def share_of(layer: Layer) -> str:
    """The parameter that says which share a layer drops; empty where it drops none."""
    names = SHARES if layer.numbers == "dropped" else SHARES[1:]
    return next((name for name in names if name in type(layer).model_fields), "")
