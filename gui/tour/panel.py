"""The card that says what to do, and the ring around where: over the window, but never over what is pointed at."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from gui.theme import theme
from gui.widgets import heading, label, push_button

WIDTH = 280
EDGE = 10
CARD = "tour-card"
"""The name of the object, by which F6 finds it."""


class TourRing(QWidget):
    """A frame around a part of the window, through which the mouse goes."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()

    def surround(self, area: QRect) -> None:
        """Frame this part of the window."""
        self.setGeometry(area.adjusted(-3, -3, 3, 3))
        self.show()
        self.raise_()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.color("accent"), 3))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(2, 2, -2, -2), 6, 6)
        painter.end()


class TourCard(QFrame):
    """Title, what to do, how far one is."""

    left = Signal()
    over_wanted = Signal()

    def __init__(self, window: QWidget, steps: int) -> None:
        super().__init__(window)
        self.setAccessibleName("Guided tour")
        self.setObjectName(CARD)
        self.setFixedWidth(WIDTH)
        self.count = label("", "muted")
        self.title = heading("")
        self.text = label("", wrap=True)
        self.bar = QProgressBar()
        self.bar.setRange(0, steps)
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(8)
        self.bar.setAccessibleName("Steps done")
        self.leave = push_button("Leave", "Stop here; Help → Guided Tour continues", self.left.emit)
        self.over = push_button("Start Over", "Begin again with an empty network", self.over_wanted.emit)
        buttons = QHBoxLayout()
        buttons.addWidget(self.over)
        buttons.addStretch(1)
        buttons.addWidget(self.leave)
        box = QVBoxLayout(self)
        box.setContentsMargins(12, 8, 12, 12)
        box.setSpacing(6)
        for widget in (self.count, self.bar, self.title, self.text):
            box.addWidget(widget)
        box.addLayout(buttons)
        theme.changed.connect(self.update)
        self.hide()

    def say(self, number: int, steps: int, title: str, text: str, *, done: bool = False) -> None:
        """Show a step."""
        self.count.setText("Guided tour: done" if done else f"Guided tour: step {number} of {steps}")
        self.bar.setValue(steps if done else number - 1)
        self.title.setText(title)
        self.text.setText(text)
        self.leave.setText("Close" if done else "Leave")
        self.leave.setAccessibleName(self.leave.text())
        self.setAccessibleDescription(f"{self.count.text()}. {title}. {text}")
        self.show()
        self.raise_()

    def place(self, room: QRect, target: QRect) -> None:
        """Go to the corner of ``room`` that leaves the target free; where none does, where least of it is covered."""
        self.setFixedHeight(self.heightForWidth(WIDTH) if self.hasHeightForWidth() else self.sizeHint().height())
        self.move(corner(room, target, QRect(0, 0, WIDTH, self.height())))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.color("accent"), 1.5))
        painter.setBrush(theme.color("base"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 8, 8)
        painter.end()


def corner(room: QRect, target: QRect, card: QRect) -> QPoint:
    """The corner of ``room`` where a card of this size covers least of the target."""
    inside = room.adjusted(EDGE, EDGE, -EDGE, -EDGE)
    right, below = inside.right() + 1 - card.width(), inside.bottom() + 1 - card.height()
    corners: Sequence[QPoint] = (
        QPoint(right, below),
        QPoint(inside.left(), below),
        QPoint(right, inside.top()),
        QPoint(inside.left(), inside.top()),
    )

    def covered(at: QPoint) -> int:
        common = QRect(at, card.size()).intersected(target)
        return common.width() * common.height() if common.isValid() else 0

    return min(corners, key=covered)
