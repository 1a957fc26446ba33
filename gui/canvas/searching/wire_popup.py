"""Search popups for wires: those that could be drawn, each with what it would bring or why not, and those there are."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRectF
from PySide6.QtGui import QPainter

from engine.graph import Edge, Node
from engine.problems.trial import Trial
from engine.shapes import kind_name
from gui.canvas.geometry import End, Side
from gui.canvas.glyphs import paint_glyph
from gui.canvas.node_item import declared_family
from gui.canvas.sheet import Sheet
from gui.canvas.tooltips import edge_text, port_label
from gui.canvas.wiring import Verdict, edge_between, unreachable, verdict
from gui.search_popup import MATCH, ROWS, Match, MatchRow, SearchPopup, score


class WirePopup(SearchPopup):
    """The wires that could be drawn from one of some ports of a layer; ``chosen`` carries the `Edge`.

    What a wire would bring is found out for the rows that come into sight, on one copy of the network.
    """

    listed, nothing_found = "Wires that can be drawn", "No port matches."

    def __init__(self, view: Sheet, at: QPoint, ends: Sequence[End]) -> None:
        self._view, self._document, self._ends = view, view.document, ends
        self._side: Side = "input" if ends[0].side == "output" else "output"
        self._trial = Trial(view.document.checker)
        self._verdicts: dict[Edge, Verdict] = {}
        self._edges = candidates(view, ends)
        name = view.document.graph.nodes[ends[0].node].name
        self.prompt = f"Wire {name} to …" if self._side == "input" else f"Wire to {name} from …"
        super().__init__(view, at)
        self.list.setItemDelegate(_WireRow(self))
        self.list.currentRowChanged.connect(self._look_ahead)
        for signal in (self._document.changed, self._document.replaced):
            signal.connect(self.close_up)  # its ends may be gone

    def matches(self, query: str) -> Sequence[Match]:
        """By name, type or port of the other layer; of the rows that are seen, free inputs first, and what fits."""
        found = [(self._score(query, edge), edge) for edge in self._edges]
        edges = [edge for value, edge in sorted(found, key=lambda pair: -pair[0]) if value > 0]
        seen = sorted(
            map(self._judged, edges[: ROWS + 1]), key=lambda match: (self._taken(match.thing), not match.fits)
        )
        return [*seen, *(Match(edge, self._title(edge), self._kind(edge)) for edge in edges[ROWS + 1 :])]

    def family(self, edge: Edge) -> str:
        """The family of the layer at the other end."""
        return declared_family(self._document.graph, self._far(edge)[1].type)

    def _far(self, edge: Edge) -> tuple[End, Node]:
        """The other end and its layer."""
        nodes = self._document.graph.nodes
        if self._side == "input":
            return End(edge.target, "input", edge.target_port), nodes[edge.target]
        return End(edge.source, "output", edge.source_port), nodes[edge.source]

    def _score(self, query: str, edge: Edge) -> float:
        end, node = self._far(edge)
        return max(score(query, f"{node.name} {port_label(self._document, end)}"), 0.9 * score(query, self._kind(edge)))

    def _kind(self, edge: Edge) -> str:
        return kind_name(self._document.graph, self._far(edge)[1])

    def _title(self, edge: Edge) -> str:
        """The name of the other layer, with the ports where there are several."""
        end, node = self._far(edge)
        several = len(self._view.canvas.boxes[end.node].ports(end.side)) > 1
        title = f"{node.name}, {port_label(self._document, end)}" if several else node.name
        if len(self._ends) == 1:
            return title
        port = edge.source_port if self._side == "input" else edge.target_port
        near = port_label(self._document, next(end for end in self._ends if end.port == port))
        return f"{near} → {title}" if self._side == "input" else f"{title} → {near}"

    def _judged(self, edge: Edge) -> Match:
        if edge not in self._verdicts:
            self._verdicts[edge] = verdict(self._document, edge, trial=self._trial)
        said, graph = self._verdicts[edge], self._document.graph
        there = graph.incoming[edge.target].get(edge.target_port)
        words = [f"gives {said.result}"] if said.result else []
        words += [f"instead of the wire from {graph.nodes[there.source].name}"] if there is not None else []
        line = said.reason if said.reason is not None else ", ".join(words)
        return Match(edge, self._title(edge), self._kind(edge), line, said.reason is None)

    def _taken(self, edge: object) -> bool:
        """Whether there is a wire where this one would end."""
        return isinstance(edge, Edge) and edge.target_port in self._document.graph.incoming[edge.target]

    def _look_ahead(self, row: int) -> None:
        for number in range(max(row, 0), min(row + ROWS, self.list.count())):
            edge = self.list.item(number).data(MATCH).thing
            if edge not in self._verdicts:
                self.show_match(self.list.item(number), self._judged(edge))


class UnwirePopup(SearchPopup):
    """The wires of a layer; ``chosen`` carries the `Edge` to be taken off."""

    listed, nothing_found = "Wires of the layer", "No wire matches."

    def __init__(self, view: Sheet, at: QPoint, node_id: str) -> None:
        self._document, self._node = view.document, node_id
        self.prompt = f"Disconnect {view.document.graph.nodes[node_id].name} …"
        super().__init__(view, at)
        self.list.setItemDelegate(_WireRow(self))
        for signal in (self._document.changed, self._document.replaced):
            signal.connect(self.close_up)

    def matches(self, query: str) -> Sequence[Match]:
        """The wires that lead in, then those that lead out, by the name of the other layer."""
        graph, found = self._document.graph, []
        for edge in (*graph.incoming[self._node].values(), *graph.outgoing[self._node]):
            other = self._other(edge)
            if score(query, other.name) > 0:
                title = f"{'from' if edge.target == self._node else 'to'} {other.name}"
                found.append(Match(edge, title, kind_name(graph, other), edge_text(self._document, edge)))
        return found

    def family(self, edge: Edge) -> str:
        """The family of the layer at the other end."""
        return declared_family(self._document.graph, self._other(edge).type)

    def _other(self, edge: Edge) -> Node:
        return self._document.graph.nodes[edge.source if edge.target == self._node else edge.target]


class _WireRow(MatchRow):
    """A wire, with the glyph of the layer at its other end."""

    def __init__(self, popup: WirePopup | UnwirePopup) -> None:
        super().__init__(popup.list)
        self._popup = popup

    def paint_glyph(self, painter: QPainter, area: QRectF, match: Match) -> None:
        """The glyph of the family."""
        assert isinstance(match.thing, Edge)
        paint_glyph(painter, area, self._popup.family(match.thing))


def candidates(view: Sheet, ends: Sequence[End]) -> list[Edge]:
    """The wires that could be drawn from these ports of one layer: to free inputs first, then by nearness.

    Left out is what is there already, and what closes a circle.
    """
    graph, canvas = view.document.graph, view.canvas
    closed, here = unreachable(graph, ends[0]), canvas.boxes.box(ends[0].node).center()
    side: Side = "input" if ends[0].side == "output" else "output"
    found: list[tuple[bool, float, Edge]] = []
    for node_id, box in canvas.boxes.items():
        if node_id in closed:
            continue
        away = (canvas.boxes.box(node_id).center() - here).manhattanLength()
        for name in box.ports(side):
            for end in ends:
                edge = edge_between(end, End(node_id, side, name))
                there = graph.incoming[edge.target].get(edge.target_port)
                if there != edge:
                    found.append((there is not None, away, edge))
    return [edge for *_, edge in sorted(found, key=lambda item: item[:2])]
