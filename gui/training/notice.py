"""Tells at the end of a run, where nobody looks at the window."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QSystemTrayIcon, QWidget

from gui.icons import icon
from gui.preference_list import NOTIFY
from gui.preferences import Preferences
from gui.widgets import unmarked

SECONDS = 15
"""How long the message stands."""


class Notice:
    """A message of the desktop where it shows any, else the window asks for attention in the taskbar."""

    def __init__(self, owner: QWidget, preferences: Preferences | None) -> None:
        self._owner, self._preferences = owner, preferences
        self._on = True
        self._tray: QSystemTrayIcon | None = None

    @property
    def on(self) -> bool:
        """Whether anything is said."""
        return self._on if self._preferences is None else bool(self._preferences.get(NOTIFY))

    @on.setter
    def on(self, wanted: bool) -> None:
        self._on = wanted
        if self._preferences is not None:
            self._preferences.put(NOTIFY, wanted)

    def switch(self) -> None:
        """Say it from now on, or no longer."""
        self.on = not self.on

    def tell(self, title: str, sentence: str) -> bool:
        """Say that a run has ended, unless the window is being looked at; whether anything was said."""
        window = self._owner.window()
        if not self.on or window.isActiveWindow():
            return False
        if QSystemTrayIcon.isSystemTrayAvailable() and QSystemTrayIcon.supportsMessages():
            if self._tray is None:
                self._tray = QSystemTrayIcon(icon("train"), self._owner)
                self._tray.messageClicked.connect(self._come_forward)
            self._tray.show()
            self._tray.showMessage(title, unmarked(sentence), icon("train"), 1000 * SECONDS)
            QTimer.singleShot(1000 * SECONDS, self._tray, self._tray.hide)
        else:
            QApplication.alert(window)
        return True

    def _come_forward(self) -> None:
        window = self._owner.window()
        window.showNormal() if window.isMinimized() else window.show()
        window.raise_()
        window.activateWindow()
