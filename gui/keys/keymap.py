"""Which action has which keys: those of `resources/keymap.json`, or what the user has chosen for it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Final

from PySide6.QtCore import QKeyCombination, QObject, Qt, Signal
from PySide6.QtGui import QKeySequence

from gui.preferences import Preferences

KEPT: Final = "keymap"
"""The key of the preferences under which one's own keys are: an object of action ids and lists of keys."""
PORTABLE, NATIVE = QKeySequence.SequenceFormat.PortableText, QKeySequence.SequenceFormat.NativeText


@cache
def defaults() -> dict[str, list[str]]:
    """The keys of each action id as Layerloom comes."""
    text = files("resources").joinpath("keymap.json").read_text(encoding="utf-8")
    table: dict[str, list[str]] = json.loads(text)
    return table


def normal(keys: str) -> str:
    """Keys as they are stored and compared; empty where they are none: ``ctrl+Del`` is ``Ctrl+Del``."""
    sequence = QKeySequence(keys, PORTABLE)
    if sequence.count() != 1 or sequence[0].key() == Qt.Key.Key_unknown:  # type: ignore[index]
        return ""
    return sequence.toString(PORTABLE)


def shown(keys: str) -> str:
    """Keys as the system writes them."""
    return QKeySequence(keys, PORTABLE).toString(NATIVE)


class Keymap(QObject):
    """The keys that hold now; menus, tooltips and sheets follow ``changed``."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._own: dict[str, list[str]] = {}
        self._preferences: Preferences | None = None

    def follow(self, preferences: Preferences) -> None:
        """Take what is stored there, and store there what is changed from now on."""
        self._preferences, self._own = preferences, _parsed(preferences.text(KEPT))
        self.changed.emit()

    def keys(self, action_id: str) -> list[str]:
        """The keys of an action, the first of which menus show."""
        return list(self._own.get(action_id, map(normal, defaults().get(action_id, ()))))

    def sequences(self, action_id: str) -> list[QKeySequence]:
        return [QKeySequence(keys, PORTABLE) for keys in self.keys(action_id)]

    def shown(self, action_id: str) -> str:
        """The first keys of an action as the system writes them; empty without any."""
        return next(map(shown, self.keys(action_id)), "")

    def hint(self, action_id: str) -> str:
        """`` (Ctrl+N)`` for the end of a tooltip; empty without keys."""
        keys = self.shown(action_id)
        return f" ({keys})" if keys else ""

    def all_shown(self, action_id: str) -> str:
        """All keys of an action, with commas."""
        return ", ".join(map(shown, self.keys(action_id)))

    def means(self, action_id: str, pressed: QKeyCombination) -> bool:
        """Whether what was pressed are keys of this action."""
        return QKeySequence(pressed).toString(PORTABLE) in self.keys(action_id)

    def holders(self, keys: str, action_ids: Sequence[str]) -> list[str]:
        """Those of these actions that have these keys."""
        return [action_id for action_id in action_ids if normal(keys) in self.keys(action_id)]

    # -- changing --------------------------------------------------------------------------------------------------

    @property
    def own(self) -> dict[str, list[str]]:
        """The keys of the actions whose keys are not those that Layerloom comes with."""
        return {action_id: list(keys) for action_id, keys in self._own.items()}

    def is_own(self, action_id: str) -> bool:
        return action_id in self._own

    def give(self, keys_of: dict[str, list[str]]) -> None:
        """Give these actions these keys and no others, in one step."""
        for action_id, keys in keys_of.items():
            wanted = list(dict.fromkeys(filter(None, map(normal, keys))))
            self._own.pop(action_id, None)
            if wanted != self.keys(action_id):
                self._own[action_id] = wanted
        self._store()

    def reset(self, action_id: str) -> None:
        """Back to the keys that Layerloom comes with."""
        self._own.pop(action_id, None)
        self._store()

    def reset_all(self) -> None:
        self._own = {}
        self._store()

    def _store(self) -> None:
        if self._preferences is not None:
            self._preferences.set_text(KEPT, json.dumps(self._own, sort_keys=True) if self._own else "")
        self.changed.emit()


def _parsed(text: str) -> dict[str, list[str]]:
    """What is kept, without what means nothing."""
    try:
        kept = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return {}
    if not isinstance(kept, dict):
        return {}
    return {
        action_id: [known for each in keys if isinstance(each, str) and (known := normal(each))]
        for action_id, keys in kept.items()
        if isinstance(keys, list)
    }


keymap = Keymap()
