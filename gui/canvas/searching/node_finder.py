"""Finding a layer by its name or type, or a frame by its title or text, inside blocks too: a popup leads there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRectF
from PySide6.QtGui import QPainter

from engine.graph import Graph
from engine.shapes import kind_name
from gui.canvas.frames.frame_commands import FrameCommands
from gui.canvas.frames.swatch import swatch
from gui.canvas.glyphs import paint_glyph
from gui.canvas.node_item import declared_family, shape_of_a_sample
from gui.canvas.sheet import Sheet
from gui.document import Document
from gui.levels import first_use
from gui.search_popup import WIDTH, Match, MatchRow, SearchPopup, score


@dataclass(frozen=True, slots=True)
class Place:
    """A node with its family, or a frame, and the way through blocks that leads there."""

    path: tuple[str, ...]
    id: str
    family: str = ""
    is_frame: bool = False


class NodePopup(SearchPopup):
    """The layers and frames that match; ``chosen`` carries a `Place`."""

    prompt, listed = "Find a layer or frame of the network", "Layers and frames of the network"
    nothing_found = "No layer and no frame matches."

    def __init__(self, view: Sheet, at: QPoint, query: str) -> None:
        self._document = view.document
        super().__init__(view, at)
        self.list.setItemDelegate(_PlaceRow(self.list))
        self.line.setText(query)
        self.line.selectAll()

    def matches(self, query: str) -> Sequence[Match]:
        """Layers by name and type and frames by title and text, of the open level first where they match alike."""
        return found(self._document, query)


class _PlaceRow(MatchRow):
    def paint_glyph(self, painter: QPainter, area: QRectF, match: Match) -> None:
        """The glyph of the family, or the color of the frame."""
        assert isinstance(match.thing, Place)
        if match.thing.is_frame:
            super().paint_glyph(painter, area, match)
        else:
            paint_glyph(painter, area, match.thing.family)


def found(document: Document, query: str) -> list[Match]:
    """The layers and frames of a project that match, best first."""
    rows: list[tuple[float, int, int, Match]] = []
    for number, (graph, path, words) in enumerate(_levels(document)):
        for node in graph.nodes.values():
            kind = kind_name(graph, node)
            value = max(score(query, node.name), 0.9 * score(query, kind))
            if value > 0:
                spec = document.report.spec(node.id) if graph is document.graph else None
                family = declared_family(graph, node.type)
                line = shape_of_a_sample(spec) if not words else f"in {words}"
                rows.append((-value, number, len(rows), Match(Place(path, node.id, family), node.name, kind, line)))
        for frame in graph.frames.values():
            written = " ".join(frame.text.split())
            value = max(score(query, frame.name), 0.7 * (query.casefold() in written.casefold()))
            if value > 0:
                line, place = f"in {words}" if words else written, Place(path, frame.id, is_frame=True)
                match = Match(place, frame.name, "Frame", line, icon=swatch(frame.color))
                rows.append((-value, number, len(rows), match))
    return [match for *_, match in sorted(rows, key=lambda row: row[:3])]


def _levels(document: Document) -> Iterator[tuple[Graph, tuple[str, ...], str]]:
    """The open level, then the network and the blocks that are used: graph, way there, and its name elsewhere."""
    project = document.project
    yield document.graph, document.block_path, ""
    if document.graph is not project:
        yield project, (), "the network"
    for block in project.blocks.values():
        path = first_use(project, block.id)
        if path is not None and block.graph is not document.graph:
            yield block.graph, path, block.name


class NodeFinder:
    """Opens the popup of a view, and goes from match to match without it."""

    def __init__(self, view: Sheet, frames: FrameCommands) -> None:
        self._view, self._frames = view, frames
        self.popup: NodePopup | None = None
        self._query = ""
        self._last: Place | None = None

    def open(self) -> None:
        """Search; what was searched last stands there."""
        self.close()
        at = QPoint((self._view.viewport().width() - WIDTH) // 2, 16)
        popup = self.popup = NodePopup(self._view, at, self._query)
        popup.line.textChanged.connect(self._note)
        popup.chosen.connect(self._go)
        popup.closed.connect(self._closed)

    def close(self) -> None:
        """Close the popup, if one is open."""
        if self.popup is not None:
            self.popup.close_up()

    def next(self) -> None:
        """Go to the next layer or frame that matches what was searched last; search where nothing was."""
        matches = [match.thing for match in found(self._view.document, self._query)] if self._query else []
        if not matches:
            self.open()
            return
        here = matches.index(self._last) + 1 if self._last in matches else 0
        self._go(matches[here % len(matches)])

    def _note(self, query: str) -> None:
        self._query, self._last = query, None

    def _go(self, place: object) -> None:
        assert isinstance(place, Place)
        document = self._view.document
        self._last = place
        if document.block_path != place.path:
            document.open_block(place.path)
        if place.is_frame:
            document.select_frame(place.id)
            self._frames.show(document.graph.frames[place.id])
        else:
            document.select([place.id])
            self._view.show_node(place.id)

    def _closed(self) -> None:
        self.popup = None
