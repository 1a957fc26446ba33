"""Rules of encoders and decoders: states and sequences that are wired to one another's ports."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from engine import layers
from engine.blocks.use import Use
from engine.graph import Edge, Graph
from engine.layers.layer import Layer
from engine.problems.looking import PASSES_THROUGH, called, feeding, keeps_layout, kind_of, origins, role
from engine.problems.problem import Problem
from engine.problems.rule import EdgeRule, Found, GraphRule, NodeRule
from engine.shapes import Report


def states_exchanged(graph: Graph, report: Report, node_id: str) -> Found:
    """The cell of an LSTM taken for what it shows, or the other way round: of one size, and two things."""
    kind = kind_of(graph, node_id)
    for port, edge in graph.incoming[node_id].items() if node_id in report.outputs else ():
        theirs = [each.name for each in kind_of(graph, edge.source).outputs]
        if role(kind, port) != "state" or not kind_of(graph, edge.source).runs_over_time:
            continue
        meant = f"{port.removesuffix('_0')}_n"
        if edge.source_port != meant and edge.source_port.endswith("_n") and meant in theirs:
            source = called(graph, graph.nodes[edge.source])
            yield Problem(
                "warning",
                "states-exchanged",
                f"{called(graph, graph.node(node_id))} begins with {edge.source_port} of {source} as its {port}: what "
                f"a layer shows (h) and the cell that it keeps (c) are two things of one size. {port} takes {meant}.",
                node_id,
                port,
            )


def memory_exchanged(graph: Graph, report: Report) -> Found:
    """A decoder that continues what the encoder has read, and looks at the sequence that it should continue."""
    for node in graph.of_type(*(kind for kind in graph.types if decodes(layers.kind(kind)))):
        kind = kind_of(graph, node.id)
        ports = {role(kind, port.name): port.name for port in kind.inputs[:2]}
        wires = graph.incoming[node.id]
        own, memory = wires.get(ports["numbers"]), wires.get(ports["context"])
        if own is None or memory is None or node.id not in report.outputs:
            continue
        read, looked_at = _above(graph, own), _above(graph, memory)
        if _mixes_steps(graph, report, read) and not _mixes_steps(graph, report, looked_at) and not read & looked_at:
            yield Problem(
                "warning",
                "memory-exchanged",
                f"{called(graph, node)} continues {graph.nodes[own.source].name}, which an encoder has made, and looks "
                f"at {graph.nodes[memory.source].name}, which none has: the encoder's result belongs on "
                f"{memory.target_port}, and the sequence to be continued on {own.target_port}.",
                node.id,
                memory.target_port,
            )


def memory_of_itself(graph: Graph, report: Report, node_id: str) -> Found:
    """A decoder whose memory is the very sequence that it continues: it never sees what the encoder has read."""
    kind = kind_of(graph, node_id)
    if node_id not in report.outputs or not decodes(kind):
        return
    own, memory = (kind.inputs[0].name, kind.inputs[1].name)
    if role(kind, own) != "numbers":
        own, memory = memory, own
    made = {edge.target_port: made for edge, made in _made(graph, report, node_id)}
    if own in made and made.get(memory) == made[own]:
        yield Problem(
            "warning",
            "memory-of-itself",
            f"{called(graph, graph.node(node_id))} continues what {graph.nodes[made[own][0]].name} gives, and looks at "
            f"the same on {memory}: it never sees what an encoder has read, and each step sees those after it. Wire "
            f"the encoder's result to {memory}.",
            node_id,
            memory,
        )


def _made(graph: Graph, report: Report, node_id: str) -> Iterator[tuple[Edge, tuple[str, str]]]:
    """(wire into a node, the node and port that made its numbers), through dropout and norms."""

    def through(kind: type[Layer]) -> bool:
        return kind.numbers in PASSES_THROUGH or (kind.family == "Normalization" and keeps_layout(kind))

    for edge, made in zip(feeding(graph, report, node_id), origins(graph, report, node_id, through), strict=True):
        yield edge, (made.source, made.source_port)


@cache
def decodes(kind: type[Layer]) -> bool:
    """Whether it looks at itself and at a memory, both needed."""
    roles = {port.role for port in kind.inputs[:2] if not port.optional}
    return kind.attends and roles == {"numbers", "context"} and len(kind.inputs) > 2


def _above(graph: Graph, edge: Edge) -> set[str]:
    """The nodes that the numbers on a wire are made of, without what was only looked at."""
    found, stack = {edge.source}, [edge.source]
    while stack:
        current = stack.pop()
        for port, wire in graph.incoming[current].items():
            if role(kind_of(graph, current), port) in ("numbers", "pointer") and wire.source not in found:
                found.add(wire.source)
                stack.append(wire.source)
    return found


def _mixes_steps(graph: Graph, report: Report, nodes: set[str]) -> bool:
    """Whether a layer among these lets steps see each other, as an encoder does; a causal one continues by itself."""
    for node_id in nodes:
        layer, kind = report.layer(node_id), kind_of(graph, node_id)
        if layer is None or decodes(kind):
            continue
        parameter, value = kind.causal_by
        causal = kind.attends and bool(parameter) and getattr(layer, parameter) == value
        if isinstance(layer, Use) or layer.windows() or kind.runs_over_time or (kind.attends and not causal):
            return True
    return False


NODE = (NodeRule(states_exchanged, lambda kind: kind.runs_over_time),)
EDGE = (EdgeRule(memory_of_itself, decodes),)
GRAPH = (GraphRule(memory_exchanged),)
