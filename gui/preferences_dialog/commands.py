"""Opens the preferences over a window."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from gui.keys.doable import Doable
from gui.preferences import Preferences
from gui.preferences_dialog.dialog import SHORTCUTS, PreferencesDialog


class PreferencesCommands:
    """One dialog, made when it is first wanted."""

    def __init__(self, window: QWidget, preferences: Preferences, doables: Sequence[Doable]) -> None:
        self._window, self._preferences, self._doables = window, preferences, doables
        self.dialog: PreferencesDialog | None = None

    def show(self) -> None:
        """Show the preferences."""
        if self.dialog is None:
            self.dialog = PreferencesDialog(self._preferences, self._doables, self._window)
        self.dialog.show()
        self.dialog.raise_()
        self.dialog.activateWindow()

    def show_keys(self) -> None:
        """Show the page on which actions get their keys."""
        self.show()
        assert self.dialog is not None
        self.dialog.show_group(SHORTCUTS)
        self.dialog.shortcuts.words.setFocus()
