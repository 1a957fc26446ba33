"""Small widgets that several pages share, in one look."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel


def label(text: str = "", role: str = "", *, wrap: bool = False) -> QLabel:
    """A label in a role of the style sheet: title, heading, muted, mono or error."""
    made = QLabel(text)
    made.setIndent(0)
    made.setWordWrap(wrap)
    if role:
        made.setProperty("role", role)
    return made
