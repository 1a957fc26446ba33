"""One clip as the row of its frames, each with what is said of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.errors import visible
from gui.pictures import pictures
from gui.theme import theme
from gui.widgets import plain

if TYPE_CHECKING:
    from engine.data.dataset import Array

SIDE: Final = 64
"""Pixels of the shorter side of a frame."""
GAP: Final = 4
MOST: Final = 64
"""Frames that are shown."""


class FrameStrip(QWidget):
    """The frames from left to right, in as many rows as it needs; what is said of each stands below it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.labels: tuple[str, ...] = ()
        self._frames: list[QImage] = []
        self._beyond = 0
        self.setAccessibleName("Clip")
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        theme.changed.connect(self.update)

    def show_clip(self, clip: Array, labels: Sequence[str] = ()) -> None:
        """Show a clip (frames, channels, H, W); with ``labels`` only the frames that they are of, from the first on."""
        there = clip[: len(labels)] if labels else clip
        self.labels, self._beyond = tuple(map(visible, labels[:MOST])), max(0, len(there) - MOST)
        self._frames = pictures(there[:MOST])
        said = f", one after the other: {', '.join(self.labels)}" if self.labels else ""
        self.setAccessibleDescription(f"{len(there):,} frames{said}"[:1000])
        more = f"; the first {MOST} are shown" if self._beyond else ""
        words = "\n".join([f"{len(there):,} frames{more}", *(f"{i + 1}: {one}" for i, one in enumerate(self.labels))])
        self.setToolTip(plain(words))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        wide = len(self._frames) * self._cell.width()
        return QSize(wide, self.heightForWidth(wide))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._cell.width(), self._cell.height())

    def heightForWidth(self, width: int) -> int:
        """The height of all rows where a row has this width."""
        return -(-len(self._frames) // self._columns(width)) * self._cell.height()

    @property
    def _picture(self) -> QSize:
        """The size of a frame: its shorter side is always the same."""
        if not self._frames:
            return QSize(SIDE, SIDE)
        return self._frames[0].size().scaled(SIDE, SIDE, Qt.AspectRatioMode.KeepAspectRatioByExpanding)

    @property
    def _cell(self) -> QSize:
        """The room of a frame with its label, and the gaps beside and below it."""
        line = QFontMetrics(self.font()).height() if self.labels else 0
        return QSize(self._picture.width() + GAP, self._picture.height() + line + GAP)

    def _columns(self, width: int) -> int:
        return max(1, width // self._cell.width())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, cell, size = QPainter(self), self._cell, self._picture
        painter.setPen(theme.color("text"))
        columns = self._columns(self.width())
        for index, frame in enumerate(self._frames):
            left, top = index % columns * cell.width(), index // columns * cell.height()
            painter.drawImage(QRectF(left, top, size.width(), size.height()), frame)
            if index < len(self.labels):
                room = QRectF(left, top + size.height(), size.width(), cell.height() - size.height() - GAP)
                elide = Qt.TextElideMode.ElideRight
                words = painter.fontMetrics().elidedText(self.labels[index], elide, size.width())
                painter.drawText(room, Qt.AlignmentFlag.AlignCenter, words)
