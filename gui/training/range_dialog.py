"""The learning-rate range test in a window of its own: it runs in the background, and offers what it finds."""

from __future__ import annotations

import math
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, cast

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QProgressBar, QPushButton, QVBoxLayout, QWidget

from engine.errors import LayerloomError
from engine.graph import Graph
from gui.theme import theme
from gui.widgets import Label, Note
from gui.work.background import Background

if TYPE_CHECKING:
    from engine.training.range_test import RangeTest

ABOUT = (
    "The network is trained for a hundred steps or so while the learning rate rises. Where the loss falls fastest is a "
    "good rate to begin with. Nothing of it is kept."
)


class RangeDialog(QDialog):
    """Progress and Cancel while it runs, then the curve with the suggestion."""

    help_page: ClassVar = "guide/training"

    chosen = Signal(float)
    """The learning rate to be used."""

    def __init__(self, graph: Graph, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Find a Learning Rate")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(620, 460)
        self._graph = graph.copy()
        self._stopped = threading.Event()
        self._done = (0, 1)
        self.found: RangeTest | None = None
        self.about = Note(ABOUT)
        self.progress = QProgressBar()
        self.progress.setAccessibleName("Progress of the range test")
        self.said = Label("Loading PyTorch …")
        self.said.setWordWrap(True)
        self.plot_box = QVBoxLayout()
        self.buttons = QDialogButtonBox()
        self.use: QPushButton = self.buttons.addButton("Use It", QDialogButtonBox.ButtonRole.AcceptRole)
        self.use.setToolTip("Take this learning rate into the settings; Undo reverts it")
        self.use.setEnabled(False)
        close = self.buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        close.setToolTip("Stop the test and change nothing")
        self.buttons.accepted.connect(self._use)
        self.buttons.rejected.connect(self.reject)
        box = QVBoxLayout(self)
        for part in (self.about, self.progress, self.said):
            box.addWidget(part)
        box.addLayout(self.plot_box, 1)
        box.addWidget(self.buttons)
        self._work = Background("range test", self)
        self._timer = QTimer(self, interval=100)
        self._timer.timeout.connect(self._show_progress)
        self._timer.start()
        self._work.run(self._job, self._show, self._failed)

    def done(self, result: int) -> None:
        """Closing stops what is under way, within a step."""
        self._stopped.set()
        self._timer.stop()
        self._work.close()
        super().done(result)

    def _job(self) -> Any:
        from engine.training.range_test import range_test

        return range_test(self._graph, self._note)

    def _note(self, step: int, steps: int) -> bool:
        self._done = (step, steps)
        return not self._stopped.is_set()

    def _show_progress(self) -> None:
        step, steps = self._done
        self.progress.setRange(0, steps)
        self.progress.setValue(step)
        if step:
            self.said.setText(f"Step {step} of at most {steps} …")

    def _show(self, found: RangeTest | None) -> None:
        self._timer.stop()
        if found is None:
            return
        self.found = found
        self.progress.hide()
        self.said.setText(str(found))
        if found.suggestion is not None:
            self.use.setText(f"Use {found.suggestion:.2g}")
            self.use.setEnabled(True)
            self.use.setFocus()
        if len(found.rates) > 1:
            self.plot_box.addWidget(_plot(found))

    def _failed(self, error: Exception) -> None:
        self._timer.stop()
        self.progress.hide()
        text = str(error) if isinstance(error, LayerloomError) else f"{type(error).__name__}: {error}"
        self.said.setText(f"The range test could not run: {text}")

    def _use(self) -> None:
        if self.found is not None and self.found.suggestion is not None:
            self.chosen.emit(float(f"{self.found.suggestion:.2g}"))
        self.accept()


def heights(losses: Sequence[float]) -> tuple[float, float]:
    """From where to where losses are shown: the lowest, and half as much above the first ones as that is below them.

    Where the loss hardly falls, what it rises by in the end is shown in part: never a line without a height.
    """
    low = min(losses)
    early = max(losses[: max(1, len(losses) // 3)])
    fall = early - low
    rise = min(max(losses) - early, 0.1 * abs(early))
    room = max(0.5 * fall, rise, 0.02 * abs(early), 1e-9)
    return low - 0.1 * max(fall, room), early + room


def _plot(found: RangeTest) -> QWidget:
    """Loss against rate, the suggestion as a line with its value."""
    import pyqtgraph as pg

    plot: Any = pg.PlotWidget(background=theme.color("base"))
    plot.setAccessibleName("Loss against learning rate")
    plot.setToolTip("The smoothed loss while the learning rate rises")
    ink, muted = theme.color("text"), theme.color("muted")
    for name, title in (("bottom", "learning rate"), ("left", "loss")):
        axis = plot.getAxis(name)
        axis.setPen(muted)
        axis.setTextPen(ink)
        axis.setLabel(title, color=ink.name())
    plot.setLogMode(x=True)
    plot.setMenuEnabled(False)
    plot.plot(list(found.rates), list(found.losses), pen=pg.mkPen(theme.color("accent"), width=1))
    plot.setYRange(*heights(found.losses))
    if found.suggestion is not None:
        line = pg.InfiniteLine(
            math.log10(found.suggestion),
            pen=pg.mkPen(theme.color("warning"), width=1, style=Qt.PenStyle.DashLine),
            label=f"{found.suggestion:.2g}",
            labelOpts={"color": ink, "position": 0.92},
        )
        plot.addItem(line)
    return cast(QWidget, plot)
