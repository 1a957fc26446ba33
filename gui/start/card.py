"""One network in the gallery: its picture, what it is for, who made it, how large it is, and what it learns here."""

from __future__ import annotations

import webbrowser
from functools import partial

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QFont,
    QFontMetricsF,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractButton, QApplication, QMenu, QPushButton, QWidget

from gui.amounts import short
from gui.start.portraits import Portrait
from gui.start.thumbnail import paint
from gui.start.words import learning, small_words, tooltip
from gui.theme import theme
from gui.widgets import plain
from presets.preset import Preset

NARROWEST, HEIGHT = 280, 284
EDGE = 16
KEYS = frozenset({Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_End})


class PresetCard(QAbstractButton):
    """A click opens the preset, the button on it the small variant; ``moved`` with the arrow key that was pressed.

    Tab leads only to the card of the gallery that was `reachable` last.
    """

    chosen = Signal(object)
    moved = Signal(int)
    entered = Signal()
    """It has the focus now."""

    def __init__(self, preset: Preset, small: Preset | None, parent: QWidget) -> None:
        super().__init__(parent)
        self.preset, self.small = preset, small
        self._portrait: Portrait | None = None
        self._face = QPixmap()
        self._small_words = "Small variant"
        self.resize(NARROWEST, HEIGHT)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(f"Open {preset.title}")
        self.clicked.connect(partial(self._choose, preset))
        self.small_button = None if small is None else self._small_button(small)
        self.set_reachable(reachable=False)
        self._tell()
        theme.changed.connect(self.refresh)

    def portray(self, portrait: Portrait) -> None:
        """Show the picture and the facts of the preset."""
        self._portrait = portrait
        self._tell()
        self.refresh()

    def portray_small(self, portrait: Portrait) -> None:
        """Say on its button what the small variant is like."""
        if self.small_button is not None and self.small is not None:
            self._small_words = small_words(self.small, portrait.facts)
            self._fit()
            self.small_button.setToolTip(plain(tooltip(self.small, portrait.facts), wrap=True))

    def refresh(self) -> None:
        """Paint it again, in the colours of the theme."""
        self._face = QPixmap()
        self.update()

    def _tell(self) -> None:
        facts = None if self._portrait is None else self._portrait.facts
        told = tooltip(self.preset, facts)
        self.setToolTip(plain(told, wrap=True))
        self.setAccessibleDescription(told)

    def _small_button(self, small: Preset) -> QPushButton:
        button = QPushButton(self)
        button.setProperty("role", "chip")
        button.setAccessibleName(f"Open {small.title}")
        button.setToolTip(plain(small.summary))
        button.clicked.connect(partial(self._choose, small))
        return button

    def _choose(self, preset: Preset, _checked: bool = False) -> None:
        self.chosen.emit(preset)

    # -- painting --------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        focused = self.hasFocus()
        border = "accent" if focused else "muted" if self.underMouse() else "border"
        painter.setPen(QPen(theme.color(border), 2 if focused else 1))
        painter.setBrush(theme.color("hover" if self.isDown() else "base"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 8, 8)
        if self._face.isNull():
            ratio = self.devicePixelRatioF()
            self._face = QPixmap(self.size() * ratio)
            self._face.setDevicePixelRatio(ratio)
            self._face.fill(Qt.GlobalColor.transparent)
            self._paint_face()
        painter.drawPixmap(0, 0, self._face)

    def _paint_face(self) -> None:
        painter = QPainter(self._face)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width = self.width() - 2.0 * EDGE
        if self._portrait is not None:
            paint(painter, QRectF(EDGE, 14, width, 80), list(self._portrait.boxes))
        preset = self.preset
        bold, fine = _font(self.font(), 1.0, bold=True), _font(self.font(), -1.0)
        year = str(preset.year or "")
        room = QFontMetricsF(self.font()).horizontalAdvance(year)
        _write(painter, self.font(), "muted", year, QPointF(EDGE + width - room, 107), room)
        _write(painter, bold, "text", preset.title, QPointF(EDGE, 106), width - room - 8)
        authors = preset.paper.authors if preset.paper else ""
        _write(painter, fine, "muted", authors, QPointF(EDGE, 126), width)
        _write(painter, self.font(), "text", preset.summary, QPointF(EDGE, 149), width, lines=2)
        for index, (value, caption) in enumerate(self._numbers()):
            left = EDGE + index * width / 2
            _write(painter, bold, "text", value, QPointF(left, 192), width / 2 - 8)
            _write(painter, fine, "muted", caption, QPointF(left, 211), width / 2 - 8)
        if self.small is None:
            facts = None if self._portrait is None else self._portrait.facts
            _write(painter, self.font(), "text", learning(preset, facts), QPointF(EDGE, HEIGHT - 37), width)
        painter.end()

    def _numbers(self) -> list[tuple[str, str]]:
        if self._portrait is None:
            return []
        facts = self._portrait.facts
        return [(f"{facts.parameters:,}", "parameters"), (short(facts.multiply_adds), "multiply-adds")]

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()
        self.refresh()

    def _fit(self) -> None:
        """Place the button of the small variant, with as much of its words as there is room for."""
        if self.small_button is not None:
            room = self.width() - 2 * EDGE
            text = self.fontMetrics().elidedText(self._small_words, Qt.TextElideMode.ElideRight, room - 24)
            self.small_button.setText(text)
            self.small_button.setGeometry(QRect(EDGE, HEIGHT - EDGE - 26, room, 28))

    def set_reachable(self, *, reachable: bool) -> None:
        """Whether Tab leads here, and on to the button of the small variant."""
        policy = Qt.FocusPolicy.StrongFocus if reachable else Qt.FocusPolicy.ClickFocus
        for widget in (self, self.small_button):
            if widget is not None:
                widget.setFocusPolicy(policy)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.entered.emit()

    def enterEvent(self, event: object) -> None:
        self.update()

    def leaveEvent(self, event: object) -> None:
        self.update()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.refresh()

    # -- keys and menu ---------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        elif event.key() in KEYS:
            self.moved.emit(event.key())
        elif event.text().strip():  # the gallery searches for it
            event.ignore()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = self.menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(event.globalPos())

    def menu(self) -> QMenu:
        """What can be done with it."""
        menu = QMenu(self)
        menu.addAction("Open", self.click)
        if self.small_button is not None:
            menu.addAction("Open Small Variant", self.small_button.click)
        paper = self.preset.paper
        if paper is not None:
            menu.addSeparator()
            where = paper.link.removeprefix("https://")[:40]
            menu.addAction(f"Read the Paper ({where})", partial(webbrowser.open, paper.url))
            cited = f"{paper.authors} ({paper.year}): {paper.title}. {paper.url}"
            menu.addAction("Copy Reference", partial(QApplication.clipboard().setText, cited))
        return menu


def _font(font: QFont, larger: float, *, bold: bool = False) -> QFont:
    made = QFont(font)
    made.setBold(bold)
    made.setPointSizeF(font.pointSizeF() + larger)
    return made


def _write(painter: QPainter, font: QFont, token: str, text: str, at: QPointF, width: float, lines: int = 1) -> None:
    metrics = QFontMetricsF(font)
    painter.setFont(font)
    painter.setPen(theme.color(token))
    for number, line in enumerate(wrapped(text, metrics, width, lines)):
        area = QRectF(at.x(), at.y() + number * metrics.height(), width + 1, metrics.height() + 2)
        painter.drawText(area, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop), line)


def wrapped(text: str, metrics: QFontMetricsF, width: float, lines: int) -> list[str]:
    """The text in at most so many lines; what is left over of the last one is cut with an ellipsis."""
    words, result = text.split(), list[str]()
    while words and len(result) < lines - 1:
        count = len(words)
        while count > 1 and metrics.horizontalAdvance(" ".join(words[:count])) > width:
            count -= 1
        result.append(" ".join(words[:count]))
        words = words[count:]
    if words:
        result.append(metrics.elidedText(" ".join(words), Qt.TextElideMode.ElideRight, width))
    return result
