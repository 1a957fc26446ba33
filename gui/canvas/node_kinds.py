"""What can be added to the open level: the layers of the catalogue that can be used there, and the blocks."""

from __future__ import annotations

from engine import layers
from engine.graph import Graph, GraphError
from engine.layers.layer import Layer
from engine.resolve import layer_class

ONLY_OUTSIDE, ONLY_INSIDE = ("Input", "Output"), ("BlockInput", "BlockOutput")


def kinds(graph: Graph) -> list[type[Layer]]:
    """Every kind of node that may stand in this graph: blocks first, but none that would contain itself."""
    hidden = ONLY_OUTSIDE if graph.inside is not None else ONLY_INSIDE
    return [*blocks(graph), *(cls for cls in layers.all() if cls.__name__ not in hidden)]


def blocks(graph: Graph) -> list[type[Layer]]:
    """The blocks of the project that may stand in this graph."""
    around = graph.blocks.users([graph.inside]) if graph.inside is not None else set()
    return [layer_class(block.type, graph.blocks) for block in graph.blocks.values() if block.id not in around]


def kind(graph: Graph, node_type: str) -> type[Layer] | None:
    """The class of a type; None for one that is not there."""
    try:
        return layer_class(node_type, graph.blocks)
    except GraphError:
        return None
