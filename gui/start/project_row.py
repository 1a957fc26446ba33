"""One project on the Start page: its image, its name, where it is or why it cannot be opened, and a pin."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, QUrl, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QDesktopServices,
    QFont,
    QFontMetrics,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractButton, QApplication, QMenu, QSizePolicy, QToolButton, QWidget

from engine.home import shown
from gui.icons import icon
from gui.start.project_portraits import ProjectLook
from gui.start.thumbnail import paint
from gui.theme import theme
from gui.widgets import plain

IMAGE = QSize(72, 40)
EDGE = 6


class ProjectRow(QAbstractButton):
    """A click opens it."""

    chosen = Signal(object)
    pinned = Signal(object, bool)
    removed = Signal(object)
    """It is to be listed no longer."""

    def __init__(self, path: Path, pinned: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.path, self.look, self.is_pinned = path, ProjectLook(path), pinned
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.clicked.connect(lambda _checked=False: self.chosen.emit(self.path))
        self.pin = QToolButton(self)
        self.pin.setCheckable(True)
        self.pin.setChecked(pinned)
        self.pin.setIconSize(QSize(12, 12))
        self.pin.setFixedSize(26, 26)
        self.pin.clicked.connect(lambda _checked=False: self.pinned.emit(self.path, self.pin.isChecked()))
        self.pin.installEventFilter(self)
        self.remove = QToolButton(self)
        self.remove.setText("✕")
        self.remove.setFixedSize(26, 26)
        self.remove.setToolTip("Remove from the list; nothing is deleted")
        self.remove.setAccessibleName(f"Remove {path.name} from the list")
        self.remove.clicked.connect(lambda _checked=False: self.removed.emit(self.path))
        theme.changed.connect(self._retint)
        self._retint()
        self._tell()
        self._show_tools()

    @property
    def line(self) -> str:
        """The second line: what is wrong, or where it is."""
        folder = shown(self.path.parent)
        return f"⚠ {self.look.trouble}: {folder}" if self.look.trouble else folder

    def show_look(self, look: ProjectLook) -> None:
        """Show what was found out about it."""
        self.look = look
        self._tell()
        self._show_tools()
        self.update()

    def _tell(self) -> None:
        trouble = {
            "": self.look.facts,
            "missing": "It is not there any more.",
            "no permission": "It may not be read: there is no permission for it.",
            "out of reach": "It cannot be reached now.",
            "not a file": "There is a folder or a device in its stead.",
            "damaged": "It is not a project that can be read.",
        }[self.look.trouble]
        words = f"{shown(self.path)}\n{trouble}".strip()
        self.setToolTip(plain(words, wrap=True))
        state = f", {self.look.trouble}" if self.look.trouble else ""
        self.setAccessibleName(f"Open {self.path.name}{state}{', pinned' if self.is_pinned else ''}")
        self.setAccessibleDescription(words)
        self.pin.setToolTip("Let it stay in the list" if not self.is_pinned else "Pinned: it stays in the list")
        self.pin.setAccessibleName(f"Pin {self.path.name}")

    def _retint(self) -> None:
        self.pin.setIcon(icon("pin", "accent" if self.is_pinned else "muted"))
        self.update()

    def _show_tools(self) -> None:
        """The pin is there while it is pinned or looked at, the cross where the file cannot be opened."""
        near = self.underMouse() or self.hasFocus() or self.pin.hasFocus()
        self.pin.setVisible(self.is_pinned or near)
        self.remove.setVisible(bool(self.look.trouble))

    # -- painting --------------------------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        return QSize(240, max(IMAGE.height(), 2 * self.fontMetrics().height() + 2) + 2 * EDGE)

    def minimumSizeHint(self) -> QSize:
        return QSize(140, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.hasFocus() or self.underMouse():
            painter.setPen(QPen(theme.color("accent"), 1) if self.hasFocus() else Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("hover"))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        frame = QRect(QPoint(EDGE, (self.height() - IMAGE.height()) // 2), IMAGE)
        painter.setPen(QPen(theme.color("border"), 1))
        painter.setBrush(theme.color("canvas"))
        painter.drawRoundedRect(QRectF(frame).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        paint(painter, QRectF(frame).adjusted(5, 5, -5, -5), list(self.look.boxes))
        left, tools = frame.right() + 10, self.width() - self._tools_width() - EDGE
        bold = QFont(self.font())
        bold.setWeight(QFont.Weight.DemiBold)
        height = self.fontMetrics().height()
        top = (self.height() - 2 * height - 2) // 2
        faint = bool(self.look.trouble)
        lines = (
            (self.path.stem, bold, "muted" if faint else "text"),
            (self.line, self.font(), "warning" if faint else "muted"),
        )
        for number, (text, font, token) in enumerate(lines):
            painter.setFont(font)
            painter.setPen(theme.color(token))
            area = QRect(left, top + number * (height + 2), max(tools - left, 10), height)
            way = Qt.TextElideMode.ElideMiddle if number == 0 or not faint else Qt.TextElideMode.ElideRight
            painter.drawText(area, Qt.AlignmentFlag.AlignLeft, QFontMetrics(font).elidedText(text, way, area.width()))

    def _tools_width(self) -> int:
        return sum(26 for tool in (self.pin, self.remove) if not tool.isHidden())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        middle = (self.height() - 26) // 2
        self.pin.move(self.width() - 26 - 4, middle)
        self.remove.move(self.width() - 2 * 26 - 4, middle)

    # -- mouse, keys, menu -----------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() in (QEvent.Type.Enter, QEvent.Type.Leave, QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self._show_tools()
            self.update()
        return done

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        elif event.key() == Qt.Key.Key_Delete:
            self.removed.emit(self.path)
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = self.menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(event.globalPos())

    def menu(self) -> QMenu:
        """What can be done with it."""
        menu = QMenu(self)
        menu.addAction("Open", self.click)
        menu.addAction("Unpin" if self.is_pinned else "Pin", lambda: self.pinned.emit(self.path, not self.is_pinned))
        menu.addSeparator()
        folder = QUrl.fromLocalFile(str(self.path.parent))
        menu.addAction("Open Folder", partial(QDesktopServices.openUrl, folder))
        menu.addAction("Copy Path", partial(QApplication.clipboard().setText, str(self.path)))
        menu.addSeparator()
        menu.addAction("Remove from List", lambda: self.removed.emit(self.path))
        return menu
