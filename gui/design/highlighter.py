"""Colours for Python source: keywords, numbers, strings and comments."""

from __future__ import annotations

import keyword
import re

from PySide6.QtGui import QFont, QSyntaxHighlighter, QTextCharFormat, QTextDocument

from gui.theme import theme

RULES = (
    ("family.Shape", re.compile(rf"\b(?:{'|'.join(keyword.kwlist)})\b")),
    ("family.Linear", re.compile(r"\b(?:nn\.\w+|torch\.\w+|self)\b")),
    ("family.Activation", re.compile(r"\b\d+(?:\.\d+)?(?:e-?\d+)?\b")),
    ("family.Pooling", re.compile(r"'[^']*'|\"[^\"]*\"")),
    ("muted", re.compile(r"#.*")),
)


class PythonHighlighter(QSyntaxHighlighter):
    """Repaints itself when told that the theme has changed."""

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self.retheme()

    def retheme(self) -> None:
        """Take the colours of the current theme."""
        self._formats = []
        for token, pattern in RULES:
            style = QTextCharFormat()
            style.setForeground(theme.color(token))
            if token == "family.Shape":
                style.setFontWeight(QFont.Weight.Bold)
            self._formats.append((style, pattern))
        self.rehighlight()

    def highlightBlock(self, text: str) -> None:
        for style, pattern in self._formats:
            for match in pattern.finditer(text):
                self.setFormat(match.start(), match.end() - match.start(), style)
