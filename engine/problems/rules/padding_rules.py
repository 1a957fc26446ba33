"""Rules of padded sequences: steps that only fill up a text are read, counted or looked at as words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from engine.blocks.use import Use
from engine.data.datasets import Field
from engine.graph import Edge, Graph
from engine.layers.layer import Layer
from engine.layers.reduction import Mean, Sum
from engine.layers.windows import spread
from engine.problems.looking import PASSES_THROUGH, called, kind_of, maps_features, role
from engine.problems.problem import Problem
from engine.problems.rule import Found, GraphRule
from engine.problems.rules.data_rules import tokens_of
from engine.shapes import Report


def padding_read(graph: Graph, report: Report) -> Found:
    """Texts of a batch are filled up to one length: what does not know the lengths takes the filling for words."""
    for node in graph.of_type("Input"):
        field = tokens_of(graph, report, node.id)
        if field is None or field.padding is None or len(field.shape) != 1:
            continue
        told: set[tuple[str, ...]] = set()
        for seen in padded(graph, report, node.id):
            says = _misreads(seen, field)
            if says and seen.path not in told:
                told.add(seen.path)
                yield Problem(
                    "warning",
                    "padding-read",
                    f"{seen.text} {says[0]}, but texts are shorter than {field.shape[0]} and filled up with "
                    f"{field.padding}: {says[1]}.",
                    seen.path[0],
                    seen.edge.target_port if len(seen.path) == 1 else None,
                    inside=seen.path[1:],
                )


@dataclass(frozen=True, slots=True)
class Padded:
    """A wire that leads padded steps on, one number or vector for each along an ``axis``, and what reads it.

    ``path`` leads to the reader, outermost first, ``text`` is its name in a sentence.
    """

    graph: Graph
    report: Report
    edge: Edge
    axis: int
    path: tuple[str, ...]
    text: str


def padded(graph: Graph, report: Report, start: str, axis: int = 1) -> Iterator[Padded]:
    """The wires that lead the padded steps of an Input on, or of what enters a block."""
    spec = report.spec(start)
    steps = spec.shape[axis] if spec is not None and spec.rank > axis else None
    stack, seen = [(start, next(iter(report.outputs.get(start, {})), ""), axis)], {start}
    while stack:
        current, port, along = stack.pop()
        for edge in list(graph.outgoing[current]):
            target, layer = edge.target, report.layer(edge.target)
            if edge.source_port != port or target not in report.outputs or layer is None:
                continue
            name = called(graph, graph.nodes[target])
            yield Padded(graph, report, edge, along, (target,), name)
            if isinstance(layer, Use):
                for inside in list(layer.unfolded(*report.inputs[target]))[:1]:
                    for inner in padded(inside.graph, inside.report, edge.target_port, along):
                        yield replace(inner, path=(target, *inner.path), text=f"{name}, inside: {inner.text}")
            onward = _leads_on(graph, report, edge, along)
            first = next(iter(report.outputs[target]), "")
            y = report.spec(target, first)
            same = y is not None and y.dtype != "bool" and y.rank > onward and y.shape[onward] == steps
            if target not in seen and onward and same:
                seen.add(target)
                stack.append((target, first, onward))


def _leads_on(graph: Graph, report: Report, edge: Edge, axis: int) -> int:
    """The axis along which a layer's first output still has a step for each padded one; 0 where it has none."""
    layer, kind = report.layer(edge.target), kind_of(graph, edge.target)
    if layer is None or not kind.outputs or not kind.inputs or not getattr(layer, "batch_first", True):
        return 0
    dims = getattr(layer, "dims", None)
    if isinstance(dims, tuple) and kind.numbers == "same":
        return dims.index(axis) if axis in dims else 0
    if axis != 1:
        windowed = len(layer.windows()) == 1 and kind.channels_second
        return axis if windowed or kind.cell_by_cell() else 0
    placed = layer.orders_steps() and not layer.windows()
    entry = edge.target_port == kind.inputs[0].name
    by_step = kind.cell_by_cell() or maps_features(kind) or (entry and (placed or kind.attends))
    return axis if by_step or isinstance(layer, Use) else 0


