"""The tab *Scatter Plot*: what networks reach, or how large they are, against what they cost."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QPointF, QSizeF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QComboBox, QFileDialog, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from engine.comparison.scores import Measure
from engine.comparison.table import BY_KEY
from engine.errors import LayerloomError
from engine.files import write_atomically
from gui.drawing.formats import FORMATS, NATURAL
from gui.networks.scatter import Mark, Scatter
from gui.networks.subject import Computed
from gui.theme import theme
from gui.widgets import Note, label, plain, push_button

ACROSS = ("multiply_adds", "parameters", "memory_inference", "memory_training", "seconds", "depth")
UP = ("score", "parameters", "multiply_adds", "depth", "receptive_field", "seconds")
FILES = {"SVG image (*.svg)": "svg", "PNG image (*.png)": "png", "PDF (*.pdf)": "pdf"}
REACH = 14.0


class Plot(QWidget):
    """Paints the plot in its own size; a click chooses the nearest point."""

    point_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.scatter: Scatter | None = None
        self.setMinimumSize(320, 240)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Scatter plot of the networks")
        self.setToolTip("Click a point to choose its network in the table")
        theme.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.scatter is not None:
            painter = QPainter(self)
            self.scatter.size = QSizeF(self.size())
            self.scatter.color = theme.color
            self.scatter.paint(painter)
            painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        key = None if self.scatter is None else self.scatter.at(QPointF(event.position()), REACH)
        if key is not None:
            self.point_chosen.emit(key)


class ScatterTab(QWidget):
    """Two choices above the plot say what its axes are."""

    point_chosen = Signal(str)
    message = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: list[Computed] = []
        self._measure: Measure | None = None
        self._marked: str | None = None
        self._chosen = False
        self.across, self.up = self._axis("Horizontal axis", ACROSS), self._axis("Vertical axis", UP)
        self.plot = Plot()
        self.plot.point_chosen.connect(self._choose)
        self.note = Note()
        self.save = push_button("Save Plot …", "Save the plot as SVG, PNG or PDF", self._ask_where)
        head = QHBoxLayout()
        head.addWidget(self.up)
        head.addWidget(label("against", "muted"))
        head.addWidget(self.across)
        head.addStretch(1)
        head.addWidget(self.save)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.addLayout(head)
        column.addWidget(self.plot, 1)
        column.addWidget(self.note)

    def _axis(self, name: str, keys: Sequence[str]) -> QComboBox:
        box = QComboBox()
        box.setAccessibleName(name)
        box.setToolTip(plain(f"What the {name.lower()} shows"))
        for key in keys:
            box.addItem(BY_KEY[key].title, key)
        box.activated.connect(self._axis_chosen)
        return box

    def _axis_chosen(self) -> None:
        self._chosen = True
        self._draw()

    def show_networks(self, rows: Sequence[Computed], measure: Measure | None) -> None:
        """Show these networks; until an axis is chosen by what they reach, or their parameters without scores."""
        self._rows, self._measure = list(rows), measure
        scores = sum(one.entry.score is not None for one in rows) > 1
        if not self._chosen and scores != (self.up.currentData() == "score"):
            self.up.setCurrentIndex(UP.index("score" if scores else "parameters"))
        self._draw()

    def mark(self, key: str) -> None:
        """Mark the point of a network."""
        self._marked = key
        self._draw()

    def _choose(self, key: str) -> None:
        self.mark(key)
        self.point_chosen.emit(key)

    def _draw(self) -> None:
        across, up = BY_KEY[self.across.currentData()], BY_KEY[self.up.currentData()]
        families = list(dict.fromkeys(one.subject.family for one in self._rows))
        marks, left_out = [], list[str]()
        for one in self._rows:
            x, y = (column.value(one.entry) for column in (across, up))
            loud = "seconds" in (across.key, up.key) and one.entry.timing is not None and not one.entry.timing.quiet
            if isinstance(x, (int, float)) and isinstance(y, (int, float)) and x > 0 and not loud:
                family = one.subject.family
                marks.append(Mark(one.subject.key, one.entry.name, x, y, families.index(family), family))
            else:
                left_out.append(one.entry.name)
        self.plot.scatter = Scatter(marks, (across, up), QSizeF(self.plot.size()), self._measure, self._marked)
        self.plot.update()
        self.save.setEnabled(bool(marks))
        names = ", ".join(left_out[:8]) + (" …" if len(left_out) > 8 else "")
        self.note.setText(f"Left out, for a value is not known or not to be compared: {names}." if left_out else "")
        self.note.setVisible(bool(left_out))

    # -- saving ----------------------------------------------------------------------------------------------------

    def _ask_where(self) -> None:
        dialog = QFileDialog(self, "Save the plot", str(Path.home()), ";;".join(FILES))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("svg")
        dialog.selectFile("networks")
        dialog.filterSelected.connect(lambda form: dialog.setDefaultSuffix(FILES[form]))
        dialog.fileSelected.connect(lambda name: self.write(Path(name)))
        dialog.finished.connect(lambda _code: dialog.deleteLater())
        dialog.open()

    def write(self, path: Path) -> None:
        """Save the plot; the ending says as what."""
        ending = path.suffix[1:].lower()
        if ending not in FORMATS or self.plot.scatter is None:
            self.message.emit(f"{path.name} is not saved: its ending must be .svg, .png or .pdf.")
            return
        try:
            write_atomically(path, FORMATS[ending](self.plot.scatter, NATURAL[ending]))
        except LayerloomError as error:
            self.message.emit(str(error))
            return
        self.message.emit(f"Saved {path.name}.")
