"""Rules of padded sequences: steps that only fill up a text are read, counted or looked at as words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.data.datasets import Field
from engine.graph import Edge, Graph
from engine.layers.layer import Layer
from engine.layers.reduction import Mean
from engine.layers.windows import spread
from engine.problems.looking import called, kind_of, maps_features, role
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
        told: set[str] = set()
        for edge in padded(graph, report, node.id):
            target = edge.target
            says = _misreads(graph, report, edge, field)
            if says and target not in told:
                told.add(target)
                yield Problem(
                    "warning",
                    "padding-read",
                    f"{called(graph, graph.nodes[target])} {says[0]}, but texts are shorter than {field.shape[0]} and "
                    f"filled up with {field.padding}: {says[1]}.",
                    target,
                    edge.target_port,
                )


def padded(graph: Graph, report: Report, start: str) -> Iterator[Edge]:
    """The wires that lead the padded steps of an Input on, one number or vector for each step."""
    spec = report.spec(start)
    steps = spec.shape[1] if spec is not None and spec.rank == 2 else None
    stack, seen = [(start, "output")], {start}
    while stack:
        current, port = stack.pop()
        for edge in list(graph.outgoing[current]):
            if edge.source_port != port or edge.target not in report.outputs:
                continue
            yield edge
            if edge.target not in seen and (onward := _leads_on(graph, report, edge, steps)):
                seen.add(edge.target)
                stack.append((edge.target, onward))


def _leads_on(graph: Graph, report: Report, edge: Edge, steps: object) -> str:
    """The output of a layer that still has a step for each padded one; empty where there is none."""
    layer, kind = report.layer(edge.target), kind_of(graph, edge.target)
    first = next(iter(kind.outputs), None)
    if layer is None or first is None or not kind.inputs:
        return ""
    entry = edge.target_port == kind.inputs[0].name
    placed = layer.orders_steps() and not layer.windows()
    by_step = kind.cell_by_cell() or maps_features(kind) or (entry and (placed or kind.attends))
    spec = report.spec(edge.target, first.name)
    counts = spec is not None and spec.dtype != "bool" and spec.rank >= 2 and spec.shape[1] == steps
    return first.name if by_step and counts and getattr(layer, "batch_first", True) else ""


def _misreads(graph: Graph, report: Report, edge: Edge, field: Field) -> tuple[str, str] | None:
    """What a layer does with padded steps, and what comes of it; None where it does no harm."""
    target, kind = edge.target, kind_of(graph, edge.target)
    layer, wires = report.layer(target), graph.incoming[target]
    spec = report.spec(edge.source, edge.source_port)
    if layer is None or spec is None:
        return None
    if kind.runs_over_time and edge.target_port == kind.inputs[0].name:
        ends = any(out.source_port != kind.outputs[0].name for out in graph.outgoing[target])
        if ends and "lengths" not in wires and getattr(layer, "batch_first", True):
            return "reads to the last step", (
                "its state at the end has seen mostly padding. Wire the lengths of the texts to its input lengths"
            )
    elif kind.attends:
        return _attends(graph, layer, edge)
    elif isinstance(layer, Mean) and spec.rank == 3 and {axis % 3 for axis in spread(layer.dim, 1)} == {1}:
        return "takes the mean of all steps", (
            "the mean of a short text is mostly that of the filling. Count its tokens alone, as MaskedMean does"
        )
    elif spec.rank == 3 and _last(layer):
        return "takes the last step", "for a short text that is filling. Take what is known after its last token"
    elif getattr(layer, "mode", "") in ("mean", "sum") and kind.vocabulary_parameter and spec.dtype == "int64":
        says = "combines the vectors of all tokens", f"the filling counts, too. Set padding_idx to {field.padding}"
        return says if getattr(layer, "padding_idx", None) is None else None
    return None


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
