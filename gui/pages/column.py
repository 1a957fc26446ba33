"""The middle of the window: strips that say something, and below them the pages in what room is left."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

ENOUGH: Final = 560
"""The height that no page needs more than, for its parts fold or scroll."""


class _AsTallAsTheWindow(QWidget):
    """Gives a widget all its room, and where that is little, the height that its texts would like.

    (A scroll area asks a layout for that height in every room.)
    """

    def __init__(self, inside: QWidget) -> None:
        super().__init__()
        self._inside = inside
        inside.setParent(self)

    def minimumSizeHint(self) -> QSize:
        least, likes = self._inside.minimumSizeHint(), self._inside.heightForWidth(self.width())
        return QSize(least.width(), max(least.height(), min(likes, ENOUGH)))

    def sizeHint(self) -> QSize:
        return self._inside.sizeHint()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:  # what is inside needs another size: the area around asks again
            self.updateGeometry()
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._inside.resize(self.size())


class Column(QWidget):
    """The pages take what the strips leave, and scroll where that is less than they need."""

    def __init__(self, pages: QWidget) -> None:
        super().__init__()
        room = QScrollArea()
        room.setWidgetResizable(True)
        room.setFrameShape(QFrame.Shape.NoFrame)
        room.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        room.setWidget(_AsTallAsTheWindow(pages))
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(0)
        self._rows.addWidget(room, 1)

    def put_above(self, strips: Iterable[QWidget]) -> None:
        """Give strips their place above the pages, in this order."""
        for index, strip in enumerate(strips):
            self._rows.insertWidget(index, strip)
