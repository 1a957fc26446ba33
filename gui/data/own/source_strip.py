"""Says that the data of a project are missing or have changed, and what can be done."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QWidget

from gui.training.banner import NoticeStrip
from gui.widgets import plain

BUTTONS = {
    "locate": ("Locate …", "Say where the data are now; the same data are recognised"),
    "as_is": ("Use as Is", "Learn from the data as they are now, read as before; one undo step"),
    "again": ("Look Again", "Look at the data again; what you have set about them is kept"),
    "add": ("Add Again", "Look at these data as if they were new"),
}


class SourceStrip(NoticeStrip):
    """One line with the buttons that are offered."""

    asked = Signal(str)
    """A key of BUTTONS, or "cancel"."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self.buttons: dict[str, QPushButton] = {}
        cancel = QPushButton("Cancel")
        cancel.setToolTip(plain("Leave everything as it is"))
        cancel.setAccessibleName("Leave the data as they are")
        super().__init__(cancel, "Hide the notes about the data", parent)
        self.wanted.connect(lambda: self.asked.emit("cancel"))
        for name, (text, tip) in BUTTONS.items():
            button = QPushButton(text)
            button.setToolTip(plain(tip))
            button.setAccessibleName(text)
            button.clicked.connect(lambda _checked=False, name=name: self.asked.emit(name))
            self.row.insertWidget(self.row.indexOf(self.button), button)
            self.buttons[name] = button

    def offer(self, state: str, text: str, *names: str, cancel: bool = False) -> None:
        """Show a text and these buttons."""
        for name, button in self.buttons.items():
            button.setVisible(name in names)
        self.button.setVisible(cancel)
        self.say(state, text)
