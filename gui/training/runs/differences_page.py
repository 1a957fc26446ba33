"""In what the runs that are looked at differ: settings, parameters, layers, wires."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHeaderView, QTableWidget, QTableWidgetItem, QVBoxLayout, QWidget

from engine import project
from engine.graph import Graph
from engine.training.history import LiveChange
from engine.training.runs.compare import Difference, differences, live_differences
from engine.training.runs.folder import PROJECT
from gui.training.results.result_page import ResultPage, ShownRuns
from gui.widgets import Note, plain
from gui.work.background import Background

MOST = 50
HINT = "Tick runs in the list to see in what their settings and networks differ."
Shown = tuple[str, Path | Graph, tuple[LiveChange, ...]]
"""What a run or drawing is called, where it is, and what was changed while it ran."""
Chosen = Sequence[Shown]


class DifferencesPage(ResultPage):
    """A row for each entry that is not the same in all, a column for each run."""

    title = "Differences"
    tip = "In what the ticked runs differ"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.background = Background("compare-runs", self)
        self._chosen: list[Shown] = []
        self.hint = Note(HINT)
        self.table = QTableWidget()
        self.table.setAccessibleName("Differences between runs")
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.table.setTabKeyNavigation(False)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(22)
        self.table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        box = QVBoxLayout(self)
        box.setContentsMargins(12, 6, 12, 8)
        box.addWidget(self.hint)
        box.addWidget(self.table, 1)
        box.addStretch(0)
        self._say(HINT)

    def show_runs(self, shown: ShownRuns) -> None:
        changes = () if shown.host is None else shown.host.history.changes
        first = ("the drawing", shown.graph, ()) if shown.run is None else ("this run", shown.run, changes)
        others = ((label, path, curves.changes) for path, (label, curves) in shown.ticked.items())
        self.compare([first, *others])

    def close_background(self) -> None:
        self.background.close()

    def compare(self, chosen: Chosen) -> None:
        """Compare runs (by folder) and drawings (by graph)."""
        if list(chosen) == self._chosen and not any(isinstance(item, Graph) for _, item, _ in chosen):
            return
        self._chosen = list(chosen)
        if len(chosen) < 2:
            self._say(HINT)
            return
        copies = [item.copy() if isinstance(item, Graph) else item for _, item, _ in chosen[:MOST]]
        changes = [changes for _, _, changes in chosen[:MOST]]
        self.background.run(partial(_compared, copies, changes), partial(self._show, self._chosen), self._failed)

    def _failed(self, error: Exception) -> None:
        self._say(str(error))

    def _say(self, text: str) -> None:
        self.hint.setText(text)
        self.hint.show()
        self.table.hide()

    def _show(self, chosen: Chosen, rows: list[Difference]) -> None:
        if list(chosen) != self._chosen:
            return
        if not rows:
            self._say("Settings and networks of these runs are the same.")
            return
        labels = [label for label, _, _ in chosen[:MOST]]
        self.hint.setText(f"The first {MOST} runs are compared.")
        self.hint.setVisible(len(chosen) > MOST)
        self.table.setColumnCount(2 + len(labels))
        self.table.setHorizontalHeaderLabels(["Of", "What", *labels])
        self.table.setRowCount(len(rows))
        for row, difference in enumerate(rows):
            for column, text in enumerate((difference.group, difference.what, *difference.values)):
                item = QTableWidgetItem(text)
                item.setToolTip(plain(text))
                self.table.setItem(row, column, item)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.table.setColumnWidth(0, 80)
        self.table.setColumnWidth(1, 210)
        for column in range(2, 2 + len(labels)):
            self.table.setColumnWidth(column, 120)
        header.setStretchLastSection(len(labels) < 6)
        self.table.show()


def _compared(chosen: Sequence[Path | Graph], changes: Sequence[tuple[LiveChange, ...]]) -> list[Difference]:
    graphs = [project.load_own(item, PROJECT) if isinstance(item, Path) else item for item in chosen]
    return [*live_differences(changes), *differences(graphs)]
