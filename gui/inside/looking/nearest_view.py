"""The nearest samples: their images, classes and distances; a click chooses one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import QListView, QListWidget, QListWidgetItem, QWidget

from gui.inside.looking.drawing import NEIGHBOUR, Drawn, unnamed

if TYPE_CHECKING:
    from engine.inside.looking.results import Nearest


class NearestView(QListWidget):
    """Shows `Nearest`. ``chosen``: the position of a sample within its part."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name: Callable[[int], str] = unnamed
        self.setAccessibleName("Nearest samples")
        self.setToolTip("The nearest first; activate one to choose it")
        self.setIconSize(QSize(NEIGHBOUR, NEIGHBOUR))
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMovement(QListView.Movement.Static)
        self.setSpacing(6)
        self.itemActivated.connect(lambda item: self.chosen.emit(item.data(Qt.ItemDataRole.UserRole)))
        self.itemClicked.connect(lambda item: self.chosen.emit(item.data(Qt.ItemDataRole.UserRole)))

    def show_result(self, result: Nearest, shown: Drawn) -> None:
        """Show these."""
        self.clear()
        pictured = bool(shown.images)
        self.setViewMode(QListView.ViewMode.IconMode if pictured else QListView.ViewMode.ListMode)
        gap = "\n" if pictured else " · "
        for index, sample in enumerate(result.samples.tolist()):
            words = [
                self.name(sample).rpartition("/")[2],
                result.classes[index],
                f"distance {float(result.distances[index]):.4g}",
            ]
            item = QListWidgetItem(gap.join(word for word in words if word))
            item.setData(Qt.ItemDataRole.UserRole, int(sample))
            if pictured:
                item.setIcon(QIcon(QPixmap.fromImage(shown.images[index])))
            self.addItem(item)
