"""Samples as text, as curves and as strips of frames: painted by hand, in the colours of the theme."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.data.sources.clips.frames import taken
from gui.data.data_preview import DataPreview
from gui.theme import mono_font, theme
from gui.widgets import plain

if TYPE_CHECKING:
    from engine.data.dataset import Array

PADDING = "·"
KINDS = ("muted", "text", "curve.rate", "text", "curve.validation", "ok", "muted", "curve.train")
"""The colour of each kind of token, in the order of their names; a letter below says the same."""


class SampleStrip(QWidget):
    """What the views of this file share: they paint rows of samples, as many as there is room for."""

    ROW = 44

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.seen: DataPreview | None = None
        self.after = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(150)
        theme.changed.connect(self.update)

    def show_look(self, seen: DataPreview, *, after: bool = False) -> None:
        """Show these samples, ``after`` the transforms or before."""
        self.seen, self.after = seen, after
        self.setAccessibleName(f"{len(seen.before)} samples: {'; '.join(seen.answers)}"[:1000])
        self.update()

    def values(self) -> Array:
        """The first input of the samples."""
        assert self.seen is not None
        return self.seen.after if self.after else self.seen.before


class TextView(SampleStrip):
    """Characters in their order: running text, a line with the kind of each character, or what a text becomes."""

    def paintEvent(self, event: QPaintEvent) -> None:
        seen = self.seen
        if seen is None:
            return
        painter = QPainter(self)
        field, goal = (seen.dataset.fields[seen.dataset.first(role)] for role in ("input", "target"))
        kinds = seen.form == "text" and goal.names != field.names
        longest = goal.shape[0] if goal.shape else max(map(len, goal.names), default=0)
        columns = field.shape[0] + (longest + 5 if seen.form == "pairs" else 0)
        font = mono_font(10)
        painter.setFont(font)
        if painter.fontMetrics().horizontalAdvance("m" * columns) > self.width():
            painter.setFont(mono_font(9))
        if painter.fontMetrics().horizontalAdvance("m" * columns) > self.width():
            font.setPixelSize(max(7, int(self.width() / columns / 0.61)))
            painter.setFont(font)
        wide, high = painter.fontMetrics().horizontalAdvance("m"), painter.fontMetrics().height()
        top = self._legend(painter, goal.names, wide) if kinds else 0
        row = high * (2 if kinds else 1) + 10
        for index, ids in enumerate(self.values().tolist()):
            y = top + index * row
            if y + row > self.height():
                break
            self._line(painter, 0, y, wide, high, [field.names[symbol] for symbol in ids], None)
            answer = seen.more[seen.dataset.first("target")][index].tolist()
            if kinds:
                colours = [theme.color(KINDS[kind % len(KINDS)]) for kind in answer]
                painter.fillRect(QRectF(0, y, wide * len(ids), 2 * high), theme.color("base"))
                self._line(painter, 0, y, wide, high, [field.names[symbol] for symbol in ids], colours)
                marks = [_letter(goal.names, kind) for kind in answer]
                self._line(painter, 0, y + high, wide, high, marks, colours)
            elif seen.form == "pairs":
                x = wide * (field.shape[0] + 2)
                self._line(painter, x, y, wide, high, ["→"], None)
                said = [goal.names[symbol] for symbol in answer] if goal.shape else goal.names[answer]
                self._line(painter, x + 3 * wide, y, wide, high, said, None)

    @staticmethod
    def _line(
        painter: QPainter, x: float, y: float, wide: int, high: int, text: Sequence[str], colours: list[QColor] | None
    ) -> None:
        plain, faint = theme.color("text"), theme.color("muted")
        for index, character in enumerate(text):
            if character != " ":
                colour = faint if character in (PADDING, "↵") else colours[index] if colours else plain
                painter.setPen(colour)
                painter.drawText(QRectF(x + index * wide, y, wide, high), Qt.AlignmentFlag.AlignCenter, character)

    def _legend(self, painter: QPainter, names: Sequence[str], wide: int) -> int:
        """What letters below the characters mean, where they are no names themselves; the height of its lines."""
        x, y, high = 0, 0, painter.fontMetrics().height()
        for kind, name in enumerate(names):
            if name in (PADDING, _letter(names, kind)):
                continue
            text = f"{_letter(names, kind)} {name}" if _letter(names, kind) != " " else "blank space"
            if x + wide * len(text) > self.width():
                x, y = 0, y + high
            painter.setPen(theme.color(KINDS[kind % len(KINDS)]))
            painter.drawText(QRectF(x, y, wide * (len(text) + 1), high), Qt.AlignmentFlag.AlignVCenter, text)
            x += wide * (len(text) + 2)
        return y + high + 10 if x else 0


def _letter(names: Sequence[str], kind: int) -> str:
    """The letter of a kind: its first one, or # for numbers, whose first one is that of names."""
    return {"space": " ", "number": "#"}.get(names[kind], names[kind][0])


