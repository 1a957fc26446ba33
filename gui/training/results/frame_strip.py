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


def frames_of(clip: Array, labels: Sequence[str] = ()) -> tuple[QImage, ...]:
    """The frames of a clip (frames, channels, H, W) that are shown; with ``labels`` those that they are of.

    Made beside the window: to shade them takes too long for it.
    """
    return tuple(pictures((clip[: len(labels)] if labels else clip)[:MOST]))


class FrameStrip(QWidget):
    """The frames from left to right, in as many rows as it needs; what is said of each stands below it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.labels: tuple[str, ...] = ()
        self._frames: Sequence[QImage] = ()
        self.setAccessibleName("Clip")
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        theme.changed.connect(self.update)

    def show_frames(self, frames: Sequence[QImage], labels: Sequence[str] = ()) -> None:
        """Show the frames of a clip, and what is said of each."""
        self._frames, self.labels = frames, tuple(map(visible, labels[: len(frames)]))
        count = f"the first {MOST} frames" if len(frames) == MOST else f"{len(frames)} frames"
        said = f", one after the other: {', '.join(self.labels)}" if self.labels else ""
        self.setAccessibleDescription(f"{count}{said}"[:1000])
        self.setToolTip(plain("\n".join([count, *(f"{i + 1}: {one}" for i, one in enumerate(self.labels))])))
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
