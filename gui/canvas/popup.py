"""The search popup at the cursor: a few letters, Enter, and the layer is there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFont, QFontMetrics, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QFrame,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from engine.layers.layer import Layer
from engine.spec import Spec
from gui.canvas.glyphs import SIZE, paint_glyph
from gui.canvas.search import rank
from gui.canvas.tooltips import help_line
from gui.theme import theme
from gui.widgets import Label

WIDTH, ROWS, ROW = 380, 7, 44
PLAIN = "QLineEdit, QListWidget, QLabel { border: none; background: transparent; padding: 0 6px; outline: none; }"
MOUSE = (
    QEvent.Type.MouseButtonPress,
    QEvent.Type.MouseButtonRelease,
    QEvent.Type.MouseButtonDblClick,
    QEvent.Type.Wheel,
)
CLS, FITS = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1


class LayerPopup(QFrame):
    """A line to type in and the layers that match; it lives inside the view and goes when the focus leaves it."""

    chosen = Signal(str)
    """The type of the layer to be added; the popup has closed by then."""
    closed = Signal(bool)
    """Whether it still held the focus, which then goes back to the canvas."""

    def __init__(
        self,
        view: QWidget,
        at: QPoint,
        spec: Spec | None = None,
        kinds: Sequence[type[Layer]] | None = None,
        usual: Mapping[str, float] | None = None,
    ) -> None:
        super().__init__(view)
        self._spec, self._kinds, self._usual = spec, kinds, usual
        self._done = False
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.line = QLineEdit(placeholderText="Search a layer", clearButtonEnabled=False)
        self.line.setAccessibleName("Search a layer")
        self.line.setFrame(False)
        self.line.setMinimumHeight(34)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setFocusProxy(self.line)  # a click beside the line leaves the focus there
        self.list = QListWidget()
        self.list.setAccessibleName("Layers that match")
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setItemDelegate(_LayerRow(self.list))
        self.list.setUniformItemSizes(True)
        self.nothing = Label("No layer matches.")
        self.nothing.setMargin(8)
        self.setStyleSheet(PLAIN)
        box = QVBoxLayout(self)
        box.setContentsMargins(6, 6, 6, 6)
        box.setSpacing(4)
        box.addWidget(self.line)
        box.addWidget(self.nothing)
        box.addWidget(self.list)
        self.line.textChanged.connect(self._search)
        self.line.installEventFilter(self)
        self.list.itemClicked.connect(lambda _item: self.accept())
        self._most = max(1, min(ROWS, (view.height() - 76) // ROW))
        self.setFixedWidth(min(WIDTH, max(view.width() - 16, 160)))
        self._search("")
        left = min(max(at.x(), 8), max(view.width() - self.width() - 8, 8))
        top = min(max(at.y(), 8), max(view.height() - self.sizeHint().height() - 8, 8))
        self.move(left, top)
        self.show()
        self.line.setFocus(Qt.FocusReason.PopupFocusReason)

    def _search(self, query: str) -> None:
        self.list.clear()
        for cls, fits in rank(query, self._spec, self._kinds, self._usual):
            item = QListWidgetItem(cls.title())
            item.setData(CLS, cls)
            item.setData(FITS, fits)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{cls.title()}, {cls.family}: {help_line(cls)}")
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        self.list.setFixedHeight(min(self.list.count(), self._most) * ROW)
        self.list.setVisible(self.list.count() > 0)
        self.nothing.setVisible(self.list.count() == 0)
        self.adjustSize()

    def accept(self) -> None:
        """Take the current layer."""
        item = self.list.currentItem()
        if item is not None:
            name = item.data(CLS).type_name()
            self.close_up()
            self.chosen.emit(name)

    def close_up(self) -> None:
        """Go away."""
        if not self._done:
            self._done = True
            held = self.line.hasFocus()
            self.hide()
            self.closed.emit(held)
            self.deleteLater()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Enter, Esc and the arrows are for the list, all other keys for the line."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._key(event)
        if isinstance(event, QFocusEvent) and event.lostFocus() and event.reason() != Qt.FocusReason.PopupFocusReason:
            self.close_up()
        return super().eventFilter(watched, event)

    def _key(self, event: QKeyEvent) -> bool:
        row, count = self.list.currentRow(), self.list.count()
        if event.key() == Qt.Key.Key_Escape:
            self.close_up()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab):
            self.accept()
        elif event.key() == Qt.Key.Key_Down and count:
            self.list.setCurrentRow((row + 1) % count)
        elif event.key() == Qt.Key.Key_Up and count:
            self.list.setCurrentRow((row - 1) % count)
        elif event.key() == Qt.Key.Key_PageDown and count:
            self.list.setCurrentRow(min(row + ROWS - 1, count - 1))
        elif event.key() == Qt.Key.Key_PageUp and count:
            self.list.setCurrentRow(max(row - ROWS + 1, 0))
        else:
            return False
        return True

    def event(self, event: QEvent) -> bool:
        """What the mouse does here is none of the canvas's business."""
        if event.type() in MOUSE:
            event.accept()
            return True
        return super().event(event)

    def paintEvent(self, event: QEvent) -> None:
        """A plain panel with a border, whatever the style sheet says of frames."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.color("border"), 1))
        painter.setBrush(theme.color("base"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)


class _LayerRow(QStyledItemDelegate):
    """A layer in two lines: glyph and name, family at the right, its one-line help below."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(160, ROW)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        cls: type[Layer] = index.data(CLS)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = option.rect.adjusted(2, 1, -2, -1)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        if chosen:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("hover"))
            painter.drawRoundedRect(area, 6, 6)
        if not index.data(FITS):
            painter.setOpacity(0.5)
        paint_glyph(painter, QRectF(area.left() + 8, area.top() + (area.height() - SIZE) / 2, SIZE, SIZE), cls.family)
        text = area.adjusted(38, 4, -8, -4)
        small = QFont(option.font)
        small.setPixelSize(11)
        bold = QFont(small)
        bold.setPixelSize(13)
        bold.setWeight(QFont.Weight.DemiBold)
        painter.setPen(theme.color("text"))
        painter.setFont(bold)
        painter.drawText(text, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, cls.title())
        painter.setPen(theme.color("muted"))
        painter.setFont(small)
        painter.drawText(text, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop, cls.family)
        line = QFontMetrics(small).elidedText(help_line(cls), Qt.TextElideMode.ElideRight, text.width())
        painter.drawText(text, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom, line)
        painter.restore()
