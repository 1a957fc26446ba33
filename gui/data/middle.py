"""The middle of the Data page: what is said of the whole data, and below it samples, columns, or draws of a sample."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QScrollArea, QStackedWidget, QTabBar, QVBoxLayout, QWidget

from gui.data.draws import DrawsPanel
from gui.data.own.own_data import OwnData
from gui.data.samples import SamplesPanel
from gui.data.use_bar import UseBar
from gui.widgets import Note

PARTS, DRAWS = 1, 2
"""Tabs beside the samples."""
CLICK = "Click a cell with ▾ to change what was found; the preview follows, and nothing is used before you confirm it."


class Middle(QWidget):
    """Samples, and a tab each for the parts of data that have named ones and for draws where samples are varied."""

    def __init__(
        self, use: UseBar, own: OwnData, samples: SamplesPanel, draws: DrawsPanel, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.tabs, self.stack = QTabBar(), QStackedWidget()
        self._seen = ""
        """The data whose parts have been shown."""
        for title in ("Samples", "Columns", "Augmentation"):
            self.tabs.addTab(title)
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setAccessibleName("Samples, columns or augmentation")
        self.tabs.setToolTip("Show the samples, what each column is taken for, or how a training sample is varied")
        self.tabs.currentChanged.connect(self.stack.setCurrentIndex)
        scrolled = QScrollArea()
        scrolled.setWidget(samples)
        scrolled.setWidgetResizable(True)
        scrolled.setFrameShape(QFrame.Shape.NoFrame)
        scrolled.setAccessibleName("Samples and classes")
        parts = QWidget()
        inner = QVBoxLayout(parts)
        inner.setContentsMargins(16, 6, 16, 12)
        inner.addWidget(own.table)
        why = Note(CLICK)
        own.table.explained.connect(lambda text: why.setText(text or CLICK))
        inner.addWidget(why)
        for page in (scrolled, parts, draws):
            self.stack.addWidget(page)
        head = QWidget()
        above = QVBoxLayout(head)
        above.setContentsMargins(16, 8, 16, 0)
        above.setSpacing(8)
        for part in (use, own.work, own.presets, own.notes, self.tabs):
            above.addWidget(part)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addWidget(own.finding.strip)
        box.addWidget(head)
        box.addWidget(self.stack, 1)

    def show_parts(self, title: str, new: str = "", *, varied: bool = False) -> None:
        """Offer the parts under a title; none: there are none. Those of data that are ``new`` come to the front.

        Where samples are ``varied`` their draws are offered, too.
        """
        for index, there in ((PARTS, bool(title)), (DRAWS, varied)):
            self.tabs.setTabVisible(index, there)
            if not there and self.tabs.currentIndex() == index:
                self.tabs.setCurrentIndex(0)
        self.tabs.setVisible(bool(title) or varied)
        if title:
            self.tabs.setTabText(PARTS, title)
            if new and new != self._seen:
                self._seen = new
                self.tabs.setCurrentIndex(PARTS)

    def show_draws(self) -> None:
        """Bring the draws to the front, where they are offered."""
        if self.tabs.isTabVisible(DRAWS):
            self.tabs.setCurrentIndex(DRAWS)
