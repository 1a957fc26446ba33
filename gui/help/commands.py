"""What the Help menu does over a window, and F1 over its dialogs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication, QDialog, QWidget

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
        self._over: dict[QDialog, HelpWindow] = {}

    def show(self, page_id: str = HOME) -> None:
        """Show a page of the help, beside the window, or beside the dialog that would lock it."""
        modal = QApplication.activeModalWidget()
        if isinstance(modal, QDialog):
            shown = self._pages_over(modal)
        else:
            shown = self.pages = self.pages or self._made(self._window)
        shown.show_page(page_id)
        _bring(shown)

    def _made(self, parent: QWidget) -> HelpWindow:
        from gui.help.help_window import HelpWindow  # made of all that is declared: the window does not wait for it

        return HelpWindow(self._doables, parent)

    def _pages_over(self, dialog: QDialog) -> HelpWindow:
        """The help that closes with a dialog."""
        if dialog not in self._over:
            self._over[dialog] = self._made(dialog)
            dialog.finished.connect(lambda _result: self._close_over(dialog))
        return self._over[dialog]

    def _close_over(self, dialog: QDialog) -> None:
        if (pages := self._over.pop(dialog, None)) is not None:
            pages.close_background()
            pages.close()
            pages.deleteLater()

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
        for pages in (self.pages, *self._over.values()):
            if pages is not None:
                pages.close_background()


def _bring(dialog: QWidget) -> None:
    """Show a dialog that stays open beside the window, in front."""
    dialog.show()
    dialog.raise_()
    dialog.activateWindow()
