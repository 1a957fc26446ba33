"""Paths through a network: the longest one, and its trunk, the layers that every path passes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.live_nodes import ENDS, STARTS

if TYPE_CHECKING:
    import networkx as nx

    from engine.graph import Graph

START, END = "\x00start", "\x00end"
"""Nodes that stand for all Inputs and all Outputs; no id is like these."""


def longest_path(graph: Graph) -> list[str]:
    """The ids of the nodes on a path with the most wires; empty for an empty network."""
    import networkx as nx

    return list(nx.dag_longest_path(nx.DiGraph(graph.to_networkx())))


def trunk(graph: Graph) -> list[str]:
    """The ids of the nodes that lie on every path from an Input to an Output, in their order.

    They are the dominators of the end (Cooper, Harvey and Kennedy 2001, A Simple, Fast Dominance Algorithm). Empty
    where no Input leads to an Output.
    """
    return passed(between_ends(graph))


def passed(flow: nx.DiGraph[str]) -> list[str]:
    """The same of what `between_ends` gives."""
    import networkx as nx

    if END not in flow:
        return []
    above, found, node = nx.immediate_dominators(flow, START), list[str](), END
    while above.get(node, START) != START:
        node = above[node]
        found.append(node)
    return found[::-1]


def between_ends(graph: Graph) -> nx.DiGraph[str]:
    """The nodes that lead from an Input to an Output with `START` before and `END` after them; else without nodes."""
    import networkx as nx

    flow: nx.DiGraph[str] = nx.DiGraph(graph.to_networkx())
    flow.add_edges_from((START, node.id) for node in graph.of_type(*STARTS))
    flow.add_edges_from((node.id, END) for node in graph.of_type(*ENDS))
    if START not in flow or END not in flow:
        return nx.DiGraph()
    part = (nx.descendants(flow, START) | {START}) & (nx.ancestors(flow, END) | {END})
    return nx.DiGraph(flow.subgraph(part)) if END in part else nx.DiGraph()
