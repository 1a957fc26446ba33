"""The layers that are called in one forward pass, one after the other, and the values that go between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.blocks.use import Inside, Use
from engine.graph import Graph
from engine.layers.layer import Layer
from engine.live_nodes import live_nodes
from engine.shapes import Report, wired_inputs
from engine.spec import Spec

Value = int
"""A tensor that a call makes, by its number."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a layer: ``reads`` has its inputs in port order (None: nothing is known, or wired), ``makes`` its
    outputs. ``path`` holds the ids of the uses of blocks around it, then its own.

    ``stepwise`` says that it stands in a block that is applied step by step along a sequence: it is called once here,
    and the values of its first step stand for all.
    """

    path: tuple[str, ...]
    layer: Layer
    inputs: tuple[Spec, ...]
    outputs: tuple[Spec, ...]
    reads: tuple[Value | None, ...]
    makes: tuple[Value, ...]
    stepwise: bool = False


@dataclass(slots=True)
class _Unfolding:
    calls: list[Call] = field(default_factory=list)
    values: int = 0

    def new(self) -> Value:
        self.values += 1
        return self.values - 1


def unfold(graph: Graph, report: Report, *, live: bool = True) -> list[Call]:
    """Every call in the order of a forward pass, as far as shapes are known; of ``live`` nodes only, or of all."""
    unfolding = _Unfolding()
    _walk(unfolding, graph, report, {}, (), live=live)
    return unfolding.calls


def _walk(
    unfolding: _Unfolding,
    graph: Graph,
    report: Report,
    given: Mapping[str, Value | None],
    path: tuple[str, ...],
    *,
    live: bool = True,
    stepwise: bool = False,
) -> list[Value | None]:
    """Go through the nodes of a level; returns what leaves it, in the order of its BlockOutputs."""
    values: dict[tuple[str, str], Value | None] = {(node_id, "output"): value for node_id, value in given.items()}
    leaving: dict[str, Value | None] = {}
    taking_part = live_nodes(graph, report) if live else set(graph.nodes)
    for node_id in graph.order():
        absent, kind = report.absent(node_id), graph.nodes[node_id].type
        layer = absent or report.layer(node_id)
        if node_id not in taking_part or layer is None or node_id not in report.outputs or kind == "BlockInput":
            continue
        wires = wired_inputs(graph, node_id, layer) or []
        taken = tuple(values.get((source, port)) for _, source, port in wires)
        if kind == "BlockOutput":
            leaving[node_id] = taken[0] if taken else None
            continue
        made: list[Value | None]
        if absent is not None:
            made = [taken[index] for index in absent.indices()]
        elif isinstance(layer, Use):
            made = _use(unfolding, layer, report.inputs[node_id], taken, (*path, node_id), stepwise)
        else:
            outputs = tuple(report.outputs[node_id].values())
            makes = tuple(unfolding.new() for _ in outputs)
            call = Call((*path, node_id), layer, report.inputs[node_id], outputs, taken, makes, stepwise)
            unfolding.calls.append(call)
            made = list(makes)
        values.update(zip(((node_id, port) for port in report.outputs[node_id]), made, strict=False))
    return [leaving.get(node.id) for node in graph.of_type("BlockOutput")]


def _use(
    unfolding: _Unfolding,
    use: Use,
    inputs: tuple[Spec, ...],
    taken: tuple[Value | None, ...],
    path: tuple[str, ...],
    stepwise: bool,
) -> list[Value | None]:
    """A block: its repeats one after the other; returns what leaves the last."""
    stream, made = list(taken), list[Value | None]()
    stepwise = stepwise or use.properties.apply != "once"
    for found in use.unfolded(*inputs):
        made = _repeat(unfolding, found, stream, path, stepwise)
        for source, target in use.handed_on:
            stream[target] = made[source]
    return made


def _repeat(
    unfolding: _Unfolding, found: Inside, stream: list[Value | None], path: tuple[str, ...], stepwise: bool
) -> list[Value | None]:
    starts = (node.id for node in found.graph.of_type("BlockInput"))
    given = dict(zip(starts, stream, strict=False))
    return _walk(unfolding, found.graph, found.report, given, path, stepwise=stepwise)
