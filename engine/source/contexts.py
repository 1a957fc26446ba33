"""All ways in which the blocks of a network are used: each with its arguments and inputs, every one once."""

from __future__ import annotations

from collections.abc import Collection

from engine.blocks.use import Inside, Key, Use
from engine.graph import Graph
from engine.live_nodes import live_nodes
from engine.shapes import Report


def contexts(graph: Graph, report: Report) -> dict[str, dict[Key, Inside]]:
    """What each block that the network uses is seen with; a block comes before those it is used in."""
    found: dict[str, dict[Key, Inside]] = {}

    def visit(graph: Graph, report: Report) -> None:
        live = live_nodes(graph, report)
        for node_id in graph.order():
            layer = report.layer(node_id) if node_id in live else None
            if not isinstance(layer, Use) or node_id not in report.outputs:
                continue
            seen = found.setdefault(layer.block.id, {})
            for inside in layer.unfolded(*report.inputs[node_id]):
                if inside.key not in seen:
                    seen[inside.key] = inside
                    visit(inside.graph, inside.report)

    if graph.blocks:
        visit(graph, report)
    return {block: found[block] for block in _sorted(graph, found.keys())}


def _sorted(graph: Graph, used: Collection[str]) -> dict[str, None]:
    """The blocks that are used, those within a block before it: not every use of a block has all of them."""
    order: dict[str, None] = {}

    def visit(graph: Graph) -> None:
        for node_id in graph.order():
            block = graph.blocks.of_type(graph.nodes[node_id].type)
            if block is not None and block.id in used and block.id not in order:
                visit(block.graph)
                order[block.id] = None

    visit(graph)
    return order
