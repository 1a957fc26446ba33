"""The files opened last, on the Start page. Whether they are still there is found out beside the window."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from engine.files import is_file
from gui.widgets import label, plain
from gui.work.background import Background

WIDTH, TEXT_WIDTH = 220, 196
MISSING: Final = "missing"
PATIENCE: Final = 0.2
"""Seconds that the window waits at its end for an answer about a file: a network that is gone may take minutes."""


class RecentFiles(QWidget):
    """A button for each file; ``chosen`` with its path."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(2)
        self.buttons: dict[Path, QPushButton] = {}
        self.background = Background("recent files", self)

    def show_files(self, paths: list[Path]) -> None:
        """Show these files, and then which of them are missing."""
        while (item := self._rows.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        self.buttons = {path: self._button(path) for path in paths}
        if not paths:
            self._rows.addWidget(label("Projects you save appear here.", "muted"))
            return
        self.background.run(lambda: [path for path in paths if not is_file(path)], self._mark, self._unknown)

    def close_background(self) -> None:
        self.background.close(PATIENCE)

    def _button(self, path: Path) -> QPushButton:
        button = QPushButton()
        button.setFlat(True)
        button.setProperty("role", "link")
        button.setFixedWidth(WIDTH)
        button.setText(_short(button, path.name))
        button.setToolTip(plain(str(path)))
        button.setAccessibleName(f"Open recent file {path.name}")
        button.clicked.connect(partial(self._choose, path))
        self._rows.addWidget(button)
        return button

    def _choose(self, path: Path, _checked: bool = False) -> None:
        self.chosen.emit(path)

    def _mark(self, missing: list[Path]) -> None:
        for path in missing:
            if (button := self.buttons.get(path)) is not None:
                button.setText(f"{_short(button, path.name, f' ({MISSING})')} ({MISSING})")
                button.setToolTip(plain(f"{path}\nIt is not there any more, or cannot be reached."))
                button.setAccessibleName(f"Open recent file {path.name}, which is {MISSING}")

    def _unknown(self, error: Exception) -> None:
        raise error


def _short(button: QPushButton, name: str, end: str = "") -> str:
    """As much of a name as there is room for beside ``end``."""
    font = QFontMetricsF(button.font())
    return font.elidedText(name, Qt.TextElideMode.ElideMiddle, TEXT_WIDTH - font.horizontalAdvance(end))
