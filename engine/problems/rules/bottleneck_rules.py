"""Rules of what is lost on the way: probabilities between layers, one number for many answers, channels for classes."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from engine.graph import Graph
from engine.layers.endpoints import Output
from engine.live_nodes import STARTS
from engine.problems.looking import PASSES_THROUGH, called, keeps_layout, kind_of, only, origins
from engine.problems.problem import Problem
from engine.problems.rule import Found, MarkRule, NodeRule
from engine.problems.rules.depth_rules import side
from engine.shapes import Report

MANY: Final = 4
"""From so many numbers in a sample on one number is a bottleneck, and for more answers than `FEW`."""
FEW: Final = 2
"""One number tells yes from no, and on a line it may stand for two numbers that go together."""
NARROW: Final = 12
"""So few channels, and no more than classes, are left by a pooling that was too early. (64 channels for 100 classes are
published: ResNet-20 on CIFAR-100.)"""


def hidden_softmax(graph: Graph, report: Report, node_id: str) -> Found:
    """Probabilities where features are wanted: all of them add up to 1, so one can only grow where others shrink."""
    if not hidden(graph, report, node_id):
        return
    yield Problem(
        "warning",
        "hidden-softmax",
        f"{called(graph, graph.node(node_id))} is between two layers with weights: its numbers add up to 1, so "
        f"they are small and one grows only where others shrink, and hardly any gradient passes. Take an activation "
        "that looks at every number by itself, such as ReLU, or leave it out.",
        node_id,
    )


def hidden(graph: Graph, report: Report, node_id: str) -> bool:
    """Whether a softmax of many numbers is read by weighted sums alone, and is none of the data.

    Weights of attention and gates are multiplied with what they weigh.
    """
    layer, outputs = report.layer(node_id), report.outputs.get(node_id)
    if layer is None or layer.squashes != "softmax" or not outputs or not layer.together(*report.inputs[node_id]):
        return False
    made = [graph.nodes[edge.source].type for edge in origins(graph, report, node_id, only(*PASSES_THROUGH))]
    return not any(each in STARTS for each in made) and _summed(graph, node_id)


def _summed(graph: Graph, node_id: str) -> bool:
    """Whether all that reads a node, through layers that only hand on, makes weighted sums of it."""
    readers = [edge.target for edge in graph.outgoing[node_id]]
    return bool(readers) and all(
        (kind.linear_map and len(kind.inputs) == 1) or (kind.numbers in PASSES_THROUGH and _summed(graph, reader))
        for reader, kind in ((reader, kind_of(graph, reader)) for reader in readers)
    )


def bottleneck(graph: Graph, report: Report, single: Collection[str]) -> Found:
    """All that an answer of several classes or numbers is made of goes through a single number."""
    for output in graph.of_type("Output"):
        answers = _answers(graph, report, output.id)
        if answers <= FEW:
            continue
        for node_id in single:
            if _one_of_many(graph, report, node_id) and _all_through(graph, output.id, node_id):
                yield Problem(
                    "warning",
                    "bottleneck",
                    f"{called(graph, graph.nodes[node_id])} gives one number a sample, and all that "
                    f"{called(graph, output)} knows of it for {answers} answers goes through there: give it as many "
                    "numbers as the layers around it, or leave it out.",
                    node_id,
                    None,
                    kind_of(graph, node_id).width_parameter or None,
                )


def _answers(graph: Graph, report: Report, output: str) -> int:
    """How many numbers an Output that learns has of a sample; 0 where that is open."""
    layer, inputs = report.layer(output), report.inputs.get(output)
    if not isinstance(layer, Output) or layer.loss is None or not inputs:
        return 0
    return _numbers(inputs[0].shape[1:])


def _numbers(sizes: tuple[object, ...]) -> int:
    count = 1
    for size in sizes:
        if not isinstance(size, int):
            return 0
        count *= size
    return count


def _gives_one(graph: Graph, report: Report, node_id: str) -> bool:
    """Whether a layer with weights gives one number for each sample."""
    outputs = report.outputs.get(node_id)
    return outputs is not None and _numbers(next(iter(outputs.values())).shape[1:]) == 1


def _one_of_many(graph: Graph, report: Report, node_id: str) -> bool:
    """Whether it makes one number of many, of which a weighted sum makes several again.

    Thresholds on one number are meant: Cao et al. 2020, Rank consistent ordinal regression (CORAL),
    https://arxiv.org/abs/1901.07884
    """
    inputs = report.inputs.get(node_id, ())
    return bool(inputs) and _numbers(inputs[0].shape[1:]) >= MANY and _widened(graph, node_id)


def _widened(graph: Graph, node_id: str) -> bool:
    """Whether a layer with weights reads a node, through layers that bend it or only hand it on."""
    for edge in graph.outgoing[node_id]:
        kind = kind_of(graph, edge.target)
        if kind.linear_map:
            return True
        if (kind.numbers in PASSES_THROUGH or keeps_layout(kind)) and _widened(graph, edge.target):
            return True
    return False


def _all_through(graph: Graph, output: str, node_id: str) -> bool:
    """Whether no way from an Input to an Output leads past a node, and one leads through it."""
    todo, seen, through = [output], {output}, False
    while todo:
        for edge in graph.incoming[todo.pop()].values():
            if edge.source == node_id:
                through = True
            elif graph.nodes[edge.source].type in STARTS:
                return False
            elif edge.source not in seen:
                seen.add(edge.source)
                todo.append(edge.source)
    return through


def few_channels(graph: Graph, report: Report, pools: Collection[str]) -> Found:
    """A global pooling leaves no more numbers than there are classes, of a map that had many cells, to weigh them."""
    for node_id in pools:
        x = report.inputs[node_id][0]
        channels = x.shape[1]
        for output in graph.of_type("Output"):
            classes = _answers(graph, report, output.id) if _tells_classes(report, output.id) else 0
            few = isinstance(channels, int) and channels <= classes and _widened(graph, node_id)
            if few and _all_through(graph, output.id, node_id):
                yield Problem(
                    "warning",
                    "early-pooling",
                    f"{called(graph, graph.nodes[node_id])} makes one of all {side(x)} × {side(x)} cells of {x}: "
                    f"{channels} numbers are left of each sample, to tell {classes} classes apart. Let it leave more "
                    "cells, or put more channels before it.",
                    node_id,
                )


def _tells_classes(report: Report, output: str) -> bool:
    """Whether an Output tells classes apart: the code of an autoencoder may be narrow."""
    layer = report.layer(output)
    return isinstance(layer, Output) and layer.loss is not None and layer.criterion.target == "classes"


def _pools_to_few(graph: Graph, report: Report, node_id: str) -> bool:
    """Whether a node makes one cell of a map of several, with few channels."""
    layer, inputs, outputs = report.layer(node_id), report.inputs.get(node_id), report.outputs.get(node_id)
    if layer is None or not inputs or not outputs or inputs[0].rank != 4 or layer.numbers not in ("averaged", "pooled"):
        return False
    channels = inputs[0].shape[1]
    whole = next(iter(outputs.values())).shape[2:] == (1, 1)
    return whole and side(inputs[0]) >= MANY and isinstance(channels, int) and channels <= NARROW


NODE = (NodeRule(hidden_softmax, lambda kind: kind.squashes == "softmax"),)
MARK = (
    MarkRule(_gives_one, bottleneck, lambda kind: kind.linear_map and bool(kind.width_parameter)),
    MarkRule(_pools_to_few, few_channels, lambda kind: kind.sees in ("share", "window") and not kind.linear_map),
)
