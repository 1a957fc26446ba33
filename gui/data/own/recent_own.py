"""The data of one's own that were used lately: remembered between starts, with what was settled about them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from gui.data.own.wishes import Wishes, of_text
from gui.preferences import Preferences

KEY: Final = "own_data"
MOST: Final = 8
LONGEST: Final = 60_000
"""Characters of wishes; of more only the kind is remembered."""


@dataclass(frozen=True, slots=True)
class OwnEntry:
    """A file or folder in the list; ``facts`` is its second line."""

    path: str
    wishes: Wishes
    facts: str = ""

    @property
    def title(self) -> str:
        return Path(self.path).name or self.path


class RecentOwn:
    """Newest first; without preferences as long as the page lives."""

    def __init__(self, preferences: Preferences | None) -> None:
        self._preferences = preferences
        self._texts: list[str] = [] if preferences is None else preferences.texts(KEY)

    def entries(self) -> list[OwnEntry]:
        return [entry for text in self._texts if (entry := _entry(text)) is not None][:MOST]

    def add(self, entry: OwnEntry) -> None:
        """Put this one first; one that is listed keeps its place."""
        wishes = entry.wishes.text()
        if len(wishes) > LONGEST:
            wishes = Wishes(entry.wishes.kind).text()
        text = json.dumps({"path": entry.path, "wishes": wishes, "facts": entry.facts})
        listed = [known.path if (known := _entry(old)) is not None else "" for old in self._texts]
        if entry.path in listed:
            self._texts[listed.index(entry.path)] = text
        else:
            self._texts = [text, *self._texts][:MOST]
        if self._preferences is not None:
            self._preferences.set_texts(KEY, self._texts)


def _entry(text: str) -> OwnEntry | None:
    try:
        found: Any = json.loads(text)
        path, wishes, facts = found["path"], found["wishes"], found["facts"]
    except (ValueError, RecursionError, TypeError, KeyError):
        return None
    if not all(isinstance(part, str) for part in (path, wishes, facts)) or not path or "\0" in path:
        return None
    return OwnEntry(path, of_text(wishes), facts)
