"""What is odd about the user's data: a sentence each, with a sign, a word for how grave it is, and the names in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from engine.data.sources.found import Note
from gui.icons import icon
from gui.theme import mono_font, theme
from gui.widgets import Label, heading, plain

WORDS: Final = {"error": "Error", "warning": "Warning", "hint": "Hint"}
ORDER: Final = tuple(WORDS)
MOST_HEIGHT: Final = 132
"""Pixels that the list takes at most; it scrolls beyond."""


class _Link(QPushButton):
    """A button that looks like a word."""

    def __init__(self) -> None:
        super().__init__()
        self.setFlat(True)
        self.setStyleSheet("QPushButton { padding: 0 4px; min-height: 0; border: none; }")
        self.setProperty("role", "link")


class NoteRow(QWidget):
    """Sign, word and sentence; a button unfolds the files or columns it is about."""

    def __init__(self, note: Note, more: QWidget | None = None) -> None:
        """``more`` is what can be done about it, below the sentence."""
        super().__init__()
        self.note = note
        self.sign = Label()
        self.sign.setFixedSize(18, 18)
        self.word = Label(WORDS[note.severity])
        self.word.setMinimumWidth(self.word.fontMetrics().horizontalAdvance("Warning") + 6)
        self.text = Label(note.message)
        self.text.setWordWrap(True)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setAccessibleName(f"{WORDS[note.severity]}: {note.message}")
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 2, 0, 2)
        grid.setHorizontalSpacing(6)
        grid.setVerticalSpacing(2)
        top = Qt.AlignmentFlag.AlignTop
        grid.addWidget(self.sign, 0, 0, top)
        grid.addWidget(self.word, 0, 1, top)
        grid.addWidget(self.text, 0, 2, top)
        grid.setColumnStretch(2, 1)
        self.more = _Link()
        self.open = False
        self.names = Label("\n".join(note.files))
        self.names.setFont(mono_font(9))
        self.names.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.names.hide()
        self.more.setVisible(bool(note.files))
        self.more.setToolTip(plain("Show or hide which ones"))
        self.more.clicked.connect(lambda _checked: self._unfold(not self.open))
        grid.addWidget(self.more, 0, 3, top)
        grid.addWidget(self.names, 1, 2)
        if more is not None:
            grid.addWidget(more, 2, 2)
        self._unfold(False)
        theme.changed.connect(self._recolor)
        self._recolor()

    def _unfold(self, on: bool) -> None:
        self.open = on
        count, shown = max(self.note.count, len(self.note.files)), len(self.note.files)
        some = f"{shown} of {count:,}" if count > shown else f"{count:,}"
        self.more.setText(f"Hide {some}" if on else f"Show {some}")
        self.more.setAccessibleName(f"{self.more.text()}: {self.note.message}")
        self.names.setVisible(on)

    def _recolor(self) -> None:
        self.sign.setPixmap(icon(self.note.severity, self.note.severity).pixmap(QSize(16, 16)))
        self.word.setStyleSheet(f"color: {theme.color(self.note.severity).name()}; font-weight: 600;")


class NotesList(QWidget):
    """A heading that folds the list away, and the list."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: list[NoteRow] = []
        self.offer: Callable[[Note], QWidget | None] = lambda note: None
        """What can be done about a note."""
        self._notes: tuple[Note, ...] = ()
        self.title = heading("")
        self.fold = _Link()
        self.folded = False
        self.fold.clicked.connect(lambda _checked: self._fold(not self.folded))
        self.inside = QWidget()
        self._box = QVBoxLayout(self.inside)
        self._box.setContentsMargins(0, 0, 6, 0)
        self._box.setSpacing(0)
        self.area = _Scroll(self.inside)
        self.area.setAccessibleName("Notes about the data")
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.title)
        head.addWidget(self.fold, 0, Qt.AlignmentFlag.AlignBottom)
        head.addStretch(1)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(2)
        box.addLayout(head)
        box.addWidget(self.area)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._fold(False)
        self.show_notes(())

    def show_notes(self, notes: Sequence[Note]) -> None:
        """Show these, gravest first."""
        ordered = tuple(sorted(notes, key=lambda note: ORDER.index(note.severity)))
        self.setVisible(bool(ordered))
        if ordered == self._notes:
            return
        self._notes = ordered
        for row in self.rows:
            row.hide()
            row.deleteLater()
        self.rows = [NoteRow(note, self.offer(note)) for note in ordered]
        for row in self.rows:
            self._box.addWidget(row)
        counts = [(sum(note.severity == grave for note in ordered), grave) for grave in ORDER]
        words = [f"{count} {grave}{'s' if count > 1 else ''}" for count, grave in counts if count]
        self.title.setText(f"Notes about these data: {', '.join(words)}")
        self._fold(self.folded)

    def _fold(self, folded: bool) -> None:
        self.folded = folded
        self.fold.setText("Show" if folded else "Hide")
        self.fold.setToolTip(plain("Hide or show notes about the data"))
        self.fold.setAccessibleName(f"{self.fold.text()} notes about the data")
        self.area.setVisible(not folded)


class _Scroll(QScrollArea):
    """As high as what is in it, up to a limit."""

    def __init__(self, inside: QWidget) -> None:
        super().__init__()
        self.setWidget(inside)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)

    def sizeHint(self) -> QSize:
        inside = self.widget()
        layout = inside.layout() if inside is not None else None
        if layout is None:
            return QSize(200, 0)
        width = max(self.viewport().width(), 200)
        height = layout.heightForWidth(width) if layout.hasHeightForWidth() else layout.sizeHint().height()
        return QSize(200, min(height + 2, MOST_HEIGHT))

    def minimumSizeHint(self) -> QSize:
        return QSize(100, min(self.sizeHint().height(), 60))

    def resizeEvent(self, event: object) -> None:
        super().resizeEvent(event)  # type: ignore[arg-type]
        self.updateGeometry()
