"""Rules of measure: how much of an image a network sees at once, and how many weights learn from how few samples."""

from __future__ import annotations

from heapq import heappop, heappush
from math import inf, prod
from typing import Final

from engine.blocks.use import Use
from engine.data.datasets import DataError
from engine.data.fields import training_samples
from engine.dims import bind
from engine.graph import Graph, Node
from engine.layers.adaptive import AdaptivePooling
from engine.layers.convolution import Convolution, Filters
from engine.layers.layer import Layer
from engine.layers.pooling import Pooling
from engine.layers.windows import spread
from engine.problems.looking import PASSES_THROUGH, below, called
from engine.problems.problem import Problem
from engine.problems.rule import Found, GraphRule
from engine.resolve import owner_of
from engine.settings.resolution import SettingFault, resolve_settings
from engine.shapes import Report
from engine.spec import Spec

OBJECT: Final = 0.5
"""How much of the smaller side of an image an object is taken to fill."""
POOLS_ALL: Final = frozenset({"AdaptiveAvgPool2d", "AdaptiveMaxPool2d", "Mean", "Max", "Min", "Sum"})
"""Layers that may take one number of a whole picture."""
PER_SAMPLE: Final = 1_000
"""More weights than this for each training sample learn the samples by heart."""


def narrow_view(graph: Graph, report: Report) -> Found:
    """Every cell before a global pooling sees less than an object takes: no cell can recognise it as a whole.

    Receptive fields: Araujo, Norris and Sim 2019, Computing Receptive Fields of Convolutional Neural Networks,
    https://distill.pub/2019/computing-receptive-fields
    """
    for node in graph.nodes.values():
        if node.type not in POOLS_ALL or not _pools_all(report, node.id):
            continue
        source = next(iter(graph.incoming[node.id].values())).source
        if _gates(graph, node.id, source):
            continue
        seen = view(graph, report, source)
        image = image_side(graph, report, source) if seen < inf else None
        if image is None or seen >= OBJECT * image:
            continue
        yield Problem(
            "hint",
            "narrow-view",
            f"{called(graph, node)} boils down cells that see {seen:g} × {seen:g} pixels each, of "
            f"images of {image} pixels: what is larger than that, no cell sees as a whole. "
            "Add layers, or a stride or pooling further up.",
            node.id,
            "input",
        )


def _gates(graph: Graph, node_id: str, source: str) -> bool:
    """Whether a pooling only weighs the channels of what it pools, as squeeze and excitation do."""
    behind = below(graph, node_id)
    return any(edge.target in behind and graph.nodes[edge.target].type == "Multiply" for edge in graph.outgoing[source])


def view(graph: Graph, report: Report, node_id: str, cells: float = 1.0) -> float:
    """How many pixels of the Input (or cells of the BlockInput) so many cells behind a node depend on, along one axis.

    Going up, r ← (r − 1)·stride + reach. Infinite where it is at least `OBJECT` of the whole, or not known.
    """
    widest, best = 0.0, {node_id: cells}
    heap, count = [(-cells, 0, node_id)], 0
    while heap:  # the widest first, then the nearest: mostly a few layers are enough
        seen, _, current = heappop(heap)
        seen = -seen
        if seen < best[current]:
            continue
        node, spec = graph.nodes[current], next(iter(report.outputs.get(current, {}).values()), None)
        if spec is None or spec.rank != 4:
            return inf
        sizes = [size for size in spec.shape[2:] if isinstance(size, int)]
        if sizes and seen >= OBJECT * min(sizes) and min(sizes) > 1 and node.type != "Input":
            return inf
        if node.type in ("Input", "BlockInput"):
            widest = max(widest, seen)
            continue
        above_it = _before(report.layer(current), node.type, seen, report.inputs.get(current, ()), spec)
        if above_it == inf:
            return inf
        for edge in graph.incoming[current].values():
            if above_it > best.get(edge.source, 0.0):
                best[edge.source] = above_it
                count += 1
                heappush(heap, (-above_it, count, edge.source))
    return widest


