"""Says above the pages what became of the file of the open project, with the same choices that a save offers."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QPushButton, QWidget

from gui.training.banner import NoticeStrip
from gui.widgets import plain

HELP = {
    "Show the Difference": "Compare the file with what is here, line by line",
    "Take Theirs": "Show what is in the file now; one undo step brings back what is here",
    "Keep Mine": "Replace the file with what is here; what is there now is kept beside it with ~ after its name",
    "Save Here Again": "Write the project to its old place",
    "Save As…": "Save the project under another name",
    "Save a Copy…": "Write what is here to another file, and leave everything as it is",
}


class FileStrip(NoticeStrip):
    """Shows the buttons that are asked for, in their order in `HELP`."""

    chosen = Signal(str)
    """The text of a button."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self.buttons = {text: QPushButton(text) for text in HELP}
        super().__init__(self.buttons["Show the Difference"], "Hide the remark about the file", parent)
        for text, button in self.buttons.items():
            button.setToolTip(plain(HELP[text]))
            button.setAccessibleName(text.rstrip("…"))
            button.setAccessibleDescription(HELP[text])
            button.clicked.connect(lambda _checked=False, text=text: self.chosen.emit(text))
            if button is not self.button:  # that one is there
                self.row.insertWidget(self.row.indexOf(self.away), button, 0, Qt.AlignmentFlag.AlignVCenter)

    def offer(self, sentence: str, *choices: str) -> None:
        """Say this, with these buttons."""
        for text, button in self.buttons.items():
            button.setVisible(text in choices)
        self.say("remark", sentence)
