"""What is looked for in the gallery: words, a family, a task, a size, and what runs here in a minute."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QButtonGroup,
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from gui.icons import icon
from gui.theme import theme
from gui.widgets import label, plain, push_button
from presets.facts import MULTIPLY_ADDS_A_SECOND
from presets.finding import Search

ANY: Final = "All"
SIZES: Final = (
    ("Any size", 0, None),
    ("Up to 100 k parameters", 0, 10**5),
    ("100 k to 1 M", 10**5, 10**6),
    ("1 M to 10 M", 10**6, 10**7),
    ("10 M to 100 M", 10**7, 10**8),
    ("More than 100 M", 10**8, None),
)
"""How a range of parameters reads, and its bounds."""
ONE_ROW: Final = 900
"""The width from which families and filters fit in one row."""
TWO_ROWS: Final = 540
"""The least width of the bar."""
QUICK: Final = (
    "Only networks that learn the data they come with in about a minute, estimated for two cores without a GPU: three "
    f"multiply-adds of training for each of the forward pass, {MULTIPLY_ADDS_A_SECOND:.0e} a second, and the time that "
    "every layer takes in every step. Most are faster."
)


class FilterBar(QWidget):
    """``changed`` whenever something else is looked for."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._quiet = False
        self._tasks: tuple[str, ...] = ("",)
        self.words = QLineEdit()
        self.words.setPlaceholderText("Search by name, author, layer or purpose")
        self.words.setAccessibleName("Search the networks")
        self.words.setToolTip(
            plain("Search by name, author, layer or purpose: also words of a paper, or types of layers such as Conv3d")
        )
        self.words.setClearButtonEnabled(True)
        self.words.textChanged.connect(self._say)
        self._sign = self.words.addAction(icon("zoom", "muted"), QLineEdit.ActionPosition.LeadingPosition)
        self.hits = label("", "muted")
        self.hits.setAccessibleName("Number of hits")
        self.reset = push_button("Clear Filters", "Show all networks again (Esc)", self.clear)
        self.reset.setFlat(True)
        self.words.setMinimumHeight(self.reset.sizeHint().height() - 8)
        self._families = QButtonGroup(self)
        self._families.buttonToggled.connect(self._toggled)
        self._pills = QHBoxLayout()
        self._pills.setSpacing(4)
        self.task, self.parameters = self._combo("Task"), self._combo("Number of parameters")
        for text, *_ in SIZES:
            self.parameters.addItem(text)
        self.quick = QPushButton("Runs Here in a Minute")
        self.quick.setCheckable(True)
        self.quick.setProperty("role", "pill")
        self.quick.setAccessibleName("Runs Here in a Minute")
        self.quick.setToolTip(plain(f"{self.quick.text()}: {QUICK}", wrap=True))
        self.quick.toggled.connect(self._say)
        above, filters = QHBoxLayout(), QHBoxLayout()
        self._below = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        for row in (above, filters, self._below):
            row.setSpacing(8)
        above.addWidget(self.words, 1)
        above.addWidget(self.hits)
        above.addWidget(self.reset)
        for widget in (self.task, self.parameters, self.quick):
            filters.addWidget(widget)
        self._below.addLayout(self._pills)
        self._below.addStretch(1)
        self._below.addLayout(filters)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(8)
        rows.addLayout(above)
        rows.addLayout(self._below)
        theme.changed.connect(self._retint)

    def offer(self, families: Sequence[str], tasks: Sequence[str]) -> None:
        """The families and tasks that there are; what is chosen stays chosen where it is still there."""
        search, self._quiet = self.search(), True
        for button in self._families.buttons():
            self._families.removeButton(button)
            self._pills.removeWidget(button)
            button.hide()
            button.deleteLater()
        for name in (ANY, *families):
            pill = QPushButton(name)
            pill.setCheckable(True)
            pill.setProperty("role", "pill")
            pill.setAccessibleName("All families" if name == ANY else f"Only {name}")
            pill.setToolTip(plain("Networks of all families" if name == ANY else f"Only this family: {name}"))
            pill.setChecked(name == (search.family or ANY))
            self._families.addButton(pill)
            self._pills.addWidget(pill)
        if self._families.checkedButton() is None:
            self._families.buttons()[0].setChecked(True)
        self.task.clear()
        self.task.addItems(["All tasks", *(task[0].upper() + task[1:] for task in tasks)])
        self._tasks = ("", *tasks)
        self.task.setCurrentIndex(self._tasks.index(search.task) if search.task in self._tasks else 0)
        self._quiet = False

    def search(self) -> Search:
        """What is looked for."""
        chosen = self._families.checkedButton()
        family = "" if chosen is None or chosen.text() == ANY else chosen.text()
        task = self._tasks[max(0, self.task.currentIndex())]
        _, least, most = SIZES[max(0, self.parameters.currentIndex())]
        return Search(self.words.text().strip(), family, task, least, most, self.quick.isChecked())

    def clear(self) -> None:
        """Look for everything again."""
        self._quiet = True
        self.words.clear()
        self.task.setCurrentIndex(0)
        self.parameters.setCurrentIndex(0)
        self.quick.setChecked(False)
        self._families.buttons()[0].setChecked(True)
        self._quiet = False
        self._say()

    def _combo(self, name: str) -> QComboBox:
        combo = QComboBox()
        combo.setAccessibleName(name)
        combo.setToolTip(plain(name))
        combo.currentIndexChanged.connect(self._say)
        return combo

    def _toggled(self, _button: object, checked: bool) -> None:
        if checked:
            self._say()

    def _say(self, _value: object = None) -> None:
        if not self._quiet:
            self.changed.emit()

    def _retint(self) -> None:
        self._sign.setIcon(icon("zoom", "muted"))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Families and filters are side by side where there is room."""
        super().resizeEvent(event)
        wide = self.width() >= ONE_ROW * max(1.0, theme.text_size)
        self._below.setDirection(QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom)

    def minimumSizeHint(self) -> QSize:
        """That of two rows: one row gives way to them."""
        return QSize(TWO_ROWS, super().minimumSizeHint().height())
