"""The start page: recent projects and one's own data beside the gallery of networks to start from."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QIcon, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from gui.icons import icon
from gui.keys.key_tip import KeyTip
from gui.start.gallery import Gallery
from gui.start.own_data import OwnDataList
from gui.start.recent_files import RecentFiles
from gui.theme import theme
from gui.widgets import heading, label

SIDE, NARROW_SIDE = 292, 236
"""The width of the left column; the second in a narrow window, so that two columns of the gallery have room."""
NARROW = 1000


class StartPage(QWidget):
    """What to begin with on the left, the gallery on the right."""

    preset_chosen = Signal(object)
    file_chosen = Signal(object)
    new_wanted = Signal()
    open_wanted = Signal()
    tour_wanted = Signal()
    compare_wanted = Signal(list)
    """Networks are to be compared: the names of presets, or none."""
    own_wanted = Signal(str)
    """Data of the user's own are to be learned from: a "file" or a "folder"."""
    own_chosen = Signal(str)
    """Data of the user's own, used before, are to be looked at: their path."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Start page")
        self.gallery, self.recent, self.own = Gallery(), RecentFiles(), OwnDataList()
        self.gallery.chosen.connect(self.preset_chosen)
        self.recent.chosen.connect(self.file_chosen)
        self.own.wanted.connect(self.own_wanted)
        self.own.chosen.connect(self.own_chosen)
        self._buttons: list[tuple[QPushButton, str]] = []
        columns = QHBoxLayout(self)
        columns.setContentsMargins(24, 24, 16, 0)
        columns.setSpacing(16)
        self._side = self._build_side()
        columns.addWidget(self._side)
        columns.addWidget(self.gallery, 1)
        theme.changed.connect(self._retint)

    def refresh(self) -> None:
        """Read the presets again (one may have been saved)."""
        self.gallery.refresh()

    def close_background(self) -> None:
        self.recent.close_background()
        self.gallery.close_background()

    def _build_side(self) -> QScrollArea:
        body = QWidget()
        side = QVBoxLayout(body)
        side.setContentsMargins(8, 0, 12, 16)
        side.setSpacing(8)
        side.addWidget(label("Layerloom", "title"))
        side.addWidget(label("Draw a network, see every shape, train it live, leave with PyTorch.", "muted", wrap=True))
        side.addSpacing(8)
        first, second = QHBoxLayout(), QHBoxLayout()
        for row, text, name, tip, action_id, call in (
            (first, "New Network", "file", "Start with an empty canvas", "file.new", self.new_wanted.emit),
            (first, "Open File …", "folder-open", "Open a project file", "file.open", self.open_wanted.emit),
            (second, "Take the Tour", "tour", "Draw, break, fix and train a network, step by step", "help.tour",
             self.tour_wanted.emit),
            (second, "Compare …", "compare", "Put presets and projects side by side: what they cost, reach and how "
             "they differ", "page.networks", lambda: self.compare_wanted.emit([])),
        ):  # fmt: skip
            button = QPushButton(icon(name), text)
            button.setAccessibleName(text)
            KeyTip(button, tip, action_id)
            button.clicked.connect(lambda _checked=False, call=call: call())
            self._buttons.append((button, name))
            row.addWidget(button, 1)
        for row in (first, second):
            row.setSpacing(8)
            side.addLayout(row)
        side.addSpacing(8)
        side.addWidget(heading("Recent projects"))
        side.addWidget(self.recent)
        side.addSpacing(8)
        side.addWidget(heading("Your own data"))
        side.addWidget(self.own)
        side.addStretch(1)
        area = QScrollArea()
        area.setWidget(body)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        return area

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._retint()

    def _retint(self) -> None:
        """Follow the theme, the size of the text and the width of the window."""
        narrow = self.width() < NARROW
        self._side.setFixedWidth(round((NARROW_SIDE if narrow else SIDE) * max(1.0, theme.text_size)))
        for button, name in self._buttons:
            button.setIcon(QIcon() if narrow else icon(name))
