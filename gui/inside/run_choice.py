"""Which run the Results page shows: a list of all that have weights, read beside the window."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QWidget

from engine.training.runs.catalogue import Listing, listing
from gui.training.words import main_metrics, metric_text
from gui.work.background import Background

PATH, LABEL = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1


class RunChoice(QComboBox):
    """``chosen`` carries the folder of a run and what it is called."""

    chosen = Signal(object, str)
    message = Signal(str)
    listed = Signal()
    """The list was read."""

    def __init__(self, root: Path | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Run")
        self.setToolTip("The run whose network is asked; the newest are first")
        self.setMinimumWidth(260)
        self.setMaximumWidth(520)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(44)
        self.background = Background("list-runs", self)
        self._root = root
        self.activated.connect(self._activated)

    def refresh(self, wanted: Path | None = None, network: str = "") -> None:
        """Read the list again, then show ``wanted``, else the chosen run, else the newest of a ``network``."""
        found = partial(self._found, wanted, network)
        self.background.run(partial(listing, self._root), found, lambda error: self.message.emit(str(error)))

    def _found(self, wanted: Path | None, network: str, found: Listing) -> None:
        before = self.currentData(PATH)
        self.clear()
        for entry in found.entries:
            called = f"{entry.network} · {found.called(entry)}"
            going_on = entry.path in found.going_on
            state = "running" if going_on else "interrupted" if entry.state == "running" else entry.state
            names = main_metrics(entry.test)
            score = f" · test {metric_text(names[0], entry.test[names[0]])}" if names else ""
            self.addItem(f"{called} · {state}{score}")
            row = self.count() - 1
            self.setItemData(row, entry.path, PATH)
            self.setItemData(row, called, LABEL)
        own = next((entry.path for entry in found.entries if entry.network == network), None)
        newest = found.entries[0].path if found.entries else None
        there = [entry.path for entry in found.entries]
        path = next((path for path in (wanted, before, own, newest) if path in there), None)
        self.setCurrentIndex(there.index(path) if path is not None else -1)
        self.listed.emit()
        if path is not None:
            self._activated(self.currentIndex())

    def _activated(self, row: int) -> None:
        self.chosen.emit(self.itemData(row, PATH), self.itemData(row, LABEL))
