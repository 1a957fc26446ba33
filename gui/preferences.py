"""What the program remembers between starts: theme, window and splitters, where trainings run, recent files."""

from __future__ import annotations

import base64
import binascii
import json
import logging
from pathlib import Path
from typing import Final, Literal, get_args

from PySide6.QtCore import QByteArray, QSettings

from engine import own_files, system
from engine.files import FileError
from engine.home import home
from gui.theme import Name, theme

HostName = Literal["auto", "thread", "process"]
Values = dict[str, str | list[str]]
MOST_RECENT = 8
FILE: Final = "preferences.json"
DAMAGED: Final = "preferences.damaged.json"
FORMER: Final = "preferences.ini"
"""Where earlier versions kept them; it is read once and stays as it is."""
LARGEST: Final = 2**20
"""Bytes; a larger file is not ours."""
log = logging.getLogger(__name__)


class Preferences:
    """A JSON file in Layerloom's home. Without one, or with a damaged one, everything is as at the first start."""

    def __init__(self) -> None:
        self._values = _stored()

    @property
    def theme(self) -> Name:
        return "dark" if self._values.get("theme") == "dark" else "light"

    @theme.setter
    def theme(self, name: Name) -> None:
        self._set("theme", name)

    def switch_theme(self) -> None:
        """Change between the light and the dark theme, for the next start, too."""
        self.theme = "light" if theme.name == "dark" else "dark"
        theme.set(self.theme)

    @property
    def host(self) -> HostName:
        """Where trainings run: see `gui.hosts.choice`."""
        value = self.text("training/host")
        return value if value in get_args(HostName) else "auto"  # type: ignore[return-value]

    @host.setter
    def host(self, name: HostName) -> None:
        self._set("training/host", name)

    def recent(self) -> list[Path]:
        """The files opened last, newest first, whether they are still there or not: to look may take long."""
        value = self._values.get("recent", [])
        return [Path(name) for name in ([value] if isinstance(value, str) else value)][:MOST_RECENT]

    def add_recent(self, path: Path) -> None:
        """Put this file first."""
        path = path.absolute()
        others = [other for other in self.recent() if other != path]
        self._set("recent", [str(p) for p in [path, *others][:MOST_RECENT]])

    def text(self, key: str) -> str:
        """What is kept under a key; empty where nothing is."""
        value = self._values.get(key, "")
        return value if isinstance(value, str) else ""

    def set_text(self, key: str, value: str) -> None:
        self._set(key, value)

    def bytes(self, key: str) -> QByteArray | None:
        """A stored geometry, if there is one."""
        try:
            content = base64.b64decode(self.text(f"layout/{key}"), validate=True)
        except (binascii.Error, ValueError):
            return None
        return QByteArray(content) if content else None

    def set_bytes(self, key: str, value: QByteArray) -> None:
        self._set(f"layout/{key}", base64.b64encode(value.data()).decode("ascii"))

    def _set(self, key: str, value: str | list[str]) -> None:
        """Change one entry, and leave those that another window has changed meanwhile."""
        if self._values.get(key) == value:
            return
        self._values = {**_stored(), key: value}
        try:
            home().mkdir(parents=True, exist_ok=True)
            text = json.dumps(self._values, indent=1, sort_keys=True, ensure_ascii=False)
            own_files.write_atomically(home(), FILE, f"{text}\n".encode())
        except (OSError, FileError) as error:
            log.warning("The preferences cannot be saved: %s", error)


def _stored() -> Values:
    """What the file says; nothing where it is damaged, which is then put aside for whoever wants to look."""
    try:
        content = own_files.read_bytes(home(), FILE, LARGEST + 1)
    except FileNotFoundError:
        return _former()
    except OSError as error:
        log.warning("%s cannot be read: %s", FILE, error)
        return {}
    try:
        if len(content) > LARGEST:
            raise ValueError("it is too large")
        values = json.loads(content)
        if not isinstance(values, dict):
            raise ValueError("it holds no table")
    except (ValueError, RecursionError) as error:
        log.warning("%s is damaged (%s) and put aside as %s", FILE, error, DAMAGED)
        try:
            system.replace(home() / FILE, home() / DAMAGED)
        except OSError as refused:
            log.warning("%s cannot be put aside: %s", FILE, refused)
        return {}
    return {key: value for key, value in values.items() if _sound(value)}


def _sound(value: object) -> bool:
    return isinstance(value, str) or (isinstance(value, list) and all(isinstance(item, str) for item in value))


def _former() -> Values:
    """What an earlier version has kept."""
    if not own_files.is_file(home(), FORMER) or own_files.size_of(home(), FORMER) > LARGEST:
        return {}
    settings, values = QSettings(str(home() / FORMER), QSettings.Format.IniFormat), dict[str, str | list[str]]()
    for key in settings.allKeys():
        value = settings.value(key)
        if isinstance(value, QByteArray):
            value = base64.b64encode(value.data()).decode("ascii")
        if _sound(value):
            values[key] = value
    return values
