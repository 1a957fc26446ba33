"""Moving a layer along its chain: past the one before it or behind it, wires and places exchanged."""

from __future__ import annotations

from engine.edits import Compound, Connect, Disconnect, Edit, Move
from engine.graph import Edge, Graph, GraphError
from gui.document import Document


def move_along(document: Document, node_id: str, *, later: bool) -> None:
    """Exchange a layer with the one behind it, or before it; one undo step.

    Raises GraphError where the two are not in one chain: each with one wire in, and one output in use.
    """
    graph = document.graph
    first = node_id if later else _before(graph, node_id)
    second = _behind(graph, first) if later else node_id
    around = (_into(graph, first), _out_of(graph, first), _out_of(graph, second))
    if any(len(wires) != 1 for wires in around[:2]) or len(_into(graph, second)) != 1 or not around[2]:
        names = " and ".join(graph.nodes[each].name for each in (first, second))
        raise GraphError(f"{names} cannot change places: each needs one wire in and one out.")
    (into,), (between,), out = around
    edits: list[Edit] = [Disconnect(wire) for wire in (into, between, *out)]
    edits.append(Connect(Edge(into.source, into.source_port, second, between.target_port)))
    edits.append(Connect(Edge(second, out[0].source_port, first, into.target_port)))
    edits += [Connect(Edge(first, between.source_port, wire.target, wire.target_port)) for wire in out]
    edits.append(Move({first: graph.positions[second], second: graph.positions[first]}))
    other = second if later else first
    title = f"Move {graph.nodes[node_id].name} {'behind' if later else 'before'} {graph.nodes[other].name}"
    document.apply(Compound(tuple(edits), title), title)


def _into(graph: Graph, node_id: str) -> list[Edge]:
    return list(graph.incoming[node_id].values())


def _out_of(graph: Graph, node_id: str) -> list[Edge]:
    """The wires that leave it; none where they leave from several ports."""
    wires = list(graph.outgoing[node_id])
    return wires if len({wire.source_port for wire in wires}) == 1 else []


def _behind(graph: Graph, node_id: str) -> str:
    wires = _out_of(graph, node_id)
    if len(wires) != 1:
        raise GraphError(f"{graph.nodes[node_id].name} does not lead to exactly one layer.")
    return wires[0].target


def _before(graph: Graph, node_id: str) -> str:
    wires = _into(graph, node_id)
    if len(wires) != 1:
        raise GraphError(f"{graph.nodes[node_id].name} does not come from exactly one layer.")
    return wires[0].source
