"""Where things stand on the Train page: plots above the lower part, settings at the right; sizes are remembered."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from gui.preferences import Preferences
from gui.training.lower import Lower

FOLDED = "training/folded"


class Arrangement(QSplitter):
    """Two splitters."""

    def __init__(self, plots: QWidget, lower: Lower, settings: QWidget, preferences: Preferences | None) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._preferences, self._lower = preferences, lower
        self.left = QSplitter(Qt.Orientation.Vertical)
        self.left.addWidget(plots)
        self.left.addWidget(lower)
        self.left.setStretchFactor(0, 1)
        self.left.setSizes([460, 210])
        self.left.setChildrenCollapsible(False)
        self.addWidget(self.left)
        self.addWidget(settings)
        self.setStretchFactor(0, 1)
        self.setSizes([940, 300])
        self.setChildrenCollapsible(False)
        settings.setMinimumWidth(260)
        self._high = 210
        if preferences is not None:
            for name, splitter in (("train-left", self.left), ("train-right", self)):
                kept = preferences.bytes(name)
                if kept is not None:
                    splitter.restoreState(kept)
            lower.fold(preferences.text(FOLDED) == "yes")
        lower.folded.connect(self._folded)
        lower.room_wanted.connect(self._make_room)

    def _folded(self, away: bool) -> None:
        """The lower part comes back as high as it was."""
        sizes = self.left.sizes()
        if away:
            self._high = max(sizes[1], 120)
        else:
            self.left.setSizes([max(sum(sizes) - self._high, 100), self._high])

    def _make_room(self, high: int) -> None:
        sizes = self.left.sizes()
        if sizes[1] < high and not self._lower.is_folded:
            self.left.setSizes([max(sum(sizes) - high, 100), high])

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
            self._preferences.set_bytes("train-left", self.left.saveState())
            self._preferences.set_bytes("train-right", self.saveState())
            self._preferences.set_text(FOLDED, "yes" if self._lower.is_folded else "")
