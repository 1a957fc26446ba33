"""The confusion matrix: how often each class was taken for each other, and what that makes of every class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QHeaderView, QSizePolicy, QTableWidget, QTableWidgetItem, QWidget

from engine.training.history import TableRows
from gui.theme import theme
from gui.widgets import plain

LARGEST_CELL, WIDEST_CELL = 44, 96
WIDER = 3.0
"""Times its height is a cell wide at the most."""
WITH_NUMBERS = 15
"""Pixels of a cell that its number needs."""
WITH_NAMES = 11
"""Pixels of a cell beside which there is room for the name of its class."""
WITH_LINES = 6
LOWEST_ROW, HIGHEST_ROW = 17, 24
"""Pixels of a row of the table."""
TOP = 34
"""Pixels above the cells, for the names of the columns."""


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """A square of counts: row is what a sample is, column what it was taken for; ``names`` of the classes."""

    table: np.ndarray[tuple[int, int], np.dtype[np.int64]]
    names: tuple[str, ...]

    @classmethod
    def of(cls, values: TableRows, names: Sequence[str]) -> Counts:
        """From a table of a History; classes without a name are called by their number."""
        table = np.array(values, dtype=np.int64)
        known = tuple(names[index] if index < len(names) else str(index) for index in range(len(table)))
        return cls(table, known)

    @property
    def shares(self) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
        """Each row as shares of its sum; zeros where a class does not occur."""
        sums = self.table.sum(axis=1, keepdims=True)
        shares: np.ndarray[tuple[int, int], np.dtype[np.float64]] = self.table / np.maximum(sums, 1)
        return shares

    def sentence(self, row: int, column: int) -> str:
        """``true 7 read as 9: 12 of 45 (27 %)``"""
        count, whole = int(self.table[row, column]), int(self.table[row].sum())
        share = f" ({100 * count / whole:.0f} %)" if whole else ""
        how = "read rightly" if row == column else f"read as {self.names[column]}"
        return f"true {self.names[row]} {how}: {count:,} of {whole:,}{share}"

    def per_class(self) -> list[tuple[str, float, float, float, int]]:
        """(name, precision, recall, F1, samples) of each class; NaN where it cannot be said."""
        hits, given, there = np.diag(self.table), self.table.sum(axis=0), self.table.sum(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            precision, recall = hits / given, hits / there
            f1 = 2 * hits / (given + there)
        return [
            (name, float(precision[k]), float(recall[k]), float(f1[k]), int(there[k]))
            for k, name in enumerate(self.names)
        ]


class Matrix(QWidget):
    """Painted flat: shades by row, the numbers in the cells as long as there is room, the rest under the mouse."""

    pointed = Signal(str)
    """What the cell under the mouse says; empty when it has left."""
    picked = Signal(int, int)
    """Row and column of a cell that was clicked, or entered with the keys."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._counts: Counts | None = None
        self._picture = QImage()
        self._at = (-1, -1)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Confusion matrix")
        self.setToolTip("Click a cell, or press Enter on it, to see samples of it")
        self.setMinimumSize(QSize(150, 110))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.changed.connect(self._recolor)

    @property
    def counts(self) -> Counts | None:
        """What is shown."""
        return self._counts

    @property
    def sentence(self) -> str:
        """What the cell that is pointed at says."""
        return self._counts.sentence(*self._at) if self._counts is not None and self._at[0] >= 0 else ""

    def show_counts(self, counts: Counts) -> None:
        """Show a matrix."""
        self._counts = counts
        size = len(counts.names)
        right = int(np.diag(counts.table).sum())
        self.setAccessibleDescription(f"{size} classes; {right:,} of {int(counts.table.sum()):,} samples read rightly")
        self._recolor()
        if self._at != (-1, -1):
            self._point(*self._at)

    def _recolor(self) -> None:
        if self._counts is not None:
            self._picture = _shaded(self._counts.shares)
        self.update()

    def cells(self) -> QRectF:
        """Where the cells are: as large as there is room for, wider than high where names and numbers gain by it."""
        assert self._counts is not None
        size = len(self._counts.names)
        high = min((self.height() - TOP - 2) / size, LARGEST_CELL)
        room = self._label_width() if high >= WITH_NAMES else 24
        wide = min((self.width() - room - 8) / size, WIDEST_CELL, WIDER * high)
        wide, high = (float(int(side)) if side >= 2 else max(side, 0.2) for side in (wide, high))
        return QRectF(room, TOP, wide * size, high * size)

    def _label_width(self) -> int:
        assert self._counts is not None
        metrics = self.fontMetrics()
        return 24 + min(110, max(metrics.horizontalAdvance(name) for name in self._counts.names))

    def paintEvent(self, event: QPaintEvent) -> None:
        counts = self._counts
        if counts is None:
            return
        painter = QPainter(self)
        whole, size = self.cells(), len(counts.names)
        wide, high = whole.width() / size, whole.height() / size
        side = min(wide, high)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, side < 1)
        painter.drawImage(whole, self._picture)
        if side >= WITH_LINES:
            painter.setPen(QPen(theme.color("base"), 1))
            for index in range(1, size):
                x, y = whole.left() + index * wide, whole.top() + index * high
                painter.drawLine(QPointF(x, whole.top()), QPointF(x, whole.bottom()))
                painter.drawLine(QPointF(whole.left(), y), QPointF(whole.right(), y))
        painter.setPen(QPen(theme.color("border"), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(whole)
        if side >= WITH_NUMBERS:
            self._paint_numbers(painter, counts, whole)
        self._paint_names(painter, counts, whole)
        row, column = self._at
        if row >= 0:
            painter.setPen(QPen(theme.color("text"), 2))
            painter.drawRect(QRectF(whole.x() + column * wide, whole.y() + row * high, wide, high))

    def _paint_numbers(self, painter: QPainter, counts: Counts, whole: QRectF) -> None:
        shares, size = counts.shares, len(counts.names)
        wide, high = whole.width() / size, whole.height() / size
        font = painter.font()
        widest = painter.fontMetrics().horizontalAdvance(f"{int(counts.table.max()):,}")
        if (room := min((wide - 3) / widest, (high - 2) / painter.fontMetrics().height())) < 1:
            font.setPointSizeF(max(6.0, font.pointSizeF() * room))
        painter.save()
        painter.setFont(font)
        text, dark = theme.color("text"), theme.color("on_accent")
        for row, column in zip(*np.nonzero(counts.table), strict=True):
            painter.setPen(dark if shares[row, column] > 0.6 else text)
            cell = QRectF(whole.x() + column * wide, whole.y() + row * high, wide, high)
            painter.drawText(cell, Qt.AlignmentFlag.AlignCenter, f"{int(counts.table[row, column]):,}")
        painter.restore()

    def _paint_names(self, painter: QPainter, counts: Counts, whole: QRectF) -> None:
        size, metrics = len(counts.names), painter.fontMetrics()
        wide, high = whole.width() / size, whole.height() / size
        muted = theme.color("muted")
        painter.setPen(muted)
        head = QRectF(whole.x(), 0, max(whole.width(), 140), 18)
        painter.drawText(head, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, "read as →")
        painter.save()
        painter.translate(4, whole.bottom())
        painter.rotate(-90)
        painter.drawText(
            QRectF(0, 0, max(whole.height(), 60), 16),
            Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
            "true",
        )
        painter.restore()
        if min(wide, high) < WITH_NAMES:
            return
        painter.setPen(theme.color("text"))
        room = whole.x() - 24
        for index, name in enumerate(counts.names):
            label = metrics.elidedText(name, Qt.TextElideMode.ElideRight, int(room))
            row = QRectF(20, whole.y() + index * high, room, high)
            painter.drawText(row, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, label)
            label = metrics.elidedText(name, Qt.TextElideMode.ElideRight, int(wide - 2))
            column = QRectF(whole.x() + index * wide, 17, wide, 17)
            if label and (label == name or wide >= 30):
                painter.drawText(column, Qt.AlignmentFlag.AlignCenter, label)

    # -- pointing --------------------------------------------------------------------------------------------------

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.mouseMoveEvent(event)
            self._pick()

    def _pick(self) -> None:
        if self._counts is not None and self._at[0] >= 0:
            self.picked.emit(*self._at)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._counts is None:
            return
        whole, size = self.cells(), len(self._counts.names)
        point = event.position() - whole.topLeft()
        row, column = int(point.y() // (whole.height() / size)), int(point.x() // (whole.width() / size))
        self._point(*((row, column) if 0 <= row < size and 0 <= column < size else (-1, -1)))

    def leaveEvent(self, event: QEvent) -> None:
        self._point(-1, -1)

    def keyPressEvent(self, event: object) -> None:
        steps = {Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0), Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1)}
        step = steps.get(event.key())  # type: ignore[attr-defined]
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):  # type: ignore[attr-defined]
            self._pick()
            return
        if step is None or self._counts is None:
            super().keyPressEvent(event)  # type: ignore[arg-type]
            return
        last = len(self._counts.names) - 1
        row, column = max(self._at[0], 0) + step[0], max(self._at[1], 0) + step[1]
        self._point(min(max(row, 0), last), min(max(column, 0), last))

    def _point(self, row: int, column: int) -> None:
        if self._counts is not None and row >= len(self._counts.names):
            row, column = -1, -1
        self._at = (row, column)
        self.pointed.emit(self.sentence)
        self.update()


