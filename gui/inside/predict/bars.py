"""One answer of a network as bars: the likeliest classes with their probabilities, or numbers by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.errors import visible
from gui.theme import theme
from gui.widgets import plain

if TYPE_CHECKING:
    from engine.inside.predicting import Prediction

ROW, GAP, NAME, SAID = 24, 8, 130, 58
LONGEST = 340
"""Pixels that long names may take."""
WIDEST = 560
MOST, LIKELIEST = 10, 5
"""So few classes stay in their order, so that bars do not jump; of more the likeliest are shown, and one line for all
others."""


class AnswerBars(QWidget):
    """Shows the answers of all Outputs to one sample, one below the other."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: list[tuple[str, float | None, str]] = []
        self._titled: list[bool] = []
        self._others: set[int] = set()
        """The rows that stand for several classes: none of them is the likeliest."""
        self.setAccessibleName("Answer")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        theme.changed.connect(self.update)

    def show_prediction(self, prediction: Prediction | None) -> None:
        """Show these answers; None: nothing."""
        self._rows, self._titled, self._others = [], [], set()
        answers = prediction.answers if prediction is not None else ()
        for answer in answers:
            if len(answers) > 1:
                self._add(answer.output, None, "", title=True)
            few = len(answer.probabilities) <= MOST + 1
            shown = sorted(answer.probabilities, key=_in_order) if few else [*answer.probabilities[:LIKELIEST]]
            for name, chance in shown:
                self._add(visible(name), chance, f"{100 * chance:.1f} %")
            if rest := answer.probabilities[len(shown) :]:
                share = sum(chance for _, chance in rest)
                self._add(f"{len(rest)} others", share, f"{100 * share:.1f} %")
                self._others.add(len(self._rows) - 1)
            for name, number in answer.numbers:
                self._add(name, None, f"{number:.6g}")
        self.setAccessibleDescription("; ".join(f"{name} {said}".strip() for name, _, said in self._rows))
        said = [f"{name} {said}".strip() for name, _, said in self._rows]
        self.setToolTip(plain("\n".join(["The answer of the network: each class with its probability", *said])))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(420, max(1, len(self._rows)) * ROW)

    def minimumSizeHint(self) -> QSize:
        return QSize(NAME + SAID + 40, self.sizeHint().height())

    def _room_for_names(self) -> int:
        """Pixels for the names on the left: more for long ones, where there is room."""
        font = self.font()
        font.setBold(True)
        metrics = QFontMetrics(font)
        longest = max((metrics.horizontalAdvance(name) for name, _, _ in self._rows), default=0)
        return max(NAME, min(longest, LONGEST, self.width() // 2))

    def _add(self, name: str, share: float | None, said: str, *, title: bool = False) -> None:
        self._rows.append((name, share, said))
        self._titled.append(title)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        names = self._room_for_names()
        wide = min(self.width(), WIDEST + names - NAME)
        room = max(wide - names - SAID - 2 * GAP, 10)
        middle = Qt.AlignmentFlag.AlignVCenter
        single = (row[1] for index, row in enumerate(self._rows) if index not in self._others)
        best = max((share for share in single if share is not None), default=0.0)
        for index, (name, share, said) in enumerate(self._rows):
            top = index * ROW
            if self._titled[index]:
                painter.setPen(theme.color("muted"))
                painter.drawText(QRectF(0, top, self.width(), ROW), middle, name)
                continue
            leading = share is not None and share == best and index not in self._others
            font = self.font()
            font.setBold(leading)
            painter.setFont(font)
            painter.setPen(theme.color("text"))
            text = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, names)
            painter.drawText(QRectF(0, top, names, ROW), middle | Qt.AlignmentFlag.AlignRight, text)
            if share is None:
                painter.drawText(QRectF(names + GAP, top, room, ROW), middle, said)
                continue
            bar = QRectF(names + GAP, top + 5, room, ROW - 10)
            painter.fillRect(bar, theme.color("raised"))
            bar.setWidth(room * min(max(share, 0.0), 1.0))
            painter.fillRect(bar, theme.color("accent" if leading else "muted"))
            painter.drawText(QRectF(wide - SAID, top, SAID, ROW), middle | Qt.AlignmentFlag.AlignRight, said)


def _in_order(entry: tuple[str, float]) -> tuple[int, float, str]:
    """Numbers by their size, before names by their letters."""
    name = entry[0]
    return (0, float(name), name) if name.isdecimal() else (1, 0.0, name)
