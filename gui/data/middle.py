"""The middle of the Data page: what is said of the whole data, and below it the samples, or columns to be corrected."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QScrollArea, QStackedWidget, QTabBar, QVBoxLayout, QWidget

from gui.data.own.own_data import OwnData
from gui.data.samples import SamplesPanel
from gui.data.use_bar import UseBar
from gui.widgets import Note

CLICK = "Click a cell with ▾ to change what was found; the preview follows, and nothing is used before you say so."


class Middle(QWidget):
    """Data that have named parts get two tabs; all others show their samples alone."""

    def __init__(self, use: UseBar, own: OwnData, samples: SamplesPanel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tabs, self.stack = QTabBar(), QStackedWidget()
        self._seen = ""
        """The data whose parts have been shown."""
        for title in ("Samples", "Columns"):
            self.tabs.addTab(title)
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setAccessibleName("Samples or columns")
        self.tabs.setToolTip("Show the samples, or what each column is taken for")
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
        for page in (scrolled, parts):
            self.stack.addWidget(page)
        head = QWidget()
        above = QVBoxLayout(head)
        above.setContentsMargins(16, 10, 16, 0)
        above.setSpacing(8)
        for part in (use, own.work, own.presets, own.notes, self.tabs):
            above.addWidget(part)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addWidget(own.finding.strip)
        box.addWidget(head)
        box.addWidget(self.stack, 1)

    def show_parts(self, title: str, new: str = "") -> None:
        """Offer the parts under a title; none: there are none. Those of data that are ``new`` come to the front."""
        self.tabs.setVisible(bool(title))
        if title:
            self.tabs.setTabText(1, title)
            if new and new != self._seen:
                self._seen = new
                self.tabs.setCurrentIndex(1)
        self.stack.setCurrentIndex(self.tabs.currentIndex() if title else 0)
