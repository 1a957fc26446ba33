"""A popup with a line to type in and a list of what matches: of layers, of what stands on the canvas, of actions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFont, QFontMetrics, QIcon, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from gui.theme import theme
from gui.widgets import Label, grown

WIDTH, ROWS, ROW = 380, 7, 44
GLYPH = 18
"""The width and height of what stands before a row."""
PLAIN = "QLineEdit, QListWidget, QLabel { border: none; background: transparent; padding: 0 6px; outline: none; }"
MOUSE = (
    QEvent.Type.MouseButtonPress,
    QEvent.Type.MouseButtonRelease,
    QEvent.Type.MouseButtonDblClick,
    QEvent.Type.Wheel,
)
MATCH = Qt.ItemDataRole.UserRole


@dataclass(frozen=True, slots=True)
class Match:
    """One row: what it stands for, its title with a word at the right, and a line below; ``fits`` or it is faint."""

    thing: object
    title: str
    aside: str = ""
    line: str = ""
    fits: bool = True
    icon: QIcon | None = None


def score(query: str, text: str) -> float:
    """How well a text fits the query, in 0 … 1; 0 where a letter is missing."""
    query, text = query.lower().replace(" ", ""), text.lower()
    if not query:
        return 1.0
    if (packed := text.replace(" ", "")).startswith(query):
        return 1.0 - 0.1 * (1 - len(query) / len(packed))
    at = text.find(query)
    if at >= 0:
        word = at == 0 or not text[at - 1].isalnum()
        return 0.8 if word else 0.6
    last, gaps = -1, 0
    for letter in query:
        found = text.find(letter, last + 1)
        if found < 0:
            return 0.0
        gaps += found - last - 1 if last >= 0 else found
        last = found
    return max(0.05, 0.5 - 0.03 * gaps)


class SearchPopup(QFrame):
    """Lives inside another widget and goes when the focus leaves it; subclasses say what matches."""

    chosen = Signal(object)
    """The thing of the match that was taken; the popup has closed by then."""
    closed = Signal()
    """It is gone; if it still held the focus, that is back where it came from."""
    prompt, listed, nothing_found = "Search", "What matches", "Nothing matches."

    def __init__(self, parent: QWidget, at: QPoint) -> None:
        super().__init__(parent)
        self._done = False
        self._before = QApplication.focusWidget() or parent
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.line = QLineEdit(placeholderText=self.prompt, clearButtonEnabled=False)
        self.line.setAccessibleName(self.prompt)
        self.line.setFrame(False)
        self.line.setMinimumHeight(34)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setFocusProxy(self.line)  # a click beside the line leaves the focus there
        self.list = QListWidget()
        self.list.setAccessibleName(self.listed)
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setItemDelegate(MatchRow(self.list))
        self.list.setUniformItemSizes(True)
        self.nothing = Label(self.nothing_found)
        self.nothing.setMargin(8)
        self.setStyleSheet(PLAIN)
        box = QVBoxLayout(self)
        box.setContentsMargins(6, 6, 6, 6)
        box.setSpacing(4)
        box.addWidget(self.line)
        box.addWidget(self.nothing)
        box.addWidget(self.list)
        self.line.textChanged.connect(self._search)
        self.line.installEventFilter(self)
        self.list.itemClicked.connect(lambda _item: self.accept())
        self._most = max(1, min(ROWS, (parent.height() - 76) // grown(ROW)))
        self.setFixedWidth(min(grown(WIDTH), max(parent.width() - 16, 160)))
        self._search("")
        left = min(max(at.x(), 8), max(parent.width() - self.width() - 8, 8))
        top = min(max(at.y(), 8), max(parent.height() - self.sizeHint().height() - 8, 8))
        self.move(left, top)
        self.show()
        self.raise_()
        self.line.setFocus(Qt.FocusReason.PopupFocusReason)

    def matches(self, query: str) -> Sequence[Match]:
        """What matches, best first."""
        raise NotImplementedError

    def _search(self, query: str) -> None:
        self.list.clear()
        for match in self.matches(query):
            item = QListWidgetItem()
            self.show_match(item, match)
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        self.list.setFixedHeight(min(self.list.count(), self._most) * grown(ROW))
        self.list.setVisible(self.list.count() > 0)
        self.nothing.setVisible(self.list.count() == 0)
        self.adjustSize()

    def show_match(self, item: QListWidgetItem, match: Match) -> None:
        """Let a row show this."""
        words = f"{match.title}, {match.aside}" if match.aside else match.title
        words += "" if match.fits else " (does not fit)"
        item.setText(match.title)
        item.setData(MATCH, match)
        item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{words}: {match.line}" if match.line else words)

    def accept(self) -> None:
        """Take the current layer."""
        item = self.list.currentItem()
        if item is not None:
            thing = item.data(MATCH).thing
            self.close_up()
            self.chosen.emit(thing)

    def close_up(self) -> None:
        """Go away."""
        if not self._done:
            self._done = True
            if self.line.hasFocus() and isValid(self._before):
                self._before.setFocus(Qt.FocusReason.PopupFocusReason)
            self.hide()
            self.closed.emit()
            self.deleteLater()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Enter, Esc and the arrows are for the list, all other keys for the line."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._key(event)
        if isinstance(event, QFocusEvent) and event.lostFocus() and event.reason() != Qt.FocusReason.PopupFocusReason:
            self.close_up()
        return super().eventFilter(watched, event)

    def _key(self, event: QKeyEvent) -> bool:
        row, count = self.list.currentRow(), self.list.count()
        if event.key() == Qt.Key.Key_Escape:
            self.close_up()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab):
            self.accept()
        elif event.key() == Qt.Key.Key_Down and count:
            self.list.setCurrentRow((row + 1) % count)
        elif event.key() == Qt.Key.Key_Up and count:
            self.list.setCurrentRow((row - 1) % count)
        elif event.key() == Qt.Key.Key_PageDown and count:
            self.list.setCurrentRow(min(row + ROWS - 1, count - 1))
        elif event.key() == Qt.Key.Key_PageUp and count:
            self.list.setCurrentRow(max(row - ROWS + 1, 0))
        else:
            return False
        return True

    def event(self, event: QEvent) -> bool:
        """What the mouse does here is none of the canvas's business."""
        if event.type() in MOUSE:
            event.accept()
            return True
        return super().event(event)

    def paintEvent(self, event: QEvent) -> None:
        """A plain panel with a border, whatever the style sheet says of frames."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.color("border"), 1))
        painter.setBrush(theme.color("base"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)


class MatchRow(QStyledItemDelegate):
    """A match in two lines: its glyph and title, a word at the right, a line below."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(160, grown(ROW))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        match: Match = index.data(MATCH)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = option.rect.adjusted(2, 1, -2, -1)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        if chosen:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("hover"))
            painter.drawRoundedRect(area, 6, 6)
        self.paint_glyph(
            painter, QRectF(area.left() + 8, area.top() + (area.height() - GLYPH) / 2, GLYPH, GLYPH), match
        )
        text = area.adjusted(38, 4, -8, -4)
        small = QFont(option.font)
        small.setPixelSize(grown(11))
        bold = QFont(small)
        bold.setPixelSize(grown(13))
        bold.setWeight(QFont.Weight.DemiBold if match.fits else QFont.Weight.Normal)
        painter.setPen(theme.color("text" if match.fits else "muted"))
        painter.setFont(bold)
        painter.drawText(text, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, match.title)
        painter.setPen(theme.color("muted"))
        painter.setFont(small)
        painter.drawText(text, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop, match.aside)
        line = QFontMetrics(small).elidedText(match.line, Qt.TextElideMode.ElideRight, text.width())
        painter.drawText(text, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom, line)
        painter.restore()

    def paint_glyph(self, painter: QPainter, area: QRectF, match: Match) -> None:
        """What stands before a row: the icon of the match, if it has one."""
        if match.icon is not None:
            match.icon.paint(painter, area.toRect())
