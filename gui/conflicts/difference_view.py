"""A unified diff to read: what is gone and what is new differ in colour and in the sign at the start of the line."""

from __future__ import annotations

from PySide6.QtGui import QFontDatabase, QSyntaxHighlighter, QTextCharFormat, QTextDocument
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from gui.theme import theme

COLORS = {"@": "hint", "-": "error", "+": "ok"}
"""The first sign of a line → its colour."""


class DifferenceView(QPlainTextEdit):
    """Shows a text as `engine.reading.file_versions.difference` makes it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setTabChangesFocus(True)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.setAccessibleName("The difference")
        self.setToolTip("Lines with − are in the file, lines with + are here")
        self._colors = _Colors(self.document())
        theme.changed.connect(self._colors.rehighlight)


class _Colors(QSyntaxHighlighter):
    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)

    def highlightBlock(self, text: str) -> None:
        if (token := COLORS.get(text[:1])) is not None:
            form = QTextCharFormat()
            form.setForeground(theme.color("muted" if text[:3] in ("---", "+++") else token))
            self.setFormat(0, len(text), form)
