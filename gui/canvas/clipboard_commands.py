"""Cut, copy, paste and duplicate."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication

from gui.canvas import clipboard, commands
from gui.canvas.sheet import Sheet


class ClipboardCommands:
    """The selection of one sheet to the clipboard, and what the clipboard holds to the mouse."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet, self._document = sheet, sheet.document

    def copy(self) -> None:
        """Put the selected nodes into the clipboard as text."""
        if chosen := self._document.selection:
            fragment = clipboard.take(self._document.graph, chosen)
            QGuiApplication.clipboard().setText(clipboard.to_text(fragment))

    def cut(self) -> None:
        """Copy, then delete."""
        if chosen := self._document.selection:
            self.copy()
            self._sheet.attempt(lambda: commands.delete(self._document, chosen))

    def paste(self, *, keep_wires: bool = False) -> None:
        """Put what the clipboard holds under the mouse; ``keep_wires`` wires it to where it came from."""
        text, mouse = QGuiApplication.clipboard().text(), self._sheet.mouse
        at = self._sheet.mapToScene(mouse).toTuple() if mouse is not None else None
        self._sheet.attempt(lambda: clipboard.paste(self._document, text, at, incoming=keep_wires))

    def duplicate(self) -> None:
        """Copy the selected nodes a little aside."""
        if chosen := self._document.selection:
            fragment = clipboard.take(self._document.graph, chosen)
            self._sheet.attempt(lambda: clipboard.insert(self._document, fragment, clipboard.ASIDE, "Duplicate"))
