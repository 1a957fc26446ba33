"""What the Help menu does over a window."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from gui.help.about import about_box
from gui.help.page import HOME
from gui.keys.doable import Doable
from gui.keys.sheet import KeySheet

if TYPE_CHECKING:
    from gui.help.help_window import HelpWindow


class Help:
    """``here`` says which page is about what has the focus, ``change_keys`` opens where keys are changed."""

    def __init__(
        self,
        window: QWidget,
        doables: Sequence[Doable],
        here: Callable[[], str],
        change_keys: Callable[[], object],
    ) -> None:
        self._window, self._doables, self._here, self._change_keys = window, doables, here, change_keys
        self.sheet: KeySheet | None = None
        self.pages: HelpWindow | None = None

    def show(self, page_id: str = HOME) -> None:
        """Show a page of the help, beside the window."""
        from gui.help.help_window import HelpWindow  # made of all that is declared: the window does not wait for it

        if self.pages is None:
            self.pages = HelpWindow(self._doables, self._window)
        self.pages.show_page(page_id)
        _bring(self.pages)

    def show_contents(self) -> None:
        """Show the first page of the help, ready to be searched."""
        self.show()
        assert self.pages is not None
        self.pages.words.setFocus()

    def show_here(self) -> None:
        """Show the page about what has the focus."""
        self.show(self._here())

    def show_keys(self) -> None:
        """The sheet of keys and gestures, beside the window."""
        if self.sheet is None:
            self.sheet = KeySheet(self._doables, self._window)
            self.sheet.change_wanted.connect(self._change_keys)
        _bring(self.sheet)
        self.sheet.words.setFocus()

    def show_about(self) -> None:
        about_box(self._window).open()

    def close(self) -> None:
        """Wait for what is being read."""
        if self.pages is not None:
            self.pages.close_background()


def _bring(dialog: QWidget) -> None:
    """Show a dialog that stays open beside the window, in front."""
    dialog.show()
    dialog.raise_()
    dialog.activateWindow()
