"""Samples that are not images in a table: answer, target, how sure, and the first values of the input."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, Qt
from PySide6.QtGui import QPainter, QTextCharFormat, QTextLayout
from PySide6.QtWidgets import (
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from engine.training.sample_table import Sample, SampleInput, SampleTable
from gui.theme import mono_font, theme
from gui.training.results.answer_forms import certainty, full, ordered, verdict, words
from gui.widgets import plain

SHOWN_VALUES = 8
"""Values of an input in a row of the table."""
LONG = 24
"""Letters of an answer from which it takes more room."""
NARROW, WIDE = (70, 190, 190, 90), (104, 330, 330, 80)


Index = QModelIndex | QPersistentModelIndex
MISSES = Qt.ItemDataRole.UserRole
"""Of a cell of letters: which of them are wrong."""


class Letters(QStyledItemDelegate):
    """Paints a text whose wrong letters are red and underlined."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        wrong = index.data(MISSES)
        if not wrong or option.state & QStyle.StateFlag.State_Selected:
            super().paint(painter, option, index)
            return
        form = QTextCharFormat()
        form.setForeground(theme.color("error"))
        form.setFontUnderline(True)
        ranges = []
        for start in wrong:
            part = QTextLayout.FormatRange()
            part.start, part.length, part.format = start, 1, form
            ranges.append(part)
        layout = QTextLayout(str(index.data()), index.data(Qt.ItemDataRole.FontRole) or option.font)
        layout.setFormats(ranges)
        layout.beginLayout()
        line = layout.createLine()
        layout.endLayout()
        painter.save()
        painter.setClipRect(option.rect)
        painter.setPen(theme.color("text"))
        down = (option.rect.height() - line.height()) / 2
        layout.draw(painter, QPointF(option.rect.left() + 4, option.rect.top() + down))
        painter.restore()


def misses(sample: Sample, ignored: int | None) -> list[int]:
    """The indices in an answer that are not as they should be, but for those whose target nobody asks for."""
    pairs = zip(sample.answer, sample.target, strict=False)
    return [index for index, (given, wanted) in enumerate(pairs) if given != wanted != ignored]


class AnswerTable(QTableWidget):
    """A row a sample; letters stand below one another."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Samples and answers")
        self.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setItemDelegateForColumn(1, Letters(self))
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(22)
        self.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self._widths: tuple[int, ...] = ()

    def show_values(self, values: SampleTable) -> None:
        """Show these samples."""
        names, shown = values.names, values.input
        samples = ordered(values)
        numbers = values.task == "values"
        columns = ["", "Answer", "Target", "Off by" if numbers else "How sure", shown.field]
        self._arrange(len(columns), WIDE if values.shape and values.shape[0] > LONG else NARROW)
        self.setHorizontalHeaderLabels(columns)
        self.setRowCount(len(samples))
        letters = mono_font(9)
        for row, sample in enumerate(samples):
            answer, target = words(sample.answer, names), words(sample.target, names)
            texts = (verdict(sample) or "–", answer, target, certainty(sample), source_text(sample, shown))
            for column, text in enumerate(texts):
                item = QTableWidgetItem(text)
                item.setToolTip(plain(full(sample, names) if column < 4 else text))
                if column == 0 and sample.right is not None:
                    item.setForeground(theme.color("ok" if sample.right else "error"))
                if column in (1, 2, 4) and len(text) > LONG:
                    item.setFont(letters)
                if column == 1 and len(answer) == len(sample.answer) > 1:
                    item.setData(MISSES, misses(sample, values.ignored))
                self.setItem(row, column, item)

    def _arrange(self, count: int, widths: tuple[int, ...]) -> None:
        """Columns of another kind of answers get other widths; what the user dragged stays."""
        if widths == self._widths:
            return
        self._widths = widths
        self.setColumnCount(count)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        for column, width in enumerate(widths):
            self.setColumnWidth(column, width)
        self.horizontalHeader().setStretchLastSection(True)


def source_text(sample: Sample, shown: SampleInput) -> str:
    """The input of a sample in words or numbers."""
    values = sample.input
    if values is None:
        return "too large to show"
    if shown.names:
        return words(values, shown.names)
    more = " …" if len(values) > SHOWN_VALUES else ""
    return ", ".join(f"{value:.4g}" for value in values[:SHOWN_VALUES]) + more
