"""What simple answers reach on the chosen data: remembered where that is known, else measured on request."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QProgressBar,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from engine.settings.data import DataConfig
from engine.training.status import sentence
from gui.widgets import Note, heading, plain
from gui.work.background import Background

if TYPE_CHECKING:
    from engine.data.baselines import Baseline

ROW, NARROWEST = 24, 220
WAYS = {
    "majority": "the class that comes most often in the training part",
    "mean": "the mean of the training part",
    "last value": "the last value that is known, for every step to come",
    "a season before": "the value a season before: a day, a week or a year ago",
    "nearest neighbour": "the answer of the training sample that is most alike",
    "linear": "a weighted sum of the values: logistic regression for classes, linear regression for numbers",
    "gradient boosting": "a hundred trees, each correcting the errors of those before it",
    "small MLP": "a multilayer perceptron with one hidden layer of 64",
}


class Baselines(QWidget):
    """A small table: a row for each way to answer, a column for each target."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.background = Background("measure-baselines", self)
        self._known: dict[str, tuple[Baseline, ...]] = {}
        self._config: DataConfig | None = None
        self._measured: DataConfig | None = None
        self._stop = threading.Event()
        self._news: tuple[float, str] = (0.0, "")
        self.table = QTableWidget()
        self.table.setAccessibleName("Baselines")
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.table.setSelectionMode(QTableWidget.SelectionMode.NoSelection)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(ROW)
        self.note = Note()
        self.measure = QPushButton("Measure")
        self.measure.setAccessibleName("Measure the baselines")
        self.measure.setToolTip(
            "Fit the simple models on the training part and judge them on the test part, or the validation part"
        )
        self.measure.clicked.connect(self.start)
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Progress of the measuring")
        self.cancel = QPushButton("Cancel")
        self.cancel.setAccessibleName("Cancel the measuring")
        self.cancel.setToolTip("Stop measuring; nothing is kept")
        self.cancel.clicked.connect(self._stop_now)
        self._watch = QTimer(self, interval=100)
        self._watch.timeout.connect(self._show_news)
        going = QHBoxLayout()
        for widget, stretch in ((self.bar, 1), (self.cancel, 0)):
            going.addWidget(widget, stretch)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(6)
        box.addWidget(heading("Baselines"))
        box.addWidget(self.table)
        box.addWidget(self.note)
        box.addLayout(going)
        box.addWidget(self.measure, 0, Qt.AlignmentFlag.AlignLeft)
        box.addStretch(1)
        self._refresh()

    def show_config(self, config: DataConfig) -> None:
        """Show the baselines for these data and this split, as far as they are known."""
        from engine.data.baselines import remembered

        key = _key(config)
        if key == self._config:
            return
        self._config = key
        if self._measured not in (None, key):
            self._stop_now()
        if _text(key) not in self._known and (found := remembered(config)):
            self._known[_text(key)] = found
        self._refresh()

    def start(self) -> None:
        """Measure for what is shown."""
        config = self._config
        if config is None or self._measured is not None:
            return
        self._stop, self._news, self._measured = threading.Event(), (0.0, ""), config
        self._watch.start()
        self.background.run(partial(self._work, config, self._stop), self._done, self._failed)
        self._refresh()

    def close_background(self) -> None:
        """Cancel, and wait for the end of a step."""
        self._stop.set()
        self._watch.stop()
        self.background.close()

    def _work(self, config: DataConfig, stop: threading.Event) -> tuple[DataConfig, tuple[Baseline, ...] | None]:
        from engine.data.baselines import Stopped, measure

        def report(share: float, name: str) -> None:
            self._news = (share, name)

        try:
            return config, measure(config, report, stop.is_set)
        except Stopped:
            return config, None

    def _done(self, result: tuple[DataConfig, tuple[Baseline, ...] | None]) -> None:
        config, found = result
        if found is not None:
            self._known[_text(config)] = found
        self._ended("" if found is not None else "Cancelled.")

    def _failed(self, error: Exception) -> None:
        self._ended(f"✕ {sentence(error)}", "error")

    def _ended(self, text: str, token: str = "muted") -> None:
        self._measured = None
        self._watch.stop()
        self._refresh(text, token)

    def _stop_now(self) -> None:
        self._stop.set()

    def _show_news(self) -> None:
        share, name = self._news
        self.bar.setValue(round(1000 * share))
        if self._measured == self._config:
            self.note.setText(f"Measuring {name} …")

    def _refresh(self, text: str = "", token: str = "muted") -> None:
        found = self._known.get(_text(self._config)) if self._config is not None else None
        busy = self._measured is not None and self._measured == self._config
        self.bar.setVisible(busy)
        self.cancel.setVisible(busy)
        self.measure.setVisible(not busy and not found)
        self.measure.setEnabled(self._measured is None)
        self.table.setVisible(bool(found))
        self.note.set_token(token)
        if found:
            self._fill(found)
            sizes = sorted({(one.train, one.test) for one in found})
            self.note.setText(f"On the {found[0].part} part ({sizes[-1][1]:,} answers), fitted on {sizes[-1][0]:,}.")
        else:
            self.note.setText(text or "Not measured for these data and this split.")

    def _fill(self, found: Sequence[Baseline]) -> None:
        targets = list(dict.fromkeys(one.target for one in found))
        ways = list(dict.fromkeys(one.name for one in found))
        numbers = found[0].mae is not None
        columns = ["MAE", "R²"] if numbers else targets if len(targets) > 1 else ["accuracy"]
        self.table.clear()
        self.table.setRowCount(len(ways))
        self.table.setColumnCount(1 + len(columns))
        self.table.setHorizontalHeaderLabels(["answer by", *columns])
        for one in found:
            row = ways.index(one.name)
            name = QTableWidgetItem(one.name)
            name.setToolTip(plain(f"{one.name}: {WAYS[one.name]}"))
            self.table.setItem(row, 0, name)
            values = [f"{one.mae:.4g}", f"{one.score:.3f}"] if one.mae is not None else [f"{one.score:.1%}"]
            for column, value in enumerate(values, 1 + (0 if numbers else targets.index(one.target))):
                item = QTableWidgetItem(value.replace("%", " %"))
                item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                self.table.setItem(row, column, item)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        wide = sum(header.sectionSize(column) for column in range(1 + len(columns))) + 4
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        first = QTableWidgetItem("answer by")
        first.setTextAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.table.setHorizontalHeaderItem(0, first)
        self.table.setMinimumWidth(max(wide, NARROWEST))
        self.table.setFixedHeight(header.sizeHint().height() + ROW * len(ways) + 4)


def _key(config: DataConfig) -> DataConfig:
    """What the baselines depend on, and nothing else."""
    return DataConfig(
        dataset=config.dataset, source=config.source, path=config.path, split=config.split, seed=config.seed
    )


def _text(config: DataConfig) -> str:
    """The same as a text, to look it up by."""
    return config.model_dump_json()
