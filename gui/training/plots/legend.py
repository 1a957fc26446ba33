"""The legend of a plot: a row for each curve with its look, its name and its value, and a box to hide it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from gui.theme import theme
from gui.training.plots.curves import Curve
from gui.training.plots.pacing import cpu_seconds
from gui.widgets import grown, plain

Index = QModelIndex | QPersistentModelIndex
ROW = 20


class LegendRows(QAbstractListModel):
    """The curves of a plot, each checked while it is shown."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.curves: list[Curve] = []
        self.values: list[str] = []
        self.toggled: Callable[[Curve, bool], None] = lambda curve, shown: None

    def set_curves(self, curves: Sequence[Curve]) -> None:
        self.beginResetModel()
        self.curves, self.values = list(curves), [""] * len(curves)
        self.endResetModel()

    def set_values(self, values: list[str]) -> None:
        if values != self.values:
            self.values = values
            self.dataChanged.emit(self.index(0), self.index(len(values) - 1))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - an empty index never changes
        return 0 if parent.isValid() else len(self.curves)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        curve, value = self.curves[index.row()], self.values[index.row()]
        if role == Qt.ItemDataRole.CheckStateRole:
            return Qt.CheckState.Checked if curve.visible else Qt.CheckState.Unchecked
        if role == Qt.ItemDataRole.DisplayRole:
            return curve.label
        if role == Qt.ItemDataRole.UserRole:
            return curve
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{curve.label}: {value}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain(f"{curve.label}: {value or '–'}\nClick to {'hide' if curve.visible else 'show'} this curve")
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.CheckStateRole:
            return False
        self.toggled(self.curves[index.row()], Qt.CheckState(value) == Qt.CheckState.Checked)
        self.dataChanged.emit(index, index)
        return True

    def flags(self, index: Index) -> Qt.ItemFlag:
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsUserCheckable | Qt.ItemFlag.ItemIsSelectable


class _Delegate(QStyledItemDelegate):
    """Paints a row; a click anywhere on it hides or shows the curve."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(120, grown(ROW))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model = index.model()
        assert isinstance(model, LegendRows)
        curve, value = model.curves[index.row()], model.values[index.row()]
        rect = QRectF(option.rect)
        painter.save()
        state = option.state
        if state & QStyle.StateFlag.State_MouseOver or state & QStyle.StateFlag.State_HasFocus:
            painter.fillRect(rect, theme.color("hover"))
        sample(painter, QRectF(rect.left() + 4, rect.top(), 28, rect.height()), curve)
        font = painter.font()
        font.setStrikeOut(not curve.visible)
        painter.setFont(font)
        painter.setPen(theme.color("text" if curve.visible else "muted"))
        metrics = painter.fontMetrics()
        bold = QFont(font)
        bold.setBold(True)
        wide = QFontMetrics(bold).horizontalAdvance(value) + 12
        name = QRectF(rect.left() + 38, rect.top(), max(20.0, rect.width() - 42 - wide), rect.height())
        part = f" · {curve.short}" if curve.short else ""
        room = int(name.width()) - metrics.horizontalAdvance(part)
        whole = curve.source.label if part else curve.label
        label = metrics.elidedText(whole, Qt.TextElideMode.ElideRight, room) + part
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(name, middle | Qt.AlignmentFlag.AlignLeft, label)
        if curve.visible:
            painter.setFont(bold)
            painter.drawText(rect.adjusted(0, 0, -6, 0), middle | Qt.AlignmentFlag.AlignRight, value)
        painter.restore()


def sample(painter: QPainter, rect: QRectF, curve: Curve) -> None:
    """A piece of a curve: its colour, dashes and marks; hollow where it is hidden."""
    color = theme.color(curve.look.token if curve.visible else "muted")
    middle = rect.center()
    style = Qt.PenStyle.DashLine if curve.look.dashed else Qt.PenStyle.SolidLine
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(QPen(color, 2, style))
    if curve.visible:
        painter.drawLine(QPointF(rect.left(), middle.y()), QPointF(rect.right(), middle.y()))
    if curve.marks is not None:
        import pyqtgraph as pg

        symbols = pg.graphicsItems.ScatterPlotItem.Symbols
        path: QPainterPath = symbols[curve.look.shape]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(middle)
        painter.scale(8, 8)
        mark = QPen(color, 1.2)
        mark.setCosmetic(True)
        painter.setPen(mark)
        painter.setBrush(theme.color("base") if curve.look.dashed or not curve.visible else color)
        painter.drawPath(path)
        painter.restore()


class Legend(QListView):
    """The rows of one plot; counts what painting costs."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = LegendRows(self)
        self.spent = 0.0
        self.setModel(self.rows)
        self.setItemDelegate(_Delegate(self))
        self.setUniformItemSizes(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setStyleSheet("QListView { background: transparent; border: none; outline: 0; }")
        self.setToolTip("Click a curve to hide or show it")
        self.clicked.connect(self._flip)

    def _flip(self, index: QModelIndex) -> None:
        state = Qt.CheckState.Unchecked if self.rows.curves[index.row()].visible else Qt.CheckState.Checked
        self.rows.setData(index, state, Qt.ItemDataRole.CheckStateRole)

    def paintEvent(self, event: QPaintEvent) -> None:
        began = cpu_seconds()
        super().paintEvent(event)
        self.spent += cpu_seconds() - began
