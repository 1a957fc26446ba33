"""The start page: what was open lately beside the gallery of networks to start from."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QVBoxLayout, QWidget

from gui.icons import icon
from gui.start.gallery import Gallery
from gui.start.recent_files import RecentFiles
from gui.theme import theme
from gui.widgets import heading, label, plain

SIDE = 220


class StartPage(QWidget):
    """New, open and recent on the left, the gallery on the right."""

    preset_chosen = Signal(object)
    file_chosen = Signal(object)
    new_wanted = Signal()
    open_wanted = Signal()
    compare_wanted = Signal(list)
    """Networks are to be compared: the names of presets, or none."""
    own_wanted = Signal(str)
    """Data of the user's own are to be learned from: a "file" or a "folder"."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Start page")
        self.gallery = Gallery()
        self.gallery.chosen.connect(self.preset_chosen)
        columns = QHBoxLayout(self)
        columns.setContentsMargins(32, 24, 16, 0)
        columns.setSpacing(32)
        columns.addLayout(self._build_side())
        columns.addWidget(self.gallery, 1)
        theme.changed.connect(self._retint)

    def refresh(self) -> None:
        """Read the presets again (one may have been saved)."""
        self.gallery.refresh()

    def close_background(self) -> None:
        self.recent.close_background()
        self.gallery.close_background()

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
            button.setFixedWidth(SIDE)
            button.clicked.connect(signal)
            self._buttons.append((button, name))
            side.addWidget(button)
        own = QPushButton(icon("data"), "Learn from your own data …")
        own.setToolTip(plain("A table, arrays or a folder of images; you can also drop it anywhere on the window"))
        own.setAccessibleName("Learn from your own data")
        own.setFixedWidth(SIDE)
        menu = QMenu(own)
        for what, text in (("file", "File …"), ("folder", "Folder …")):
            menu.addAction(text, lambda what=what: self.own_wanted.emit(what))
        own.setMenu(menu)
        self._buttons.append((own, "data"))
        side.addWidget(own)
        compare = QPushButton(icon("compare"), "Compare networks …")
        compare.setToolTip(plain("Put presets and projects side by side: what they cost, reach and how they differ"))
        compare.setAccessibleName("Compare networks")
        compare.setFixedWidth(220)
        compare.clicked.connect(lambda _checked: self.compare_wanted.emit([]))
        self._buttons.append((compare, "compare"))
        side.addWidget(compare)
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
