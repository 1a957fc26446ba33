"""Rules of layers whose answer says nothing: probabilities or norms of one number, one squashing after another."""

from __future__ import annotations

from engine.graph import Graph
from engine.layers.layer import Layer
from engine.problems.looking import PASSES_THROUGH, called, kind_of, only, origins
from engine.problems.problem import Problem
from engine.problems.rule import EdgeRule, Found, NodeRule
from engine.shapes import Report


def constant_answer(graph: Graph, report: Report, node_id: str) -> Found:
    """Probabilities that add up to 1, or a norm, of one number alone: whatever comes in, the answer is the same."""
    layer, inputs = report.layer(node_id), report.inputs.get(node_id)
    if layer is None or not inputs or node_id not in report.outputs or layer.together(*inputs) != 1:
        return
    if layer.squashes:
        low, high = layer.value_range()
        says = f"which is always {high if low >= 0 else 0:g}: numbers along an axis of one add up to 1 by themselves"
        advice = "For yes or no take a sigmoid, for several classes one number a class."
    else:
        says = "which is the same for every sample: one number less its own mean is 0, and over its own size ±1"
        advice = "Normalize over an axis of more than one, or leave the norm out."
    yield Problem(
        "warning",
        "constant-answer",
        f"{called(graph, graph.node(node_id))} gets {inputs[0]} and works on one number at a time, {says}. {advice}",
        node_id,
    )


def redundant_activation(graph: Graph, report: Report, node_id: str) -> Found:
    """A layer that makes probabilities of what are probabilities already, or of numbers that are never below 0."""
    layer = report.layer(node_id)
    if layer is None or not layer.squashes or node_id not in report.inputs:
        return
    for edge in origins(graph, report, node_id, only(*PASSES_THROUGH)):
        before, source = report.layer(edge.source), graph.nodes[edge.source]
        if before is None or kind_of(graph, edge.source).family != "Activation":
            continue
        low, _ = before.value_range()
        if before.squashes and layer.squashes == "softmax":
            says = "which gives probabilities already: a softmax of numbers from 0 to 1 is nearly flat"
        elif before.squashes:
            says = "which squashes already: twice squeezed, all answers lie close together"
        elif layer.squashes == "sigmoid" and low >= 0:
            says = "which gives nothing below 0: a sigmoid of that is never below 0.5"
        else:
            continue
        yield Problem(
            "warning",
            "redundant-activation",
            f"{called(graph, graph.node(node_id))} follows {called(graph, source)}, {says}. Remove one of the two.",
            node_id,
            "input",
        )


NODE = (NodeRule(constant_answer, lambda kind: kind.together is not Layer.together),)
EDGE = (EdgeRule(redundant_activation, lambda kind: bool(kind.squashes)),)
