"""How tokens are chosen: the settings of the tab *Try it* in one row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QSpinBox, QWidget

from gui.forms.flow import FlowLayout
from gui.training.trying.trial import Kind, Weights
from gui.widgets import plain

if TYPE_CHECKING:
    from engine.inside.generating.choosing import Choosing

BEAMS = 5
MOST_TOKENS, MOST_BEAMS, MOST_SEED, MOST_K = 10_000, 50, 2**31 - 1, 10_000


class SettingsRow(QWidget):
    """Those that say nothing to a network are not seen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.weights = QComboBox()
        self.weights.addItem("Weights: now", "now")
        self.weights.addItem("Weights: best", "best")
        _named(self.weights, "Weights", "Those the run has now, or had at its end; or those of its best epoch")
        self.beams = _whole(
            "beams ", 0, MOST_BEAMS, BEAMS, "Beams", "Search for the likeliest answer, so many at a time"
        )
        self.beams.setSpecialValueText("no beams")
        self.temperature = QDoubleSpinBox()
        self.temperature.setPrefix("temperature ")
        self.temperature.setRange(0, 10)
        self.temperature.setSingleStep(0.1)
        self.temperature.setValue(0.8)
        _named(
            self.temperature, "Temperature", "Below 1 likely tokens come even more often; 0 takes the likeliest always"
        )
        self.top_k = _whole("top-k ", 0, MOST_K, 0, "Top-k", "Choose among so many of the likeliest tokens only")
        self.top_k.setSpecialValueText("top-k all")
        self.top_p = QDoubleSpinBox()
        self.top_p.setPrefix("top-p ")
        self.top_p.setRange(0.01, 1)
        self.top_p.setSingleStep(0.05)
        self.top_p.setValue(1)
        _named(self.top_p, "Top-p", "Choose among the likeliest tokens that together reach this probability")
        self.seed = _whole("seed ", 0, MOST_SEED, 0, "Seed", "One seed always gives the same text")
        self.length = _whole("length ", 1, MOST_TOKENS, 200, "Length", "Tokens at most")
        row = FlowLayout(self)
        for field in (self.weights, self.beams, self.temperature, self.top_k, self.top_p, self.seed, self.length):
            row.addWidget(field)
        self.beams.valueChanged.connect(self._update)

    @property
    def _drawing(self) -> tuple[QWidget, ...]:
        return self.temperature, self.top_k, self.top_p, self.seed

    def offer(self, kind: Kind, length: int) -> None:
        """Show what says something to a network that does this, whose answers have this many tokens."""
        writes = kind in ("continue", "translate", "caption")
        answers = kind in ("translate", "caption")
        for field in self._drawing:
            field.setVisible(writes)
        self.length.setVisible(kind == "continue")
        self.length.setValue(length)
        self.beams.setVisible(answers)
        self.beams.setValue(BEAMS if answers else 0)
        self._update()

    def _update(self) -> None:
        for field in self._drawing:
            field.setEnabled(self.beams.value() == 0)

    @property
    def chosen_weights(self) -> Weights:
        return "best" if self.weights.currentData() == "best" else "now"

    def choosing(self) -> Choosing:
        """How tokens are chosen."""
        from engine.inside.generating.choosing import Choosing

        return Choosing(
            round(self.temperature.value(), 4),
            self.top_k.value() or None,
            round(self.top_p.value(), 4),
            self.seed.value(),
        )


def _whole(prefix: str, low: int, high: int, value: int, name: str, tip: str) -> QSpinBox:
    field = QSpinBox()
    field.setPrefix(prefix)
    field.setRange(low, high)
    field.setValue(value)
    _named(field, name, tip)
    return field


def _named(field: QWidget, name: str, tip: str) -> None:
    field.setAccessibleName(name)
    field.setToolTip(plain(tip))
