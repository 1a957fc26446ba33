"""Where in a network something was seen: the graph and the node at a path of uses of blocks."""

from __future__ import annotations

from engine.graph import Graph, Node


def graph_at(graph: Graph, inside: tuple[str, ...]) -> Graph | None:
    """The graph that a path of uses of blocks leads into; None where the network has been changed since."""
    blocks = graph.blocks
    for use in inside:
        node = graph.nodes.get(use)
        block = blocks.of_type(node.type) if node is not None else None
        if block is None:
            return None
        graph = block.graph
    return graph


def node_at(graph: Graph, inside: tuple[str, ...], node: str) -> Node | None:
    """The node at a path of a network; None where the network has been changed since."""
    found = graph_at(graph, inside)
    return None if found is None else found.nodes.get(node)
