"""Samples as pictures, and how often each class comes as bars: painted by hand, in the colours of the theme."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.theme import theme

if TYPE_CHECKING:
    import numpy as np

    from gui.panels.samples import Look

    Array = np.ndarray[Any, Any]


WIDEST = 640
"""The longest bar in pixels: a longer one says no more."""


class ImageGrid(QWidget):
    """Pictures with what they show; beside each one how the network sees it, where that differs."""

    GAP, CAPTION = 14, 20

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pairs: list[tuple[QImage, QImage | None, str]] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(150)
        theme.changed.connect(self.update)

    def show_look(self, seen: Look) -> None:
        """Show these samples."""
        before = _images(seen.before)
        after = _images(seen.after) if seen.transformed else [None] * len(before)
        self._pairs = list(zip(before, after, seen.answers, strict=True))
        self.setAccessibleName(f"{len(before)} pictures: {', '.join(seen.answers)}")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._pairs:
            return
        painter = QPainter(self)
        columns, side = self._fit()
        wide = (2 * side + 4) if self._pairs[0][1] is not None else side
        painter.setPen(theme.color("text"))
        for place, (before, after, answer) in enumerate(self._pairs):
            x = (place % columns) * (wide + self.GAP)
            y = (place // columns) * (side + self.CAPTION + self.GAP)
            painter.drawImage(QRectF(x, y, side, side), before)
            if after is not None:
                painter.drawImage(QRectF(x + side + 4, y, side, side), after)
            caption = QRectF(x, y + side, wide, self.CAPTION)
            painter.drawText(caption, Qt.AlignmentFlag.AlignCenter, answer)

    def _fit(self) -> tuple[int, float]:
        """The number of columns that makes the pictures largest."""
        pair = 2 if self._pairs[0][1] is not None else 1
        best = (1, 0.0)
        for columns in range(1, len(self._pairs) + 1):
            rows = -(-len(self._pairs) // columns)
            across = (self.width() - (columns - 1) * self.GAP) / columns
            down = (self.height() - (rows - 1) * self.GAP) / rows - self.CAPTION
            side = min((across - 4 * (pair - 1)) / pair, down, 160.0)
            if side > best[1] + 0.5:
                best = (columns, side)
        return best[0], max(8.0, float(int(best[1])))


def _images(samples: Array) -> list[QImage]:
    """Samples (count, channels, height, width) as pictures, from black for the lowest value to white."""
    import numpy as np

    low, high = float(samples.min(initial=0.0)), float(samples.max(initial=1e-9))
    grey = np.clip((samples - low) / max(high - low, 1e-9) * 255, 0, 255).astype(np.uint8)
    result = []
    for sample in grey:
        if len(sample) in (3, 4):
            pixels, form = np.ascontiguousarray(sample[:3].transpose(1, 2, 0)), QImage.Format.Format_RGB888
        else:
            pixels, form = np.ascontiguousarray(sample[0]), QImage.Format.Format_Grayscale8
        result.append(QImage(pixels.data, pixels.shape[1], pixels.shape[0], pixels.strides[0], form).copy())
    return result


class Balance(QWidget):
    """A bar for each class, in pieces for training, validation and test, with the numbers beside it."""

    ROW = 22

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: list[tuple[str, tuple[int, ...]]] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_look(self, seen: Look) -> None:
        """Show these counts."""
        self._rows = list(zip(seen.classes, seen.counts, strict=True))
        words = (f"{name}: {sum(counts)}" for name, counts in self._rows)
        self.setAccessibleName(f"Samples of each class: {', '.join(words)}")
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
        right = metrics.horizontalAdvance(f"{most:,} = {most:,} + {most:,} + {most:,}") + 12
        room = min(max(40, self.width() - left - right), WIDEST)
        shades = _shades()
        x = float(left)
        painter.setPen(theme.color("muted"))
        for name, shade in zip(("training", "validation", "test"), shades, strict=True):
            painter.fillRect(QRectF(x, 6, 12, 10), shade)
            painter.drawText(QRectF(x + 17, 0, 120, self.ROW), Qt.AlignmentFlag.AlignVCenter, name)
            x += 17 + metrics.horizontalAdvance(name) + 18
        for place, (name, counts) in enumerate(self._rows, 1):
            y, x = place * self.ROW, float(left)
            painter.setPen(theme.color("text"))
            painter.drawText(QRectF(0, y, left - 10, self.ROW), _RIGHT, name)
            for count, shade in zip(counts, shades, strict=True):
                width = count / most * room
                painter.fillRect(QRectF(x, y + 4, max(width - 1, 0.0), self.ROW - 8), shade)
                x += width
            painter.setPen(theme.color("muted"))
            text = f"{sum(counts):,} = {' + '.join(f'{count:,}' for count in counts)}"
            painter.drawText(QRectF(x + 8, y, right, self.ROW), Qt.AlignmentFlag.AlignVCenter, text)


_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


def _shades() -> tuple[QColor, QColor, QColor]:
    return theme.color("curve.train"), theme.color("curve.validation"), theme.color("curve.other")
