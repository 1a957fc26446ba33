"""Networks without errors, broken by one mistake: a wire cut, a number mistyped, a layer swapped or put in."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Final

from engine import layers
from engine.edits import AddNode, Compound, Connect, Disconnect, Edit, RemoveNode, SetParameter
from engine.graph import Edge, Graph, GraphError, Node
from engine.literals import literal
from engine.spec import BATCH, UNWIRED
from tests.engine.cases import Trial

KINDS: Final = tuple(cls.type_name() for cls in layers.all() if cls.inputs and cls.family != "Input and output")


def cut(rng: random.Random, graph: Graph) -> Edit | None:
    """One wire is gone."""
    wires = list(graph.edges)
    return Disconnect(rng.choice(wires)) if wires else None


def number(rng: random.Random, graph: Graph) -> Edit | None:
    """One number is another, as it is mistyped."""
    places = [
        (node.id, name, value)
        for node in graph.nodes.values()
        for name, value in node.parameters.items()
        if isinstance(value, (int, float)) and not isinstance(value, bool)
    ]
    if not places:
        return None
    node_id, name, value = rng.choice(places)
    wrong = rng.choice([0, -value, value * 10, value + 1, value - 1, value * 2, value // 2, 7, 50, 0.5, str(value)])
    return None if wrong == value else SetParameter(node_id, name, wrong)


def swapped(rng: random.Random, graph: Graph) -> Edit | None:
    """One layer is another of the catalogue, with what a new one has."""
    inner = [node for node in graph.nodes.values() if node.type in KINDS]
    if not inner:
        return None
    node, kind = rng.choice(inner), layers.get(rng.choice(KINDS))
    wires = [*graph.incoming[node.id].values(), *graph.outgoing[node.id]]
    new = Node(node.id, kind.type_name(), node.name, dict(kind.initial))
    ends = [
        Edge(
            edge.source,
            edge.source_port if edge.target == node.id else kind.outputs[0].name,
            edge.target,
            _entry(kind) if edge.target == node.id else edge.target_port,
        )
        for edge in wires
    ]
    led = {(edge.target, edge.target_port): edge for edge in reversed(ends)}.values()
    return Compound(
        (
            *map(Disconnect, wires),
            RemoveNode(node.id),
            AddNode(new, graph.positions[node.id], graph.index(node.id)),
            *map(Connect, led),
        ),
        "",
    )


def inserted(rng: random.Random, graph: Graph) -> Edit | None:
    """One layer more, in a wire."""
    wires = list(graph.edges)
    if not wires:
        return None
    wire, kind = rng.choice(wires), layers.get(rng.choice(KINDS))
    new = Node(graph.fresh_id(), kind.type_name(), graph.fresh_name(kind.stem()), dict(kind.initial))
    into = Edge(wire.source, wire.source_port, new.id, _entry(kind))
    on = Edge(new.id, kind.outputs[0].name, wire.target, wire.target_port)
    return Compound((Disconnect(wire), AddNode(new, (0.0, 0.0)), Connect(into), Connect(on)), "")


def _entry(kind: type[layers.Layer]) -> str:
    port = kind.inputs[0]
    return f"{port.name}0" if port.many else port.name


BREAKING: Final[tuple[Callable[[random.Random, Graph], Edit | None], ...]] = (cut, number, swapped, inserted)


def broken(rng: random.Random, graph: Graph) -> Graph | None:
    """A copy with one such edit; None where the graph refuses it."""
    copy = graph.copy()
    edit = rng.choice(BREAKING)(rng, copy)
    if edit is None:
        return None
    try:
        edit.apply(copy)
    except GraphError:
        return None
    return copy


def of_layer(trial: Trial) -> Graph | None:
    """A network of one drawn layer beside a sound answer; None where its inputs come from no Input."""
    graph = Graph("one layer")
    sound, fc = graph.add("Input", name="sound", shape=(4,)), graph.add("Linear", name="answer", out_features=2)
    graph.connect(sound, fc)
    graph.connect(fc, graph.add("Output", loss="mse_loss"))
    node = Node(graph.fresh_id(), trial.cls.type_name(), "drawn", literal(trial.parameters))
    AddNode(node, (0.0, 0.0)).apply(graph)
    ports = trial.cls.inputs
    for index, spec in enumerate(trial.inputs):
        if spec is UNWIRED:
            continue
        sizes = tuple(size if isinstance(size, int) else str(size) for size in spec.shape[1:])
        if spec.shape[:1] != (BATCH,) or any(isinstance(size, str) and not size.isalnum() for size in sizes):
            return None
        many = ports[-1].many and index >= len(ports) - 1
        port = f"{ports[-1].name}{index - len(ports) + 1}" if many else ports[index].name
        start = graph.add("Input", shape=sizes, dtype=spec.dtype)
        Connect(Edge(start, "output", node.id, port)).apply(graph)
    Connect(Edge(node.id, trial.cls.outputs[0].name, graph.add("Output", loss=None), "input")).apply(graph)
    return graph
