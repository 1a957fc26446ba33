"""Of which run a confusion matrix or answers are shown: the one whose curves are shown above, or one that is ticked."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtWidgets import QComboBox, QWidget

from engine.training.history import History
from gui.hosts.host import Host

OWN = "this run"


class RunChoice(QComboBox):
    """Seen where there is more than one to choose from."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Of which run")
        self.setToolTip("Of which run: the one whose curves are shown above, or one that is ticked in Runs")
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.setMaximumWidth(260)
        self.setStyleSheet("QComboBox { padding-top: 0; padding-bottom: 0; min-height: 20px; max-height: 20px; }")
        self._offered: list[tuple[str, Path | None]] = []
        self.hide()

    def offer(self, host: Host | None, others: Mapping[Path, tuple[str, History]], wanted: bool) -> History | None:
        """Offer what there is, if it is ``wanted``, and return the curves of the chosen run."""
        own: list[tuple[str, Path | None]] = [] if host is None else [(OWN, None)]
        runs = [*own, *((label, path) for path, (label, _) in others.items())]
        if runs != self._offered:
            chosen = self.currentData()
            self._offered = runs
            self.blockSignals(True)
            self.clear()
            for label, path in runs:
                self.addItem(f"of {label}", path)
            rows = [index for index, (_, path) in enumerate(runs) if path == chosen]
            self.setCurrentIndex(rows[0] if rows else 0 if runs else -1)
            self.blockSignals(False)
        self.setVisible(wanted and len(runs) > 1)
        path = runs[self.currentIndex()][1] if runs else None
        if path is not None:
            return others[path][1]
        return None if host is None else host.history
