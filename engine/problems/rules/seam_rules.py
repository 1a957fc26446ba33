"""Rules where a block begins or ends: what meets what is inside it, or its own next repeat."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine.blocks.use import Use
from engine.graph import Edge, Graph
from engine.layers.endpoints import Output
from engine.layers.layer import Layer
from engine.losses import compares
from engine.problems.looking import PASSES_THROUGH, Through, bends_little, called, kind_of, only, origins
from engine.problems.problem import Problem
from engine.problems.rule import EdgeRule, Found, a
from engine.problems.rules.activation_rules import changes_nothing, squeezed_twice
from engine.problems.rules.dropout_rules import in_place, pools, share_of
from engine.problems.rules.learning_rules import (
    misplaced_before,
    mixes,
    only_reader,
    probabilities,
    softmax_before_nll,
)
from engine.shapes import Report
from engine.spec import Spec


@dataclass(frozen=True, slots=True)
class Met:
    """A layer at one side of a seam: its name in a sentence, and the way to it inside the ``node`` of the network."""

    layer: Layer
    text: str
    inside: tuple[str, ...] = ()
    node: str = ""


def no_activation(graph: Graph, report: Report, node_id: str) -> Found:
    """Two weighted sums, one right after the other, with the edge of a block between them."""
    for before, after, port in _seams(graph, report, node_id, bends_little):
        sums = before.layer.linear_map and mixes(before.layer) and after.layer.linear_map and mixes(after.layer)
        if sums and (before.layer.channels_second or not after.layer.channels_second):
            yield Problem(
                "warning",
                "no-activation",
                f"{after.text} follows {before.text} without an activation between them: two weighted sums make hardly "
                "more than one. Put a ReLU between them.",
                node_id,
                port,
                inside=before.inside if port is None else (),
            )


def redundant_activation(graph: Graph, report: Report, node_id: str) -> Found:
    """An activation of what another one has made, with the edge of a block between them."""
    for before, after, port in _seams(graph, report, node_id, only(*PASSES_THROUGH)):
        if before.layer.family != "Activation" or after.layer.family != "Activation" or port is None:
            continue
        if says := changes_nothing(after.layer, before.layer) or squeezed_twice(after.layer, before.layer):
            text = f"{after.text} follows {before.text}, {says}. Remove one of the two."
            yield Problem("warning", "redundant-activation", text, node_id, port)


def dropout_meets(graph: Graph, report: Report, node_id: str) -> Found:
    """A dropout before a batch norm or a pooling, with the edge of a block between them."""
    for before, after, _ in _dropped(graph, report, node_id, lambda kind: in_place(kind) or pools(kind)):
        if after.layer.numbers == "standardized":
            says = "while training its zeros change the variance that the norm measures. Put it after the norm"
            text = f"{before.text} comes before {after.text}: {says}, or leave it out."
            yield Problem("hint", "dropout-before-norm", text, before.node, inside=before.inside)
    for before, after, _ in _dropped(graph, report, node_id, in_place):
        if pools(type(after.layer)) and not before.layer.channels_second:
            says = "there a neighbour takes the place of most that were dropped. Put it after that"
            text = f"{before.text} comes before {after.text}: {says}, or leave it out."
            yield Problem("hint", "dropout-before-pooling", text, before.node, inside=before.inside)


def _dropped(graph: Graph, report: Report, node_id: str, through: Through) -> Iterator[tuple[Met, Met, str | None]]:
    """The seams between a dropout and what reads it."""
    for before, after, port in _seams(graph, report, node_id, through):
        if before.layer.family == "Dropout" and share_of(before.layer) and port is not None:
            yield before, after, port


def before_loss(graph: Graph, report: Report, node_id: str) -> Found:
    """What stands right before a loss and does not belong there, at the end of a block."""
    output = report.layer(node_id)
    if not graph.blocks or not isinstance(output, Output) or output.loss is None:
        return
    loss = output.criterion
    for edge in origins(graph, report, node_id, only(*PASSES_THROUGH)):
        made = _maker(graph, report, edge, only(*PASSES_THROUGH))
        if made is None or not made.inside:
            continue
        yield from misplaced_before(loss, made.layer, made.text, True, edge.source, made.inside)
        if loss.wants == "log-probabilities" and made.layer.squashes == "softmax" and probabilities(made.layer):
            yield softmax_before_nll(made.text, loss, edge.source, made.inside)
    for edge in origins(graph, report, node_id, only("same")) if compares(output.loss) else ():
        made = _maker(graph, report, edge, only("same"))
        if made is not None and made.inside and made.layer.numbers == "dropped" and share_of(made.layer):
            text = f"{made.text} drops parts of the answer itself. Put it before the last layer with weights."
            yield Problem("warning", "dropout-last", text, edge.source, inside=made.inside)


def _seams(graph: Graph, report: Report, node_id: str, through: Through) -> Iterator[tuple[Met, Met, str | None]]:
    """(what made a value, what reads it, the port it comes in by) where one of the two is inside a block.

    Between two repeats of a block there is no port.
    """
    if not graph.blocks:
        return
    layer, name = report.layer(node_id), called(graph, graph.nodes[node_id])
    if layer is None or node_id not in report.outputs or report.absent(node_id) is not None:
        return
    for edge in origins(graph, report, node_id, through):
        port = _port(graph, edge, node_id)
        if port is None or not (isinstance(layer, Use) or isinstance(report.layer(edge.source), Use)):
            continue
        after = _reader(layer, name, port, report.inputs[node_id], through)
        before = _maker(graph, report, edge, through)
        if before is not None and after is not None:
            yield before, after, port
    if isinstance(layer, Use) and layer.properties.repeat > 1 and layer.properties.apply != "scan":
        for source, target in layer.handed_on[:1]:
            entry = layer.input_ports()[target].name
            edge = Edge(node_id, layer.output_ports()[source].name, node_id, entry)
            before = _maker(graph, report, edge, through)
            after = _reader(layer, name, entry, report.inputs[node_id], through)
            if before is not None and after is not None:
                yield before, after, None


def _port(graph: Graph, edge: Edge, node_id: str) -> str | None:
    """The port of a node by which a value comes in that nothing else reads on the way; None where something does."""
    while edge.target != node_id:
        if len(graph.outgoing[edge.source]) != 1 or len(graph.outgoing[edge.target]) != 1:
            return None
        edge = next(iter(graph.outgoing[edge.target]))
    return edge.target_port if len(graph.outgoing[edge.source]) == 1 else None


def _maker(graph: Graph, report: Report, edge: Edge, through: Through) -> Met | None:
    """The layer that made the value on a wire, inside a block, too; None where a block hands its input on."""
    text, inside, node = called(graph, graph.nodes[edge.source]), list[str](), edge.source
    while isinstance(layer := report.layer(edge.source), Use):
        if edge.source not in report.outputs:
            return None
        *_, seen = layer.unfolded(*report.inputs[edge.source])
        end = edge.source_port
        inner = next(origins(seen.graph, seen.report, end, through), None) if end in seen.graph.nodes else None
        if inner is None or not only_reader(seen.graph, inner.source, end):
            return None
        graph, report, edge = seen.graph, seen.report, inner
        inside.append(edge.source)
        text += f", inside: {called(graph, graph.nodes[edge.source])}"
    return None if layer is None else Met(layer, text, tuple(inside), node)


def _reader(layer: Layer, text: str, port: str, inputs: tuple[Spec, ...], through: Through) -> Met | None:
    """The layer that reads what comes in by a port, inside a block, too; None where several do."""
    while isinstance(layer, Use):
        seen = next(layer.unfolded(*inputs))
        if port not in seen.graph.nodes:
            return None
        current, entry = port, ""
        while current == port or through(kind_of(seen.graph, current)):
            wires = list(seen.graph.outgoing[current])
            if len(wires) != 1 or wires[0].target not in seen.report.inputs:
                return None
            current, entry = wires[0].target, wires[0].target_port
        found = seen.report.layer(current)
        if found is None:
            return None
        text += f", inside: {called(seen.graph, seen.graph.nodes[current])}"
        layer, port, inputs = found, entry, seen.report.inputs[current]
    return Met(layer, text)


def _about(kind: type[Layer]) -> bool:
    """Blocks, whose kind promises nothing, and what may meet them."""
    return kind is Layer or kind.linear_map or kind.family == "Activation"


EDGE = (
    EdgeRule(no_activation, _about),
    EdgeRule(redundant_activation, _about),
    EdgeRule(dropout_meets, lambda kind: kind is Layer or kind.numbers == "standardized" or pools(kind)),
    EdgeRule(before_loss, a(Output)),
)
