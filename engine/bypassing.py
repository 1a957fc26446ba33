"""Bypassing layers: one stays where it is but passes its input on, as if it were a piece of wire.

It is the property ``bypassed`` of a node, which then resolves to what an absent node does (`engine.absent`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

from engine.edits import MISSING, Compound, Edit, SetProperty
from engine.errors import GraphError
from engine.graph import Edge, Graph, Node
from engine.live_nodes import ENDS, STARTS
from engine.ports import output_ports, required_wires

BYPASSED: Final = "bypassed"


def is_bypassed(node: Node) -> bool:
    """Whether a node passes its input on, as far as the node itself says so."""
    return node.properties.get(BYPASSED) is True


def bypass(graph: Graph, node_ids: Iterable[str]) -> Edit:
    """The edit that bypasses these nodes, or that ends it where all of them are bypassed.

    Raises GraphError with the first one that cannot be bypassed, and why.
    """
    nodes = [graph.node(node_id) for node_id in graph.as_created(node_ids)]
    if not nodes:
        raise GraphError("Select the layers that are to be bypassed.")
    ends = all(map(is_bypassed, nodes))
    chosen = {node.id for node in nodes}
    for node in nodes if not ends else ():
        if reason := why_not(graph, node, chosen):
            raise GraphError(f"{node.name} cannot be bypassed: {reason}")
    changed = [node for node in nodes if ends or not is_bypassed(node)]
    what = changed[0].name if len(changed) == 1 else f"{len(changed)} layers"
    edits = tuple(SetProperty(node.id, BYPASSED, MISSING if ends else True) for node in changed)
    return Compound(edits, f"{'Use' if ends else 'Bypass'} {what}{' again' if ends else ''}")


def why_not(graph: Graph, node: Node, chosen: Collection[str] = ()) -> str:
    """Why a node cannot be bypassed, together with those ``chosen``; empty where it can."""
    if node.type in (*ENDS, *STARTS):
        return "values enter or leave the network there."
    wires = required_wires(graph, node.id)
    outputs = output_ports(graph, node.id)
    if wires is None or not outputs:
        return f"it has no {'input' if wires is None else 'output'}, so there is nothing to pass on."
    if names := several_values(graph, wires):
        return f"it has {len(names)} different inputs ({', '.join(names)}), so it is not clear which one to pass on."
    later = {edge.source_port for edge in graph.outgoing[node.id]} - {outputs[0]}
    readers = [graph.nodes[edge.target].name for edge in graph.outgoing[node.id] if edge.source_port in later]
    if readers:
        return f"{readers[0]} reads another output than its first, and only that one has something to pass on."
    users = [each for each in graph.sharers(node.id) if each not in chosen and not is_bypassed(graph.nodes[each])]
    if users:
        return f"{graph.nodes[users[0]].name} uses its weights; bypass both, or give it weights of its own."
    return ""


def several_values(graph: Graph, wires: Iterable[Edge]) -> list[str]:
    """The names of the nodes that different values come from along these wires; none where it is only one value."""
    sources = list(dict.fromkeys((edge.source, edge.source_port) for edge in wires))
    return [graph.nodes[source].name for source, _ in sources] if len(sources) > 1 else []
