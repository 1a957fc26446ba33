"""The formats to choose from, each with what one has then, or why it cannot be chosen."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QListWidget, QListWidgetItem, QWidget

import gui.drawing.exporter  # noqa: F401 - it adds the drawing to the formats
from engine.exports.exporter import Exporter
from engine.exports.registry import every
from gui.widgets import grown, plain

NAME = Qt.ItemDataRole.UserRole
ROW = 26


class FormatsList(QListWidget):
    """One line a format; what needs a run is greyed where there is none."""

    chosen = Signal(object)
    """The `Exporter` that is selected now."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Format")
        self.setToolTip("What is written; the endings of files say it as well")
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setUniformItemSizes(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for exporter in every():
            item = QListWidgetItem(exporter.title)
            item.setData(NAME, exporter)
            item.setSizeHint(QSize(0, grown(ROW)))
            self.addItem(item)
        self.currentItemChanged.connect(lambda item, _before: self._changed(item))

    def _changed(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.chosen.emit(item.data(NAME))

    def offer(self, *, run: bool) -> None:
        """Grey what cannot be written of a drawing alone, and what lacks a library; select the first of the others."""
        first: QListWidgetItem | None = None
        for row in range(self.count()):
            item = self.item(row)
            why = refusal(item.data(NAME), run=run)
            item.setFlags(Qt.ItemFlag.NoItemFlags if why else Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
            item.setToolTip(plain(why or item.data(NAME).summary, wrap=True))
            first = first or (None if why else item)
        current = self.currentItem()
        if first is not None and (current is None or not current.flags()):
            self.setCurrentItem(first)

    def select(self, name: str) -> None:
        """Select a format by its name."""
        for row in range(self.count()):
            if self.item(row).data(NAME).name == name:
                self.setCurrentRow(row)

    def exporter(self) -> Exporter | None:
        """The one that is selected."""
        item = self.currentItem()
        return None if item is None or not item.flags() else item.data(NAME)


def refusal(exporter: Exporter, *, run: bool) -> str:
    """Why a format cannot be chosen, in a sentence; empty where it can."""
    if exporter.needs == "run" and not run:
        return f"{exporter.title} needs a trained network: train it, then export the run."
    return exporter.missing()
