"""Rules of measure: how much of an image a network sees at once, and how many weights learn from how few samples."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import Any, Final

from engine.blocks.use import Use
from engine.data.datasets import DataError, get
from engine.dims import bind
from engine.graph import Graph
from engine.layers.adaptive import AdaptivePooling
from engine.layers.convolution import Convolution, Filters
from engine.layers.layer import Layer
from engine.layers.pooling import Pooling
from engine.problems.looking import HANDS_ON, above, called
from engine.problems.problem import Problem
from engine.problems.rule import Found, GraphRule
from engine.settings import SettingFault, resolve_settings
from engine.shapes import Report
from engine.spec import Spec

OBJECT: Final = 0.5
"""How much of the smaller side of an image an object is taken to fill."""
PER_SAMPLE: Final = 1_000
"""More weights than this for each training sample learn the samples by heart."""

Field = tuple[float, float]
"""(receptive field, distance between neighbouring cells), in pixels of the Input."""


def narrow_view(graph: Graph, report: Report) -> Found:
    """Every cell before a global pooling sees less than an object takes: no cell can recognise it as a whole.

    Receptive fields: Araujo, Norris and Sim 2019, Computing Receptive Fields of Convolutional Neural Networks,
    https://distill.pub/2019/computing-receptive-fields
    """
    pools = [node for node in graph.nodes.values() if _pools_all(report, node.id)]
    if not pools:
        return
    known = fields(graph, report, {})
    for node in pools:
        source = next(iter(graph.incoming[node.id].values())).source
        seen, image = known.get(source), image_side(graph, report, source)
        if seen is None or image is None or seen[0] >= OBJECT * image:
            continue
        yield Problem(
            "hint",
            "narrow-view",
            f"{called(graph, node)} takes the mean over cells that see {seen[0]:g} × {seen[0]:g} pixels each, of "
            f"images of {image} pixels: what is larger than that, no cell sees as a whole. "
            "Add layers, or a stride or pooling further up.",
            node.id,
            "input",
        )


def fields(graph: Graph, report: Report, given: Mapping[str, Field | None]) -> dict[str, Field | None]:
    """The receptive field behind every node: r += (reach − 1)·j, j *= stride; None where it is the whole or unknown."""
    known: dict[str, Field | None] = {}
    for node_id in graph.order():
        layer, node = report.layer(node_id), graph.nodes[node_id]
        inputs = [known.get(edge.source) for edge in graph.incoming[node_id].values()]
        x = report.inputs.get(node_id)
        if node.type == "BlockInput":
            known[node_id] = given.get(node_id)
        elif node.type == "Input":
            spec = report.spec(node_id)
            known[node_id] = (1.0, 1.0) if spec is not None and spec.rank == 4 else None
        elif layer is None or x is None or not inputs or any(field is None for field in inputs):
            known[node_id] = None
        else:
            widest = max(field for field in inputs if field is not None)
            known[node_id] = _behind(layer, node.type, widest, x, report.outputs.get(node_id, {}).get("output"))
    return known


def _behind(layer: Layer, kind: str, before: Field, inputs: tuple[Spec, ...], output: Spec | None) -> Field | None:
    field, step = before
    x = inputs[0]
    if output is None or output.rank != 4 or x.rank != 4:
        return None
    if isinstance(layer, Use):
        found: Field | None = before
        for inside in layer.unfolded(*inputs):
            starts = {node.id: found for node in inside.graph.of_type("BlockInput")}
            ends = inside.graph.of_type("BlockOutput")
            known = fields(inside.graph, inside.report, starts)
            found = known.get(ends[0].id) if ends else None
            if found is None:
                return None
        return found
    sizes = [(a, b) for a, b in zip(x.shape[2:], output.shape[2:], strict=True)]
    shrinks = max((a / b for a, b in sizes if isinstance(a, int) and isinstance(b, int)), default=1.0)
    if isinstance(layer, AdaptivePooling):
        return field + (shrinks - 1) * step, step * shrinks
    if isinstance(layer, (Convolution, Pooling)):
        window = layer.windows()[-1]
        return field + (window.reach - 1) * step, step * window.stride
    if isinstance(layer, Filters) or layer.family == "Resampling":
        return field + step, step * shrinks
    if layer.family in ("Attention", "Reduction", "Linear", "Recurrent", "Shape") and kind not in ("Identity", "Slice"):
        return None
    return before


def _pools_all(report: Report, node_id: str) -> bool:
    """Whether it takes one number of each whole picture."""
    layer, inputs = report.layer(node_id), report.inputs.get(node_id)
    if layer is None or not inputs or inputs[0].rank != 4 or node_id not in report.outputs:
        return False
    if isinstance(layer, AdaptivePooling):
        return report.outputs[node_id]["output"].shape[2:] == (1, 1)
    places: Any = getattr(layer, "dim", None)
    return layer.family == "Reduction" and {place % 4 for place in _each(places)} == {2, 3}


def _each(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)


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
        samples, _, _ = resolved[0].split.counts(get(resolved[0].dataset).samples)
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
    if node.type in HANDS_ON or (layer.family in ("Activation", "Pooling") and node.type != "PReLU"):
        return 0
    shapes = layer.weights(*report.inputs[node_id]).values()
    return sum(prod(bind(size, {}) for size in shape) for shape in shapes)


def no_weights(graph: Graph, report: Report) -> Found:
    """Nothing that leads to a loss can be learned."""
    trained = [node.id for node in graph.of_type("Output") if getattr(report.layer(node.id), "loss", None)]
    ends = [node_id for node_id in trained if node_id in report.inputs]
    if not ends or ends != trained or report.errors:
        return
    before = set().union(*(above(graph, node_id) for node_id in ends))
    if any(_learns(graph, report, node_id) for node_id in before):
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


def _learns(graph: Graph, report: Report, node_id: str) -> bool:
    layer, node = report.layer(node_id), graph.nodes[node_id]
    frozen = node.properties.get("frozen") is True
    if layer is None or frozen or node_id not in report.outputs:
        return False
    if isinstance(layer, Use):
        seen = layer.unfolded(*report.inputs[node_id])
        return any(_learns(each.graph, each.report, inner) for each in seen for inner in each.report.outputs)
    return bool(layer.weights(*report.inputs[node_id]))


GRAPH = (GraphRule(narrow_view), GraphRule(many_weights), GraphRule(no_weights))
