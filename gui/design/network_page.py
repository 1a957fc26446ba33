"""The inspector of the whole network, or of several selected layers."""

from __future__ import annotations

from collections.abc import Generator

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QWidget

from engine import cost
from engine.drawing import automatic, direction
from engine.edits import RenameGraph
from engine.graph import Graph
from engine.limits import LONGEST_TITLE
from engine.shapes import Report
from engine.spec import shape_text
from gui.design.facts import FactSheet, column
from gui.design.network_cost import SMALL, STEPS, NetworkCost
from gui.document import Document
from gui.widgets import heading
from gui.work.slices import Slices

HINT = "Select a layer to see and change its parameters. Double-click the canvas, or press Tab, to add one."


class NetworkPage(QWidget):
    """Counts, costs, what goes in and out, and which way it is drawn."""

    direction_wanted = Signal(object)
    """The direction that was chosen, None for automatic."""

    def __init__(self, document: Document, costs: NetworkCost | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.document = document
        self._cost = costs or NetworkCost(document, self)
        self._cost.computed.connect(self._computed)
        self._sums = Slices(STEPS, self)
        self.facts = FactSheet((("Shapes", "mono"), ("What it does", "muted")))
        self.direction = QComboBox()
        for title, way in (("Automatic", None), ("Top to bottom", "down"), ("Left to right", "right")):
            self.direction.addItem(title, way)
        self.direction.setAccessibleName("Direction")
        self.direction.setToolTip("Which way the drawing runs; automatic takes what fits the sheet best")
        self.direction.activated.connect(lambda: self.direction_wanted.emit(self.direction.currentData()))
        self._directed = heading("Direction")
        box = column(self)
        for widget in (self.facts, self._directed, self.direction):
            box.addWidget(widget)

    def kind(self) -> str:
        """What is shown, in a line."""
        count = len(self.document.selection)
        return f"{count} layers selected" if count else "Network"

    def name(self) -> str:
        """What it is called; several layers have no name."""
        return "" if self.document.selection else self.document.project.name

    def rename(self, text: str) -> RenameGraph:
        """The edit that gives the network another name."""
        return RenameGraph(text[:LONGEST_TITLE])

    def refresh(self) -> None:
        """Show it as it is now."""
        document = self.document
        graph, report, chosen = document.graph, document.known, document.selection
        if not chosen:
            self._sums.stop()
            found = self._cost.now()
            self._show(None if found is None else (found.parameters, found.multiply_adds // self._cost.batch))
            return
        self._show(None)
        self._sums.run(_sum(graph, report, chosen), self._show)
        if len(chosen) <= SMALL:
            self._sums.finish()

    def _show(self, amounts: tuple[int, int] | None) -> None:
        """Numbers of parameters and multiply-adds; none while they are being computed."""
        graph, report, chosen = self.document.graph, self.document.known, self.document.selection
        lines = [] if chosen else [f"{len(graph.nodes)} layers"]
        lines += (
            ["computing …"]
            if amounts is None
            else [
                f"{amounts[0]:,} parameters",
                f"{amounts[1]:,} multiply-adds",
            ]
        )
        for node in () if chosen else (*graph.of_type("Input"), *graph.of_type("Output")):
            specs = tuple(report.outputs.get(node.id, {}).values()) or report.inputs.get(node.id, ())
            lines += [f"{node.name}  {shape_text(spec.shape)}" for spec in specs]
        for widget in (self._directed, self.direction):
            widget.setVisible(not chosen)
        project = self.document.project
        self.direction.setCurrentIndex(self.direction.findData(None if automatic(project) else direction(project)))
        self.facts.set("Shapes", "\n".join(lines))
        self.facts.set("What it does", "" if chosen else HINT)

    def _computed(self) -> None:
        if not self.document.selection and self.document.graph.inside is None:
            self.refresh()


def _sum(graph: Graph, report: Report, node_ids: tuple[str, ...]) -> Generator[None, None, tuple[int, int]]:
    """Parameters and multiply-adds of these layers together, layer by layer."""
    parameters = multiply_adds = 0
    for node_id in node_ids:
        yield
        found = cost.of_node(graph, report, node_id)
        parameters, multiply_adds = parameters + found.parameters, multiply_adds + found.multiply_adds
    return parameters, multiply_adds
