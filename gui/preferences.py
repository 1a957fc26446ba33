"""What the program remembers between starts: theme, window and splitters, where trainings run, recent files."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, get_args

from PySide6.QtCore import QByteArray, QSettings

from engine.home import home
from gui.theme import Name, theme

HostName = Literal["auto", "thread", "process"]
MOST_RECENT = 8


class Preferences:
    """An ini file in Layerloom's home."""

    def __init__(self) -> None:
        self._settings = QSettings(str(home() / "preferences.ini"), QSettings.Format.IniFormat)

    @property
    def theme(self) -> Name:
        return "dark" if self._settings.value("theme") == "dark" else "light"

    @theme.setter
    def theme(self, name: Name) -> None:
        self._settings.setValue("theme", name)

    def switch_theme(self) -> None:
        """Change between the light and the dark theme, for the next start, too."""
        self.theme = "light" if theme.name == "dark" else "dark"
        theme.set(self.theme)

    @property
    def host(self) -> HostName:
        """Where trainings run: see `gui.hosts.choice`."""
        value = self._settings.value("training/host")
        return value if value in get_args(HostName) else "auto"

    @host.setter
    def host(self, name: HostName) -> None:
        self._settings.setValue("training/host", name)

    def recent(self) -> list[Path]:
        """The files opened last that are still there, newest first."""
        value = self._settings.value("recent", [])
        names = [value] if isinstance(value, str) else list(value) if isinstance(value, list) else []
        return [path for path in map(Path, names) if path.is_file()]

    def add_recent(self, path: Path) -> None:
        """Put this file first."""
        path = path.resolve()
        others = [other for other in self.recent() if other != path]
        self._settings.setValue("recent", [str(p) for p in [path, *others][:MOST_RECENT]])

    def text(self, key: str) -> str:
        """What is kept under a key; empty where nothing is."""
        value = self._settings.value(key, "")
        return value if isinstance(value, str) else ""

    def set_text(self, key: str, value: str) -> None:
        self._settings.setValue(key, value)

    def bytes(self, key: str) -> QByteArray | None:
        """A stored geometry, if there is one."""
        value = self._settings.value(f"layout/{key}")
        return value if isinstance(value, QByteArray) else None

    def set_bytes(self, key: str, value: QByteArray) -> None:
        self._settings.setValue(f"layout/{key}", value)