def _misreads(seen: Padded, field: Field) -> tuple[str, str] | None:
    """What a layer does with padded steps, and what comes of it; None where it does no harm."""
    graph, report, edge = seen.graph, seen.report, seen.edge
    target, kind = edge.target, kind_of(graph, edge.target)
    layer, wires = report.layer(target), graph.incoming[target]
    spec = report.spec(edge.source, edge.source_port)
    if layer is None or spec is None:
        return None
    means = "the mean of a short text is mostly that of the filling"
    if seen.axis != 1:
        whole = kind.numbers == "averaged" and spec.rank == 3
        if whole and report.outputs[target]["output"].shape[2:] == (1,):
            return "takes the mean of all steps", f"{means}. Take the largest of each channel"
        return None
    if kind.runs_over_time and edge.target_port == kind.inputs[0].name:
        ends = any(out.source_port != kind.outputs[0].name for out in graph.outgoing[target])
        if ends and "lengths" not in wires and getattr(layer, "batch_first", True):
            return "reads to the last step", (
                "its state at the end has seen mostly padding. Wire the lengths of the texts to its input lengths"
            )
    elif kind.attends:
        return _attends(graph, layer, edge)
    elif isinstance(layer, Sum) and spec.rank == 3 and {axis % 3 for axis in spread(layer.dim, 1)} == {1}:
        if not _zero_at(seen, field):
            adds = "the vector of the filling is added for every missing word"
            return "takes the sum of all steps", f"{adds}. Set padding_idx to {field.padding}, or count the words alone"
    elif isinstance(layer, Mean) and spec.rank == 3 and {axis % 3 for axis in spread(layer.dim, 1)} == {1}:
        return "takes the mean of all steps", f"{means}. Count its tokens alone, as MaskedMean does"
    elif spec.rank == 3 and _last(layer):
        return "takes the last step", "for a short text that is filling. Take what is known after its last token"
    elif getattr(layer, "mode", "") in ("mean", "sum") and kind.vocabulary_parameter and spec.dtype == "int64":
        says = "combines the vectors of all tokens", f"the filling counts, too. Set padding_idx to {field.padding}"
        return says if getattr(layer, "padding_idx", None) is None else None
    return None


def _zero_at(seen: Padded, field: Field) -> bool:
    """Whether the filling is zero where it is added up: the row of a table that says so, or weights for each step."""
    edge = seen.edge
    while kind_of(seen.graph, edge.source).numbers in PASSES_THROUGH:
        wires = list(seen.graph.incoming[edge.source].values())
        if len(wires) != 1:
            return False
        edge = wires[0]
    if kind_of(seen.graph, edge.source).numbers == "multiplied":
        return True
    return getattr(seen.report.layer(edge.source), "padding_idx", None) == field.padding


def _attends(graph: Graph, layer: Layer, edge: Edge) -> tuple[str, str] | None:
    """The same for attention: what is looked at may be padded where a mask says so, or none looks ahead to it."""
    kind, wires = type(layer), graph.incoming[edge.target]
    port = mask_for(kind, edge.target_port, wires)
    masked = any(each.role == "mask" and each.name in wires for each in layer.input_ports())
    parameter, value = kind.causal_by
    own = role(kind, edge.target_port) == "numbers"
    ahead = not own or not parameter or getattr(layer, parameter) != value
    if not port or port in wires or masked or not ahead or not getattr(layer, "batch_first", True):
        return None
    return "looks at all steps", f"it attends to the filling as to words. Wire a mask of the padding to {port}"


def mask_for(kind: type[Layer], entry: str, wires: Mapping[str, Edge]) -> str:
    """The port for the mask of the padding in what comes in at a port; empty where that is only what asks."""
    names = [port.name for port in kind.inputs if port.name.endswith("key_padding_mask")]
    context = [port.name for port in kind.inputs if port.role == "context"]
    if not names or not kind.inputs:
        return ""
    if entry in context:
        return next((name for name in names if name.startswith(("memory", "key")) or name.startswith(entry)), "")
    decodes = any(not port.optional for port in kind.inputs if port.role == "context")
    looked_at = any(name in wires for name in context)
    return "" if decodes or looked_at or entry != kind.inputs[0].name else names[0]


def _last(layer: Layer) -> bool:
    """Whether it takes the last position along the axis of the steps."""
    last = getattr(layer, "index", None) == -1 or (getattr(layer, "start", None), getattr(layer, "stop", 0)) == (
        -1,
        None,
    )
    return last and getattr(layer, "dim", None) in (1, -2)


GRAPH = (GraphRule(padding_read),)
