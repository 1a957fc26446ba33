"""Chooses what is compared: a list with ticks, filtered by words, with the open project and files at its head."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

import presets
from gui.networks.subject import Subject, of_file
from gui.widgets import grown, heading, plain, push_button

WIDE = 224
SUBJECT = Qt.ItemDataRole.UserRole


class Choice(QWidget):
    """``changed`` when something else is ticked."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedWidth(grown(WIDE))
        self.filter = QLineEdit(clearButtonEnabled=True)
        self.filter.setPlaceholderText("Filter")
        self.filter.setAccessibleName("Filter the networks")
        self.filter.setToolTip("Show only networks with these words in their name or family")
        self.filter.textChanged.connect(self._filter)
        self.list = QListWidget()
        self.list.setAccessibleName("Networks to compare")
        self.list.setToolTip("Tick the networks to compare")
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.itemChanged.connect(lambda _item: self.changed.emit())
        self.add = push_button("Add File …", "Compare a project file as well", self._ask)
        self.none = push_button("Untick All", "Compare nothing", self.untick)
        buttons = QHBoxLayout()
        buttons.addWidget(self.add)
        buttons.addWidget(self.none)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(heading("Networks"))
        column.addWidget(self.filter)
        column.addWidget(self.list, 1)
        column.addLayout(buttons)
        for preset in presets.all():
            self._append(Subject(preset.name, preset.name, preset.family))

    def ticked(self) -> list[Subject]:
        """What is to be compared, in the order of the list."""
        items = (self.list.item(row) for row in range(self.list.count()))
        return [item.data(SUBJECT) for item in items if item.checkState() == Qt.CheckState.Checked]

    def tick(self, keys: Iterable[str]) -> None:
        """Tick these networks and no others."""
        wanted = set(keys)
        self.list.blockSignals(True)
        for row in range(self.list.count()):
            item = self.list.item(row)
            item.setCheckState(Qt.CheckState.Checked if item.data(SUBJECT).key in wanted else Qt.CheckState.Unchecked)
        self.list.blockSignals(False)
        self.changed.emit()

    def untick(self) -> None:
        """Compare nothing."""
        self.tick(())

    def put_first(self, subject: Subject, *, ticked: bool) -> None:
        """Show a subject at the head of the list, in the place of one with its key."""
        self.list.blockSignals(True)
        for row in range(self.list.count()):
            if self.list.item(row).data(SUBJECT).key == subject.key:
                ticked = ticked or self.list.item(row).checkState() == Qt.CheckState.Checked
                self.list.takeItem(row)
                break
        self._append(subject, 0, ticked=ticked)
        self.list.blockSignals(False)
        self.changed.emit()

    def add_files(self, paths: Iterable[Path]) -> None:
        """Compare these files as well."""
        for path in paths:
            self.put_first(of_file(path), ticked=True)

    def _append(self, subject: Subject, row: int | None = None, *, ticked: bool = False) -> None:
        item = QListWidgetItem(subject.title)
        item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
        item.setCheckState(Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked)
        item.setToolTip(plain(f"{subject.key}\n{subject.family}"))
        item.setData(SUBJECT, subject)
        self.list.insertItem(self.list.count() if row is None else row, item)

    def _ask(self) -> None:
        found = QFileDialog.getOpenFileNames(self, "Compare project files", "", "Layerloom projects (*.loom)")[0]
        self.add_files(map(Path, found))

    def _filter(self, words: str) -> None:
        wanted = words.casefold().split()
        for row in range(self.list.count()):
            subject = self.list.item(row).data(SUBJECT)
            text = f"{subject.title} {subject.family}".casefold()
            self.list.item(row).setHidden(not all(word in text for word in wanted))
