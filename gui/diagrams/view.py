"""A diagram as a widget."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.diagrams.sketch import WIDTH, Diagram, draw
from gui.theme import theme


class DiagramView(QWidget):
    """As wide as there is room, up to half as large again as it is meant."""

    def __init__(self, diagram: Diagram, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.diagram = diagram
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName("Picture")
        self.setAccessibleDescription(diagram.words)
        theme.changed.connect(self.update)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return round(min(width, 1.5 * WIDTH) * self.diagram.height / WIDTH)

    def sizeHint(self) -> QSize:
        return QSize(round(WIDTH), round(self.diagram.height))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        draw(self.diagram, painter, QRectF(self.rect()))
        painter.end()
