"""The cell that says what a tensor is made of: a line to type in, above a list of the tensors of the file that fit."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt, QTimer
from PySide6.QtWidgets import QCompleter, QLineEdit, QStyledItemDelegate, QStyleOptionViewItem, QWidget

Index = QModelIndex | QPersistentModelIndex


class SourceDelegate(QStyledItemDelegate):
    """``fitting`` gives for a row what could go there."""

    def __init__(self, fitting: Callable[[int], Sequence[str]], parent: QWidget) -> None:
        super().__init__(parent)
        self._fitting = fitting

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        editor = QLineEdit(parent)
        editor.setAccessibleName("What goes here")
        editor.setPlaceholderText("nothing: it stays as it begins")
        completer = QCompleter([*self._fitting(index.row())], editor)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setMaxVisibleItems(12)
        editor.setCompleter(completer)
        all_of_them = QTimer(editor, singleShot=True, interval=0)
        all_of_them.timeout.connect(completer.complete)  # before anything is typed the whole list is shown
        all_of_them.start()
        return editor
