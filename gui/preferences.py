"""What the program remembers between starts: theme, window and splitters, where trainings run, recent files."""

from __future__ import annotations

import base64
import binascii
import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Final, Literal

from PySide6.QtCore import QByteArray, QObject, QSettings, Signal

from engine import own_files, system
from engine.drawing import Direction
from engine.edits import MISSING
from engine.files import FileError, encoded
from engine.home import preferences
from engine.locks import one_at_a_time
from gui import preference_list as known
from gui.preference_list import Preference
from gui.theme import Name, of_system, theme

HostName = Literal["auto", "thread", "process"]
Value = str | list[str]
Values = dict[str, Value]
MOST_RECENT: Final = 40
"""How many are kept; how many are shown is a preference."""
FILE: Final = "preferences.json"
DAMAGED: Final = "preferences.damaged.json"
FORMER: Final = "preferences.ini"
"""Where earlier versions kept them; it is read once and stays as it is."""
LARGEST: Final = 2**20
"""Bytes; a larger file is not ours."""
LOCK, TRIES = "preferences.lock", 500
"""Whose turn it is to write, and how often is asked: writing takes milliseconds."""
log = logging.getLogger(__name__)


class Preferences(QObject):
    """A JSON file in Layerloom's home. Without one, or with a damaged one, everything is as at the first start."""

    changed = Signal(str)
    """The key of what this window has just changed."""

    def __init__(self) -> None:
        super().__init__()
        self._values = _at_start()

    def get(self, preference: Preference) -> object:
        """What is chosen; its default where nothing is."""
        return preference.value(self.text(preference.key))

    def put(self, preference: Preference, value: object) -> None:
        """Choose a value; `MISSING` goes back to the default."""
        default = value is MISSING or value == preference.parameter.default
        self._set(preference.key, "" if default else preference.text(value))

    def is_set(self, preference: Preference) -> bool:
        """Whether something else than the default is chosen."""
        return bool(self.get(preference) != preference.parameter.default)

    @property
    def theme(self) -> Name:
        """Light or dark: as chosen, or as the system has it."""
        chosen = self.get(known.THEME)
        return "dark" if chosen == "dark" else "light" if chosen == "light" else of_system()

    @theme.setter
    def theme(self, name: Name) -> None:
        self.put(known.THEME, name)

    def switch_theme(self) -> None:
        """Change between the light and the dark theme, for the next start, too."""
        self.theme = "light" if theme.name == "dark" else "dark"
        theme.set(self.theme)

    @property
    def direction(self) -> Direction | None:
        """Which way a new network is drawn; None where arranging chooses it."""
        chosen = self.get(known.DIRECTION)
        return "down" if chosen == "down" else "right" if chosen == "right" else None

    @property
    def host(self) -> HostName:
        """Where trainings run: see `gui.hosts.choice`."""
        return self.get(known.HOST)  # type: ignore[return-value]

    @host.setter
    def host(self, name: HostName) -> None:
        self.put(known.HOST, name)

    # -- projects opened lately ------------------------------------------------------------------------------------

    def recent(self) -> list[Path]:
        """The pinned projects, then those opened last, newest first, whether they are still there or not.

        To look may take long. As many as are wanted, and all that are pinned.
        """
        pinned, most = self.pinned(), int(str(self.get(known.RECENT)))
        others = [path for name in self.texts("recent") if (path := Path(name)) not in pinned]
        return [*pinned, *others[:most]]

    def pinned(self) -> list[Path]:
        """The projects that stay in the list."""
        return [Path(name) for name in self.texts("pinned")]

    def add_recent(self, path: Path) -> None:
        """Put this file first."""
        first = str(path.absolute())
        self._change(
            "recent", lambda before: [first, *(name for name in _names(before) if name != first)][:MOST_RECENT]
        )

    def remove_recent(self, path: Path) -> None:
        """List this file no longer, pinned or not."""
        for key in ("recent", "pinned"):
            self._change(key, lambda before: [name for name in _names(before) if name != str(path)])

    def clear_recent(self) -> None:
        """List none but the pinned files."""
        self._change("recent", lambda _before: [])

    def pin(self, path: Path, wanted: bool) -> None:
        """Let this file stay in the list, or no longer."""
        name = str(path)
        self._change(
            "pinned",
            lambda before: [*(other for other in _names(before) if other != name), *([name] if wanted else [])],
        )

    # -- by key ----------------------------------------------------------------------------------------------------

    def text(self, key: str) -> str:
        """What is kept under a key; empty where nothing is."""
        value = self._values.get(key, "")
        return value if isinstance(value, str) else ""

    def set_text(self, key: str, value: str) -> None:
        self._set(key, value)

    def texts(self, key: str) -> list[str]:
        """The list that is kept under a key; empty where none is."""
        return list(_names(self._values.get(key, [])))

    def set_texts(self, key: str, value: list[str]) -> None:
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

    def _set(self, key: str, value: Value) -> None:
        self._change(key, lambda _before: value)

    def _change(self, key: str, change: Callable[[Value], Value]) -> None:
        """Change one entry as it is now, and leave those that another window has changed meanwhile.

        One window at a time reads, changes and writes. What cannot be written counts for this window.
        """
        try:
            with one_at_a_time(preferences(), LOCK, TRIES):
                stored = _stored()
                before = stored.get(key, "")
                self._values = {**stored, key: change(before)}
                if self._values[key] != before:
                    text = json.dumps(self._values, indent=1, sort_keys=True, ensure_ascii=False)
                    own_files.write_atomically(preferences(), FILE, encoded(f"{text}\n"))
        except (OSError, FileError) as error:
            self._values = {**self._values, key: change(self._values.get(key, ""))}
            log.warning("The preferences cannot be saved: %s", error)
        self.changed.emit(key)


