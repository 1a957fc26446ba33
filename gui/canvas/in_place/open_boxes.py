"""How large the boxes of blocks are that are open in place: a head as tall as a usual node, and below it the inside."""

from __future__ import annotations

import math
from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from engine.drawing import opened
from engine.graph import Graph, Position
from engine.memory import finished
from engine.shapes import Report, Shapes
from gui.canvas.geometry import GRID, HEIGHT, WIDTH, Box
from gui.canvas.layout.flow import Flow
from gui.canvas.layout.layout_routes import routes
from gui.canvas.node_item import natural_size
from gui.levels import Level, walk

RIM: Final = 32.0
"""The room between the inside and the edges of the box."""
Path = tuple[str, ...]
Sizes = Mapping[str, Box]
Positions = Mapping[str, Position]


@dataclass(frozen=True, slots=True)
class OpenBox:
    """The size of an enlarged box, and where the origin of its inside is in it."""

    size: Box
    origin: Position


def open_blocks(graph: Graph) -> list[str]:
    """The nodes of a graph whose blocks are to be drawn in place."""
    return [node_id for node_id in opened(graph) if graph.blocks.of_type(graph.nodes[node_id].type) is not None]


def box_around(positions: Positions, sizes: Sizes, ways: Iterable[Position], natural: Box, flow: Flow) -> OpenBox:
    """The box around what stands there and the points that wires run through; as large as its ports need at least.

    Its centre across the flow is in line with that of usual nodes, as that of any node is.
    """
    lefts, tops = [x for x, _ in positions.values()], [y for _, y in positions.values()]
    rights = [x + sizes[name][0] for name, (x, _) in positions.items()]
    bottoms = [y + sizes[name][1] for name, (_, y) in positions.items()]
    for x, y in ways:
        lefts, tops, rights, bottoms = [*lefts, x], [*tops, y], [*rights, x], [*bottoms, y]
    left, top = min(lefts, default=0.0), min(tops, default=0.0)
    wide, high = max(rights, default=WIDTH) - left, max(bottoms, default=HEIGHT) - top
    least = flow.turn((max(natural[0], wide + 2 * RIM), max(natural[1], high + 2 * RIM + HEIGHT)))
    usual = flow.turn((WIDTH, HEIGHT))
    steps = math.ceil((least[0] - usual[0]) / (2 * GRID)), math.ceil((least[1] - usual[1]) / GRID)
    size = flow.turn((usual[0] + 2 * GRID * max(0, steps[0]), usual[1] + GRID * max(0, steps[1])))
    return OpenBox(size, ((size[0] - wide) / 2 - left, HEIGHT + (size[1] - HEIGHT - high) / 2 - top))


@dataclass(slots=True)
class OpenBoxes:
    """Measures the boxes of one project in a direction; ``placed`` has positions of blocks that are not theirs yet."""

    whole: Shapes
    flow: Flow
    placed: Mapping[str, Positions] = field(default_factory=dict)

    def sizes(self, graph: Graph, report: Report, path: Path | None) -> dict[str, Box]:
        """The size of every node of a level, those of open blocks included; None: the level is not used anywhere."""
        return finished(self.measuring(graph, report, path))

    def measuring(self, graph: Graph, report: Report, path: Path | None) -> Generator[None, None, dict[str, Box]]:
        """The same node by node."""
        found: dict[str, Box] = {}
        for node_id in graph.nodes:
            found[node_id] = natural_size(graph, report, node_id, self.flow)
            yield
        for node_id in open_blocks(graph):
            found[node_id] = self.open_box(graph, node_id, path, found[node_id]).size
        return found

    def open_box(self, graph: Graph, node_id: str, path: Path | None, natural: Box) -> OpenBox:
        """The box of a node whose block is open."""
        block = graph.blocks.of_type(graph.nodes[node_id].type)
        assert block is not None
        inside = None if path is None else (*path, node_id)
        level = Level(block.graph) if inside is None else walk(self.whole, inside)
        report = Shapes(level.graph, level.arguments, level.given, level.repeat).report
        sizes = self.sizes(block.graph, report, inside)
        positions = self.placed.get(block.id, block.graph.positions)
        ways = routes(block.graph, positions, sizes, flow=self.flow).values()
        return box_around(positions, sizes, (point for points in ways for point in points), natural, self.flow)
