"""Quiet words over the canvas: a hint while it is empty, and a note beside the mouse while a wire is dragged."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QFocusEvent, QFont, QPainter, QPaintEvent, QRegion
from PySide6.QtWidgets import QWidget

from gui.keys.keymap import keymap
from gui.theme import theme
from gui.widgets import Label

RING = 2
"""The width of the frame that says where the keys go, in pixels."""


class _Words(Label):
    """Text that mice look through; it belongs to the view, so that scrolling does not move it."""

    def __init__(self, view: QWidget) -> None:
        super().__init__(parent=view)
        self.view = view
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        theme.changed.connect(self._dress)
        self._dress()
        self.hide()

    def _dress(self) -> None:
        """Take on the colours of the theme."""


class Hint(_Words):
    """What to do with an empty canvas."""

    def __init__(self, view: QWidget) -> None:
        super().__init__(view)
        keymap.changed.connect(self._say)
        self._say()
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        font = QFont(self.font())
        font.setPixelSize(15)
        self.setFont(font)

    def _say(self) -> None:
        keys = keymap.shown("canvas.add")
        self.setText(f"Drag a layer here, or press {keys} to search" if keys else "Drag a layer here")

    def _dress(self) -> None:
        self.setStyleSheet(f"background: transparent; color: {theme.color('muted').name()};")


class MouseNote(_Words):
    """A sentence beside the mouse."""

    def __init__(self, view: QWidget) -> None:
        self._bad = False
        super().__init__(view)
        self.setWordWrap(True)
        self.setMargin(7)

    def _dress(self) -> None:
        edge = theme.color("error" if self._bad else "border").name()
        base, text = theme.color("base").name(), theme.color("text").name()
        self.setStyleSheet(f"background: {base}; color: {text}; border: 1px solid {edge}; border-radius: 5px;")

    def say(self, text: str, at: QPoint, *, bad: bool) -> None:
        """Show a sentence beside ``at``, or nothing for no text."""
        if not text:
            self.hide()
            return
        if bad != self._bad:
            self._bad = bad
            self._dress()
        text = f"✕ {text}" if bad else text
        if text != self.text():
            self.setText(text)
            self.setFixedWidth(min(340, self.fontMetrics().horizontalAdvance(self.text()) + 24))
            self.setFixedHeight(self.heightForWidth(self.width()))
        room = self.view.rect()
        x = min(at.x() + 18, room.right() - self.width() - 4)
        y = at.y() + 22 if at.y() + 22 + self.height() < room.bottom() else at.y() - 14 - self.height()
        self.move(max(x, 4), max(y, 4))
        self.show()
        self.raise_()


class FocusRing(QWidget):
    """A frame around the canvas while it has the keys and they were led there by keys."""

    BY_KEYS = (
        Qt.FocusReason.TabFocusReason,
        Qt.FocusReason.BacktabFocusReason,
        Qt.FocusReason.ShortcutFocusReason,
        Qt.FocusReason.PopupFocusReason,
        Qt.FocusReason.OtherFocusReason,
    )

    def __init__(self, view: QWidget) -> None:
        super().__init__(view)
        self._view = view
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        view.installEventFilter(self)
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Come with the focus, go with it or with the first press of the mouse (which the viewport sends on)."""
        if isinstance(event, QFocusEvent):
            self.setVisible(event.gotFocus() and event.reason() in self.BY_KEYS)
            self._fit()
        elif event.type() == QEvent.Type.Resize:
            self._fit()
        elif event.type() in (QEvent.Type.MouseButtonPress, QEvent.Type.Wheel):
            self.hide()
        return False

    def _fit(self) -> None:
        area = self._view.rect()
        self.setGeometry(area)
        self.setMask(QRegion(area) - QRegion(area.adjusted(RING, RING, -RING, -RING)))  # what is inside is not covered
        self.raise_()

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), theme.color("accent"))
