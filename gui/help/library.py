"""All pages of the help by id, and what is found in them."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from gui.help.index import Hit, Index, Text
from gui.help.layer_pages import layer_pages
from gui.help.page import HOME, HelpPage
from gui.help.problem_pages import problem_pages
from gui.help.written_pages import home, written_pages
from gui.keys.doable import Doable
from gui.keys.gestures import GESTURES
from gui.keys.keymap import keymap

KEYS = "window/keys"


class Library:
    """Pages are known by title at once; their text is made when they are shown or searched."""

    def __init__(self, doables: Sequence[Doable]) -> None:
        self._doables = doables
        written = written_pages()
        keys = HelpPage(KEYS, "Keys and gestures", "The window", self._keys, self._key_words)
        first = HelpPage(HOME, "Layerloom Help", "The window", lambda: home(self.groups()), lambda: "")
        self.pages = {page.id: page for page in (first, *written, keys, *layer_pages(), *problem_pages())}

    def groups(self) -> dict[str, list[HelpPage]]:
        """The pages by group, without the first one."""
        groups: dict[str, list[HelpPage]] = {}
        for page in self.pages.values():
            if page.id != HOME:
                groups.setdefault(page.group, []).append(page)
        return groups

    def index(self) -> Index:
        """What all pages say; takes a tenth of a second."""
        return Index(Text(page.id, page.title, page.words()) for page in self.pages.values())

    def _keys(self) -> str:
        groups: dict[str, list[tuple[str, str]]] = {}
        for each in self._doables:
            groups.setdefault(each.menu, []).append((each.name, keymap.all_shown(each.id)))
        parts = ["<p>Keys can be changed under <i>Edit → Keyboard Shortcuts</i>.</p>"]
        for title, rows in (groups | {group: list(rows) for group, rows in GESTURES.items()}).items():
            lines = "".join(f"<tr><td>{escape(what)}</td><td>{escape(how)}</td></tr>" for what, how in rows if how)
            parts.append(f"<h2>{escape(title)}</h2><table>{lines}</table>")
        return "".join(parts)

    def _key_words(self) -> str:
        said = [f"{each.name}: {each.help} {keymap.all_shown(each.id)}." for each in self._doables]
        return " ".join([*said, *(f"{what}: {how}." for rows in GESTURES.values() for what, how in rows)])


__all__ = ["HOME", "KEYS", "Hit", "Library"]