def _names(value: Value) -> list[str]:
    return ([value] if value else []) if isinstance(value, str) else value


def _at_start() -> Values:
    """What the file says; nothing where it cannot be read, or is damaged."""
    try:
        content = _content()
        return _former() if content is None else _parsed(content)
    except ValueError:
        pass  # the damaged file is put aside, by one window at a time
    except OSError as error:
        log.warning("%s cannot be read: %s", FILE, error)
        return {}
    try:
        with one_at_a_time(preferences(), LOCK, TRIES):
            return _stored()
    except OSError as error:
        log.warning("%s cannot be read: %s", FILE, error)
        return {}


def _stored() -> Values:
    """What the file says; nothing where it is damaged: it is put aside then for whoever wants to look.

    For who holds the lock, lest what another window has just written is put aside. Raises OSError where nobody can
    say: then nothing may be written over it.
    """
    content = _content()
    if content is None:
        return _former()
    try:
        return _parsed(content)
    except ValueError as error:
        log.warning("%s is damaged (%s) and put aside as %s", FILE, error, DAMAGED)
        system.replace(preferences() / FILE, preferences() / DAMAGED)
        return {}


def _content() -> bytes | None:
    try:
        return own_files.read_bytes(preferences(), FILE, LARGEST + 1)
    except FileNotFoundError:
        return None


def _parsed(content: bytes) -> Values:
    """Raises ValueError with what is wrong."""
    if len(content) > LARGEST:
        raise ValueError("it is too large")
    try:
        values = json.loads(content)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    if not isinstance(values, dict):
        raise ValueError("it holds no table")
    return {key: value for key, value in values.items() if _sound(value)}


def _sound(value: object) -> bool:
    return isinstance(value, str) or (isinstance(value, list) and all(isinstance(item, str) for item in value))


def _former() -> Values:
    """What an earlier version has kept."""
    if not own_files.is_file(preferences(), FORMER) or own_files.size_of(preferences(), FORMER) > LARGEST:
        return {}
    settings, values = QSettings(str(preferences() / FORMER), QSettings.Format.IniFormat), dict[str, str | list[str]]()
    for key in settings.allKeys():
        value = settings.value(key)
        if isinstance(value, QByteArray):
            value = base64.b64encode(value.data()).decode("ascii")
        if _sound(value):
            values[key] = value
    return values
