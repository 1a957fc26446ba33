"""Which nodes of a graph take part: those that lead to an output."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from engine.graph import Edge, Graph

if TYPE_CHECKING:
    from engine.shapes import Report

ENDS = ("Output", "BlockOutput")
STARTS = ("Input", "BlockInput")


def live_nodes(graph: Graph, report: Report | None = None) -> set[str]:
    """The nodes that lead to an output, and every input; only these are written.

    With a ``report`` those of one use of the graph: absent nodes read only what they hand on, and need no weights.
    """
    live: set[str] = set()
    for _ in finding_live(graph, report, live):
        pass
    return live


def finding_live(graph: Graph, report: Report | None, live: set[str]) -> Iterator[None]:
    """The same node by node: ``live`` holds them at the end."""
    live.update(node.id for node in graph.of_type(*ENDS))
    stack = list(live)
    while stack:
        yield
        current = stack.pop()
        sources = [edge.source for edge in read_edges(graph, report, current)]
        owners = _owners(graph, current) if report is None or report.absent(current) is None else []
        for source in (*sources, *owners):
            if source not in live:
                live.add(source)
                stack.append(source)
    live.update(node.id for node in graph.of_type(*STARTS))


def _owners(graph: Graph, node_id: str) -> list[str]:
    """The nodes whose weights this one uses, one through the other."""
    found: list[str] = []
    while (owner := graph.nodes[node_id].properties.get("weights_of")) in graph.nodes and owner not in found:
        node_id = str(owner)
        found.append(node_id)
    return found


def read_edges(graph: Graph, report: Report | None, node_id: str) -> Iterable[Edge]:
    """The wires into a node that it reads: all, but of an absent one those whose values it hands on."""
    edges = graph.incoming[node_id]
    absent = report.absent(node_id) if report is not None else None
    return edges.values() if absent is None else [edges[port] for port in absent.reads(edges)]
