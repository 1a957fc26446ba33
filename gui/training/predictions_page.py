"""Samples with what the network answers to them, what would have been right, and how sure it is: wrong ones first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QHelpEvent, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QScrollArea,
    QSizePolicy,
    QStackedWidget,
    QTableWidget,
    QTableWidgetItem,
    QToolTip,
    QVBoxLayout,
    QWidget,
)

from engine.training.history import History, Table
from engine.training.predictions import is_predictions
from gui.theme import theme
from gui.widgets import Note

SHOWN_VALUES = 8
"""Values of an input in a row of the table."""


def word(value: float, names: Sequence[str]) -> str:
    """A class by its name, a number short."""
    if names and float(value).is_integer() and 0 <= value < len(names):
        return names[int(value)]
    return f"{value:.4g}"


def words(values: Sequence[float], names: Sequence[str]) -> str:
    """An answer of one or several places; letters stand together."""
    texts = [word(value, names) for value in values]
    short = all(len(text) == 1 for text in texts) and len(texts) > 1
    return "".join(texts) if short else ", ".join(texts)


def ordered(values: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Wrong ones first, the surest mistakes before the others; numbers by how far off they are."""

    def rank(sample: Mapping[str, Any]) -> tuple[float, ...]:
        if sample.get("error") is not None:
            return 0.0, -float(sample["error"])
        right, sure = bool(sample["right"]), float(sample["sure"] or 0.0)
        return float(right), sure if right else -sure

    return sorted(values["samples"], key=rank)


