"""The question who shall have keys that another action has."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from gui.keys.keymap import shown
from gui.widgets import label, plain, push_button

KeysOf = dict[str, list[str]]
"""The keys that actions would have."""


class ConflictStrip(QFrame):
    """Names both actions; ``chosen`` with the keys that they are to have."""

    chosen = Signal(dict)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._given: KeysOf = {}
        self._swapped: KeysOf = {}
        self.setAccessibleName("Keys that two actions would have")
        self.sentence = label("", "error", wrap=True)
        self.give = push_button("", "", lambda: self._answer(self._given))
        self.swap = push_button("Exchange", "Each gets the keys of the other", lambda: self._answer(self._swapped))
        self.leave = push_button("Leave It", "Change nothing", self.hide)
        buttons = QHBoxLayout()
        for button in (self.give, self.swap, self.leave):
            buttons.addWidget(button)
        buttons.addStretch(1)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 4, 0, 4)
        box.addWidget(self.sentence)
        box.addLayout(buttons)
        self.hide()

    def ask(self, keys: str, name: str, other: str, given: KeysOf, swapped: KeysOf) -> None:
        """Say that ``other`` has the keys that ``name`` is to have; without ``swapped`` nothing can be exchanged."""
        self._given, self._swapped = given, swapped
        self.sentence.setText(f"✕ {shown(keys)} belongs to {other}. Shall {name} have it?")
        self.give.setText(f"Give It to {name}")
        self.give.setAccessibleName(self.give.text())
        self.give.setToolTip(plain(f"{other} does not have {shown(keys)} any more"))
        self.swap.setVisible(bool(swapped))
        self.show()
        self.give.setFocus()

    def _answer(self, keys_of: KeysOf) -> None:
        self.hide()
        self.chosen.emit(keys_of)
