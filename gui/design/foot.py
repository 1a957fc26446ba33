"""The panels below the canvas as tabs that fold away: by their button, and where there is nothing wrong."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QTabWidget, QToolButton, QWidget

UNLIMITED = 16_777_215
"""Qt's own greatest height of a widget."""
HEIGHT = 220
"""The height of the panels until somebody changes it."""


class Foot(QTabWidget):
    """The last part of a vertical splitter. Folded, only the tabs are left, and the part above gets the room."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setDocumentMode(True)
        self.folded = False
        self._asked: bool | None = None  # to be folded, to be open, or as the panels have something to say
        self._quiet: QWidget | None = None
        self._height = HEIGHT
        self.button = QToolButton()
        self.button.setAutoRaise(True)
        self.button.clicked.connect(lambda: self._ask(folded=not self.folded))
        self.setCornerWidget(self.button, Qt.Corner.TopRightCorner)
        self.currentChanged.connect(self._follow)
        self.tabBarClicked.connect(lambda _index: self._ask(folded=False))
        self._say()

    def set_quiet(self, panel: QWidget, quiet: bool) -> None:
        """Whether a panel has nothing that calls for the user: it takes one line then, until somebody opens it."""
        before, self._quiet = self._quiet, panel if quiet else None
        if quiet and before is None and self._asked is False:
            self._asked = None
        self._follow()

    def show_panel(self, panel: QWidget) -> None:
        """Bring a panel to the front, whether they are folded or not."""
        self.setCurrentWidget(panel)
        self._ask(folded=False)

    def _ask(self, *, folded: bool) -> None:
        self._asked = folded
        self._follow()

    def _follow(self, _index: int = 0) -> None:
        quiet = self._quiet is not None and self.currentWidget() is self._quiet
        self._fold(quiet if self._asked is None else self._asked)

    def _fold(self, folded: bool) -> None:
        if folded == self.folded:
            return
        height = self._splitter().sizes()[-1]
        if folded and height > self._line():
            self._height = height
        self.folded = folded
        self.setMaximumHeight(self._line() if folded else UNLIMITED)
        self.setMinimumHeight(self._line() if folded else 0)  # else what it hints at, which is more than a line
        self._take(self._line() if folded else self._height)
        self._say()

    def keep_folded(self) -> None:
        """The sizes of the splitter are others now, as they were stored: folded it still takes one line."""
        if self.folded:
            self._take(self._line())

    def _take(self, wanted: int) -> None:
        above, height = self._splitter().sizes()
        self._splitter().setSizes([above + height - wanted, wanted])

    def _splitter(self) -> QSplitter:
        splitter = self.parentWidget()
        assert isinstance(splitter, QSplitter)
        return splitter

    def _line(self) -> int:
        return self.tabBar().sizeHint().height()

    def _say(self) -> None:
        self.button.setText("▴ Show" if self.folded else "▾ Fold")
        self.button.setAccessibleName("Show the panel below the canvas" if self.folded else "Hide the panel below")
        self.button.setToolTip("Show the panel below the canvas" if self.folded else "More room for the canvas")
