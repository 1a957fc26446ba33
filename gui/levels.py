"""The levels of a project: the network, and the inside of each block as the node it was opened from uses it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from engine.blocks.use import Use
from engine.drawing import opened
from engine.graph import Graph
from engine.layers.layer import ShapeError
from engine.shapes import Report, Shapes
from engine.spec import Spec


class Shown(Protocol):
    """A graph that is shown somewhere, and what is known of its shapes there."""

    @property
    def graph(self) -> Graph: ...

    @property
    def report(self) -> Report: ...


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


def titles(project: Graph, level: Level) -> list[tuple[str, tuple[str, ...]]]:
    """What leads to a level: (name, block_path) of each around it, the network first, and of itself."""
    found: list[tuple[str, tuple[str, ...]]] = [(project.name, ())]
    graph, here = project, level.graph
    for index, node_id in enumerate(level.block_path):
        node = graph.node(node_id)
        found.append((node.name, level.block_path[: index + 1]))
        block = graph.blocks.of_type(node.type)
        assert block is not None
        graph = block.graph
    if graph is not here and here.inside is not None:
        found.append((here.blocks[here.inside].name, level.block_path))
    return found


def shapes_of(whole: Shapes, level: Level) -> Shapes:
    """What is known of the shapes of a level."""
    if level.graph is whole.graph:
        return whole
    return Shapes(level.graph, level.arguments, level.given, level.repeat)


def is_open(sheet: Level, block_path: tuple[str, ...]) -> bool:
    """Whether the level that a path leads to is on a sheet: its own, or that of a block open in place there."""
    depth = len(sheet.block_path)
    if block_path[:depth] != sheet.block_path:
        return False
    graph = sheet.graph
    if graph.inside is not None and not sheet.block_path:  # the definition of a block that nothing uses
        return False
    for node_id in block_path[depth:]:
        node = graph.nodes.get(node_id)
        block = graph.blocks.of_type(node.type) if node is not None else None
        if block is None or node_id not in opened(graph):
            return False
        graph = block.graph
    return True


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


def open_use(sheet: Level, block_id: str) -> tuple[str, ...] | None:
    """The path to a use of a block that is open in place on a sheet; None where there is none."""
    queue = [(sheet.graph, sheet.block_path)]
    if sheet.graph.inside is not None and not sheet.block_path:
        return None
    for graph, block_path in queue:
        for node_id in opened(graph):
            block = graph.blocks.of_type(graph.nodes[node_id].type)
            if block is not None:
                if block.id == block_id:
                    return (*block_path, node_id)
                queue.append((block.graph, (*block_path, node_id)))
    return None
