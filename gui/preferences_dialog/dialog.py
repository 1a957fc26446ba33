"""The preferences dialog: groups at the left, their preferences or the keys at the right, a search over all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from gui.keys.doable import Doable, found
from gui.keys.shortcuts_page import ShortcutsPage
from gui.preference_list import GROUPS
from gui.preferences import Preferences
from gui.preferences_dialog.settings_page import SettingsPage
from gui.widgets import grown, label, push_button

SHORTCUTS = "Keys"


class PreferencesDialog(QDialog):
    """Stays beside the window, so that one sees what a choice does."""

    help_page: ClassVar = "window/preferences"

    def __init__(self, preferences: Preferences, doables: Sequence[Doable], parent: QWidget) -> None:
        super().__init__(parent)
        self._doables = doables
        self.setWindowTitle("Preferences")
        self.resize(720, 560)
        self.words = QLineEdit(placeholderText="Search preferences and keys", clearButtonEnabled=True)
        self.words.setAccessibleName("Search preferences and keys")
        self.words.setToolTip("Parts of what a preference is called or does")
        self.words.textChanged.connect(lambda _text: self._show())
        self.groups = QListWidget()
        self.groups.addItems([*GROUPS, SHORTCUTS])
        self.groups.setFixedWidth(grown(140))
        self.groups.setUniformItemSizes(True)
        for row in range(self.groups.count()):
            self.groups.item(row).setSizeHint(QSize(0, grown(30)))
        self.groups.setAccessibleName("Groups of preferences")
        self.groups.currentRowChanged.connect(self._group_chosen)
        self.settings, self.shortcuts = SettingsPage(preferences), ShortcutsPage(doables)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.settings)
        self.stack.addWidget(self.shortcuts)
        self.also = push_button("", "Show the actions that match", self._show_keys)
        self.also.setProperty("role", "link")
        self.note = label("Changes count at once.", "muted")
        self.restore = push_button("Restore Defaults", "Take all preferences back; keys stay", self.settings.restore)
        self.undo = push_button("Undo", "Choose again what was chosen before", self._undo)
        self.undo.hide()
        self.settings.restored.connect(self._restored)
        close = push_button("Close", "Close the preferences (Esc)", self.close)
        columns, below = QHBoxLayout(), QHBoxLayout()
        right = QVBoxLayout()
        right.addWidget(self.stack, 1)
        right.addWidget(self.also, 0, Qt.AlignmentFlag.AlignLeft)
        columns.addWidget(self.groups)
        columns.addLayout(right, 1)
        for widget in (self.restore, self.undo, self.note):
            below.addWidget(widget)
        below.addStretch(1)
        below.addWidget(close)
        box = QVBoxLayout(self)
        box.addWidget(self.words)
        box.addLayout(columns, 1)
        box.addLayout(below)
        for button in self.findChildren(QPushButton):
            button.setAutoDefault(False)  # Enter belongs to fields and lists
        self.groups.setCurrentRow(0)
        self.words.setFocus()

    def show_group(self, group: str) -> None:
        """Show a group, or the keys."""
        self.words.clear()
        self.groups.setCurrentRow([*GROUPS, SHORTCUTS].index(group))
        self._show()

    def _group_chosen(self, _row: int) -> None:
        if self.words.text():
            self.words.clear()  # which shows the group
        else:
            self._show()

    def _show(self) -> None:
        words = self.words.text().strip()
        matching = len(found(self._doables, words)) if words else 0
        self.also.setText(f"{matching} action{'' if matching == 1 else 's'} with keys match{'es' * (matching == 1)} →")
        self.also.setVisible(matching > 0)
        group = self.groups.currentItem().text()
        if words:
            self.stack.setCurrentWidget(self.settings)
            self.settings.show_found(words)
        elif group == SHORTCUTS:
            self.stack.setCurrentWidget(self.shortcuts)
        else:
            self.stack.setCurrentWidget(self.settings)
            self.settings.show_group(group)
        self.restore.setVisible(self.stack.currentWidget() is self.settings)

    def _show_keys(self) -> None:
        words = self.words.text()
        self.show_group(SHORTCUTS)
        self.shortcuts.show_words(words)

    def _restored(self, count: int) -> None:
        self.note.setText(f"{count} preference{'' if count == 1 else 's'} restored." if count else "All are defaults.")
        self.undo.setVisible(count > 0)

    def _undo(self) -> None:
        self.settings.undo_restore()
        self.undo.hide()
        self.note.setText("Changes count at once.")
