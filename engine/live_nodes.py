"""Which nodes of a graph take part: those that lead to an output."""

from __future__ import annotations

from engine.graph import Graph

ENDS = ("Output", "BlockOutput")
STARTS = ("Input", "BlockInput")


def live_nodes(graph: Graph) -> set[str]:
    """The nodes that lead to an output, and every input; only these are written."""
    live = {node.id for node in graph.nodes.values() if node.type in ENDS}
    stack = list(live)
    while stack:
        current = stack.pop()
        sources = [edge.source for edge in graph.incoming[current].values()]
        owner = graph.nodes[current].properties.get("weights_of")
        for source in (*sources, *([owner] if owner in graph.nodes else [])):
            if source not in live:
                live.add(source)
                stack.append(source)
    return live | {node.id for node in graph.nodes.values() if node.type in STARTS}
