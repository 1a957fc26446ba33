"""The levels of a project: the network, and the inside of each block as the node it was opened from uses it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.blocks.use import Use
from engine.graph import Graph
from engine.layers.layer import ShapeError
from engine.shapes import Report, Shapes
from engine.spec import Spec


@dataclass(frozen=True)
class Level:
    """A graph to be shown, the nodes that lead to it, and with what it is used there."""

    graph: Graph = field(compare=False)
    block_path: tuple[str, ...] = ()
    arguments: Mapping[str, object] | None = None
    given: Mapping[str, Spec] | None = None
    repeat: tuple[int, int] = (0, 1)


def walk(whole: Shapes, block_path: tuple[str, ...]) -> Level:
    """The level that the nodes on ``block_path`` lead to; the last one that is still there if the path breaks off."""
    graph: Graph = whole.graph
    report: Report | None = whole.report
    level = Level(graph)
    for index, node_id in enumerate(block_path):
        node = graph.nodes.get(node_id)
        block = graph.blocks.of_type(node.type) if node is not None else None
        if block is None:
            return level
        layer = report.layer(node_id) if report is not None else None
        inputs = report.inputs.get(node_id) if report is not None else None
        graph, report = block.graph, None
        arguments: Mapping[str, object] | None = None
        given: Mapping[str, Spec] | None = None
        repeat = (0, 1)
        if isinstance(layer, Use):
            arguments, repeat = layer.arguments_of(), (0, layer.properties.repeat)
            try:
                found = next(layer.unfolded(*inputs)) if inputs is not None else None
            except ShapeError:  # said by the problems of the node
                found = None
            if found is not None:
                arguments, given, report = found.arguments, found.given, found.report
        if report is None:
            report = Shapes(graph, arguments, given, repeat).report
        level = Level(graph, block_path[: index + 1], arguments, given, repeat)
    return level


def first_use(project: Graph, block_id: str) -> tuple[str, ...] | None:
    """The path to the first node that uses a block, breadth first; None where nothing does."""
    queue: list[tuple[Graph, tuple[str, ...]]] = [(project, ())]
    seen: set[str] = set()
    for graph, block_path in queue:
        for node in graph.nodes.values():
            block = graph.blocks.of_type(node.type)
            if block is not None and block.id == block_id:
                return (*block_path, node.id)
            if block is not None and block.id not in seen:
                seen.add(block.id)
                queue.append((block.graph, (*block_path, node.id)))
    return None
