"""Where things stand on the Train page: plots above the lower part, settings at the right; sizes are remembered."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from gui.preferences import Preferences
from gui.training.results.lower import HIGH, Lower

FOLDED, LEFT = "training/folded", "train-rows"


class Arrangement(QSplitter):
    """Two splitters."""

    def __init__(self, plots: QWidget, lower: Lower, settings: QWidget, preferences: Preferences | None) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._preferences, self._lower = preferences, lower
        self.left = QSplitter(Qt.Orientation.Vertical)
        self.left.addWidget(plots)
        self.left.addWidget(lower)
        self.left.setStretchFactor(0, 1)
        self.left.setChildrenCollapsible(False)
        self.addWidget(self.left)
        self.addWidget(settings)
        self.setStretchFactor(0, 1)
        self.setSizes([940, 300])
        self.setChildrenCollapsible(False)
        settings.setMinimumWidth(260)
        self._high = HIGH
        """Of the lower part while it is not folded away."""
        self._by_hand = False
        """Whether the user has chosen that height."""
        if preferences is not None:
            for name, splitter in ((LEFT, self.left), ("train-right", self)):
                kept = preferences.bytes(name)
                if kept is not None:
                    splitter.restoreState(kept)
                    self._by_hand = self._by_hand or name == LEFT
            lower.fold(preferences.text(FOLDED) == "yes")
        lower.folded.connect(self._folded)
        self.left.splitterMoved.connect(self._moved)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Until the user drags it, the lower part has the height that suits all of its tabs."""
        super().resizeEvent(event)
        high = self.left.height()
        if not self._by_hand and not self._lower.is_folded and high > 0:
            self._high = min(HIGH, high // 2)
            self.left.setSizes([high - self._high, self._high])

    def _moved(self) -> None:
        self._by_hand = True

    def _folded(self, away: bool) -> None:
        """The lower part comes back as high as it was."""
        sizes = self.left.sizes()
        if away:
            self._high = max(sizes[1], 120)
        else:
            self.left.setSizes([max(sum(sizes) - self._high, 100), self._high])

    def stand_below(self, page: QWidget, parts: Sequence[QWidget]) -> None:
        """Lay a page out: these parts above each other, and all that is left below them."""
        box = QVBoxLayout(page)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        for part in parts:
            box.addWidget(part)
        box.addWidget(self, 1)

    def store(self) -> None:
        """Remember the sizes."""
        if self._preferences is not None and self.isVisible():
            if self._by_hand:
                self._preferences.set_bytes(LEFT, self.left.saveState())
            self._preferences.set_bytes("train-right", self.saveState())
            self._preferences.set_text(FOLDED, "yes" if self._lower.is_folded else "")
