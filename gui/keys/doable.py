"""An action as lists of keys show it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gui.keys.keymap import keymap


@dataclass(frozen=True, slots=True)
class Doable:
    """``on_canvas``: its keys count while the canvas has the focus only."""

    id: str
    title: str
    menu: str
    help: str
    on_canvas: bool = False

    @property
    def name(self) -> str:
        """How it is called outside its menu, where two menus have an entry of the same name."""
        return self.title.rstrip(" …")


def found(doables: Iterable[Doable], words: str, keys: str = "") -> list[Doable]:
    """Those whose title, help, menu or keys have all the words; with ``keys`` those that have just these."""
    asked = words.casefold().split()
    return [
        each
        for each in doables
        if all(word in _text(each) for word in asked) and (not keys or keys in keymap.keys(each.id))
    ]


def _text(each: Doable) -> str:
    return f"{each.title} {each.menu} {each.help} {keymap.all_shown(each.id)}".casefold()
