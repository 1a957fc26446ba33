"""Arranging a whole project: the network and the inside of every block, in a direction that is given or fits best."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field

from engine import drawing
from engine.blocks.block_edits import Within
from engine.drawing import SetDrawing
from engine.edits import Compound, Edit, Move
from engine.frames import around
from engine.graph import Graph, Position
from engine.memory import finished
from engine.shapes import Report, Shapes
from gui.canvas.in_place.open_boxes import OpenBoxes, open_blocks
from gui.canvas.layout import layout
from gui.canvas.layout.flow import FLOWS, Flow, flow_of
from gui.canvas.layout.layout import PAGE, Page
from gui.levels import Level, first_use, walk

Positions = Mapping[str, Position]


@dataclass(slots=True)
class Arranger:
    """Arranges the graphs of one project; keeps what is known of their shapes, which says how many ports there are."""

    project: Graph
    whole: Shapes
    page: Page = PAGE
    _reports: dict[str, Report] = field(default_factory=dict)
    _placed: dict[Flow, dict[str, Positions]] = field(default_factory=dict)
    """Where the nodes inside blocks go in another direction than the present one."""

    def positions(self, graph: Graph, flow: Flow) -> tuple[dict[str, Position], float]:
        """Where the nodes of a graph of the project go, and at which scale that fits the page."""
        return finished(self._placing(graph, flow))

    def best(self) -> tuple[Flow, dict[str, Position]]:
        """The direction in which the network can be seen larger, the present one where both do; and the positions."""
        return finished(self._choosing())

    def edit(self, direction: drawing.Direction | None) -> Compound | None:
        """The edit of the project that arranges everything in a direction, by None in the best one from now on.

        None where all is so already.
        """
        return finished(self.arranging(direction))

    def _placing(self, graph: Graph, flow: Flow) -> Generator[None, None, tuple[dict[str, Position], float]]:
        block_id, now = graph.inside or "", flow_of(self.project)
        if flow is not now:  # what is open in place is arranged first, for its size
            for inner in open_blocks(graph):
                block = graph.blocks.of_type(graph.nodes[inner].type)
                if block is not None and block.id not in self._placed.get(flow, {}):
                    yield from self._placing(block.graph, flow)
        sizes = yield from self._measuring(graph, flow)
        placed = yield from layout.arranging(graph, sizes, flow=flow, page=self.page)
        yield
        if flow is not now:
            self._placed.setdefault(flow, {})[block_id] = placed
        return placed, layout.fitting(placed, sizes, self.page)

    def _measuring(self, graph: Graph, flow: Flow) -> Generator[None, None, Mapping[str, tuple[float, float]]]:
        path = () if graph is self.project else self._path(graph)
        boxes = OpenBoxes(self.whole, flow, self._placed.get(flow, {}))
        return (yield from boxes.measuring(graph, self._report(graph), path))

    def _moving(self, graph: Graph, placed: Positions, flow: Flow) -> Generator[None, None, list[Edit]]:
        """The edits that put nodes there, and keep frames around what is in them."""
        moves: list[Edit] = [*moved(graph, placed)]
        if moves and graph.frames:
            before = yield from self._measuring(graph, flow_of(self.project))
            after = yield from self._measuring(graph, flow)
            boxes = {node_id: (*at, *before[node_id]) for node_id, at in graph.positions.items()}
            moves += around(graph, boxes, {node_id: (*at, *after[node_id]) for node_id, at in placed.items()})
        return moves

    def _path(self, graph: Graph) -> tuple[str, ...] | None:
        return first_use(self.project, graph.inside) if graph.inside is not None else None

    def _choosing(self) -> Generator[None, None, tuple[Flow, dict[str, Position]]]:
        now = flow_of(self.project)
        found: dict[Flow, tuple[dict[str, Position], float]] = {}
        for flow in dict.fromkeys((now, *FLOWS.values())):
            found[flow] = yield from self._placing(self.project, flow)
        flow = max(found, key=lambda flow: found[flow][1])
        return flow, found[flow][0]

    def arranging(self, direction: drawing.Direction | None) -> Generator[None, None, Compound | None]:
        """The same step by step; nothing may change before the end."""
        automatic = direction is None
        flow, network = (yield from self._choosing()) if direction is None else (FLOWS[direction], None)
        edits: list[Edit] = []
        if automatic != drawing.automatic(self.project):
            edits.append(SetDrawing("automatic", automatic))
        if flow is not flow_of(self.project):
            edits.append(SetDrawing("direction", flow.direction))
            for block in self.project.blocks.values():
                inside, _ = yield from self._placing(block.graph, flow)
                edits += [Within(block.id, move) for move in (yield from self._moving(block.graph, inside, flow))]
        if network is None:
            network, _ = yield from self._placing(self.project, flow)
        yield
        edits += yield from self._moving(self.project, network, flow)
        return Compound(tuple(edits), f"Arrange {WORDS[flow.direction]}") if edits else None

    def _report(self, graph: Graph) -> Report:
        if graph is self.project or graph.inside is None:
            return self.whole.report
        if graph.inside not in self._reports:
            path = self._path(graph)
            level = Level(graph) if path is None else walk(self.whole, path)
            self._reports[graph.inside] = Shapes(graph, level.arguments, level.given, level.repeat).report
        return self._reports[graph.inside]


WORDS: Mapping[drawing.Direction, str] = {"down": "from top to bottom", "right": "from left to right"}


def moved(graph: Graph, positions: Positions) -> list[Move]:
    """The edit that puts nodes there, if one is not there yet."""
    changed = {node_id: at for node_id, at in positions.items() if graph.positions[node_id] != at}
    return [Move(changed)] if changed else []