class SeriesView(SampleStrip):
    """Each sample as a small plot: what was, what drives it, on a scale of its own, and, dashed, what comes."""

    LEGEND, GAP = 24, 12

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.seen is None or not len(self.seen.before):
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pens = self._legend(painter)
        columns = 2 if self.width() < 900 else 3
        rows = max(1, min(-(-len(self.seen.before) // columns), (self.height() - self.LEGEND) // 96))
        wide = (self.width() - (columns - 1) * self.GAP) / columns
        high = min((self.height() - self.LEGEND - (rows - 1) * self.GAP) / rows, 180.0)
        future = self.coming()
        for index, past in enumerate(self.values()[: rows * columns]):
            x, y = (index % columns) * (wide + self.GAP), self.LEGEND + (index // columns) * (high + self.GAP)
            self._plot(painter, QRectF(x, y, wide, high), past, future[index], pens)

    def coming(self) -> Array:
        """(samples, steps) what follows, of several values the first, on the scale of what was."""
        assert self.seen is not None
        stored = self.seen.more[self.seen.dataset.first("target")]
        found = self.seen.coming if self.after and self.seen.coming is not None else stored
        result: Array = found.reshape(*found.shape[:2], -1)[..., 0]
        return result

    def names(self) -> list[str]:
        """What the lines are called, in their order: by their columns where these are known."""
        assert self.seen is not None
        field = self.seen.dataset.fields[self.seen.dataset.first("input")]
        value, *drivers = field.columns or ("value", "what drives it")[: field.shape[-1]]
        driver = [f"{drivers[0]} (scale of its own)"] if drivers else []
        return [f"past {value}", *driver, f"future {value}"]

    def _plot(self, painter: QPainter, box: QRectF, past: Array, future: Array, pens: Sequence[QPen]) -> None:
        whole = len(past) + len(future)
        painter.setPen(QPen(theme.color("border"), 1))
        painter.setBrush(theme.color("base"))
        painter.drawRect(box)
        now = box.left() + box.width() * (len(past) - 0.5) / whole
        painter.drawLine(QPointF(now, box.top()), QPointF(now, box.bottom()))

        def draw(values: Array, start: int, scale: Sequence[Array], pen: QPen) -> None:
            low, high = float(min(one.min() for one in scale)), float(max(one.max() for one in scale))
            points = []
            for step, value in enumerate(values.tolist(), start):
                across = box.left() + box.width() * (step + 0.5) / whole
                down = box.bottom() - 5 - (box.height() - 10) * (value - low) / max(high - low, 1e-9)
                points.append(QPointF(across, down))
            painter.setPen(pen)
            painter.drawPolyline(QPolygonF(points))

        value, driver = past[:, 0], past[:, 1:2]
        if driver.size:
            draw(driver[:, 0], 0, [driver], pens[1])
        draw(value, 0, [value, future], pens[0])
        draw(future, len(past), [value, future], pens[-1])

    def _legend(self, painter: QPainter) -> list[QPen]:
        """The pens of the lines, each beside its name."""
        names = self.names()
        pens = [
            QPen(theme.color("curve.train"), 1.6),
            QPen(theme.color("curve.other"), 1.2, Qt.PenStyle.DotLine),
            QPen(theme.color("curve.validation"), 1.8, Qt.PenStyle.DashLine),
        ]
        pens = pens if len(names) == len(pens) else [pens[0], pens[-1]]
        x = 0
        for pen, name in zip(pens, names, strict=True):
            painter.setPen(pen)
            painter.drawLine(x, 9, x + 28, 9)
            painter.setPen(theme.color("muted"))
            width = painter.fontMetrics().horizontalAdvance(name)
            painter.drawText(QRectF(x + 34, 0, width + 4, 18), Qt.AlignmentFlag.AlignVCenter, name)
            x += 34 + width + 22
        return pens


class ClipView(SampleStrip):
    """Each clip as a strip of its frames, from left to right, with what it shows, or what each of its frames does.

    Of long clips so many frames are seen, evenly taken, as have room.
    """

    GAP, CAPTION, FEW, NARROW = 3, 130, 6, 24
    BELOW = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter

    def show_look(self, seen: DataPreview, *, after: bool = False) -> None:
        """Show these clips."""
        super().show_look(seen, after=after)
        self.frames = seen.frames[after]
        self.setToolTip(plain(self.frames.limits))

    def labels(self, index: int) -> list[str]:
        """What is said of each frame of a clip, "" of a blank one; nothing where it is said of the whole clip."""
        assert self.seen is not None
        name = self.seen.dataset.first("target")
        field = self.seen.dataset.fields[name]
        if not field.classes or len(field.shape) != 1:
            return []
        return ["" if one == field.padding else field.names[one] for one in self.seen.more[name][index].tolist()]

    def positions(self, room: float) -> list[int]:
        """Which of the frames there are pictures of are seen in a row of this width."""
        there = len(self.frames.at)
        return taken(there, max(1, min(there, int(room // (self.NARROW + self.GAP)))), "evenly")

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.seen is None or not self.frames.clips:
            return
        painter = QPainter(self)
        metrics, by_frame = painter.fontMetrics(), bool(self.labels(0))
        line, room = (metrics.height(), self.width()) if by_frame else (0, self.width() - self.CAPTION)
        shown = self.positions(room)
        wide, high = self.frame_size(room / len(shown) - self.GAP, self.height() / self.FEW - 10 - line)
        rows = max(1, int((self.height() + 10) // (high + 10 + line)))
        words = [word for clip in range(len(self.frames.clips)) for word in self.labels(clip)]
        cell = self.cell_width(wide, room / len(shown), max(map(metrics.horizontalAdvance, set(words)), default=0))
        some = f"\n{len(shown)} of {self.frames.count:,} frames" if len(shown) < self.frames.count else ""
        painter.setPen(theme.color("text"))
        for index, clip in enumerate(self.frames.clips[:rows]):
            y = index * (high + 10 + line)
            labels = self.labels(index)
            for step, frame in enumerate(shown):
                left = step * cell
                self._frame(painter, QRectF(left, y, wide, high), clip[frame])
                if by_frame:
                    said = labels[self.frames.at[frame]]
                    said = metrics.elidedText(said, Qt.TextElideMode.ElideRight, int(cell) - self.GAP)
                    painter.drawText(QRectF(left, y + high, cell - self.GAP, line), self.BELOW, said)
            if not by_frame:
                caption = QRectF(len(shown) * cell + 8, y, self.CAPTION - 8, high)
                painter.drawText(caption, Qt.AlignmentFlag.AlignVCenter, self.seen.answers[index] + some)

    def frame_size(self, wide: float, high: float) -> tuple[float, float]:
        """Width and height of a frame in its own proportions where there is room for so much, or a little more."""
        picture = self.frames.clips[0][0].size()
        high = min(max(32.0, high), 72.0, wide * picture.height() / picture.width())
        return high * picture.width() / picture.height(), high

    def cell_width(self, wide: float, room: float, words: float) -> float:
        """How far apart frames of this width begin, for the longest of their words to be read where there is room."""
        return max(wide + self.GAP, min(room, words + 2 * self.GAP))

    @staticmethod
    def _frame(painter: QPainter, box: QRectF, picture: QImage) -> None:
        painter.drawImage(box, picture)
