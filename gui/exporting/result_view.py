"""What came of an export: what was compared, what is not exactly as it was, and numbers side by side."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from gui.widgets import Label, Note


class ResultView(QWidget):
    """Hidden until there is something to show."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.said = Label()
        self.said.setWordWrap(True)
        self.said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.notes = Note()
        self.table = QWidget()
        self.grid = QGridLayout(self.table)
        self.grid.setContentsMargins(0, 4, 0, 0)
        self.grid.setHorizontalSpacing(16)
        self.grid.setVerticalSpacing(2)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(4)
        for part in (self.said, self.notes, self.table):
            box.addWidget(part)
        self.clear()

    def clear(self) -> None:
        """Show nothing."""
        self.said.setText("")
        self.notes.setText("")
        while (item := self.grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        for part in (self.said, self.notes, self.table):
            part.hide()

    def show_answer(self, answer: dict[str, Any]) -> None:
        """Show what the command has answered."""
        self.clear()
        compared = answer["checked"]
        self._say(f"Written, loaded again and compared: {compared}." if compared else "Written.")
        if answer["notes"]:
            self.notes.set_token("muted")
            self.notes.setText("\n".join(answer["notes"]))
            self.notes.show()
        for row, cells in enumerate(answer["table"]):
            for column, cell in enumerate(cells):
                part = Note(cell) if row == 0 else Label(cell)
                part.setWordWrap(False)
                side = Qt.AlignmentFlag.AlignLeft if column == 0 else Qt.AlignmentFlag.AlignRight
                self.grid.addWidget(part, row, column, side)
        self.grid.setColumnStretch(8, 1)
        self.table.setVisible(bool(answer["table"]))

    def show_error(self, sentence: str) -> None:
        """Say why nothing was written."""
        self.clear()
        self.notes.set_token("error")
        self.notes.setText(sentence)
        self.notes.show()

    def _say(self, text: str) -> None:
        self.said.setText(text)
        self.said.show()