def _shaded(shares: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> QImage:
    """One pixel a cell: the colour of right answers on the diagonal, that of mistakes beside it, by share."""
    ground, right, wrong = (_rgb(theme.color(name)) for name in ("base", "curve.train", "curve.validation"))
    size = len(shares)
    shade = np.where(shares > 0, 0.08 + 0.92 * shares, 0.0)[:, :, None]
    full = np.where(np.eye(size, dtype=bool)[:, :, None], right, wrong)
    pixels = np.empty((size, size, 4), np.uint8)
    pixels[:, :, :3] = (ground + shade * (full - ground)).round()[:, :, ::-1]
    pixels[:, :, 3] = 255
    return QImage(pixels.data, size, size, 4 * size, QImage.Format.Format_RGB32).copy()


def _rgb(color: QColor) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array([color.red(), color.green(), color.blue()], dtype=np.float64)


class ClassTable(QTableWidget):
    """Precision, recall, F1 and the number of samples of each class."""

    HEAD = ("Class", "Precision", "Recall", "F1", "Samples")
    TIPS = (
        "",
        "Of what was read as this class, the share that is",
        "Of what is of this class, the share that was read as it",
        "Harmonic mean of precision and recall",
        "Samples of this class in the part",
    )

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(0, len(self.HEAD), parent)
        self.setAccessibleName("Values of each class")
        self.setToolTip("What is measured of each class alone")
        self.setHorizontalHeaderLabels(list(self.HEAD))
        for column, tip in enumerate(self.TIPS):
            item = self.horizontalHeaderItem(column)
            if tip and item is not None:
                item.setToolTip(plain(tip))
        self.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.verticalHeader().hide()
        self.verticalHeader().setMinimumSectionSize(LOWEST_ROW)
        self.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Rows are as high as all of them have room for, within limits."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        room = self.viewport().height() // max(self.rowCount(), 1)
        self.verticalHeader().setDefaultSectionSize(min(max(room, LOWEST_ROW), HIGHEST_ROW))

    def show_counts(self, counts: Counts) -> None:
        """Show the values of each class."""
        rows = counts.per_class()
        if self.rowCount() != len(rows):
            self.setRowCount(len(rows))
            self._fit()
        for row, (name, precision, recall, f1, samples) in enumerate(rows):
            shares = (f"{100 * value:.1f} %" if value == value else "–" for value in (precision, recall, f1))
            for column, text in enumerate((name, *shares, f"{samples:,}")):
                item = self.item(row, column)
                if item is None:
                    self.setItem(row, column, QTableWidgetItem(text))
                elif item.text() != text:
                    item.setText(text)
