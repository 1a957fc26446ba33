"""A network as a graph of networkx, for analysis and for files of other programs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from engine.spec import shape_text

if TYPE_CHECKING:
    import networkx as nx

    from engine.graph import Graph
    from engine.shapes import Report


def to_networkx(graph: Graph, report: Report | None = None) -> nx.MultiDiGraph[str]:
    """Nodes by id with ``name``, ``type``, ``parameters`` and ``properties`` (JSON); an edge for every wire.

    Edges have ``source_port`` and ``target_port`` and are keyed by both. With a ``report`` of `engine.shapes.infer`
    each edge has the ``shape`` that flows there, where it is known. Nodes are in creation order, a block is one node.
    """
    import networkx as nx

    made: nx.MultiDiGraph[str] = nx.MultiDiGraph(name=graph.name)
    for node in graph.nodes.values():
        made.add_node(
            node.id,
            name=node.name,
            type=node.type,
            parameters=json.dumps(node.parameters, sort_keys=True, ensure_ascii=False),
            properties=json.dumps(node.properties, sort_keys=True, ensure_ascii=False),
        )
    for edge in graph.edges:
        facts = {"source_port": edge.source_port, "target_port": edge.target_port}
        spec = (report.outputs.get(edge.source) or {}).get(edge.source_port) if report else None
        if spec is not None:
            facts["shape"] = shape_text(spec.shape)
        made.add_edge(edge.source, edge.target, key=f"{edge.source_port} {edge.target_port}", **facts)
    return made