class Cards(QWidget):
    """Samples as pictures with their answers below."""

    SIDE, CAPTION, GAP, WIDE = 76, 34, 10, 108

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cards: list[tuple[QImage, Mapping[str, Any]]] = []
        self._names: Sequence[str] = ()
        self.setAccessibleName("Samples and answers")
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        theme.changed.connect(self.update)

    def show_values(self, values: Mapping[str, Any]) -> None:
        """Show these samples."""
        self._names = values["names"]
        shape = [int(size) for size in values["input"]["shape"]]
        self._cards = [(_picture(sample["input"], shape), sample) for sample in ordered(values)]
        said = (f"{words(s['target'], self._names)} read as {words(s['answer'], self._names)}" for _, s in self._cards)
        self.setAccessibleDescription("; ".join(said))
        self.updateGeometry()
        self.update()

    def _columns(self, width: int) -> int:
        return max(1, (width + self.GAP) // (self.WIDE + self.GAP))

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        rows = -(-len(self._cards) // self._columns(width))
        return rows * (self.SIDE + self.CAPTION + self.GAP)

    def sizeHint(self) -> QSize:
        return QSize(600, self.heightForWidth(max(self.width(), 300)))

    def minimumSizeHint(self) -> QSize:
        return QSize(self.WIDE, self.heightForWidth(max(self.width(), 300)))

    def _place(self, number: int) -> QRectF:
        row, column = divmod(number, self._columns(self.width()))
        height = self.SIDE + self.CAPTION + self.GAP
        return QRectF(column * (self.WIDE + self.GAP), row * height, self.WIDE, height - self.GAP)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        metrics = self.fontMetrics()
        middle = Qt.AlignmentFlag.AlignCenter
        for number, (picture, sample) in enumerate(self._cards):
            place = self._place(number)
            if not place.intersects(QRectF(event.rect())):
                continue
            right = sample["right"]
            color = theme.color("ok" if right else "error" if right is False else "muted")
            scale = min(self.SIDE / picture.width(), self.SIDE / picture.height())
            wide, high = picture.width() * scale, picture.height() * scale
            frame = QRectF(place.center().x() - wide / 2, place.top() + (self.SIDE - high) / 2, wide, high)
            painter.drawImage(frame, picture)
            painter.setPen(QPen(color, 2))
            painter.drawRect(frame)
            painter.setPen(color)
            said = metrics.elidedText(caption(sample, self._names), Qt.TextElideMode.ElideRight, self.WIDE)
            painter.drawText(QRectF(place.left(), place.top() + self.SIDE + 1, self.WIDE, 17), middle, said)
            painter.setPen(theme.color("muted"))
            painter.drawText(QRectF(place.left(), place.top() + self.SIDE + 17, self.WIDE, 16), middle, sure(sample))

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            for number, (_, sample) in enumerate(self._cards):
                if self._place(number).contains(event.pos()):
                    QToolTip.showText(event.globalPos(), full(sample, self._names), self)
                    return True
        return super().event(event)


def caption(sample: Mapping[str, Any], names: Sequence[str]) -> str:
    """``✓ 7`` or ``✗ 9, not 7``"""
    answer, target = words(sample["answer"], names), words(sample["target"], names)
    if sample["right"] is None:
        return f"{answer}, target {target}"
    return f"✓ {answer}" if sample["right"] else f"✗ {answer}, not {target}"


def sure(sample: Mapping[str, Any]) -> str:
    """``62 % sure``, or for numbers how far off."""
    if sample["sure"] is not None:
        return f"{100 * sample['sure']:.0f} % sure"
    return f"off by {sample['error']:.4g}" if sample.get("error") is not None else ""


def full(sample: Mapping[str, Any], names: Sequence[str]) -> str:
    """All that is known of an answer."""
    lines = [f"sample {sample['place']:,} of the data", caption(sample, names)]
    lines += [f"{word(name, names)}: {100 * share:.1f} %" for name, share in sample.get("likeliest", ())]
    return "\n".join(lines)


class AnswerTable(QTableWidget):
    """Samples that are no pictures: answer, target, how sure, and the first values of the input."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Samples and answers")
        self.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(22)
        self.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)

    def show_values(self, values: Mapping[str, Any]) -> None:
        """Show these samples."""
        names, shown = values["names"], values["input"]
        samples = ordered(values)
        columns = ["", "Answer", "Target", "How sure" if values["task"] != "values" else "Off by", shown["field"]]
        if self.columnCount() != len(columns):
            self.setColumnCount(len(columns))
            self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
            for column, width in enumerate((28, 190, 190, 90)):
                self.setColumnWidth(column, width)
            self.horizontalHeader().setStretchLastSection(True)
        self.setHorizontalHeaderLabels(columns)
        self.setRowCount(len(samples))
        for row, sample in enumerate(samples):
            mark = "–" if sample["right"] is None else "✓" if sample["right"] else "✗"
            certain = sure(sample).removesuffix(" sure").removeprefix("off by ")
            texts = (
                mark,
                words(sample["answer"], names),
                words(sample["target"], names),
                certain,
                _input(sample, shown),
            )
            for column, text in enumerate(texts):
                item = QTableWidgetItem(text)
                item.setToolTip(full(sample, names) if column < 4 else text)
                if column == 0 and sample["right"] is not None:
                    item.setForeground(theme.color("ok" if sample["right"] else "error"))
                self.setItem(row, column, item)


def _input(sample: Mapping[str, Any], shown: Mapping[str, Any]) -> str:
    values = sample["input"]
    if values is None:
        return "too large to show"
    if shown["names"]:
        return words(values, shown["names"])
    more = " …" if len(values) > SHOWN_VALUES else ""
    return ", ".join(f"{value:.3g}" for value in values[:SHOWN_VALUES]) + more


def is_picture(values: Mapping[str, Any]) -> bool:
    """Whether the inputs are images (channels × height × width) that were kept."""
    shape = values["input"]["shape"]
    good = len(shape) == 3 and shape[0] in (1, 3, 4) and min(shape[1:]) > 1
    size = int(np.prod(shape)) if good else 0
    return good and all(s["input"] is not None and len(s["input"]) == size for s in values["samples"])


def _picture(values: Sequence[float], shape: Sequence[int]) -> QImage:
    """An image from black for its lowest value to white."""
    numbers = np.nan_to_num(np.array(values, dtype=np.float64)).reshape(shape)
    low, high = numbers.min(), numbers.max()
    grey = ((numbers - low) / max(high - low, 1e-9) * 255).round().astype(np.uint8)
    if shape[0] >= 3:
        pixels = np.ascontiguousarray(grey[:3].transpose(1, 2, 0))
        form = QImage.Format.Format_RGB888
    else:
        pixels, form = np.ascontiguousarray(grey[0]), QImage.Format.Format_Grayscale8
    return QImage(pixels.data, pixels.shape[1], pixels.shape[0], pixels.strides[0], form).copy()


class PredictionsPage(QWidget):
    """Shows the latest answers of a History, or why there are none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cards, self.table = Cards(), AnswerTable()
        self.chooser = QComboBox()
        self.chooser.setAccessibleName("Part of the data and Output")
        self.chooser.setToolTip("Of which part of the data, and of which Output")
        self.chooser.activated.connect(lambda _row: self._show())
        self.said, self.hint = Note(), Note()
        self.said.setWordWrap(False)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._tables: Mapping[str, Table] = {}
        self._table: Table | None = None
        self._history: History | None = None
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidget(self.cards)
        self.views = QStackedWidget()
        self.views.addWidget(area)
        self.views.addWidget(self.table)
        head = QHBoxLayout()
        head.addWidget(self.chooser)
        head.addWidget(self.said, 1)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(12, 6, 12, 8)
        column.setSpacing(6)
        column.addLayout(head)
        column.addWidget(self.views, 1)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.hint)
        self.stack.addWidget(body)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self.stack)

    def show_history(self, history: History | None, why: str) -> None:
        """Show what there is; ``why`` says why where there is nothing."""
        tables = {} if history is None else history.tables
        if tables is self._tables and history is self._history and why == self.hint.text():
            return
        self._history, self._tables = history, tables
        found = [name for name in tables if is_predictions(name)]
        self.hint.setText(why)
        self.stack.setCurrentIndex(1 if found else 0)
        if [self.chooser.itemData(row) for row in range(self.chooser.count())] != found:
            chosen = self.chooser.currentData()
            self.chooser.clear()
            for name in found:
                head = tables[name].values["head"] if "_" in name else ""
                self.chooser.addItem(f"{name.partition('/')[0]} part{f' · {head}' if head else ''}", name)
            if chosen in found:
                self.chooser.setCurrentIndex(found.index(chosen))
        self._show()

    def _show(self) -> None:
        table = self._tables.get(self.chooser.currentData())
        if table is None or table is self._table:
            return
        self._table = table
        values = table.values
        samples = values["samples"]
        wrong = sum(sample["right"] is False for sample in samples)
        judged = any(sample["right"] is not None for sample in samples)
        mistakes = f"{wrong} of them wrong, these first" if wrong else "all of them right, the least sure first"
        said = mistakes if judged else "the farthest off first"
        self.said.setText(f"after epoch {table.epoch:,}; the first {len(samples)} samples; {said}")
        pictures = is_picture(values)
        (self.cards if pictures else self.table).show_values(values)
        self.views.setCurrentIndex(0 if pictures else 1)
