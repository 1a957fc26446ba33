"""The menu File → Open Recent: the pinned projects, then those opened last."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QMenu, QWidget

from engine.home import shown
from gui.icons import icon
from gui.preferences import Preferences
from gui.widgets import plain


class RecentMenu(QMenu):
    """Filled when it opens; whether a file is still there is found out when it is chosen."""

    def __init__(self, preferences: Preferences, open_path: Callable[[Path], object], parent: QWidget) -> None:
        super().__init__("Open Recent", parent)
        self._preferences, self._open_path = preferences, open_path
        self.setToolTipsVisible(True)
        self.aboutToShow.connect(self.fill)

    def fill(self) -> None:
        """List what is to be listed now."""
        self.clear()
        pinned, paths = self._preferences.pinned(), self._preferences.recent()
        names = [path.name for path in paths]
        for number, path in enumerate(paths, 1):
            folder = f"  –  {shown(path.parent)}" if names.count(path.name) > 1 else ""
            text = f"{path.name}{folder}".replace("&", "&&")  # else a letter would be underlined
            entry = self.addAction(f"&{number}  {text}" if number < 10 else text, partial(self._open_path, path))
            entry.setToolTip(plain(str(path)))
            if path in pinned:
                entry.setIcon(icon("pin"))
        if not paths:
            self.addAction("No Projects Yet").setEnabled(False)
        self.addSeparator()
        clear = self.addAction("Clear List", self._preferences.clear_recent)
        clear.setToolTip("List none but the pinned projects; no file is deleted")
        clear.setEnabled(len(paths) > len(pinned))
