"""The start page: the gallery of presets with their images, and what was open lately."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QFont,
    QFontMetricsF,
    QHideEvent,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import (
    QAbstractButton,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

import presets
from engine import cost
from engine.shapes import infer
from gui.icons import icon
from gui.start.recent_files import RecentFiles
from gui.start.thumbnail import ThumbnailBox, blocks, paint
from gui.theme import theme
from gui.widgets import heading, label, plain
from presets.own import FAMILY as OWN
from presets.own import broken_presets
from presets.preset import Preset

CARD = QSize(264, 208)


class PresetCard(QAbstractButton):
    """One preset: picture, title, a line about it, its size."""

    def __init__(self, preset: Preset, parent: QWidget) -> None:
        super().__init__(parent)
        self.preset = preset
        self._blocks = list[ThumbnailBox]()
        self._tell()
        self.setFixedSize(CARD)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(f"Open preset {preset.title}")
        self.setToolTip(plain(f"{preset.summary}\n{preset.paper}".strip()))
        theme.changed.connect(self.update)

    def portray(self) -> None:
        """Draw the network, and say how large it is: that takes building it."""
        # A preset on board is the same in every window; one of the user's own may have been saved again.
        self._blocks, parameters = (_portrait if self.preset.family == OWN else _portrait_on_board)(self.preset)
        self._tell(f"{parameters:,} parameters")
        self.update()

    def _tell(self, *size: str) -> None:
        self._facts = " · ".join(part for part in (*size, self.preset.data, str(self.preset.year or "")) if part)
        self.setAccessibleDescription(f"{self.preset.summary} {self._facts}")

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        active = self.hasFocus() or self.underMouse()
        border = theme.color("accent" if active else "border")
        painter.setPen(QPen(border, 2 if active else 1))
        painter.setBrush(theme.color("hover" if self.isDown() else "base"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 8, 8)
        paint(painter, QRectF(16, 14, self.width() - 32, 92), self._blocks)
        bold = QFont(self.font())
        bold.setBold(True)
        bold.setPointSizeF(self.font().pointSizeF() + 1)
        self._line(painter, bold, "text", self.preset.title, 118)
        self._line(painter, self.font(), "muted", self.preset.summary, 142, lines=2)
        self._line(painter, self.font(), "text", self._facts, 180)

    def _line(self, painter: QPainter, font: QFont, token: str, text: str, top: int, lines: int = 1) -> None:
        metrics, width = QFontMetricsF(font), self.width() - 32.0
        painter.setFont(font)
        painter.setPen(theme.color(token))
        for number, line in enumerate(_wrapped(text, metrics, width, lines)):
            area = QRectF(16, top + number * metrics.height(), width, metrics.height() + 2)
            painter.drawText(area, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop), line)

    def enterEvent(self, event: object) -> None:
        self.update()

    def leaveEvent(self, event: object) -> None:
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)


def _wrapped(text: str, metrics: QFontMetricsF, width: float, lines: int) -> list[str]:
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


def _portrait(preset: Preset) -> tuple[list[ThumbnailBox], int]:
    """The picture of a preset, and how many parameters it has."""
    graph = preset.build()
    report = infer(graph)
    return blocks(graph, report), cost.without_activations(graph, report).parameters


_portrait_on_board = cache(_portrait)


class StartPage(QScrollArea):
    """Cards of all presets in as many columns as fit, beside the recent files."""

    preset_chosen = Signal(object)
    file_chosen = Signal(object)
    new_wanted = Signal()
    open_wanted = Signal()
    own_wanted = Signal(str)
    """Data of the user's own are to be learned from: a "file" or a "folder"."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName("Start page")
        self._cards: list[PresetCard] = []
        self._columns = 0
        self._portraits = QTimer(self)
        self._portraits.setInterval(0)
        self._portraits.timeout.connect(self._portray_next)
        page = QWidget()
        columns = QHBoxLayout(page)
        columns.setContentsMargins(32, 24, 32, 24)
        columns.setSpacing(32)
        columns.addLayout(self._build_side())
        self._gallery = QVBoxLayout()
        self._gallery.setSpacing(8)
        columns.addLayout(self._gallery, 1)
        self.setWidget(page)
        self._build_gallery()
        theme.changed.connect(self._retint)

    # -- the left column -------------------------------------------------------------------------------------------

    def _build_side(self) -> QVBoxLayout:
        side = QVBoxLayout()
        side.setSpacing(8)
        self._buttons: list[tuple[QPushButton, str]] = []
        side.addWidget(label("Layerloom", "title"))
        side.addWidget(label("Draw a network, see every shape,\ntrain it live, leave with PyTorch.", "muted"))
        side.addSpacing(12)
        for text, name, tip, signal in (
            ("New network", "file", "Start with an empty canvas (Ctrl+N)", self.new_wanted),
            ("Open file …", "folder-open", "Open a project file (Ctrl+O)", self.open_wanted),
        ):
            button = QPushButton(icon(name), text)
            button.setToolTip(plain(tip))
            button.setAccessibleName(text)
            button.setFixedWidth(220)
            button.clicked.connect(signal)
            self._buttons.append((button, name))
            side.addWidget(button)
        own = QPushButton(icon("data"), "Learn from your own data …")
        own.setToolTip(plain("A table, arrays or a folder of images; you can also drop it anywhere on the window"))
        own.setAccessibleName("Learn from your own data")
        own.setFixedWidth(220)
        menu = QMenu(own)
        for what, text in (("file", "File …"), ("folder", "Folder …")):
            menu.addAction(text, lambda what=what: self.own_wanted.emit(what))
        own.setMenu(menu)
        self._buttons.append((own, "data"))
        side.addWidget(own)
        side.addSpacing(12)
        side.addWidget(heading("Recent"))
        self.recent = RecentFiles()
        self.recent.chosen.connect(self.file_chosen)
        side.addWidget(self.recent)
        side.addStretch(1)
        return side

    def _retint(self) -> None:
        for button, name in self._buttons:
            button.setIcon(icon(name))

    # -- the gallery -----------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Read the presets again (one may have been saved)."""
        self._columns = 0
        self._build_gallery()
        self._arrange()

    def _build_gallery(self) -> None:
        _clear(self._gallery)
        self._cards = []
        self._grids: list[tuple[QGridLayout, list[PresetCard]]] = []
        found = presets.all()
        for title, mine in (("Start from a preset", False), (OWN, True)):
            chosen = [preset for preset in found if (preset.family == OWN) is mine]
            if not chosen:
                continue
            self._gallery.addWidget(heading(title))
            holder = QWidget()
            grid = QGridLayout(holder)
            grid.setContentsMargins(0, 0, 0, 12)
            grid.setSpacing(16)
            holder.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
            cards = [PresetCard(preset, holder) for preset in chosen]
            for card in cards:
                card.clicked.connect(lambda _checked=False, preset=card.preset: self.preset_chosen.emit(preset))
            self._gallery.addWidget(holder)
            self._grids.append((grid, cards))
            self._cards += cards
        self._missing = list(reversed(self._cards))
        if self.isVisible():
            self._portraits.start()
        for sentence in broken_presets():
            self._gallery.addWidget(label(f"✕ {sentence}", wrap=True))
        self._gallery.addStretch(1)
        self._arrange()

    def _arrange(self) -> None:
        columns = max(1, (self.viewport().width() - 220 - 96 + 16) // (CARD.width() + 16))
        if columns == self._columns:
            return
        before, self._columns = self._columns, columns
        for grid, cards in self._grids:
            grid.setColumnStretch(before, 0)
            for index, card in enumerate(cards):
                grid.addWidget(card, index // columns, index % columns, Qt.AlignmentFlag.AlignLeft)
            grid.setColumnStretch(columns, 1)

    def _portray_next(self) -> None:
        """One network a turn, so that the window answers meanwhile."""
        if self._missing:
            self._missing.pop().portray()
        else:
            self._portraits.stop()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._portraits.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._portraits.stop()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()


def _clear(layout: QVBoxLayout) -> None:
    while layout.count():
        item = layout.takeAt(0)
        widget = item.widget() if item is not None else None
        if widget is not None:
            widget.hide()
            widget.deleteLater()
