"""What the lines of a plot are: a piece of each with its name, above the plot, where it covers none of them."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from gui.theme import theme
from gui.widgets import grown

LINE, GAP, BETWEEN = 28, 6, 18
"""Pixels of the piece of a line, between it and its name, and between two lines."""
ROW = 20

Look = tuple[str, Qt.PenStyle]
"""The colour of the theme that a line has, and its dashes."""


def pen_of(look: Look, width: int = 1) -> QPen:
    """The pen that draws a line, as wide in a plot as on the screen."""
    pen = QPen(theme.color(look[0]), width, look[1])
    pen.setCosmetic(True)
    return pen


class LineLegend(QWidget):
    """A row of them."""

    def __init__(self, lines: Mapping[str, Look], parent: QWidget | None = None) -> None:
        """``lines`` are their looks by their names."""
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(BETWEEN)
        for name, look in lines.items():
            row.addWidget(_Entry(name, look))
        row.addStretch(1)
        self.setAccessibleName(f"Legend: {', '.join(lines)}")


class _Entry(QWidget):
    def __init__(self, name: str, look: Look) -> None:
        super().__init__()
        self._name, self._look = name, look
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(name)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(LINE + GAP + self.fontMetrics().horizontalAdvance(self._name) + 1, grown(ROW))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, middle = QPainter(self), self.height() // 2
        painter.setPen(pen_of(self._look, 2))
        painter.drawLine(QPointF(0, middle), QPointF(LINE, middle))
        painter.setPen(theme.color("text"))
        painter.drawText(self.rect().adjusted(LINE + GAP, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, self._name)
