"""The ports a node shows: those of its layer, one spare for a variadic input, and any a wire still holds on to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from engine.absent import Absent
from engine.graph import Edge, Graph, GraphError, Node
from engine.layers.layer import MOST, Layer, Port, is_numbered
from engine.resolve import layer_class, resolve

__all__ = [
    "MOST",
    "edge_between",
    "free_input",
    "has_input",
    "input_ports",
    "is_numbered",
    "labels",
    "output_ports",
    "required_wires",
]


def _declared(graph: Graph, node: Node) -> tuple[tuple[Port, ...], tuple[Port, ...]]:
    arguments = graph.blocks[graph.inside].defaults() if graph.inside is not None else {}
    if node.properties:
        there = {name: raw for name, raw in node.properties.items() if name not in ("when", "bypassed")}
        node = replace(node, properties=there)
    layer = resolve(node, graph, arguments)
    if isinstance(layer, Layer) and not isinstance(layer, Absent):
        return layer.input_ports(), layer.output_ports()
    try:
        cls = layer_class(node.type, graph.blocks)
    except GraphError:
        return (), ()
    return cls.inputs, cls.outputs


def input_ports(graph: Graph, node_id: str) -> tuple[str, ...]:
    """The input ports in order; a variadic one shows its wires and one free input, at least two in all."""
    names: list[str] = []
    taken = graph.incoming[node_id]
    for port in _declared(graph, graph.node(node_id))[0]:
        if port.many:
            used = [int(name[len(port.name) :]) for name in taken if is_numbered(name, port.name)]
            count = max([2, *(number + 2 for number in used)])
            names += [f"{port.name}{number}" for number in range(min(count, MOST))]
        else:
            names.append(port.name)
    return (*names, *sorted(name for name in taken if name not in names))


def output_ports(graph: Graph, node_id: str) -> tuple[str, ...]:
    """The output ports in order, with those a wire still leaves from although the layer has them no more."""
    names = [port.name for port in _declared(graph, graph.node(node_id))[1]]
    return (*names, *sorted(graph.leaving(node_id) - set(names)))


def free_input(graph: Graph, node_id: str) -> str | None:
    """The first input port without a wire, or None."""
    taken = graph.incoming[node_id]
    return next((name for name in input_ports(graph, node_id) if name not in taken), None)


def required_wires(graph: Graph, node_id: str) -> list[Edge] | None:
    """The wires on inputs that must have one, in port order; None where there is no such input."""
    needed = [port for port in _declared(graph, graph.node(node_id))[0] if not port.optional]
    plain, variadic = [port.name for port in needed if not port.many], [port.name for port in needed if port.many]
    wires = graph.incoming[node_id]
    found = [wires[name] for name in plain if name in wires]
    found += [edge for name, edge in sorted(wires.items()) if any(is_numbered(name, port) for port in variadic)]
    return found if needed else None


def labels(graph: Graph, node_id: str) -> tuple[dict[str, str], dict[str, str]]:
    """What people see of its inputs and its outputs where that is not the name: the ports of a block by their names."""
    ports = _declared(graph, graph.node(node_id))
    inputs, outputs = ({port.name: port.label for port in side if port.label} for side in ports)
    return inputs, outputs


def has_input(graph: Graph, node_id: str, name: str) -> bool:
    """Whether a wire may end at this port: it is shown, or a later input of a variadic port."""
    variadic = (port.name for port in _declared(graph, graph.node(node_id))[0] if port.many)
    return name in input_ports(graph, node_id) or any(is_numbered(name, port) for port in variadic)


def chosen(ports: tuple[str, ...], labels: Mapping[str, str], wanted: int | str, node: Node, side: str) -> str:
    """The port of a node that a script means by name, label or number. Raises GraphError where there is none."""
    if isinstance(wanted, str):
        labelled = (name for name in ports if labels.get(name) == wanted)
        found = wanted if wanted in ports else next(labelled, None)
        if found is None:
            known = ", ".join(labels.get(name, name) for name in ports) or "none"
            raise GraphError(f"{node.name} ({node.type}) has no {side} {wanted[:40]!r}; it has: {known}.")
        return found
    if not 0 <= wanted < len(ports):
        raise GraphError(f"{node.name} ({node.type}) has no {side} number {wanted}; it has {len(ports)}.")
    return ports[wanted]


def edge_between(graph: Graph, source_node: str, target_node: str, source: int | str, target: int | str | None) -> Edge:
    """The wire between two nodes, its ports by index or name; without ``target`` the first free input.

    Raises GraphError where there is no such or no free port.
    """
    outputs, named = output_ports(graph, source_node), labels(graph, source_node)[1]
    if target is None:
        target_name = free_input(graph, target_node)
        if target_name is None:
            raise GraphError(f"{graph.node(target_node).name} has no free input.")
    elif isinstance(target, str) and has_input(graph, target_node, target):
        target_name = target
    else:
        inputs, called = input_ports(graph, target_node), labels(graph, target_node)[0]
        target_name = chosen(inputs, called, target, graph.node(target_node), "input")
    source_name = chosen(outputs, named, source, graph.node(source_node), "output")
    return Edge(source_node, source_name, target_node, target_name)
