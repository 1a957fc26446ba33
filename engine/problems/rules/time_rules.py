"""Rules of recurrent layers: the batch taken for time, the wrong last step, dropout where there is nothing to drop."""

from __future__ import annotations

from engine.graph import Graph
from engine.layers.layer import Layer
from engine.problems.looking import PASSES_THROUGH, called, keeps_layout, origins
from engine.problems.problem import Problem
from engine.problems.rule import EdgeRule, Found, NodeRule
from engine.shapes import Report
from engine.spec import BATCH


def batch_as_time(graph: Graph, report: Report, node_id: str) -> Found:
    """A layer told that steps come first gets samples first: then it goes through the batch, sample by sample."""
    layer, inputs = report.layer(node_id), report.inputs.get(node_id)
    if layer is None or not inputs or getattr(layer, "batch_first", True) or inputs[0].rank < 3:
        return
    if inputs[0].shape[0] == BATCH:
        yield Problem(
            "warning",
            "batch-as-time",
            f"{called(graph, graph.node(node_id))} has batch_first = False and takes the first axis of {inputs[0]} for "
            "the steps, but that is the batch N: the samples of a batch would see each other. Set batch_first to "
            "True.",
            node_id,
            None,
            "batch_first",
        )


def idle_dropout(graph: Graph, report: Report, node_id: str) -> Found:
    """Dropout of a recurrent layer works between stacked layers; with one there is nothing between."""
    layer = report.layer(node_id)
    share = getattr(layer, "dropout", 0.0)
    if layer is not None and layer.runs_over_time and share and getattr(layer, "num_layers", 2) == 1:
        yield Problem(
            "hint",
            "idle-dropout",
            f"{called(graph, graph.node(node_id))} has dropout = {share:g}, which drops numbers between stacked "
            "layers, and has one layer: nothing is dropped. Stack two, or put a Dropout after it.",
            node_id,
            None,
            "dropout",
        )


def last_of_both(graph: Graph, report: Report, node_id: str) -> Found:
    """One step, or one state, of a layer of which that one has not seen the whole sequence."""
    step, axis = _taken(report.layer(node_id))
    if step is None or node_id not in report.inputs:
        return
    for edge in origins(graph, report, node_id, _step_by_step):
        layer = report.layer(edge.source)
        if layer is None or not layer.runs_over_time or not getattr(layer, "batch_first", True):
            continue
        both, name = getattr(layer, "bidirectional", False), called(graph, graph.node(node_id))
        source, first = called(graph, graph.nodes[edge.source]), step == 0
        whole = edge.source_port == "output" and axis in (1, -2)
        if both and edge.source_port in graph.forked(edge.source):
            continue  # the other direction is taken beside it
        if whole and both:
            end = (
                "the pass from the start has seen the first step"
                if first
                else "the pass from the end has seen the last"
            )
            says = f"{'first' if first else 'last'} step of {source}, which reads in both directions: there {end} alone"
        elif both and edge.source_port.endswith("_n") and axis in (0, -3):
            says = f"state of one direction of {source}, which reads in both"
        elif whole and first:
            yield Problem(
                "warning",
                "first-step",
                f"{name} takes the first step of {source}, which has read nothing but that one there: what it knows of "
                "the whole sequence is at its end. Its output last has it.",
                node_id,
                "input",
            )
            continue
        else:
            continue
        yield Problem(
            "warning",
            "last-of-both",
            f"{name} takes the {says}. Its output last has the end of both passes.",
            node_id,
            "input",
        )


def _step_by_step(kind: type[Layer]) -> bool:
    """Whether a step after a layer is made of that step alone."""
    return kind.numbers in PASSES_THROUGH or (keeps_layout(kind) and not kind.vocabulary_parameter)


def _taken(layer: Layer | None) -> tuple[int | None, int]:
    """The one position that a layer takes along an axis, if it is the first or the last, and that axis."""
    index, axis = getattr(layer, "index", None), getattr(layer, "dim", None)
    if type(axis) is not int:
        return None, 0
    if index is None and hasattr(layer, "start"):
        ends = getattr(layer, "start", None), getattr(layer, "stop", None)
        index = -1 if ends == (-1, None) else 0 if ends == (0, 1) else None
    return (index if index in (0, -1) else None), axis


NODE = (
    NodeRule(batch_as_time, lambda kind: "batch_first" in kind.model_fields),
    NodeRule(idle_dropout, lambda kind: kind.runs_over_time),
)
EDGE = (
    EdgeRule(last_of_both, lambda kind: "dim" in kind.model_fields and bool({"index", "start"} & {*kind.model_fields})),
)
