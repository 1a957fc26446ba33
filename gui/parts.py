"""The parts of the window that F6 leads through: the toolbar, the panels of the page that is shown, the status line."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFrame, QMainWindow, QStatusBar, QToolBar, QWidget

from gui.pages.pages import Pages


class Parts:
    """Leads the focus from part to part; Tab leads through the controls of one and on to the next."""

    def __init__(self, window: QMainWindow, pages: Pages) -> None:
        self._window, self._pages = window, pages

    def all(self) -> list[QWidget]:
        """Those that are seen and can take the focus, in the order in which they are read."""
        page = self._pages.currentWidget()
        own = getattr(page, "parts", (page,))
        cards = self._window.findChildren(QFrame, "tour-card")
        bars = self._window.findChildren(QToolBar), self._window.findChildren(QStatusBar)
        return [
            part for part in (*bars[0], *own, *cards, *bars[1]) if part.isVisible() and first_control(part) is not None
        ]

    def next(self, by: int = 1) -> None:
        """Give the focus to the next part, after the last to the first."""
        parts, focus = self.all(), QApplication.focusWidget()
        here = [number for number, part in enumerate(parts) if focus is not None and _holds(part, focus)]
        start = here[0] if here else -1 if by > 0 else 0
        control = first_control(parts[(start + by) % len(parts)])
        if control is not None:
            control.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def previous(self) -> None:
        """Give the focus to the part before."""
        self.next(-1)


def first_control(part: QWidget) -> QWidget | None:
    """The first control of a part that Tab would lead to; None where there is none."""
    return next((widget for widget in _in_tab_order(part) if _takes_focus(widget)), None)


def _in_tab_order(part: QWidget) -> Iterable[QWidget]:
    yield part
    widget = part.nextInFocusChain()
    while widget is not None and widget is not part:
        if part.isAncestorOf(widget):
            yield widget
        widget = widget.nextInFocusChain()


def _takes_focus(widget: QWidget) -> bool:
    tabs = widget.focusPolicy() & Qt.FocusPolicy.TabFocus
    return bool(tabs) and widget.focusProxy() is None and widget.isVisible() and widget.isEnabled()


def _holds(part: QWidget, widget: QWidget) -> bool:
    return part is widget or part.isAncestorOf(widget)
