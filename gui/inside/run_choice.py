"""Which run the Results page shows: a list of all that have weights, read beside the window.

The network itself is the first of them where it begins with weights from a file.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QWidget

from engine.training.runs.catalogue import Listing, listing
from gui.training.words import main_metrics, metric_text
from gui.work.background import Background

BEGUN: Final = Path()
"""Stands for the network itself, with the weights that it begins with."""
PATH, LABEL = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1


class RunChoice(QComboBox):
    """``chosen`` carries the folder of a run, or `BEGUN`, and what it is called."""

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
        self._begun = ""
        self.activated.connect(self._activated)

    def refresh(self, wanted: Path | None = None, network: str = "", begun: str = "") -> None:
        """Read the list again, then show ``wanted``, else the chosen run, else the newest of a ``network``.

        ``begun`` is the file of the weights that the network begins with, "" for none.
        """
        found = partial(self._found, wanted, network, begun)
        self.background.run(partial(listing, self._root), found, lambda error: self.message.emit(str(error)))

    def _found(self, wanted: Path | None, network: str, begun: str, found: Listing) -> None:
        before = self.currentData(PATH)
        self.clear()
        if begun:
            self._add(f"{network} · weights of {begun}", "not trained here", BEGUN)
        for entry in found.entries:
            called = f"{entry.network} · {found.called(entry)}"
            going_on = entry.path in found.going_on
            state = "running" if going_on else "interrupted" if entry.state == "running" else entry.state
            names = main_metrics(entry.test)
            score = f" · test {metric_text(names[0], entry.test[names[0]])}" if names else ""
            self._add(called, f"{state}{score}", entry.path)
        own = next((entry.path for entry in found.entries if entry.network == network), None)
        newest = found.entries[0].path if found.entries else None
        there = [self.itemData(row, PATH) for row in range(self.count())]
        loaded = BEGUN if begun != self._begun and own is None else None
        self._begun = begun
        path = next((path for path in (wanted, loaded, before, own, BEGUN, newest) if path in there), None)
        self.setCurrentIndex(there.index(path) if path is not None else -1)
        self.listed.emit()
        if path is not None:
            self._activated(self.currentIndex())

    def _add(self, called: str, said: str, path: Path) -> None:
        self.addItem(f"{called} · {said}")
        row = self.count() - 1
        self.setItemData(row, path, PATH)
        self.setItemData(row, called, LABEL)

    def _activated(self, row: int) -> None:
        self.chosen.emit(self.itemData(row, PATH), self.itemData(row, LABEL))
