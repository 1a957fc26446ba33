"""The command palette: every action by a few letters of its name, with its keys."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow

from gui.search_popup import WIDTH, Match, SearchPopup, score


class PalettePopup(SearchPopup):
    """The actions whose title, menu or help matches; those that can be done now come first."""

    prompt, listed, nothing_found = "Do something", "Actions that match", "No action matches."

    def __init__(self, window: QMainWindow, at: QPoint, actions: Sequence[QAction]) -> None:
        self._actions = actions
        super().__init__(window, at)

    def matches(self, query: str) -> Sequence[Match]:
        """Actions by their names, then by what they do."""
        rows = []
        for number, action in enumerate(self._actions):
            value = max(score(query, action.text()), 0.55 * _words(query, action.statusTip()))
            if value > 0:
                keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
                match = Match(action, action.text(), keys, action.statusTip(), action.isEnabled(), action.icon())
                rows.append((not action.isEnabled(), -value, number, match))
        return [match for *_, match in sorted(rows, key=lambda row: row[:3])]


def _words(query: str, text: str) -> float:
    """1 where each word of the query begins a word of the text, else 0."""
    asked, known = query.lower().split(), text.lower().split()
    return float(bool(asked) and all(any(word.startswith(part) for word in known) for part in asked))


class CommandPalette:
    """Opens the palette over a window; an action that was chosen is done once the focus is back where it was."""

    def __init__(self, window: QMainWindow) -> None:
        self._window = window
        self.popup: PalettePopup | None = None

    def open(self) -> None:
        """Search an action."""
        if self.popup is not None:
            self.popup.close_up()
        at = QPoint((self._window.width() - WIDTH) // 2, 96)
        direct = Qt.FindChildOption.FindDirectChildrenOnly
        actions = [action for action in self._window.findChildren(QAction, options=direct) if action.objectName()]
        popup = self.popup = PalettePopup(self._window, at, actions)

        popup.closed.connect(self._closed)
        popup.chosen.connect(_do)

    def _closed(self) -> None:
        self.popup = None


def _do(action: object) -> None:
    assert isinstance(action, QAction)
    action.trigger()  # does nothing where it cannot be done now
