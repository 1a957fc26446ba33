"""The keys of the help count in dialogs, too: each gets their actions when it first has the focus."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QDialog, QWidget


class KeysInDialogs(QObject):
    """Follows the focus of the program; ``actions`` are given to the dialogs over ``window``."""

    def __init__(self, window: QWidget, actions: Sequence[QAction]) -> None:
        super().__init__(window)
        self._window, self._actions = window, actions
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._moved)

    def _moved(self, _before: QWidget | None, now: QWidget | None) -> None:
        dialog = now.window() if now is not None else None
        owner = dialog.parentWidget() if isinstance(dialog, QDialog) else None
        if dialog is not None and owner is not None and owner.window() is self._window:
            dialog.addActions([action for action in self._actions if action not in dialog.actions()])
