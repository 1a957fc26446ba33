"""Rules of the drawing itself: layers that cannot be, missing and hanging wires, ends of the network."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bypassing import is_bypassed, several_values
from engine.graph import Graph
from engine.layers.endpoints import BlockOutput, Input, Output
from engine.live_nodes import read_edges
from engine.ports import is_numbered, required_wires
from engine.problems.looking import called
from engine.problems.problem import Problem
from engine.problems.rule import Found, GraphRule, NodeRule, a
from engine.shapes import Report
from engine.sharing import disagreement


def fault(graph: Graph, report: Report, node_id: str) -> Found:
    """A parameter makes no layer, or the layer cannot take its input."""
    error = report.errors.get(node_id)
    if error is not None:
        node = graph.node(node_id)
        yield Problem(
            "error", error.code, f"{called(graph, node)} {error.message}", node_id, error.port, error.parameter
        )


def unconnected(graph: Graph, report: Report, node_id: str) -> Found:
    """An input that is needed has no wire."""
    layer, node, wires = report.layer(node_id), graph.node(node_id), graph.incoming[node_id]
    for port in layer.input_ports() if layer is not None else ():
        if port.many and not any(is_numbered(name, port.name) for name in wires):
            yield Problem(
                "error",
                "unconnected",
                f"{called(graph, node)} joins several values, but nothing is wired to it: draw wires to its inputs.",
                node_id,
                f"{port.name}0",
            )
        elif not port.many and not port.optional and port.name not in wires:
            yield Problem(
                "error",
                "unconnected",
                f"{called(graph, node)} has nothing on its {port.label or port.name}: "
                "draw a wire to it from the layer before.",
                node_id,
                port.name,
            )


def vanished_port(graph: Graph, report: Report, node_id: str) -> Found:
    """A wire depends on a port that the layer, with these parameters, does not have."""
    layer, node = report.layer(node_id), graph.node(node_id)
    if layer is not None:
        ports = layer.input_ports()
        for name in graph.incoming[node_id].keys() - {port.name for port in ports if not port.many}:
            if not any(is_numbered(name, port.name) for port in ports if port.many):
                yield Problem(
                    "error",
                    "no-such-port",
                    f"{called(graph, node)} has no input {name[:40]!r}: delete the wire that ends there.",
                    node_id,
                    name,
                )
    absent = report.absent(node_id)
    if absent is not None and is_bypassed(node):
        yield from _nothing_to_pass_on(graph, report, node_id, {port.name for port in absent.output_ports()})
    elif absent is not None:
        yield from _nothing_to_hand_on(graph, report, node_id, {port.name for port in absent.output_ports()})
    elif layer is not None:
        gone = graph.leaving(node_id) - {port.name for port in layer.output_ports()}
        for name in sorted(gone) if gone else ():
            yield Problem(
                "error",
                "no-such-port",
                f"{called(graph, node)} has no output {name[:40]!r} with these "
                "parameters: delete the wire that leaves there.",
                node_id,
                name,
            )


def _nothing_to_pass_on(graph: Graph, report: Report, node_id: str, names: set[str]) -> Found:
    """A bypassed node has one value to pass on, and only its first output to pass it on from."""
    node, wires = graph.node(node_id), required_wires(graph, node_id) or []
    if several := several_values(graph, wires):
        yield Problem(
            "error",
            "bypassed",
            f"{called(graph, node)} is bypassed, but gets different values from {' and '.join(several)}: it is not "
            "clear which one to pass on. Delete a wire, or use the layer again.",
            node_id,
            wires[-1].target_port,
            "bypassed",
        )
    for name, readers, label in _missed(graph, report, node_id, names):
        yield Problem(
            "error",
            "bypassed",
            f"{called(graph, node)} is bypassed and passes its input on from its first output only, but {readers} "
            f"needs its {label}: use the layer again, or delete that wire.",
            node_id,
            name,
            "bypassed",
        )


def _nothing_to_hand_on(graph: Graph, report: Report, node_id: str, names: set[str]) -> Found:
    """An absent node has only its first output, or those that its repeats would hand on."""
    for name, readers, label in _missed(graph, report, node_id, names):
        yield Problem(
            "error",
            "absent",
            f"{called(graph, graph.node(node_id))} is absent here and hands on its first input only, but {readers} "
            f"needs its {label}: give {readers} the same condition, or delete that wire.",
            node_id,
            name,
        )


def _missed(graph: Graph, report: Report, node_id: str, names: set[str]) -> Iterator[tuple[str, str, str]]:
    """Outputs that are read but are not among these: each with its readers and with what people call it."""
    node = graph.node(node_id)
    read = [edge for edge in graph.outgoing[node_id] if edge in read_edges(graph, report, edge.target)]
    for name in sorted({edge.source_port for edge in read} - names):
        readers = ", ".join(sorted({graph.node(edge.target).name for edge in read if edge.source_port == name}))
        block = graph.blocks.of_type(node.type)
        label = block.graph.nodes[name].name if block is not None and name in block.graph.nodes else name
        yield name, readers, label[:40]


def unused(graph: Graph, report: Report, node_id: str) -> Found:
    """Nothing reads the result, so the layer does not take part."""
    node, layer = graph.node(node_id), report.layer(node_id)
    if layer is not None and layer.output_ports() and not graph.outgoing[node_id]:
        yield Problem(
            "warning",
            "unused",
            f"Nothing uses the result of {called(graph, node)}, so it takes no part: wire it on, or delete it.",
            node_id,
            layer.output_ports()[0].name,
        )


def misplaced(graph: Graph, report: Report, node_id: str) -> Found:
    """The ends of a network within a block, or those of a block in the network."""
    node = graph.node(node_id)
    if graph.inside is not None and node.type in ("Input", "Output"):
        yield Problem(
            "error",
            "misplaced",
            f"{called(graph, node)} is inside a block; there a Block{node.type} is what is needed.",
            node_id,
        )
    elif graph.inside is None and node.type == "BlockOutput":
        yield Problem(
            "error", "misplaced", f"{called(graph, node)} is allowed only inside a block; use an Output here.", node_id
        )


def sharing(graph: Graph, report: Report, node_id: str) -> Found:
    """A node names weights that do not fit it."""
    reason = disagreement(graph, report, node_id) if graph.nodes[node_id].properties else None
    if reason is not None:
        yield Problem("error", "sharing", f"{called(graph, graph.node(node_id))} {reason}", node_id)


def empty(graph: Graph, report: Report) -> Found:
    """Nothing is drawn yet."""
    if not graph.nodes:
        yield Problem("hint", "empty", "The network is empty: add an Input, then the layers after it, then an Output.")


def no_input(graph: Graph, report: Report) -> Found:
    """A network needs a place where samples come in."""
    if graph.nodes and "Input" not in graph.types:
        yield Problem("error", "no-input", "The network has no Input: add one and give it the shape of a sample.")


def no_output(graph: Graph, report: Report) -> Found:
    """A network needs a place where its answer goes."""
    if graph.nodes and "Output" not in graph.types:
        yield Problem("error", "no-output", "The network has no Output: add one and wire the last layer to it.")


def no_loss(graph: Graph, report: Report) -> Found:
    """Something has to be learned."""
    if "Output" in graph.types and not any(_trained(graph, report)):
        yield Problem("error", "no-loss", "No Output has a loss, so nothing is learned: choose one on an Output.")


def _trained(graph: Graph, report: Report) -> Iterator[bool]:
    for node in graph.of_type("Output"):
        layer = report.layer(node.id)
        yield layer is None or getattr(layer, "loss", None) is not None


NODE = (
    NodeRule(fault),
    NodeRule(unconnected),
    NodeRule(vanished_port),
    NodeRule(unused, ended=True),  # while there is no end nothing can lead to one
    NodeRule(misplaced, a(Input, Output, BlockOutput)),
    NodeRule(sharing),
)
GRAPH = tuple(map(GraphRule, (empty, no_input, no_output, no_loss)))
