"""The sheet of keys and gestures: grouped, searchable, beside the window while one works."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLineEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from gui.keys.doable import Doable
from gui.keys.gestures import GESTURES
from gui.keys.keymap import keymap
from gui.widgets import label, plain


class KeySheet(QDialog):
    """Every action that has keys, then the others, by menu; then what mouse and fixed keys do."""

    help_page: ClassVar = "guide/keyboard"

    change_wanted = Signal()
    """The keys are to be changed."""

    def __init__(self, doables: Sequence[Doable], parent: QWidget) -> None:
        super().__init__(parent)
        self._doables = doables
        self.setWindowTitle("Keys and Gestures")
        self.resize(640, 680)
        self.words = QLineEdit(placeholderText="Search", clearButtonEnabled=True)
        self.words.setAccessibleName("Search keys and gestures")
        self.words.setToolTip("Parts of what is done, or of the keys")
        self.words.textChanged.connect(lambda _text: self.refresh())
        self.tree = QTreeWidget()
        self.tree.setHeaderLabels(["What it does", "Keys or gesture"])
        self.tree.setAccessibleName("Keys and gestures")
        self.tree.setRootIsDecorated(False)
        self.tree.setIndentation(12)
        self.tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.tree.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.tree.header().setStretchLastSection(False)
        self.nothing = label("Nothing matches.", "muted")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        change = buttons.addButton("Change Keys …", QDialogButtonBox.ButtonRole.ActionRole)
        change.setToolTip("Give actions other keys")
        change.clicked.connect(lambda _checked: self.change_wanted.emit())
        buttons.rejected.connect(self.reject)
        box = QVBoxLayout(self)
        for widget in (self.words, self.tree, self.nothing, buttons):
            box.addWidget(widget)
        keymap.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show what matches, with the keys as they are now."""
        asked = self.words.text().casefold().split()
        self.tree.clear()
        for group, rows in self._groups().items():
            shown = [row for row in rows if all(word in f"{group} {' '.join(row)}".casefold() for word in asked)]
            if shown:
                head = QTreeWidgetItem(self.tree, [group])
                head.setFirstColumnSpanned(True)
                head.setFlags(Qt.ItemFlag.ItemIsEnabled)
                font = head.font(0)
                font.setBold(True)
                head.setFont(0, font)
                for what, keys, help in shown:
                    row = QTreeWidgetItem(head, [what, keys])
                    row.setToolTip(0, plain(help))
        self.tree.expandAll()
        self.nothing.setVisible(self.tree.topLevelItemCount() == 0)

    def _groups(self) -> dict[str, list[tuple[str, str, str]]]:
        """What is done, its keys, and more words about it."""
        groups: dict[str, list[tuple[str, str, str]]] = {}
        for each in self._doables:
            groups.setdefault(each.menu, []).append((each.name, keymap.all_shown(each.id), each.help))
        for rows in groups.values():
            rows.sort(key=lambda row: not row[1])  # what has keys comes first
        return groups | {group: [(what, how, "") for what, how in rows] for group, rows in GESTURES.items()}
