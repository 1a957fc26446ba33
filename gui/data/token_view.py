"""Texts as the tokens that the network is given, one after the other, each with what it is to be answered with."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent

from engine.data.sources.text.codec import END, PADDING, SPACE, START, UNKNOWN
from gui.data.sample_strips import SampleStrip
from gui.theme import theme

BLANK = {" ": "␣", SPACE: "␣"}
GAP, SIDE = 3, 3
"""Pixels between two tokens, and beside the letters of one."""


class TokenView(SampleStrip):
    """A row for each sample: its class, then its tokens; below them the translation, where there is one."""

    def paintEvent(self, event: QPaintEvent) -> None:
        seen = self.seen
        if seen is None:
            return
        painter = QPainter(self)
        fields = seen.dataset.fields
        name, target = seen.dataset.first("input"), seen.dataset.first("target")
        high, y = painter.fontMetrics().height() + 4, 0
        labelled = not fields[target].shape
        metrics = painter.fontMetrics()
        left = max((metrics.horizontalAdvance(answer) for answer in seen.answers), default=0) + 12 if labelled else 0
        left = min(left, self.width() // 4)
        for index, row in enumerate(seen.more[name].tolist()):
            needed = high * (1 if labelled else 2) + 8
            if y + needed > self.height():
                break
            if labelled:
                painter.setPen(theme.color("muted"))
                said = metrics.elidedText(seen.answers[index], Qt.TextElideMode.ElideRight, left - 8)
                painter.drawText(QRectF(0, y, left, high), Qt.AlignmentFlag.AlignVCenter, said)
            self._tokens(painter, left, y, high, [fields[name].names[one] for one in row])
            if not labelled:
                arrow = "→"
                painter.setPen(theme.color("muted"))
                painter.drawText(QRectF(0, y + high, 20, high), Qt.AlignmentFlag.AlignVCenter, arrow)
                answer = [fields[target].names[one] for one in seen.more[target][index].tolist()]
                self._tokens(painter, 20, y + high, high, answer)
            y += needed

    def _tokens(self, painter: QPainter, x: float, y: float, high: int, tokens: Sequence[str]) -> None:
        """Each token on a ground of its own; what does not fit any more is three dots. Unknown ones are framed."""
        metrics = painter.fontMetrics()
        dots = metrics.horizontalAdvance("…") + 2 * SIDE
        for token in tokens:
            if token == PADDING:
                continue
            shown = BLANK.get(token, token)
            wide = metrics.horizontalAdvance(shown) + 2 * SIDE
            if x + wide + dots > self.width():
                painter.setPen(theme.color("muted"))
                painter.drawText(QRectF(x, y, dots, high), Qt.AlignmentFlag.AlignCenter, "…")
                return
            box = QRectF(x, y + 1, wide, high - 2)
            painter.fillRect(box, theme.color("base"))
            faint = token in (UNKNOWN, START, END, "↵") or shown == "␣"
            painter.setPen(theme.color("warning" if token == UNKNOWN else "muted" if faint else "text"))
            if token == UNKNOWN:
                painter.drawRect(box)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, shown)
            x += wide + GAP
