"""Why a problem is one: the rule behind it, in a small window."""

from __future__ import annotations

import re
from html import escape

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QVBoxLayout, QWidget

from engine.problems.explanations import explain
from gui.theme import theme
from gui.widgets import label


def explanation_box(code: str, parent: QWidget) -> QDialog:
    """Title, a few sentences, the formula and where it is written down."""
    said = explain(code)
    dialog = QDialog(parent)
    dialog.setWindowTitle(said.title)
    dialog.setMinimumWidth(480)
    box = QVBoxLayout(dialog)
    box.setContentsMargins(20, 16, 20, 16)
    box.setSpacing(10)
    title = label(said.title, "heading")
    text = label(said.text, wrap=True)
    text.setMinimumWidth(440)
    box.addWidget(title)
    box.addWidget(text)
    if said.formula:
        formula = label(said.formula, "mono", wrap=True)
        formula.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        formula.setAccessibleName("Formula")
        box.addWidget(formula)
    if said.reference:
        reference = QLabel(_linked(said.reference))
        reference.setWordWrap(True)
        reference.setOpenExternalLinks(True)
        reference.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
        reference.setAccessibleName("Reference")
        box.addWidget(reference)
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    buttons.rejected.connect(dialog.reject)
    box.addStretch(1)
    box.addWidget(buttons)
    dialog.finished.connect(lambda _code: dialog.deleteLater())
    return dialog


def _linked(text: str) -> str:
    """A reference whose addresses can be clicked."""
    color = theme.color("accent").name()
    return re.sub(r"https?://[^\s,]+", lambda m: f'<a href="{m[0]}" style="color:{color}">{m[0]}</a>', escape(text))
