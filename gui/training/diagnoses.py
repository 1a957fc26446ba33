"""What goes wrong in a training, in words: one line, and on a click what to do and where to look, by causes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gui.icons import icon
from gui.theme import theme
from gui.widgets import Label, Note, OneLine, plain

if TYPE_CHECKING:
    from engine.training.diagnosis.causes import RootCause
    from engine.training.findings import Diagnosis

SHARE = 0.4
"""Of the page is what it takes when it is open at the most: the curves stay in sight."""


class DiagnosisBar(QFrame):
    """A line that is there only while there is something to say; it opens into a list.

    ``remedy`` says what a button fixes a matter with, if one can.
    """

    node_wanted = Signal(tuple, str)
    """The path of blocks to a level of the canvas, and the node there."""
    setting_wanted = Signal(str)
    fix_wanted = Signal(object)
    """A `RootCause` that is to be fixed."""
    why_wanted = Signal(str)
    """The code of what is to be explained."""

    def __init__(self, parent: QWidget | None = None, remedy: Callable[[RootCause], str] = lambda matter: "") -> None:
        super().__init__(parent)
        self.setObjectName("diagnoses")
        self.setAccessibleName("What goes wrong in this training")
        self._remedy = remedy
        self._shown: tuple[Diagnosis, ...] = ()
        self.rows: list[_CauseRow] = []
        self.fold = QToolButton()
        self.fold.setAutoRaise(True)
        self.fold.setToolTip("Show or hide what to do")
        self.fold.setAccessibleName("Show or hide what goes wrong")
        self.fold.clicked.connect(self._fold)
        self.sign, self.title, self.gravest = Label(), Label(), OneLine()
        self.sign.setFixedSize(18, 18)
        bold = self.title.font()
        bold.setBold(True)
        self.title.setFont(bold)
        self.head = QWidget()
        head = QHBoxLayout(self.head)
        head.setContentsMargins(0, 0, 0, 0)
        for widget in (self.sign, self.title):
            head.addWidget(widget)
        head.addWidget(self.gravest, 100)
        head.addStretch(1)
        head.addWidget(self.fold)
        self._body = QWidget()
        self._list = QVBoxLayout(self._body)
        self._list.setContentsMargins(0, 2, 8, 4)
        self._list.setSpacing(8)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setWidget(self._body)
        self.area.hide()
        box = QVBoxLayout(self)
        box.setContentsMargins(12, 2, 8, 2)
        box.setSpacing(2)
        box.addWidget(self.head)
        box.addWidget(self.area)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        theme.changed.connect(self._recolor)
        self._recolor()
        self._say_fold()
        self.hide()

    def show_diagnoses(self, diagnoses: tuple[Diagnosis, ...]) -> None:
        """Show these, and nothing else; nobody is interrupted who has the list open."""
        if diagnoses == self._shown:
            return
        from engine.training.diagnosis.causes import matters

        self._shown = diagnoses
        for row in self.rows:
            self._list.removeWidget(row)
            row.hide()
            row.deleteLater()
        found = matters(diagnoses)
        self.rows = []
        for matter in found:
            row = _CauseRow(matter)
            row.wanted.connect(self._go)
            row.fix_wanted.connect(self.fix_wanted)
            row.why_wanted.connect(self.why_wanted)
            self._list.addWidget(row)
            self.rows.append(row)
        self._say_title(found)
        if not diagnoses:
            self.area.hide()
            self._say_fold()
        self.setVisible(bool(diagnoses))
        self.show_remedies()

    def show_remedies(self) -> None:
        """Offer what can be fixed by a click now."""
        for row in self.rows:
            row.offer(self._remedy(row.matter))
        self._fit()

    def _say_title(self, found: Sequence[RootCause]) -> None:
        self.title.setText(f"{len(found)} thing{'' if len(found) == 1 else 's'} to look at")
        first = found[0].cause if found else None
        self.gravest.setText("" if first is None else first.message)
        self.gravest.setAccessibleName(self.gravest.text())

    def _go(self, diagnosis: Diagnosis) -> None:
        if diagnosis.node is not None:
            self.node_wanted.emit(diagnosis.inside, diagnosis.node)
        elif diagnosis.setting is not None:
            self.setting_wanted.emit(diagnosis.setting)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lines break elsewhere now."""
        super().resizeEvent(event)
        self._fit()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click anywhere on the line opens it, or closes it."""
        if self.head.geometry().contains(event.position().toPoint()):
            self._fold()

    def _fit(self) -> None:
        """As high as its lines, up to a limit."""
        room = self.width() - 28
        lines = self._list.heightForWidth(room) if self._list.hasHeightForWidth() else self._body.sizeHint().height()
        page = self.parentWidget()
        most = max(120, round(SHARE * page.height())) if page is not None else lines
        self.area.setFixedHeight(min(lines, most))

    def _fold(self) -> None:
        self.area.setVisible(self.area.isHidden())
        self._say_fold()
        self._fit()

    def _say_fold(self) -> None:
        open_ = not self.area.isHidden()
        self.fold.setText("▾ Hide" if open_ else "▸ What to do")
        self.gravest.setVisible(not open_)

    def _recolor(self) -> None:
        self.sign.setPixmap(icon("warning", "warning").pixmap(QSize(16, 16)))
        color, ground, border = (theme.color(name).name() for name in ("warning", "base", "border"))
        self.setStyleSheet(
            f"QFrame#diagnoses {{ background: {ground}; border: none; border-top: 1px solid {border}; "
            f"border-bottom: 1px solid {border}; border-left: 4px solid {color}; }}"
        )


class _CauseRow(QWidget):
    """One matter: its cause with the advice, a button that fixes it, and below it where else it is and what it does."""

    wanted = Signal(object)
    """The `Diagnosis` whose layer or setting is to be shown."""
    fix_wanted = Signal(object)
    why_wanted = Signal(str)

    def __init__(self, matter: RootCause) -> None:
        super().__init__()
        self.matter = matter
        cause = matter.cause
        self.text = _plain(cause.message)
        self.advice = Note(cause.advice)
        self.fix = QPushButton()
        self.fix.clicked.connect(lambda: self.fix_wanted.emit(matter))
        self.fix.hide()
        self.go = self._link(cause)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self.text)
        words.addWidget(self.advice)
        top = QHBoxLayout()
        top.setContentsMargins(0, 0, 0, 0)
        top.addLayout(words, 1)
        self.why = QPushButton("Why?")
        self.why.setAccessibleName(f"Why? {cause.message}")
        self.why.setToolTip("What is behind this, in a few sentences")
        self.why.clicked.connect(lambda: self.why_wanted.emit(cause.code))
        for button in (self.fix, self.go, self.why):
            top.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(2)
        box.addLayout(top)
        self.links = [self.go]
        for title, group in (("The same", matter.also), ("From this comes", matter.consequences)):
            for diagnosis in group:
                line = QHBoxLayout()
                line.setContentsMargins(16, 0, 0, 0)
                line.addWidget(Note(f"{title}: {diagnosis.message}"), 1)
                link = self._link(diagnosis)
                self.links.append(link)
                line.addWidget(link, 0, Qt.AlignmentFlag.AlignVCenter)
                box.addLayout(line)

    def offer(self, label: str) -> None:
        """Offer to fix it by a click; nothing where the label is empty."""
        self.fix.setText(label)
        self.fix.setAccessibleName(label)
        self.fix.setToolTip(plain(f"{label}: one step, Undo reverts it"))
        self.fix.setVisible(bool(label))

    def _link(self, diagnosis: Diagnosis) -> QPushButton:
        """A button to where something is."""
        button = QPushButton("Show Layer" if diagnosis.node is not None else "Show setting")
        button.setAccessibleName(f"{button.text()}: {diagnosis.message}")
        button.setToolTip("Go to where this can be fixed")
        button.setVisible(diagnosis.node is not None or diagnosis.setting is not None)
        button.clicked.connect(lambda: self.wanted.emit(diagnosis))
        return button


def _plain(text: str) -> Label:
    """A sentence that can be selected."""
    made = Label(text)
    made.setWordWrap(True)
    made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return made
