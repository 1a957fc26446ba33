"""Rules of the batch: samples must not see each other, and their axis is the first where it is taken for that."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cache
from typing import Final

from engine.dims import depends_on
from engine.graph import Edge, Graph
from engine.layers.layer import Layer
from engine.problems.looking import called, kind_of, role
from engine.problems.problem import Problem
from engine.problems.rule import Found, MarkRule, NodeRule
from engine.shapes import Report
from engine.spec import BATCH, Spec

OF_SHAPE: Final = frozenset(
    {"", "shape", "open-size", "axes", "axis", "mismatch", "sizes", "mask", "state", "division"}
)
"""The codes of errors that a batch at the wrong position may cause."""


def batch_mixed(graph: Graph, report: Report, node_id: str) -> Found:
    """Probabilities that add up to 1 over the samples of a batch: each answer depends on who else is in it."""
    layer, inputs = report.layer(node_id), report.inputs.get(node_id)
    if layer is None or not inputs or node_id not in report.outputs:
        return
    size = layer.together(*inputs)
    if size is not None and depends_on(size, BATCH.symbol):
        yield Problem(
            "warning",
            "batch-mixed",
            f"{called(graph, graph.node(node_id))} works along the axis of {size} samples of {inputs[0]}: that is the "
            "batch, so the answer for one sample depends on the others, and alone it always gets the same. Let it work "
            "along the axis of the classes, the features or the steps.",
            node_id,
            None,
            "dim" if "dim" in type(layer).model_fields else None,
        )


def batch_moved(graph: Graph, report: Report, moving: Collection[str]) -> Found:
    """The batch is moved from the front, or merged with another axis, and something after it counts on it there."""
    for node_id in moving:
        node, into = graph.nodes[node_id], moves_batch(graph, report, node_id)
        reader = next(misled(graph, report, node_id), None)
        if into is None or reader is None:
            continue
        x, y = report.spec(into.source, into.source_port), next(iter(report.outputs[node_id].values()))
        if BATCH in y.shape:
            done = f"with the batch N at axis {y.shape.index(BATCH)}"
        else:
            done = f"{y.shape[0]} rows for N samples"
        fields = kind_of(graph, node_id).model_fields
        yield Problem(
            "warning",
            "batch-moved",
            f"{called(graph, node)} makes {y} of {x}, {done}, but {called(graph, graph.nodes[reader.target])} "
            "counts on the samples along the first axis. Leave the batch in front.",
            node_id,
            None,
            next((name for name in ("dims", "start_dim", "dim") if name in fields), None),
        )


def _moves(graph: Graph, report: Report, node_id: str) -> bool:
    return moves_batch(graph, report, node_id) is not None


def moves_batch(graph: Graph, report: Report, node_id: str) -> Edge | None:
    """The wire by which the batch comes in as the first axis, where a node only arranges and it leaves as no such."""
    outputs = report.outputs.get(node_id)
    if not outputs or not may_move(kind_of(graph, node_id)) or report.absent(node_id) is not None:
        return None
    first = next(iter(outputs.values()))
    if first.shape[:1] == (BATCH,) or not any(depends_on(size, BATCH.symbol) for size in first.shape):
        return None
    wires = graph.incoming[node_id].values()
    return next((wire for wire in wires if _in_front(report.spec(wire.source, wire.source_port))), None)


def misled(graph: Graph, report: Report, node_id: str) -> Iterator[Edge]:
    """The wires after a node where the first axis is taken for the batch, and is not; until it is in front again."""
    seen, todo = {node_id}, [node_id]
    while todo:
        for edge in graph.outgoing[todo.pop(0)]:
            spec = report.spec(edge.source, edge.source_port)
            if spec is None or _in_front(spec):
                continue
            if _misled(graph, report, edge, spec):
                yield edge
            elif edge.target not in seen:
                seen.add(edge.target)
                todo.append(edge.target)


def _misled(graph: Graph, report: Report, edge: Edge, spec: Spec) -> bool:
    """Whether the reader at the end of a wire fails for it, or takes the samples for something else."""
    error, layer = report.errors.get(edge.target), report.layer(edge.target)
    if error is not None:
        return error.code in OF_SHAPE and (error.code == "mismatch" or error.port in (None, edge.target_port))
    kind = kind_of(graph, edge.target)
    if layer is None or role(kind, edge.target_port) != "numbers" or BATCH not in spec.shape:
        return False
    if getattr(layer, "batch_first", False) and spec.rank >= 3:
        return True
    return kind.channels_second and kind.numbers != "dropped"


def _in_front(spec: Spec | None) -> bool:
    return spec is not None and spec.shape[:1] == (BATCH,)


@cache
def may_move(kind: type[Layer]) -> bool:
    """Whether layers of a class may move the batch: they only arrange numbers, and no parameter says less."""
    return kind.numbers in ("same", "chosen") and "shape" not in kind.model_fields


NODE = (NodeRule(batch_mixed, lambda kind: kind.together is not Layer.together),)
MARK = (MarkRule(_moves, batch_moved, may_move, inside=True),)
