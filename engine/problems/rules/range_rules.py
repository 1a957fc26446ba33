"""Rules of ranges: an answer that cannot reach its target, and targets outside what a loss compares."""

from __future__ import annotations

import math

from engine.graph import Graph
from engine.layers.endpoints import Output
from engine.losses import suiting
from engine.problems.looking import PASSES_THROUGH, called, only, origins
from engine.problems.problem import Problem
from engine.problems.rule import EdgeRule, Found, a
from engine.problems.rules.data_rules import target_of
from engine.shapes import Report


def answer_range(graph: Graph, report: Report, node_id: str) -> Found:
    """A bounded answer for a target that goes beyond: what lies outside can never be answered.

    Only losses that compare numbers as they are: the others have an activation of their own.
    """
    output, found = report.layer(node_id), target_of(graph, report, node_id)
    if found is None or not isinstance(output, Output) or output.loss is None:
        return
    name, field = found
    if field.bounds is None or field.classes:
        return
    low, high = field.bounds
    if wrong := output.criterion.out_of_bounds(low, high, name):
        yield Problem(
            "error",
            "output-data",
            f"{called(graph, graph.node(node_id))} compares by {output.loss}, {wrong}: choose "
            f"{' or '.join(suiting('numbers'))}.",
            node_id,
            None,
            "loss",
        )
    if output.criterion.wants != "numbers":
        return
    for edge in origins(graph, report, node_id, only(*PASSES_THROUGH, "pooled", "averaged", "chosen")):
        layer = report.layer(edge.source)
        least, most = layer.value_range() if layer is not None else (-math.inf, math.inf)
        if layer is None or layer.family != "Activation" or (least <= low and high <= most):
            continue
        reach = f"from {least:g} to {most:g}" if most < math.inf else f"of {least:g} and more"
        yield Problem(
            "warning",
            "answer-range",
            f"{called(graph, graph.nodes[edge.source])} gives numbers {reach} only, but the target {name!r} goes from "
            f"{low:g} to {high:g}: what is beyond can never be answered. Let the last layer answer as it is.",
            edge.source,
        )


EDGE = (EdgeRule(answer_range, a(Output), settings=True),)
