"""Data of the user's own on the Start page: what was used lately, and how to add more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from gui.icons import icon
from gui.keys.key_tip import KeyTip
from gui.theme import theme
from gui.widgets import label, plain

SHOWN = 4
"""How many of the data used lately; the Data page lists them all."""


@dataclass(frozen=True, slots=True)
class OwnDataEntry:
    """A file or folder: its path, how it is called, and a few words about it."""

    path: str
    title: str
    facts: str = ""


class OwnDataList(QWidget):
    """Two buttons that ask for a file or a folder, and a link for each of what was used lately."""

    wanted = Signal(str)
    """A "file" or a "folder" is to be chosen."""
    chosen = Signal(str)
    """The path of what was used before."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._add: list[tuple[QPushButton, str]] = []
        self.links: dict[str, QPushButton] = {}
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        for what, name, text, tip in (
            (
                "file",
                "file",
                "Add File …",
                "Learn from a table, a text, a series or arrays of yours (CSV, Excel, Parquet, .txt, .npy …)",
            ),
            ("folder", "folder-open", "Add Folder …", "Learn from a folder of images, texts (.txt) or clips of yours"),
        ):
            button = QPushButton(icon(name), text)
            button.setAccessibleName(f"Add your own {what}")
            KeyTip(button, tip, f"data.add_{what}")
            button.clicked.connect(partial(self._ask, what))
            self._add.append((button, name))
            buttons.addWidget(button)
        self._links = QVBoxLayout()
        self._links.setSpacing(0)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(4)
        box.addLayout(buttons)
        box.addLayout(self._links)
        box.addWidget(label("Or drop a file or a folder on the window.", "muted", wrap=True))
        theme.changed.connect(self._retint)

    def show_entries(self, entries: Sequence[OwnDataEntry]) -> None:
        """Show what was used lately."""
        for link in self.links.values():
            link.hide()
            link.deleteLater()
        self.links = {entry.path: self._link(entry) for entry in entries[:SHOWN]}

    def _link(self, entry: OwnDataEntry) -> QPushButton:
        link = QPushButton()
        link.setProperty("role", "link")
        link.setFlat(True)
        link.setText(link.fontMetrics().elidedText(entry.title, Qt.TextElideMode.ElideMiddle, 220))
        link.setToolTip(plain(f"{entry.path}\n{entry.facts}".strip(), wrap=True))
        link.setAccessibleName(f"Look at {entry.title}")
        link.clicked.connect(lambda _checked=False: self.chosen.emit(entry.path))
        self._links.addWidget(link)
        return link

    def _ask(self, what: str, _checked: bool = False) -> None:
        self.wanted.emit(what)

    def _retint(self) -> None:
        for button, name in self._add:
            button.setIcon(icon(name))
