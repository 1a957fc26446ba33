"""Rules of layers whose answer says nothing: probabilities or norms of one number, one squashing after another."""

from __future__ import annotations

from engine.graph import Graph
from engine.layers.layer import Layer
from engine.problems.looking import PASSES_THROUGH, called, feeding, kind_of, only, origins, role
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
    """An activation of what another one has made already: it changes nothing, or squeezes twice.

    A softmax of scores that a LeakyReLU has bent is no fault, nor Tanh of Softplus: graph attention and Mish do that.
    """
    layer, inputs, outputs = report.layer(node_id), report.inputs.get(node_id), report.outputs.get(node_id)
    if layer is None or not inputs or not outputs or inputs[0].shape != outputs["output"].shape:
        return
    near = only(*PASSES_THROUGH)
    for through in (near, only(*PASSES_THROUGH, "pooled", "averaged", "chosen")):
        for edge in origins(graph, report, node_id, through):
            before, source = report.layer(edge.source), graph.nodes[edge.source]
            if before is None or before.family != "Activation":
                continue
            says = changes_nothing(layer, before) or (squeezed_twice(layer, before) if through is near else "")
            twice = not says and through is near and _bent_twice(graph, report, node_id, before)
            if twice:
                says = "which has bent the numbers already: a weighted sum belongs between two activations"
            if says:
                yield Problem(
                    "hint" if twice else "warning",
                    "redundant-activation",
                    f"{called(graph, graph.node(node_id))} follows {called(graph, source)}, {says}. Remove one of the "
                    "two.",
                    node_id,
                    "input",
                )
                return
    if layer.keeps_positive and _never_negative(graph, report, node_id, layer.value_range()[1]):
        yield Problem(
            "warning",
            "redundant-activation",
            f"{called(graph, graph.node(node_id))} gets numbers that are never below 0 on any of the branches that are "
            "joined before it: it hands them on as they are. Remove it.",
            node_id,
            "input",
        )


def _never_negative(graph: Graph, report: Report, node_id: str, most: float) -> bool:
    """Whether all that feeds a node, where branches are joined side by side, too, lies between 0 and ``most``."""
    todo, seen = [edge.source for edge in feeding(graph, report, node_id)], set[str]()
    while todo:
        current = todo.pop()
        layer, kind = report.layer(current), kind_of(graph, current)
        if layer is None or report.absent(current) is not None:
            return False
        low, high = layer.value_range()
        if low >= 0 and high <= most:
            continue
        wires = feeding(graph, report, current)
        if not wires or kind.numbers not in (*PASSES_THROUGH[:2], "chosen", "pooled", "averaged"):
            return False
        seen.add(current)
        todo += [each.source for each in wires if each.source not in seen and role(kind, each.target_port) != "pointer"]
    return True


def changes_nothing(layer: Layer, before: Layer) -> str:
    """Why an activation hands on all that another one gives, a clause; empty where it does not."""
    (low, high), most = before.value_range(), layer.value_range()[1]
    if layer.keeps_positive and low >= 0 and high <= most:
        return "which gives nothing below 0: those numbers it hands on as they are"
    return ""


def squeezed_twice(layer: Layer, before: Layer) -> str:
    """What an activation makes of the numbers of another one that it should not get, a clause; empty where it may."""
    low, high = before.value_range()
    if before.squashes and layer.squashes == "softmax":
        if high <= 0:
            return "which has taken the logarithm of a softmax already: a second softmax adds nothing to it"
        return "which gives probabilities already: a softmax of numbers from 0 to 1 is nearly flat"
    if before.squashes and (layer.squashes or layer.saturates):
        return "which squashes already: twice squeezed, all answers lie close together"
    if layer.squashes == "sigmoid" and low >= 0:
        return "which gives nothing below 0: a sigmoid of that is never below 0.5"
    if layer.squashes and before.saturates:
        return f"which gives numbers from {low:g} to {high:g} only: of those the answer is never sure"
    if layer.squashes == "softmax" and before.zeroes:
        return "which cuts off what is below 0: all classes whose score it cut become equally likely"
    if type(layer) is type(before):
        return "which has bent the same numbers in the same way: a weighted sum belongs between two activations"
    return ""


def _bent_twice(graph: Graph, report: Report, node_id: str, before: Layer) -> bool:
    """Whether an activation bends what another one has bent, and not as a part of a third one, as in Mish."""
    layer = report.layer(node_id)
    if layer is None or layer.squashes or not (layer.keeps_positions and before.keeps_positions):
        return False
    return not any(kind_of(graph, edge.target).numbers == "multiplied" for edge in graph.outgoing[node_id])


NODE = (NodeRule(constant_answer, lambda kind: kind.together is not Layer.together),)
EDGE = (EdgeRule(redundant_activation, lambda kind: kind.family == "Activation"),)
