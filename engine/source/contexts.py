"""All ways in which the blocks of a network are used: each with its arguments and inputs, every one once."""

from __future__ import annotations

from engine.blocks.use import Inside, Key, Use
from engine.graph import Graph
from engine.live_nodes import live_nodes
from engine.shapes import Report


def contexts(graph: Graph, report: Report) -> dict[str, dict[Key, Inside]]:
    """What each block that the network uses is seen with; a block stands before those it is used in."""
    found: dict[str, dict[Key, Inside]] = {}
    order: dict[str, None] = {}

    def visit(graph: Graph, report: Report) -> None:
        live = live_nodes(graph, report)
        for node_id in graph.order():
            layer = report.layer(node_id) if node_id in live else None
            if not isinstance(layer, Use) or node_id not in report.outputs:
                continue
            block = layer.block.id
            seen = found.setdefault(block, {})
            for inside in layer.unfolded(*report.inputs[node_id]):
                if inside.key not in seen:
                    seen[inside.key] = inside
                    visit(inside.graph, inside.report)
            order.setdefault(block)

    visit(graph, report)
    return {block: found[block] for block in order}
