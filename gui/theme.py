"""Light and dark from one file of tokens (`resources/themes/tokens.json`): palettes, style sheet, canvas colours."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from typing import Literal

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

Name = Literal["light", "dark"]
POINTS = re.compile(r"\b(\d+)pt\b")
"""A size of text in the style sheet."""
ROLES = {
    "window": QPalette.ColorRole.Window,
    "text": QPalette.ColorRole.WindowText,
    "base": QPalette.ColorRole.Base,
    "raised": QPalette.ColorRole.Button,
    "accent": QPalette.ColorRole.Highlight,
    "on_accent": QPalette.ColorRole.HighlightedText,
}


@cache
def _tokens() -> dict[str, dict[str, str]]:
    text = files("resources").joinpath("themes/tokens.json").read_text(encoding="utf-8")
    tokens: dict[str, dict[str, str]] = json.loads(text)
    return tokens


class Colors:
    """The colours of one theme, whichever the window has."""

    def __init__(self, name: Name) -> None:
        self.name: Name = name
        self._colors = {key: QColor(value) for key, value in _tokens()[name].items()}

    def __call__(self, token: str) -> QColor:
        """The colour of a token."""
        return self._colors.get(token) or self._colors["family.other"]

    def tokens(self) -> dict[str, QColor]:
        """All of them."""
        return self._colors


class Theme(QObject):
    """The current theme. Painters ask `color` for a token and draw again on `changed`."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._colors = Colors("light")
        self._dressing_last = False
        self._percent, self._points = 100, 0.0

    @property
    def name(self) -> Name:
        """Light or dark."""
        return self._colors.name

    def color(self, token: str) -> QColor:
        """The colour of a token, for example ``canvas``, ``wire``, ``error``, ``family.Convolution``."""
        return self._colors(token)

    @property
    def text_size(self) -> float:
        """How large the text of widgets is; 1 as the system has it."""
        return self._percent / 100

    def set_text_size(self, percent: int) -> None:
        """Make the text of all widgets so large, of 100 as the system has it."""
        application = QApplication.instance()
        if not isinstance(application, QApplication) or percent == self._percent:
            return
        font = application.font()
        self._points = self._points or font.pointSizeF()
        self._percent = percent
        font.setPointSizeF(self._points * percent / 100)
        application.setFont(font)
        self.set(self.name)

    def set(self, name: Name) -> None:
        """Switch to the light or the dark theme and tell everybody."""
        self._colors = Colors(name)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.setPalette(self._palette())
            sheet = "" if self._dressing_last else self._style_sheet()
            if sheet != application.styleSheet():  # all widgets are polished again
                application.setStyleSheet(sheet)
        self.changed.emit()

    @contextmanager
    def dressing_last(self) -> Iterator[None]:
        """Give what is built inside its style sheet once, at the end.

        Qt dresses a widget and all below it again with every parent that it gets: 100 of 160 ms of building a window.
        """
        self._dressing_last = True
        try:
            yield
        finally:
            self._dressing_last = False
            application = QApplication.instance()
            if isinstance(application, QApplication):
                application.setStyleSheet(self._style_sheet())

    def _palette(self) -> QPalette:
        palette = QPalette(self.color("raised"), self.color("window"))
        for token, role in ROLES.items():
            palette.setColor(role, self.color(token))
        for role in (QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText, QPalette.ColorRole.ToolTipText):
            palette.setColor(role, self.color("text"))
        palette.setColor(QPalette.ColorRole.ToolTipBase, self.color("base"))
        palette.setColor(QPalette.ColorRole.AlternateBase, self.color("window"))
        palette.setColor(QPalette.ColorRole.PlaceholderText, self.color("muted"))
        palette.setColor(QPalette.ColorRole.Link, self.color("accent"))
        for role in (QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText, QPalette.ColorRole.WindowText):
            palette.setColor(QPalette.ColorGroup.Disabled, role, self.color("muted"))
        return palette

    def _style_sheet(self) -> str:
        folder = files("resources").joinpath("themes")
        sheet = folder.joinpath("style.qss").read_text(encoding="utf-8")
        sheet = sheet.replace("@folder", str(folder).replace("\\", "/")).replace("@name", self.name)
        tokens = self._colors.tokens()
        for token in sorted(tokens, key=len, reverse=True):
            sheet = sheet.replace(f"@{token}", tokens[token].name())
        return POINTS.sub(lambda size: f"{float(size[1]) * self._percent / 100:.1f}pt", sheet)


def mono_font(size: float = 10) -> QFont:
    """The fixed-width font of code and numbers."""
    font = QFont("DejaVu Sans Mono", pointSize=round(size))
    font.setStyleHint(QFont.StyleHint.Monospace)
    return font


def of_system() -> Name:
    """The theme that the desktop has now; light where it says nothing."""
    app = QGuiApplication.instance()
    dark = isinstance(app, QGuiApplication) and app.styleHints().colorScheme() == Qt.ColorScheme.Dark
    return "dark" if dark else "light"


theme = Theme()
