"""What goes wrong in a training, in words, with what to do and where to look."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gui.icons import icon
from gui.theme import theme
from gui.widgets import Note

if TYPE_CHECKING:
    from engine.training.findings import Diagnosis

MOST_HEIGHT = 132


class Diagnoses(QFrame):
    """A list that is there only while there is something to say; folded it is a line."""

    node_wanted = Signal(tuple, str)
    """The way to a level of the canvas, and the node there."""
    setting_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("diagnoses")
        self.setAccessibleName("What goes wrong in this training")
        self._shown: tuple[Diagnosis, ...] = ()
        self._texts: list[str] = []
        self.rows: list[_Row] = []
        self.fold = QToolButton()
        self.fold.setAutoRaise(True)
        self.fold.setArrowType(Qt.ArrowType.DownArrow)
        self.fold.setToolTip("Show or hide what to do")
        self.fold.setAccessibleName("Show or hide what goes wrong")
        self.fold.clicked.connect(self._fold)
        self.sign, self.title = QLabel(), QLabel()
        self.sign.setFixedSize(18, 18)
        self.title.setProperty("role", "heading")
        head = QHBoxLayout()
        for widget in (self.sign, self.title):
            head.addWidget(widget)
        head.addStretch(1)
        head.addWidget(self.fold)
        self._body = QWidget()
        self._list = QVBoxLayout(self._body)
        self._list.setContentsMargins(0, 0, 8, 0)
        self._list.setSpacing(8)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setWidget(self._body)
        box = QVBoxLayout(self)
        box.setContentsMargins(12, 4, 8, 6)
        box.setSpacing(4)
        box.addLayout(head)
        box.addWidget(self.area)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        theme.changed.connect(self._recolor)
        self._recolor()
        self.hide()

    def show_diagnoses(self, diagnoses: tuple[Diagnosis, ...]) -> None:
        """Show these, and nothing else."""
        if diagnoses == self._shown:
            return
        self._shown = diagnoses
        for row in self.rows:
            self._list.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.rows = []
        for diagnosis in diagnoses:
            row = _Row(diagnosis)
            row.wanted.connect(self._go)
            self._list.addWidget(row)
            self.rows.append(row)
        count = len(diagnoses)
        self.title.setText(f"{count} thing{'' if count == 1 else 's'} to look at")
        self.setVisible(bool(diagnoses))
        self._fit()

    def _go(self, diagnosis: Diagnosis) -> None:
        if diagnosis.node is not None:
            self.node_wanted.emit(diagnosis.inside, diagnosis.node)
        elif diagnosis.setting is not None:
            self.setting_wanted.emit(diagnosis.setting)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lines break elsewhere now."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """As high as its lines, up to a limit."""
        room = self.width() - 28
        lines = self._list.heightForWidth(room) if self._list.hasHeightForWidth() else self._body.sizeHint().height()
        self.area.setFixedHeight(min(lines, MOST_HEIGHT))

    def _fold(self) -> None:
        open_ = self.area.isHidden()
        self.area.setVisible(open_)
        self.fold.setArrowType(Qt.ArrowType.DownArrow if open_ else Qt.ArrowType.RightArrow)

    def _recolor(self) -> None:
        self.sign.setPixmap(icon("warning", "warning").pixmap(QSize(16, 16)))
        color, ground, border = (theme.color(name).name() for name in ("warning", "base", "border"))
        self.setStyleSheet(
            f"QFrame#diagnoses {{ background: {ground}; border: none; border-top: 1px solid {border}; "
            f"border-bottom: 1px solid {border}; border-left: 4px solid {color}; }}"
        )


class _Row(QWidget):
    """One diagnosis: sentence, advice, and a way to where it is."""

    wanted = Signal(object)

    def __init__(self, diagnosis: Diagnosis) -> None:
        super().__init__()
        self.text = QLabel(diagnosis.message)
        self.text.setWordWrap(True)
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        advice = Note(diagnosis.advice)
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(self.text)
        words.addWidget(advice)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addLayout(words, 1)
        self.go = QPushButton("Show layer" if diagnosis.node is not None else "Show setting")
        self.go.setAccessibleName(f"{self.go.text()}: {diagnosis.message}")
        self.go.setToolTip("Go to where this can be mended")
        self.go.setVisible(diagnosis.node is not None or diagnosis.setting is not None)
        self.go.clicked.connect(lambda: self.wanted.emit(diagnosis))
        row.addWidget(self.go, 0, Qt.AlignmentFlag.AlignVCenter)
