"""What the Help menu does over a window."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QWidget

from gui.help.about import about_box
from gui.keys.doable import Doable
from gui.keys.sheet import KeySheet


class Help:
    """``change_keys`` opens the page of the preferences where keys are changed."""

    def __init__(self, window: QWidget, doables: Sequence[Doable], change_keys: Callable[[], object]) -> None:
        self._window, self._doables, self._change_keys = window, doables, change_keys
        self.sheet: KeySheet | None = None

    def show_keys(self) -> None:
        """The sheet of keys and gestures, beside the window."""
        if self.sheet is None:
            self.sheet = KeySheet(self._doables, self._window)
            self.sheet.change_wanted.connect(self._change_keys)
        bring(self.sheet)
        self.sheet.words.setFocus()

    def show_about(self) -> None:
        about_box(self._window).open()


def bring(dialog: QWidget) -> None:
    """Show a dialog that stays open beside the window, in front."""
    dialog.show()
    dialog.raise_()
    dialog.activateWindow()
