"""Rules of measure: how much of an image a network sees at once, and how many weights learn from how few samples."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from math import inf, prod
from typing import Final

from engine import layers
from engine.blocks.use import Use
from engine.data.datasets import DataError
from engine.data.fields import training_samples
from engine.dims import bind
from engine.graph import Graph, Node
from engine.layers.layer import Layer
from engine.layers.windows import spread
from engine.live_nodes import STARTS
from engine.problems.looking import called, kind_of, role, works_an_example
from engine.problems.problem import Problem
from engine.problems.rule import Found, GraphRule, SumRule, ViewRule
from engine.problems.view import OBJECT, View
from engine.resolve import owner_of
from engine.settings.resolution import SettingFault, resolve_settings
from engine.shapes import Report

PER_SAMPLE: Final = 1_000
"""More weights than this for each training sample learn the samples by heart."""


def narrow_view(graph: Graph, report: Report, view: Callable[[str], View]) -> Found:
    """Every cell before a global pooling sees less than an object takes: no cell can recognise it as a whole."""
    for node in graph.of_type(*(kind for kind in graph.types if _may_pool_all(layers.kind(kind)))):
        if not _pools_all(report, node.id):
            continue
        source = next(iter(graph.incoming[node.id].values())).source
        if _gates(graph, node.id, source):
            continue
        seen = (before := view(source)).now(graph, report)
        image = before.image(graph, report) if seen < inf else None
        if image is None or seen >= OBJECT * image:
            continue
        yield Problem(
            "hint",
            "narrow-view",
            f"{called(graph, node)} makes one of all cells, which see {seen:g} × {seen:g} pixels each, of "
            f"images of {image} pixels: what is larger than that, no cell sees as a whole. "
            "Add layers, or a stride or pooling further up.",
            node.id,
            "input",
        )


def _gates(graph: Graph, node_id: str, source: str) -> bool:
    """Whether a pooling only weighs the channels of what it pools, as squeeze and excitation do."""
    gates = [edge.target for edge in graph.outgoing[source] if kind_of(graph, edge.target).numbers == "multiplied"]
    return any(graph.reaches(node_id, gate) for gate in gates)


@cache
def _may_pool_all(kind: type[Layer]) -> bool:
    """Whether it may take one number of a whole picture."""
    return kind.sees == "share" or kind.family == "Reduction"


def _pools_all(report: Report, node_id: str) -> bool:
    """Whether it takes one number of each whole picture."""
    layer, inputs = report.layer(node_id), report.inputs.get(node_id)
    if layer is None or not inputs or inputs[0].rank != 4 or node_id not in report.outputs:
        return False
    if layer.sees == "share":
        return report.outputs[node_id]["output"].shape[2:] == (1, 1)
    return layer.family == "Reduction" and {axis % 4 for axis in spread(getattr(layer, "dim", None), 1)} == {2, 3}


def many_weights(graph: Graph, report: Report, weights: Callable[[], int]) -> Found:
    """Far more weights than samples: the network can learn every sample by heart.

    Zhang et al. 2016, Understanding deep learning requires rethinking generalization, https://arxiv.org/abs/1611.03530
    """
    resolved = resolve_settings(graph)
    if isinstance(resolved, SettingFault) or not resolved[0].chosen:
        return
    try:
        samples, _ = training_samples(resolved[0])
    except DataError:
        return
    total = weights() if samples > 0 else 0
    if samples > 0 and total > PER_SAMPLE * samples:
        yield Problem(
            "hint",
            "many-weights",
            f"The network has {total:,} weights for {samples:,} training samples, {total // samples:,} for each: "
            "it can memorise them. Make layers narrower, freeze some, or take more data.",
        )


def _weights(graph: Graph, report: Report, node_id: str) -> int:
    """How many numbers of a node learn."""
    node, layer = graph.nodes[node_id], report.layer(node_id)
    if layer is None or node_id not in report.outputs:
        return 0
    if node.properties.get("frozen") is True or node.properties.get("weights_of"):
        return 0
    shapes = layer.weights(*report.inputs[node_id]).values()
    return sum(prod(bind(size, {}) for size in shape) for shape in shapes)


def no_weights(graph: Graph, report: Report) -> Found:
    """Nothing that leads to a loss can be learned."""
    if report.errors:
        return
    trained = [node.id for node in graph.of_type("Output") if getattr(report.layer(node.id), "loss", None)]
    ends = [node_id for node_id in trained if node_id in report.inputs]
    if not ends or ends != trained or works_an_example(graph):
        return
    before, learns, cuts = _before_loss(graph, report, ends, cut=True)
    if learns:
        return
    cuts = [node_id for node_id in cuts if graph.nodes[node_id].type not in STARTS]
    if cuts and _before_loss(graph, report, ends, cut=False)[1]:
        words = f"No gradient reaches a layer with weights, because {called(graph, graph.node(cuts[0]))} passes none on"
        yield Problem("error", "no-weights", f"{words}: add a layer with weights after it.", ends[0], "input")
        return
    frozen = any(graph.nodes[node_id].properties.get("frozen") is True for node_id in before)
    yield Problem(
        "error",
        "no-weights",
        "No layer with weights leads to the loss, so there is nothing to learn: "
        + ("let one that is frozen learn again." if frozen else "add one, for example a Linear."),
        ends[0],
        "input",
    )


def _before_loss(graph: Graph, report: Report, ends: list[str], cut: bool) -> tuple[set[str], bool, list[str]]:
    """The nodes before these, whether one of them learns (then not all), and where gradients end.

    With ``cut`` only those that a gradient reaches.
    """
    before, stack, cuts = set(ends), list(ends), list[str]()
    while stack:  # the nearest are looked at first: mostly the last layer has weights
        current = stack.pop()
        if _learns(graph, report, current):
            return before, True, cuts
        for edge in graph.incoming[current].values():
            spec = report.spec(edge.source, edge.source_port)
            kind = kind_of(graph, current)
            flat = not kind.passes_gradient or role(kind, edge.target_port) == "pointer"
            if cut and (flat or (spec is not None and spec.dtype != "float32")):
                cuts.append(current if flat else edge.source)
            elif edge.source not in before:
                before.add(edge.source)
                stack.append(edge.source)
    return before, False, cuts


def _learns(graph: Graph, report: Report, node_id: str) -> bool:
    layer, node = report.layer(node_id), graph.nodes[node_id]
    owner = owner_of(graph, node)
    frozen = any(each.properties.get("frozen") is True for each in (node, owner) if isinstance(each, Node))
    if layer is None or frozen or node_id not in report.outputs:
        return False
    if isinstance(layer, Use):
        seen = layer.unfolded(*report.inputs[node_id])
        return any(_learns(each.graph, each.report, inner) for each in seen for inner in each.report.outputs)
    return bool(layer.weights(*report.inputs[node_id]))


GRAPH = (GraphRule(no_weights),)
VIEW = (ViewRule(narrow_view, hint=True),)
SUM = (SumRule(_weights, many_weights, hint=True),)
