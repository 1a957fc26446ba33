"""Rules of reshapes: axes that are cut elsewhere instead of exchanged, heads and patches that are torn apart."""

from __future__ import annotations

from collections.abc import Iterator

from engine.graph import Edge, Graph
from engine.layers.layer import Layer
from engine.problems.looking import called, feeding, keeps_layout, kind_of
from engine.problems.problem import Problem
from engine.problems.regrouping import Regrouping, regrouping
from engine.problems.rule import EdgeRule, Found
from engine.shapes import Report
from engine.spec import Spec, shape_text


def axes_by_reshape(graph: Graph, report: Report, node_id: str) -> Found:
    """A reshape to sizes that the axes have in another order, or in other groups: it cuts the row elsewhere."""
    found, outputs = torn(graph, report, node_id), report.outputs.get(node_id)
    if found is None or not outputs:
        return
    edge, meant = found
    x, y = report.spec(edge.source, edge.source_port), next(iter(outputs.values()))
    assert x is not None
    if meant.patch:
        says = f"patches of {meant.patch} × {meant.patch} cells are squares, and a reshape cuts or joins rows"
    elif meant.cut:
        says = f"the sizes are those of {shape_text((x.shape[0], *meant.cut))} with its axes in another order"
    elif sorted(map(str, x.shape)) == sorted(map(str, y.shape)):
        says = "the same sizes in another order"
    else:
        says = "the sizes are those of its axes in another order, some of them merged"
    yield Problem(
        "warning",
        "axes-by-reshape",
        f"{called(graph, graph.node(node_id))} makes {y} of {x}: {says}. Reshape does not exchange axes, it cuts the "
        "row of all numbers elsewhere, so what belongs together is torn apart. Permute exchanges axes.",
        node_id,
        None,
        next(name for name in ("shape", "unflattened_size") if name in kind_of(graph, node_id).model_fields),
    )


def torn(graph: Graph, report: Report, node_id: str) -> tuple[Edge, Regrouping] | None:
    """The wire with the layout that a reshape tears, and what would have kept it; None where it tears none."""
    outputs = report.outputs.get(node_id)
    if not outputs:
        return None
    sizes = next(iter(outputs.values())).shape[1:]
    for edge, spec in _layouts(graph, report, node_id):
        meant = regrouping(spec.shape[1:], sizes)
        if meant is not None:
            return edge, meant
        if spec.shape[1:] == sizes or sum(size != 1 for size in spec.shape[1:]) > 1:
            return None  # as it was before, or cut from these axes
    return None


def _layouts(graph: Graph, report: Report, node_id: str) -> Iterator[tuple[Edge, Spec]]:
    """The wires above a node on which the same positions stand in the same row, the nearest first."""
    wires = feeding(graph, report, node_id)
    while len(wires) == 1:
        spec = report.spec(wires[0].source, wires[0].source_port)
        if spec is None or spec.rank < 2:
            return
        yield wires[0], spec
        kind = kind_of(graph, wires[0].source)
        in_order = kind.numbers == "same" and "dims" not in kind.model_fields
        if not (in_order or keeps_layout(kind)):
            return
        wires = feeding(graph, report, wires[0].source)


def heads_behind_steps(graph: Graph, report: Report, node_id: str) -> Found:
    """Heads split off the features, but not exchanged with the steps: each step then looks at its own heads alone."""
    layer, inputs = report.layer(node_id), report.inputs.get(node_id)
    if layer is None or not inputs or inputs[0].rank != 4 or not compares_rows(layer):
        return
    split = next((node for port in graph.incoming[node_id] if (node := split_by(graph, report, node_id, port))), None)
    if split is None:
        return
    heads, width = inputs[0].shape[2:]
    yield Problem(
        "warning",
        "heads-behind-steps",
        f"{called(graph, graph.nodes[split])} splits the features into {heads} heads of {width}, (N, T, heads, d), and "
        f"{called(graph, graph.nodes[node_id])} compares along the last axis but one: so the heads of a step look at "
        "each other, and no step at another. Exchange steps and heads by a Permute first.",
        split,
    )


def compares_rows(layer: Layer) -> bool:
    """Whether it compares the rows of its inputs, along the last axis but one, as attention does."""
    heads = {"num_heads", "nhead"} & type(layer).model_fields.keys()
    return (layer.attends and not heads) or bool(getattr(layer, "transpose", False))


def split_by(graph: Graph, report: Report, node_id: str, port: str) -> str | None:
    """The reshape that split the last axis of a sequence in two, where nothing has moved the axes since."""
    spec = report.spec(graph.incoming[node_id][port].source, graph.incoming[node_id][port].source_port)
    edge: Edge | None = graph.incoming[node_id][port]
    while edge is not None and spec is not None:
        wires = feeding(graph, report, edge.source)
        before = report.spec(wires[0].source, wires[0].source_port) if len(wires) == 1 else None
        kind = kind_of(graph, edge.source)
        if before is None or not ((kind.numbers == "same" and "dims" not in kind.model_fields) or keeps_layout(kind)):
            return None
        if before.rank == 3 and before.shape[:2] == spec.shape[:2] and before.shape != spec.shape:
            return edge.source
        if before.shape != spec.shape:
            return None
        edge = wires[0]
    return None


EDGE = (
    EdgeRule(
        axes_by_reshape,
        lambda kind: kind.numbers == "same" and not {"shape", "unflattened_size"}.isdisjoint(kind.model_fields),
    ),
    EdgeRule(heads_behind_steps, lambda kind: kind.attends or "transpose" in kind.model_fields),
)
