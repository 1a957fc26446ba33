"""The nearest samples: their images, classes and distances; a click chooses one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import QListView, QListWidget, QListWidgetItem, QWidget

from gui.inside.looking.colors import gray_of

if TYPE_CHECKING:
    from engine.inside.looking.results import Nearest

SIDE = 96


class NearestView(QListWidget):
    """Shows `Nearest`. ``chosen``: the position of a sample within its part."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Nearest samples")
        self.setToolTip("The nearest first; activate one to choose it")
        self.setIconSize(QSize(SIDE, SIDE))
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMovement(QListView.Movement.Static)
        self.setSpacing(6)
        self.itemActivated.connect(lambda item: self.chosen.emit(item.data(Qt.ItemDataRole.UserRole)))
        self.itemClicked.connect(lambda item: self.chosen.emit(item.data(Qt.ItemDataRole.UserRole)))

    def show_result(self, result: Nearest) -> None:
        """Show these."""
        self.clear()
        pictured = result.images is not None
        self.setViewMode(QListView.ViewMode.IconMode if pictured else QListView.ViewMode.ListMode)
        gap = "\n" if pictured else " · "
        for index, sample in enumerate(result.samples.tolist()):
            words = [f"sample {sample}", result.classes[index], f"distance {float(result.distances[index]):.4g}"]
            item = QListWidgetItem(gap.join(word for word in words if word))
            item.setData(Qt.ItemDataRole.UserRole, int(sample))
            if result.images is not None:
                image = gray_of(result.images[index])
                mode = Qt.TransformationMode.FastTransformation
                scaled = image.scaled(SIDE, SIDE, Qt.AspectRatioMode.KeepAspectRatio, mode)
                item.setIcon(QIcon(QPixmap.fromImage(scaled)))
            self.addItem(item)
