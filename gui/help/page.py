"""A page of the help: found by its id, listed in a group, searched by its words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

HOME: Final = "home"
SCHEME: Final = "help"
"""Links between pages are ``help:`` and an id."""
PICTURE: Final = "picture"
"""Diagrams are ``picture:`` and the id of their page."""


@dataclass(frozen=True, slots=True)
class HelpPage:
    """``body`` gives it as HTML without colours, which the browser adds; ``words`` what is searched."""

    id: str
    title: str
    group: str
    body: Callable[[], str] = field(compare=False, repr=False)
    words: Callable[[], str] = field(compare=False, repr=False)

    @property
    def kind(self) -> str:
        """``layer``, ``problem``, ``window`` or ``guide``: the first part of its id."""
        return self.id.partition("/")[0]


def link(page_id: str, title: str) -> str:
    """A link to a page."""
    return f'<a href="{SCHEME}:{page_id}">{title}</a>'
