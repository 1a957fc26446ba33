"""Small widgets that several pages share, in one look."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Final

from PySide6 import QtGui
from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QFontInfo, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QLabel,
    QMessageBox,
    QPushButton,
    QSizePolicy,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolTip,
    QWidget,
)

from gui.theme import theme

USUAL: Final = 12
"""The height of usual text, in pixels."""


def plain(text: str, *, wrap: bool = False) -> str:
    """A text for a tooltip, shown letter by letter: Qt takes for markup what looks like it, whatever it comes from.

    With ``wrap`` a long one is broken into lines, which Qt does to markup only.
    """
    if text and (wrap or QtGui.Qt.mightBeRichText(text)):
        shown = escape(text).replace("\n", "<br>")  # a line end at an edge would be dropped
        return f'<qt style="white-space: pre-wrap">{shown}</qt>'
    return text


def unmarked(text: str) -> str:
    """A text for a message of the desktop, which may take it for markup: a word joiner after each ``<`` hinders it."""
    return text.replace("<", "<\N{WORD JOINER}")


def grown(pixels: int) -> int:
    """So many pixels where the text has its usual size, more where it is larger: for rows that are as high as text."""
    return round(pixels * max(QFontInfo(QApplication.font()).pixelSize() / USUAL, 1.0))


class Rows(QStyledItemDelegate):
    """Rows as high as their lines of text, cut with an ellipsis where they are too wide."""

    def __init__(self, view: QAbstractItemView, beside: int = 0) -> None:
        """``beside`` is the room above and below the text, in pixels."""
        super().__init__(view)
        self._beside = beside

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(0, super().sizeHint(option, index).height() + self._beside)


class Label(QLabel):
    """A label that shows text as text."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(text)


class MessageBox(QMessageBox):
    """A box that shows text as text: what it is about, and more in smaller letters."""

    def __init__(
        self,
        parent: QWidget | None,
        title: str,
        text: str,
        more: str = "",
        sign: QMessageBox.Icon = QMessageBox.Icon.NoIcon,
    ) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setIcon(sign)
        self.setWindowTitle(title)
        self.setText(text)
        if more:
            self.setInformativeText(more)

    def setInformativeText(self, text: str) -> None:
        super().setInformativeText(text)
        for part in self.findChildren(QLabel):  # Qt makes this label now, and lets it guess
            part.setTextFormat(Qt.TextFormat.PlainText)


def label(text: str = "", role: str = "", *, wrap: bool = False) -> Label:
    """A label in a role of the style sheet: title, heading, muted, mono or error."""
    made = Label(text)
    made.setIndent(0)
    made.setWordWrap(wrap)
    if role:
        made.setProperty("role", role)
    return made


def heading(text: str) -> Label:
    """The title of a part of a page."""
    return label(text, "heading")


def push_button(text: str, tip: str, call: Callable[[], object]) -> QPushButton:
    """A button that calls, named by its text."""
    made = QPushButton(text)
    made.setAccessibleName(text)
    made.setToolTip(plain(tip))
    made.clicked.connect(lambda _checked=False: call())
    return made


class Note(Label):
    """A line of small text in a colour of the theme: ``muted`` for remarks, ``error`` for what is wrong."""

    def __init__(self, text: str = "", token: str = "muted", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._token = token
        self.setWordWrap(True)
        self._recolor()
        theme.changed.connect(self._recolor)

    def set_token(self, token: str) -> None:
        """Take another colour of the theme."""
        if token != self._token:
            self._token = token
            self._recolor()

    def _recolor(self) -> None:
        """Take the colour and the size of text that hold now."""
        font = self.font()
        font.setPointSizeF(QApplication.font().pointSizeF() * 0.92)
        self.setFont(font)
        self.setStyleSheet(f"color: {theme.color(self._token).name()}; background: transparent;")


class OneLine(Label):
    """A text in one line, cut with an ellipsis where there is no room; its tooltip then says all of it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._muted = False

    def set_muted(self, muted: bool) -> None:
        """Take the colour of remarks, or of text."""
        self._muted = muted
        self.update()

    @property
    def shown(self) -> str:
        """What there is room for."""
        return self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())

    def minimumSizeHint(self) -> QSize:
        return QSize(40, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(theme.color("muted" if self._muted else "text"))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.shown)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and self.shown != self.text():
            QToolTip.showText(event.globalPos(), plain(self.text(), wrap=True), self)
            return True
        return super().event(event)
