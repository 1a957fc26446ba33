"""Samples as cards: the input, the answer and what would have been right, as images and curves, wrong ones first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QImage, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from engine.training.sample_table import Sample, SampleTable
from gui.pictures import mask_colours
from gui.theme import theme
from gui.training.results.answer_forms import AnswerForms, caption, described, full, ordered, sure, verdict
from gui.widgets import plain

SIDE, STRIP, CURVE = 76, 152, 190
"""Width of an image, of a clip and of a curve."""
TEXT, GAP, NEAR = 34, 10, 4
NARROWEST = 108
LEGEND = 24
LINE: Final = {"answer": Qt.PenStyle.DashLine, "target": Qt.PenStyle.SolidLine}


@dataclass(frozen=True)
class SampleCard:
    """One sample as it is painted."""

    sample: Sample
    images: tuple[QImage, ...]


class SampleCards(QWidget):
    """Samples as images with their answers below, as many beside one another as there is room for."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._values: SampleTable | None = None
        self._cards: list[SampleCard] = []
        self._low, self._high = 0.0, 1.0
        self._shown: AnswerForms | None = None
        self.setAccessibleName("Samples and answers")
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        theme.changed.connect(self._retint)

    def show_values(self, values: SampleTable, shown: AnswerForms) -> None:
        """Show these samples."""
        self._values, self._shown = values, shown
        self._cards = []
        for sample in ordered(values):
            source = shown.source_picture(sample)
            self._cards.append(SampleCard(sample, tuple(([source] if source else []) + shown.answer_pictures(sample))))
        if shown.answer == "curve":  # one scale for all: a small mistake looks small
            lines = [line for sample in values.samples for line in (sample.answer, sample.target)]
            every = [value for line in lines for value in line if isfinite(value)]
            self._low, self._high = min(every, default=0.0), max(every, default=1.0)
        self.setAccessibleDescription("; ".join(described(card.sample, self._names) for card in self._cards))
        self.updateGeometry()
        self.update()

    def _retint(self) -> None:
        if self._values is not None and self._shown is not None:
            self.show_values(self._values, self._shown)  # masks are in colours of the theme

    @property
    def _names(self) -> Sequence[str]:
        return self._values.names if self._values else ()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        rows = -(-len(self._cards) // self._columns(width))
        return self._top + rows * (SIDE + TEXT + GAP)

    def sizeHint(self) -> QSize:
        return QSize(600, self.heightForWidth(max(self.width(), 300)))

    def minimumSizeHint(self) -> QSize:
        return QSize(min(self._wide, 240), self.heightForWidth(max(self.width(), 300)))

    @property
    def _top(self) -> int:
        return LEGEND if self._shown is not None and self._shown.answer else 2  # room for the frames

    @property
    def _parts(self) -> list[tuple[str, int]]:
        """What a card shows from left to right, and how wide."""
        shown = self._shown
        if shown is None or self._values is None:
            return []
        source = (str(self._values.input.field), STRIP if shown.source == "clip" else SIDE)
        parts = [source] if shown.source else []
        if shown.answer == "curve":
            return [*parts, ("", CURVE)]
        wide = STRIP if shown.answer == "clip" else SIDE
        return [*parts, ("answer", wide), ("target", wide)] if shown.answer else parts

    @property
    def _wide(self) -> int:
        parts = self._parts
        return max(NARROWEST, sum(wide for _, wide in parts) + NEAR * (len(parts) - 1))

    def _columns(self, width: int) -> int:
        return max(1, (width + GAP) // (self._wide + GAP))

    def _area(self, number: int) -> QRectF:
        row, column = divmod(number, self._columns(self.width()))
        high = SIDE + TEXT + GAP
        return QRectF(column * (self._wide + GAP), self._top + row * high, self._wide, high - GAP)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self._paint_legend(painter)
        for number, card in enumerate(self._cards):
            area = self._area(number)
            if area.intersects(QRectF(event.rect())):
                self._paint(painter, area, card)

    def _paint(self, painter: QPainter, area: QRectF, card: SampleCard) -> None:
        parts, right = self._parts, card.sample.right
        color = theme.color("ok" if right else "error" if right is False else "muted")
        x = area.center().x() - (sum(wide for _, wide in parts) + NEAR * (len(parts) - 1)) / 2
        images = iter(card.images)
        for name, wide in parts:
            box = QRectF(x, area.top(), wide, SIDE)
            if name:
                self._paint_image(painter, box, next(images), color)
            else:
                self._paint_curves(painter, box, card.sample)
            x += wide + NEAR
        several = self._shown is not None and self._shown.answer
        said = verdict(card.sample) if several else caption(card.sample, self._names)
        below = sure(card.sample)
        if not said:
            said, below = below, ""
        middle = Qt.AlignmentFlag.AlignCenter
        painter.setPen(color)
        text = self.fontMetrics().elidedText(said, Qt.TextElideMode.ElideRight, int(area.width()))
        painter.drawText(QRectF(area.left(), area.top() + SIDE + 1, area.width(), 17), middle, text)
        painter.setPen(theme.color("muted"))
        painter.drawText(QRectF(area.left(), area.top() + SIDE + 17, area.width(), 16), middle, below)

    @staticmethod
    def _paint_image(painter: QPainter, box: QRectF, image: QImage, color: QColor) -> None:
        scale = min(box.width() / image.width(), box.height() / image.height())
        wide, high = image.width() * scale, image.height() * scale
        frame = QRectF(box.center().x() - wide / 2, box.top() + (box.height() - high) / 2, wide, high)
        painter.drawImage(frame, image)
        painter.setPen(QPen(color, 2))
        painter.drawRect(frame)

    def _paint_curves(self, painter: QPainter, box: QRectF, sample: Sample) -> None:
        painter.setPen(QPen(theme.color("border"), 1))
        painter.drawRect(box)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        span = max(self._high - self._low, 1e-9)
        for key, values in (("target", sample.target), ("answer", sample.answer)):
            points = [
                QPointF(
                    box.left() + 3 + (box.width() - 6) * index / max(len(values) - 1, 1),
                    box.bottom() - 4 - (box.height() - 8) * (value - self._low) / span,
                )
                for index, value in enumerate(values)
                if isfinite(value)
            ]
            painter.setPen(_pen(key))
            painter.drawPolyline(QPolygonF(points))
        painter.restore()

    def _paint_legend(self, painter: QPainter) -> None:
        """What stands where in a card, or which line is which; and the classes of masks by their colours."""
        if self._top != LEGEND:
            return
        metrics, x = painter.fontMetrics(), 0.0

        def say(text: str, token: str = "muted") -> None:
            nonlocal x
            painter.setPen(theme.color(token))
            painter.drawText(QRectF(x, 0, 400, 18), Qt.AlignmentFlag.AlignVCenter, text)
            x += metrics.horizontalAdvance(text) + 16

        pictured = [name for name, _ in self._parts if name]
        if len(pictured) > 1:
            say(f"from left to right: {', '.join(pictured)}")
        if self._shown is not None and self._shown.answer == "curve":
            for key in LINE:
                painter.setPen(_pen(key))
                painter.drawLine(QPointF(x, 10), QPointF(x + 28, 10))
                x += 34
                say(key)
            say(f"each from {self._low:.3g} to {self._high:.3g}")
        if self._shown is not None and self._shown.answer == "mask":
            for name, shade in zip(self._names, mask_colours(), strict=False):
                painter.fillRect(QRectF(x, 3, 12, 12), shade)
                x += 17
                say(name)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            for number, card in enumerate(self._cards):
                if self._area(number).contains(event.pos()):
                    QToolTip.showText(event.globalPos(), plain(full(card.sample, self._names)), self)
                    return True
        return super().event(event)


def _pen(key: str) -> QPen:
    token = "curve.train" if key == "answer" else "curve.other"
    return QPen(theme.color(token), 1.6, LINE[key])
