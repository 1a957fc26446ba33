"""Samples as images, and how often each class comes as bars: painted by hand, in the colours of the theme."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.pictures import limits, mask_colours, masks, pictures
from gui.theme import theme
from gui.widgets import plain

if TYPE_CHECKING:
    from gui.data.data_preview import DataPreview


WIDEST = 640
"""The longest bar in pixels: a longer one says no more."""


class ImageGrid(QWidget):
    """Images with what they show; beside each one its mask, and how the network sees it, where that differs."""

    GAP, LINE, LEGEND = 14, 20, 24

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sets: list[tuple[list[QImage], str]] = []
        self._legend: tuple[str, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(150)
        theme.changed.connect(self._repaint)
        self._seen: DataPreview | None = None

    def show_look(self, seen: DataPreview) -> None:
        """Show these samples."""
        self._seen = seen
        columns = [pictures(seen.before)]
        if seen.transformed:
            columns.append(pictures(seen.after))
        stored = f"As stored: {_small(limits(seen.before))}"
        network = f"\nAs the network sees it: {_small(limits(seen.after))}" if seen.transformed else ""
        self.setToolTip(plain(stored + network))
        fields = seen.dataset.fields
        mask = next((name for name, one in fields.items() if one.classes and len(one.shape) == 2), None)
        self._legend = fields[mask].names if mask else ()
        if mask:
            columns.append(masks(seen.more[mask]))
        self._sets = [(list(row), answer) for *row, answer in zip(*columns, seen.answers, strict=True)]
        self.setAccessibleName(f"{len(seen.before)} images: {', '.join(seen.answers)}")
        self.update()

    def _repaint(self) -> None:
        if self._seen is not None:
            self.show_look(self._seen)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._sets:
            return
        painter = QPainter(self)
        top = self._paint_legend(painter)
        columns, side = self._fit(top)
        each = len(self._sets[0][0])
        wide, lines = each * side + 4 * (each - 1), self._lines()
        for index, (images, answer) in enumerate(self._sets):
            x = (index % columns) * (wide + self.GAP)
            y = top + (index // columns) * (side + self.LINE * lines + self.GAP)
            if index >= columns and y + side > self.height():
                break
            for number, image in enumerate(images):
                painter.drawImage(QRectF(x + number * (side + 4), y, side, side), image)
            painter.setPen(theme.color("text"))
            flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
            painter.drawText(QRectF(x, y + side + 2, wide, self.LINE * lines), flags, answer)

    def _paint_legend(self, painter: QPainter) -> float:
        """The colours of the mask by name; the height they take."""
        x = 0
        for name, shade in zip(self._legend, mask_colours(), strict=False):
            painter.fillRect(QRectF(x, 3, 12, 12), shade)
            painter.setPen(theme.color("muted"))
            width = painter.fontMetrics().horizontalAdvance(name)
            painter.drawText(QRectF(x + 17, 0, width + 4, 18), Qt.AlignmentFlag.AlignVCenter, name)
            x += 17 + width + 16
        return self.LEGEND if self._legend else 0

    def _lines(self) -> int:
        return 3 if max((len(answer) for _, answer in self._sets), default=0) > 24 else 1

    def _fit(self, top: float) -> tuple[int, float]:
        """The number of columns that makes the images largest; where they would be tiny, fewer of them are shown."""
        each, best = len(self._sets[0][0]), (1, 0.0)
        for count in (len(self._sets), max(1, len(self._sets) // 2)):
            for columns in range(1, count + 1):
                rows = -(-count // columns)
                across = (self.width() - (columns - 1) * self.GAP) / columns
                down = (self.height() - top - (rows - 1) * self.GAP) / rows - self.LINE * self._lines()
                side = min((across - 4 * (each - 1)) / each, down, 160.0)
                if side > best[1] + 0.5 or side == best[1]:  # as large as they get: as many as there is room for
                    best = (columns, side)
            if best[1] >= 44:
                break
        return best[0], max(8.0, float(int(best[1])))


def _small(ends: object) -> str:
    text = str(ends)
    return text[:1].lower() + text[1:]


class ClassBars(QWidget):
    """A bar for each class, in pieces for training, validation and test, with the numbers beside it."""

    ROW = 22

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: list[tuple[str, tuple[int, ...]]] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_counts(self, what: str, names: Sequence[str], counts: Sequence[tuple[int, ...]]) -> None:
        """Show these counts."""
        self._rows = list(zip(names, counts, strict=True))
        words = (f"{name}: {sum(row)}" for name, row in self._rows)
        self.setAccessibleName(f"{what}: {', '.join(words)}")
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(300, (len(self._rows) + 1) * self.ROW + 4)

    def minimumSizeHint(self) -> QSize:
        return QSize(200, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._rows:
            return
        painter = QPainter(self)
        metrics = self.fontMetrics()
        most = max(sum(counts) for _, counts in self._rows) or 1
        left = max(metrics.horizontalAdvance(name) for name, _ in self._rows) + 10
        right = max(metrics.horizontalAdvance(_total(counts)) for _, counts in self._rows) + 14
        room = min(max(40, self.width() - left - right), WIDEST)
        shades = _shades()
        x = float(left)
        painter.setPen(theme.color("muted"))
        for name, shade in zip(("training", "validation", "test"), shades, strict=True):
            painter.fillRect(QRectF(x, 6, 12, 10), shade)
            painter.drawText(QRectF(x + 17, 0, 120, self.ROW), Qt.AlignmentFlag.AlignVCenter, name)
            x += 17 + metrics.horizontalAdvance(name) + 18
        for index, (name, counts) in enumerate(self._rows, 1):
            y, x = index * self.ROW, float(left)
            painter.setPen(theme.color("text"))
            painter.drawText(QRectF(0, y, left - 10, self.ROW), _RIGHT, name)
            for count, shade in zip(counts, shades, strict=True):
                width = count / most * room
                painter.fillRect(QRectF(x, y + 4, max(width - 1, 0.0), self.ROW - 8), shade)
                x += width
            painter.setPen(theme.color("muted"))
            painter.drawText(QRectF(x + 8, y, right, self.ROW), Qt.AlignmentFlag.AlignVCenter, _total(counts))


def _total(counts: Sequence[int]) -> str:
    return f"{sum(counts):,} = {' + '.join(f'{count:,}' for count in counts)}"


_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


def _shades() -> tuple[QColor, QColor, QColor]:
    return theme.color("curve.train"), theme.color("curve.validation"), theme.color("curve.other")
