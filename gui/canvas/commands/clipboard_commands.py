"""Cut, copy, paste and duplicate."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication

from gui.canvas import clipboard
from gui.canvas.commands import layer_commands as commands
from gui.canvas.sheet import Sheet


class ClipboardCommands:
    """The selection of one sheet to the clipboard, and what the clipboard holds to the mouse."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet, self._document = sheet, sheet.document

    def copy(self) -> None:
        """Put the selected nodes, or the selected frame with its content, into the clipboard as text."""
        if (fragment := self._chosen()) is not None:
            QGuiApplication.clipboard().setText(clipboard.to_text(fragment))

    def _chosen(self) -> clipboard.Fragment | None:
        """The selected nodes, or the selected frame with what is in it; None where nothing is selected."""
        document = self._document
        if document.frame is not None:
            return clipboard.take_frame(document.graph, document.frame)
        return clipboard.take(document.graph, document.selection) if document.selection else None

    def cut(self) -> None:
        """Copy, then delete."""
        if (fragment := self._chosen()) is not None:
            self.copy()
            self._sheet.attempt(lambda: commands.cut(self._document, fragment))

    def paste(self, *, keep_wires: bool = False) -> None:
        """Put what the clipboard holds under the mouse; ``keep_wires`` wires it to where it came from."""
        text, mouse = QGuiApplication.clipboard().text(), self._sheet.mouse
        at = self._sheet.point_at(mouse).toTuple() if mouse is not None else None
        self._sheet.attempt(lambda: clipboard.paste(self._document, text, at, incoming=keep_wires))

    def duplicate(self) -> None:
        """Copy the selected nodes a little aside."""
        if (fragment := self._chosen()) is not None:
            self._sheet.attempt(lambda: clipboard.insert(self._document, fragment, clipboard.ASIDE, "Duplicate"))
