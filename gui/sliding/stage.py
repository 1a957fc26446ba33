"""The widget that shows a picture: hover over a cell for what it sees, click on it, or walk with the arrow keys."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QEvent, QPointF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.sliding.sliding import Position
from gui.sliding.pictures.picture import Picture
from gui.sliding.pictures.spoken import spoken
from gui.sliding.pictures.state import Shown, Where
from gui.sliding.pictures.views import Moved, View, picture
from gui.theme import Colors, theme

_colors = cache(Colors)
"""The same for every frame, so that the tints of its numbers are known from the frame before."""


class Stage(QWidget):
    """Shows a state in one of the views. ``step_wanted`` is an output cell that was chosen; ``play_wanted`` Space."""

    step_wanted = Signal(int)
    play_wanted = Signal()

    def __init__(self, shown: Shown, view: View = "window", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.shown, self.view, self.moved = shown, view, Moved()
        self._picture: Picture | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(480, 300)
        self.setAccessibleName("Sliding window")
        self.setToolTip("Point at a cell to see what it is computed from; arrow keys move the window, Space plays")
        theme.changed.connect(self._again)
        self._describe()

    def sizeHint(self) -> QSize:
        return QSize(940, 520)

    def show_state(self, shown: Shown, view: View | None = None, moved: Moved | None = None) -> None:
        """Show this one."""
        self.shown, self.view, self.moved = shown, view or self.view, moved or self.moved
        self._again()

    def drawing(self, size: QSizeF, colors: Colors) -> Picture:
        """What is shown as a picture of another size and theme."""
        return picture(self.view, self.shown.at(hover=None), size, colors, self.moved)

    @property
    def picture(self) -> Picture:
        """What is painted now."""
        if self._picture is None:
            self._picture = picture(self.view, self.shown, QSizeF(self.size()), _colors(theme.name), self.moved)
        return self._picture

    def _again(self) -> None:
        self._picture = None
        self._describe()
        self.update()

    def _describe(self) -> None:
        self.setAccessibleDescription(spoken(self.shown))

    def event(self, event: QEvent) -> bool:
        """A tooltip over a cell would cover its neighbours."""
        if isinstance(event, QHelpEvent) and self.picture.hit(QPointF(event.pos())) is not None:
            return True
        return super().event(event)

    # -- events ----------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self.picture.paint(painter)
        if self.hasFocus():
            painter.setPen(theme.color("accent"))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._picture = None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point_at(event.position())

    def leaveEvent(self, event: QEvent) -> None:
        self._hover(None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        found = self.picture.hit(event.position())
        sliding, stepping = self.shown.sliding, "input" if self.shown.painting else "output"
        if event.button() == Qt.MouseButton.LeftButton and found is not None and found[0] == stepping:
            self.step_wanted.emit(sliding.number(found[1]) if self.shown.painting else sliding.step(found[1]))
        super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        shown, step = self.shown, self.shown.step
        sizes = shown.sliding.sizes if shown.painting else shown.sliding.counts
        row = sizes[-1] if len(sizes) > 1 else 1
        moves = {
            Qt.Key.Key_Left: step - 1,
            Qt.Key.Key_Right: step + 1,
            Qt.Key.Key_Up: step - row,
            Qt.Key.Key_Down: step + row,
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: shown.count - 1,
        }
        if event.key() == Qt.Key.Key_Space:
            self.play_wanted.emit()
        elif event.key() in moves:
            wanted = moves[Qt.Key(event.key())]
            if 0 <= wanted < shown.count:
                self.step_wanted.emit(wanted)
        else:
            super().keyPressEvent(event)

    def _point_at(self, point: QPointF) -> None:
        found = self.picture.hit(point) if self.shown.example is not None and self.view != "moved" else None
        if found is not None and self.view != "window" and found[0] == "input":
            found = None
        self._hover(found)

    def _hover(self, hover: tuple[Where, Position] | None) -> None:
        if hover != self.shown.hover:
            self.shown = self.shown.at(hover=hover)
            self._again()
