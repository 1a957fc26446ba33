"""The inspector of the whole network, or of several selected layers."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QWidget

from engine import cost
from engine.drawing import automatic, direction
from engine.edits import RenameGraph
from engine.limits import LONGEST_TITLE
from engine.spec import shape_text
from gui.design.facts import FactSheet, column
from gui.document import Document
from gui.widgets import heading

HINT = "Select a layer to see and change its parameters. Double-click the canvas, or press Tab, to add one."


class NetworkPage(QWidget):
    """Counts, costs, what goes in and out, and which way it is drawn."""

    direction_wanted = Signal(object)
    """The direction that was chosen, None for automatic."""

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.document = document
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
        graph, report, chosen = document.graph, document.report, document.selection
        each = [cost.of_node(graph, report, node_id) for node_id in chosen]
        whole = [cost.without_activations(graph, report)] if not chosen else each
        lines = [] if chosen else [f"{len(graph.nodes)} layers"]
        lines += [
            f"{sum(part.parameters for part in whole):,} parameters",
            f"{sum(part.multiply_adds for part in whole):,} multiply-adds",
        ]
        for node in () if chosen else (*graph.of_type("Input"), *graph.of_type("Output")):
            specs = tuple(report.outputs.get(node.id, {}).values()) or report.inputs.get(node.id, ())
            lines += [f"{node.name}  {shape_text(spec.shape)}" for spec in specs]
        for widget in (self._directed, self.direction):
            widget.setVisible(not chosen)
        project = document.project
        self.direction.setCurrentIndex(self.direction.findData(None if automatic(project) else direction(project)))
        self.facts.set("Shapes", "\n".join(lines))
        self.facts.set("What it does", "" if chosen else HINT)
