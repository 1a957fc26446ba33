"""The rows of the outline: layers and frames; below a layer its wires, its problems and, of a block, what is inside."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Literal

from engine.graph import Edge, Graph
from engine.problems import Problem
from engine.shapes import Report, Shapes
from gui.document import Document
from gui.levels import walk

Path = tuple[str, ...]
Key = tuple[Path, Edge | None, tuple[object, ...] | None]
FRAME: Final = ("frame",)
"""What the key of a frame ends in: its id may be that of a layer as well."""


@dataclass(slots=True, eq=False)
class Row:
    """``path`` leads to a layer or frame: the ids of the blocks around it, then its own.

    ``edge`` and ``problem`` are those of the layer.
    """

    path: Path
    parent: Row | None
    place: int
    kind: Literal["layer", "wire", "problem", "frame"] = "layer"
    edge: Edge | None = None
    problem: Problem | None = None
    rows: list[Row] | None = field(default=None, repr=False)
    """Those below, once somebody has asked for them."""

    @property
    def key(self) -> Key:
        """What makes it the same row after a change."""
        if self.kind == "frame":
            return self.path, None, FRAME
        return self.path, self.edge, None if self.problem is None else self.problem.key


class Rows:
    """Makes the rows of a document, those below a row when they are asked for."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self.refresh()

    def refresh(self) -> None:
        """Begin again with the network as it is now."""
        self._levels: dict[Path, tuple[Graph, Report]] = {}
        self._problems: dict[Path, list[Problem]] = {}
        for problem in self._document.all_problems():
            if problem.node is not None:
                self._problems.setdefault((problem.node, *problem.inside), []).append(problem)
        self.top = list(_inside(self._document.project, ()))
        for place, row in enumerate(self.top):
            row.place = place

    def level(self, block_path: Path) -> tuple[Graph, Report]:
        """The graph that the blocks on a path lead to, and what is known of its shapes there."""
        document = self._document
        if not block_path:
            return document.project, document.whole.report
        if block_path == document.block_path:
            return document.graph, document.report
        if block_path not in self._levels:
            level = walk(document.whole, block_path)
            shapes = Shapes(level.graph, level.arguments, level.given, level.repeat)
            self._levels[block_path] = level.graph, shapes.report
        return self._levels[block_path]

    def problems(self, path: Path) -> list[Problem]:
        """The problems of a layer itself."""
        return self._problems.get(path, [])

    def troubled(self, path: Path) -> str:
        """The gravest kind of problem of a layer or of what is inside it; empty where there is none."""
        found = [p.severity for inner, ps in self._problems.items() if inner[: len(path)] == path for p in ps]
        return next((severity for severity in ("error", "warning") if severity in found), "")

    def below(self, row: Row | None) -> list[Row]:
        """The rows below a row, or those of the whole network."""
        if row is None:
            return self.top
        if row.rows is None:
            row.rows = list(self._made(row)) if row.kind == "layer" else []
            for place, inner in enumerate(row.rows):
                inner.place = place
        return row.rows

    def _made(self, row: Row) -> Iterator[Row]:
        path, node_id = row.path, row.path[-1]
        graph, _ = self.level(path[:-1])
        for problem in self.problems(path):
            yield Row(path, row, 0, "problem", problem=problem)
        for edge in (*graph.incoming[node_id].values(), *graph.outgoing[node_id]):
            yield Row(path, row, 0, "wire", edge=edge)
        block = graph.blocks.of_type(graph.nodes[node_id].type)
        if block is not None:
            yield from _inside(block.graph, path, row)

    def find(self, key: Key) -> Row | None:
        """The row with this key, made where it is not yet; None where there is none."""
        path, rows, found = key[0], self.top, None
        for length in range(1, len(path) + 1):
            kind = "frame" if key[2] == FRAME and length == len(path) else "layer"
            found = next((row for row in rows if row.kind == kind and row.path == path[:length]), None)
            if found is None:
                return None
            if length < len(path):
                rows = self.below(found)
        if found is None or found.key == key:
            return found
        return next((row for row in self.below(found) if row.key == key), None)


def _inside(graph: Graph, path: Path, parent: Row | None = None) -> Iterator[Row]:
    """The layers of a level in the order of the forward pass, then its frames."""
    for node_id in graph.order():
        yield Row((*path, node_id), parent, 0)
    for frame_id in graph.frames:
        yield Row((*path, frame_id), parent, 0, "frame")
