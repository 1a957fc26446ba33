"""What a look has found: the view that fits the result, its numbers, and how far it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from gui.inside.looking.arithmetic_view import ArithmeticView
from gui.inside.looking.bars_view import BarsView
from gui.inside.looking.curve_view import CurveView, HistogramView
from gui.inside.looking.dots_view import DotsView
from gui.inside.looking.drawing import Drawn
from gui.inside.looking.grid_view import GridView
from gui.inside.looking.heat_view import HeatView
from gui.inside.looking.lines_view import LinesView
from gui.inside.looking.nearest_view import NearestView
from gui.widgets import Label, Note, heading

if TYPE_CHECKING:
    from engine.inside.looking.method import Step


class ResultView(QWidget):
    """``cancelled``: end what is being computed. ``sample_chosen``: a sample was clicked, by its position in the part.

    ``instead``: take the layer that was offered instead of one that the method cannot look at.
    """

    cancelled = Signal()
    again = Signal()
    sample_chosen = Signal(int)
    instead = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = heading("")
        self.views: dict[str, QWidget] = {
            "Heat": HeatView(),
            "Grid": GridView(),
            "Bars": BarsView(),
            "Dots": DotsView(),
            "Nearest": NearestView(),
            "Curve": CurveView(),
            "Lines": LinesView(),
            "Histograms": HistogramView(),
            "Arithmetic": ArithmeticView(),
        }
        self.hint = Note()
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.offer = QPushButton()
        self.offer.setToolTip("Look at a layer that this method can show")
        self.offer.clicked.connect(self.instead)
        self.stack = QStackedWidget()
        self.stack.addWidget(self._hint_page())
        for view in self.views.values():
            self.stack.addWidget(view)
            if isinstance(view, DotsView | NearestView):
                view.chosen.connect(self.sample_chosen)
        self.facts, self.note = Label(), Note()
        self.facts.setWordWrap(True)
        self.facts.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.progress = QProgressBar()
        self.progress.setRange(0, 100)
        self.progress.setAccessibleName("Progress")
        self.progress.setToolTip("How much is computed; what is shown becomes finer meanwhile")
        self.cancel = QPushButton("Cancel")
        self.cancel.setToolTip("End what is being computed and keep what is shown")
        self.cancel.clicked.connect(self.cancelled)
        self.repeat = QPushButton("Look Again")
        self.repeat.setToolTip("Compute it again, with the current weights where the run is active in this window")
        self.repeat.clicked.connect(self.again)
        self._lay_out()
        self.show_hint("")

    def show_hint(self, text: str, *, wrong: bool = False, offer: str = "") -> None:
        """Show no result, but why; ``offer`` is a layer that would do."""
        self.hint.set_token("error" if wrong else "muted")
        self.hint.setText(text)
        self.offer.setVisible(bool(offer))
        self.offer.setText(f"Look at {offer}")
        self.stack.setCurrentIndex(0)
        self.facts.clear()
        self.note.hide()
        self.show_busy(False)

    def show_busy(self, busy: bool) -> None:
        """Whether something is being computed."""
        self.progress.setVisible(busy)
        self.cancel.setVisible(busy)
        self.repeat.setVisible(not busy and self.stack.currentIndex() > 0)
        if busy:
            self.progress.setValue(0)

    def show_step(self, step: Step, shown: Drawn | None) -> None:
        """Show how far it is, and what there is by now."""
        self.progress.setValue(int(100 * step.done))
        if step.result is None or shown is None:
            return
        view = self.views[type(step.result).__name__]
        view.show_result(step.result, shown)  # type: ignore[attr-defined]
        self.stack.setCurrentWidget(view)
        self.facts.setText("   ·   ".join(f"{name}: {value}" for name, value in step.facts))
        self.note.setText(step.note)
        self.note.setVisible(bool(step.note))

    def set_names(self, name: Callable[[int], str]) -> None:
        """What the samples are called by their positions in the part."""
        for view in self.views.values():
            if isinstance(view, DotsView | NearestView):
                view.name = name

    def _hint_page(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.addStretch(1)
        column.addWidget(self.hint)
        column.addWidget(self.offer, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(2)
        return page

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.progress)
        head.addWidget(self.cancel)
        head.addWidget(self.repeat)
        self.progress.setMaximumWidth(160)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(head)
        column.addWidget(self.stack, 1)
        column.addWidget(self.facts)
        column.addWidget(self.note)
