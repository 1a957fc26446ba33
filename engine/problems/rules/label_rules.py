"""Rules of labels: one class of many, or several classes that hold at once, and the loss and activation for each."""

from __future__ import annotations

from engine.data.class_axis import class_axis
from engine.graph import Graph
from engine.layers.endpoints import Output
from engine.losses import compares
from engine.problems.looking import PASSES_THROUGH, called, only, origins
from engine.problems.problem import Problem
from engine.problems.rule import EdgeRule, Found, a
from engine.problems.rules.data_rules import target_of
from engine.problems.rules.learning_rules import probabilities
from engine.shapes import Report


def several_labels(graph: Graph, report: Report, node_id: str) -> Found:
    """Labels of which several hold at once for a loss in which the classes share one probability."""
    output, found = report.layer(node_id), target_of(graph, report, node_id)
    if not isinstance(output, Output) or found is None or not found[1].several:
        return
    loss = output.criterion
    if loss.activation == "softmax" or loss.wants == "log-probabilities":
        yield Problem(
            "warning",
            "several-labels",
            f"{called(graph, graph.node(node_id))} learns {found[0]!r}, where several of {found[1].shape[-1]} labels "
            f"may hold at once, by {loss.name}, in which all classes share one probability: two that hold can get a "
            "half at most. Take a loss that judges each label by itself.",
            node_id,
            None,
            "loss",
        )


def softmax_for_several(graph: Graph, report: Report, node_id: str) -> Found:
    """A softmax before a loss that judges each number by itself: where one rises, the others have to fall."""
    output = report.layer(node_id)
    if not isinstance(output, Output) or not compares(output.loss) or node_id not in report.inputs:
        return
    found, loss = target_of(graph, report, node_id), output.criterion
    several = found is not None and found[1].several and loss.wants == "numbers"
    exclusive = found is not None and class_axis(output, report.inputs[node_id][0], found[1]).axis is not None
    if exclusive or not (several or loss.wants == "probabilities"):
        return  # of exclusive classes `exclusive_classes` speaks
    for edge in origins(graph, report, node_id, only(*PASSES_THROUGH)):
        layer, inputs = report.layer(edge.source), report.inputs.get(edge.source)
        if layer is None or layer.squashes != "softmax" or not probabilities(layer) or not inputs:
            continue
        size = layer.together(*inputs)
        if size == 1 or (size == 2 and not several):
            continue
        yield Problem(
            "warning",
            "softmax-for-several",
            f"{called(graph, graph.nodes[edge.source])} lets {size} numbers add up to 1, but {loss.name} takes each "
            "for a yes or no by itself: with a softmax only one label can be likely. Take a Sigmoid for labels of "
            "which several may hold, or cross_entropy for exclusive classes.",
            edge.source,
        )


def exclusive_classes(graph: Graph, report: Report, node_id: str) -> Found:
    """Labels that name one class of many for a loss that asks of each class whether it holds."""
    output, found = report.layer(node_id), target_of(graph, report, node_id)
    if not isinstance(output, Output) or found is None or (found[1].classes or 0) < 3:
        return
    loss, answer = output.criterion, report.inputs[node_id][0]
    if not loss.decides or not loss.by_class or class_axis(output, answer, found[1]).axis is None:
        return
    before = [report.layer(edge.source) for edge in origins(graph, report, node_id, only(*PASSES_THROUGH))]
    shared = any(layer is not None and layer.squashes == "softmax" for layer in before)
    yield Problem(
        "warning" if shared else "hint",
        "exclusive-classes",
        f"{called(graph, graph.node(node_id))} learns {found[0]!r}, which names one of {found[1].classes} classes, by "
        f"{loss.name}, which asks of each class by itself whether it holds: an answer may name several, or none. "
        "cross_entropy weighs them against each other.",
        node_id,
        None,
        "loss",
    )


EDGE = tuple(
    EdgeRule(rule, a(Output), settings=True) for rule in (several_labels, softmax_for_several, exclusive_classes)
)