def _before(layer: Layer | None, kind: str, seen: float, inputs: tuple[Spec, ...], output: Spec) -> float:
    """How many cells of its input so many cells of a layer's output depend on."""
    if layer is None or not inputs or inputs[0].rank != 4:
        return inf
    if isinstance(layer, Use):
        for inside in reversed(list(layer.unfolded(*inputs))):
            ends = inside.graph.of_type("BlockOutput")
            wires = list(inside.graph.incoming[ends[0].id].values()) if ends else []
            seen = view(inside.graph, inside.report, wires[0].source, seen) if wires else inf
            if seen == inf:
                return inf
        return seen
    sizes = zip(inputs[0].shape[2:], output.shape[2:], strict=True)
    shrinks = max((a / b for a, b in sizes if isinstance(a, int) and isinstance(b, int)), default=1.0)
    if isinstance(layer, AdaptivePooling):
        return seen * shrinks
    if isinstance(layer, (Convolution, Pooling)):
        window = layer.windows()[-1]
        return (seen - 1) * window.stride + window.reach
    if isinstance(layer, Filters) or layer.family == "Resampling":
        return seen * shrinks + 1
    if layer.family in ("Attention", "Reduction", "Linear", "Recurrent", "Shape") and kind not in ("Identity", "Slice"):
        return inf
    return seen


def _pools_all(report: Report, node_id: str) -> bool:
    """Whether it takes one number of each whole picture."""
    layer, inputs = report.layer(node_id), report.inputs.get(node_id)
    if layer is None or not inputs or inputs[0].rank != 4 or node_id not in report.outputs:
        return False
    if isinstance(layer, AdaptivePooling):
        return report.outputs[node_id]["output"].shape[2:] == (1, 1)
    return layer.family == "Reduction" and {axis % 4 for axis in spread(getattr(layer, "dim", None), 1)} == {2, 3}


def image_side(graph: Graph, report: Report, node_id: str) -> int | None:
    """The smaller side of the image that a node sees."""
    stack, seen = [node_id], {node_id}
    while stack:
        current = stack.pop()
        if graph.nodes[current].type == "Input":
            spec = report.spec(current)
            sizes = spec.shape[2:] if spec is not None else ()
            return min((size for size in sizes if isinstance(size, int)), default=None)
        for edge in graph.incoming[current].values():
            if edge.source not in seen:
                seen.add(edge.source)
                stack.append(edge.source)
    return None


def many_weights(graph: Graph, report: Report) -> Found:
    """Far more weights than samples: the network can learn every sample by heart.

    Zhang et al. 2016, Understanding deep learning requires rethinking generalization, https://arxiv.org/abs/1611.03530
    """
    resolved = resolve_settings(graph)
    if isinstance(resolved, SettingFault) or resolved[0].dataset is None:
        return
    try:
        samples, _ = training_samples(resolved[0])
    except DataError:
        return
    total = sum(_weights(graph, report, node_id) for node_id in report.outputs)
    if samples > 0 and total > PER_SAMPLE * samples:
        yield Problem(
            "hint",
            "many-weights",
            f"The network has {total:,} weights for {samples:,} training samples, {total // samples:,} for each: "
            "it can learn them by heart. Make layers narrower, freeze some, or take more data.",
        )


def _weights(graph: Graph, report: Report, node_id: str) -> int:
    node, layer = graph.nodes[node_id], report.layer(node_id)
    if layer is None or node.properties.get("frozen") is True or node.properties.get("weights_of"):
        return 0
    if node.type in PASSES_THROUGH or (layer.family in ("Activation", "Pooling") and node.type != "PReLU"):
        return 0
    shapes = layer.weights(*report.inputs[node_id]).values()
    return sum(prod(bind(size, {}) for size in shape) for shape in shapes)


def no_weights(graph: Graph, report: Report) -> Found:
    """Nothing that leads to a loss can be learned."""
    trained = [node.id for node in graph.of_type("Output") if getattr(report.layer(node.id), "loss", None)]
    ends = [node_id for node_id in trained if node_id in report.inputs]
    if not ends or ends != trained or report.errors:
        return
    before, stack = set(ends), list(ends)
    while stack:  # the nearest are looked at first: mostly the last layer has weights
        current = stack.pop()
        if _learns(graph, report, current):
            return
        for edge in graph.incoming[current].values():
            if edge.source not in before:
                before.add(edge.source)
                stack.append(edge.source)
    frozen = any(graph.nodes[node_id].properties.get("frozen") is True for node_id in before)
    yield Problem(
        "error",
        "no-weights",
        "No layer with weights leads to the loss, so there is nothing to learn: "
        + ("let one that is frozen learn again." if frozen else "add one, for example a Linear."),
        ends[0],
        "input",
    )


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


GRAPH = (GraphRule(narrow_view), GraphRule(many_weights), GraphRule(no_weights))
