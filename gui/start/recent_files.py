"""The projects opened last, on the Start page, those that are pinned first."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui.start.project_portraits import ProjectLook, ProjectPortraits
from gui.start.project_row import ProjectRow
from gui.widgets import label


class RecentFiles(QWidget):
    """A row for each project; ``chosen`` with its path."""

    chosen = Signal(object)
    pinned = Signal(object, bool)
    removed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(2)
        self._none = label("Projects you open or save appear here.", "muted", wrap=True)
        self._box.addWidget(self._none)
        self.rows: dict[Path, ProjectRow] = {}
        self.portraits = ProjectPortraits(self)
        self.portraits.looked.connect(self._looked)

    def show_files(self, paths: Sequence[Path], pinned: Collection[Path] = ()) -> None:
        """Show these files, and then what there is to see of them."""
        looks = {path: row.look for path, row in self.rows.items()}
        held = next((path for path, row in self.rows.items() if row.hasFocus()), None)
        for row in self.rows.values():
            row.hide()
            row.deleteLater()
        self.rows = {path: self._row(path, path in pinned) for path in paths}
        self._none.setVisible(not paths)
        for path, row in self.rows.items():
            if path in looks:
                row.show_look(looks[path])
        if held is not None and self.rows:
            self.rows.get(held, next(iter(self.rows.values()))).setFocus()
        self.portraits.look(paths)

    def close_background(self) -> None:
        self.portraits.close()

    def _row(self, path: Path, pinned: bool) -> ProjectRow:
        row = ProjectRow(path, pinned, self)
        row.chosen.connect(self.chosen)
        row.pinned.connect(self.pinned)
        row.removed.connect(self.removed)
        row.installEventFilter(self)
        self._box.addWidget(row)
        row.show()
        return row

    def _looked(self, look: ProjectLook) -> None:
        if (row := self.rows.get(look.path)) is not None:
            row.show_look(look)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The arrow keys lead from row to row."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and isinstance(watched, ProjectRow):
            by = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()), 0)
            if by:
                rows = list(self.rows.values())
                rows[max(0, min(rows.index(watched) + by, len(rows) - 1))].setFocus(Qt.FocusReason.TabFocusReason)
                return True
        return super().eventFilter(watched, event)
