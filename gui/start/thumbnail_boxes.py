"""The boxes of the small picture of a network, from its graph and its shapes: computed beside the window."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from engine.absent import Absent
from engine.blocks.use import Inside, Use
from engine.cost import leaves
from engine.graph import Graph, GraphError
from engine.layers.layer import ShapeError
from engine.resolve import layer_class
from engine.shapes import Report
from engine.spec import Spec
from gui.start.thumbnail import ThumbnailBox

LEADING = ("Attention", "Recurrent", "Convolution", "Linear")
"""Of these families the first that a block has inside gives it its colour."""


def blocks(graph: Graph, report: Report) -> list[ThumbnailBox]:
    """The blocks of a network, column by column along its longest paths; each repeat is one."""
    parts: dict[str, list[ThumbnailBox]] = {}
    ends: dict[str, int] = {}
    members: dict[int, list[str]] = {}
    for node_id in graph.order():
        start = max((ends[edge.source] for edge in graph.incoming[node_id].values()), default=0)
        parts[node_id] = [replace(box, column=start + at) for at, box in enumerate(_boxes(graph, report, node_id))]
        ends[node_id] = start + len(parts[node_id])
        for box in parts[node_id]:
            members.setdefault(box.column, []).append(node_id)
    return [
        replace(box, row=members[box.column].index(node_id), rows=len(members[box.column]))
        for node_id, boxes in parts.items()
        for box in boxes
    ]


def _boxes(graph: Graph, report: Report, node_id: str) -> list[ThumbnailBox]:
    """A layer as one box, a block as one for each repeat; where it stands is not known yet."""
    layer = report.layer(node_id)
    if isinstance(layer, Use) and layer.properties.apply == "once" and node_id in report.inputs:
        try:
            return [_repeat(found, outputs) for found, _, outputs in layer.passes(*report.inputs[node_id])]
        except ShapeError:  # a problem of the node says it
            pass
    spec = next(iter(report.outputs.get(node_id, {}).values()), None)
    if spec is None and graph.incoming[node_id]:
        edge = next(iter(graph.incoming[node_id].values()))
        spec = report.spec(edge.source, edge.source_port)
    try:
        family = layer_class(graph.node(node_id).type, graph.blocks).family
    except GraphError:
        family = "other"
    tall, thick = _size(spec)
    return [ThumbnailBox(0, 0, 1, thick, tall, f"family.{family}")]


def _repeat(found: Inside, outputs: Sequence[Spec]) -> ThumbnailBox:
    tall, thick = _size(outputs[0] if outputs else None)
    families = {type(leaf.layer).family for leaf in leaves(found.graph, found.report)}
    family = next((name for name in LEADING if name in families), "Block")
    return ThumbnailBox(0, 0, 1, thick, tall, f"family.{family}", _leads_around(found))


def _leads_around(found: Inside) -> bool:
    """Whether something inside is added to what came by another way, or joined with what went in."""
    graph = found.graph
    for node in graph.nodes.values():
        wires = graph.incoming[node.id].values()
        if len(wires) > 1 and not isinstance(found.report.layer(node.id), Absent):
            given = any(graph.nodes[wire.source].type == "BlockInput" for wire in wires)
            if node.type == "Add" or (node.type == "Concat" and given):
                return True
    return False


def _size(spec: Spec | None) -> tuple[float, float]:
    """Height and thickness in 0…1: an image by its rows and channels, a row of numbers by their count."""
    if spec is None:
        return 0.4, 0.3
    sizes = [dim for dim in spec.shape[1:] if isinstance(dim, int)] or [1]
    if len(sizes) >= 3:
        return min(1.0, 0.25 + math.log2(sizes[1] + 1) / 8), min(1.0, 0.1 + math.log2(sizes[0] + 1) / 9)
    return min(1.0, 0.15 + math.log2(sizes[-1] + 1) / 12), 0.12
