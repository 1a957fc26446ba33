"""Rules of layers that bring branches together, and get one alone."""

from __future__ import annotations

from engine.graph import Graph
from engine.layers.layer import Layer
from engine.ports import free_input
from engine.problems.looking import called
from engine.problems.problem import Problem
from engine.problems.rule import Found, NodeRule
from engine.shapes import Report


def one_wire(graph: Graph, report: Report, node_id: str) -> Found:
    """A join of one value, which it hands on, or of the same value on both sides."""
    layer, wires = report.layer(node_id), list(graph.incoming[node_id].values())
    if layer is None or not wires or node_id not in report.outputs:
        return
    name = called(graph, graph.node(node_id))
    if len(wires) == 1 and _any_number(type(layer)):
        says = {
            "+": "a sum of one value is that value. Draw the shortcut to it, from before the layers that it skips",
            "×": "a product of one value is that value. Draw what it is to be multiplied with to it",
        }.get(layer.symbol, "one part alone stays as it is. Draw the other branch to it")
        yield Problem(
            "warning",
            "one-wire",
            f"{name} has one wire, and {says}, or remove it.",
            node_id,
            free_input(graph, node_id),
        )
    elif len(wires) > 1 and len({(edge.source, edge.source_port) for edge in wires}) == 1 and _of_itself(type(layer)):
        yield Problem(
            "warning",
            "one-wire",
            f"{name} gets the same value on all its wires: it joins {graph.nodes[wires[0].source].name} with itself. "
            "Let one of them come from the other branch, as a shortcut does, or remove it.",
            node_id,
            wires[-1].target_port,
        )


def _any_number(kind: type[Layer]) -> bool:
    """Whether it joins as many values as are wired, side by side or number by number, and one stays as it is."""
    return kind.inputs[0].many and kind.cell_by_cell()


def _of_itself(kind: type[Layer]) -> bool:
    """Whether joining a value with itself says nothing new: its double, zero, one or the value; a square does."""
    return kind.joins_elementwise and kind.numbers != "multiplied"


def _joins(kind: type[Layer]) -> bool:
    return bool(kind.inputs) and (_any_number(kind) or _of_itself(kind))


NODE = (NodeRule(one_wire, _joins),)
