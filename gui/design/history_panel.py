"""Every step of the undo history by name: a click goes there. What is undone is grey, the saved state is marked."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QFont, QShowEvent
from PySide6.QtWidgets import QListView, QVBoxLayout, QWidget

from gui.document import Document
from gui.theme import theme

Index = QModelIndex | QPersistentModelIndex


class HistoryModel(QAbstractListModel):
    """A row for how the project was opened, then one for each step."""

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._history = document.history
        self._count = 0

    def refresh(self) -> None:
        """Show the history as it is now."""
        count = self._history.count + 1
        if count > self._count:
            self.beginInsertRows(QModelIndex(), self._count, count - 1)
            self._count = count
            self.endInsertRows()
        elif count < self._count:
            self.beginRemoveRows(QModelIndex(), count, self._count - 1)
            self._count = count
            self.endRemoveRows()
        self.dataChanged.emit(self.index(0), self.index(count - 1))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else self._count

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row, history = index.row(), self._history
        if not index.isValid() or row > history.count:
            return None
        title = history.title(row)
        marks = ["saved"] if row == history.clean_index else []
        marks += ["undone"] if row > history.index else []
        if role == Qt.ItemDataRole.DisplayRole:
            text = f"{title}  ({', '.join(marks)})" if marks else title
            return f"{'▸' if row == history.index else '   '} {text}"
        if role == Qt.ItemDataRole.AccessibleTextRole:
            now = ["now"] if row == history.index else []
            return ", ".join([f"Step {row} of {history.count}: {title}", *now, *marks])
        if role == Qt.ItemDataRole.ForegroundRole:
            return theme.color("muted") if row > history.index else None
        if role == Qt.ItemDataRole.FontRole:
            font = QFont()
            font.setBold(row == history.index)
            font.setItalic(row > history.index)
            return font
        return None


class HistoryPanel(QWidget):
    """Follows undo and redo while it is seen."""

    message = Signal(str)

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.document = document
        self.model = HistoryModel(document, self)
        self.list = QListView(uniformItemSizes=True)
        self.list.setModel(self.model)
        self.list.setProperty("role", "list")
        self.list.setAccessibleName("History")
        self.list.setToolTip("Click a step to go back or forth to it")
        self.list.clicked.connect(self._go)
        self.list.activated.connect(self._go)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self.list)
        document.history_changed.connect(self.refresh)
        document.title_changed.connect(self.refresh)
        document.opened.connect(self.refresh)

    def refresh(self) -> None:
        """Show the steps as they are, the one that is reached in sight."""
        if self.isVisible():
            self.model.refresh()
            index = self.model.index(self.document.history.index)
            self.list.setCurrentIndex(index)
            self.list.scrollTo(index)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    def _go(self, index: QModelIndex) -> None:
        before, history = self.document.history.index, self.document.history
        history.go_to(index.row())
        moved = history.index - before
        if moved:
            count = "1 step" if abs(moved) == 1 else f"{abs(moved)} steps"
            self.message.emit(f"{'Redone' if moved > 0 else 'Undone'}: {count}")
