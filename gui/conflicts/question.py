"""One question about a file: what happened to it in a sentence, how it differs from what is here, and what to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from engine.reading.file_versions import difference
from gui.conflicts.difference_view import DifferenceView
from gui.icons import icon
from gui.theme import theme
from gui.widgets import Label, label, plain
from gui.work.background import Background

PATIENCE = 0.2
"""Seconds that the end waits for a difference that is no longer wanted."""
SIZE = QSize(760, 520)
"""With the difference shown."""
SMALLEST = 580
SIGN = 32


@dataclass(frozen=True, slots=True)
class Choice:
    """A button, what it does in a longer sentence, and what is called; None: nothing."""

    text: str
    help: str
    call: Callable[[], object] | None = None


CANCEL = Choice("Cancel", "Do nothing")


@dataclass(frozen=True, slots=True)
class TwoVersions:
    """What is in the file and what is here, each with its name."""

    theirs: bytes
    mine: bytes
    names: tuple[str, str]


class Question(QDialog):
    """Does not wait for the answer: the choice is called once the dialog is gone. Closed, it was cancelled."""

    help_page: ClassVar = "guide/reliability"

    def __init__(
        self,
        parent: QWidget,
        title: str,
        text: str,
        more: str,
        choices: tuple[Choice, ...],
        versions: TwoVersions | None = None,
    ) -> None:
        """The last choice is the one that does nothing, the first the one that Enter takes."""
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAccessibleDescription(f"{text} {more}")
        self._window, self._versions, self._call = parent.window(), versions, choices[-1].call
        self._background = Background("difference", self)
        self.sign, self.text, self.more = Label(), label(text, "heading", wrap=True), label(more, wrap=True)
        self.sign.setFixedSize(SIGN, SIGN)
        for each in (self.text, self.more):
            each.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.view = DifferenceView()
        self.view.hide()
        self.buttons = {choice.text: self._button(choice) for choice in choices}
        self.show_difference = QPushButton("Show the Difference")
        self.show_difference.setCheckable(True)
        self.show_difference.setAutoDefault(False)
        self.show_difference.setToolTip("Compare the file with what is here, line by line")
        self.show_difference.toggled.connect(self._unfold)
        self.show_difference.setVisible(versions is not None)
        first = self.buttons[choices[0].text]
        first.setDefault(True)
        self._lay_out()
        first.setFocus()
        self._recolor()
        theme.changed.connect(self._recolor)

    def _lay_out(self) -> None:
        words = QGridLayout()
        words.setHorizontalSpacing(12)
        words.setColumnStretch(1, 1)
        words.addWidget(self.sign, 0, 0, 2, 1, Qt.AlignmentFlag.AlignTop)
        words.addWidget(self.text, 0, 1)
        words.addWidget(self.more, 1, 1)
        row = QHBoxLayout()
        row.addWidget(self.show_difference)
        row.addStretch(1)
        row.addSpacing(24)
        for button in self.buttons.values():
            row.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 12)
        column.setSpacing(16)
        column.addLayout(words)
        column.addWidget(self.view, 1)
        column.addLayout(row)
        self.setMinimumWidth(SMALLEST)
        for part in (self.text, self.more):
            part.setMinimumWidth(1)  # a long name without a space makes no wide dialog

    def _button(self, choice: Choice) -> QPushButton:
        button = QPushButton(choice.text)
        button.setToolTip(plain(choice.help, wrap=True))
        button.setAccessibleDescription(choice.help)
        button.clicked.connect(partial(self._choose, choice))
        return button

    def _choose(self, choice: Choice, _checked: bool = False) -> None:
        self._call = choice.call
        self.accept()

    def done(self, result: int) -> None:
        """Whatever closes it ends here, and what was chosen is done when it is gone."""
        self._background.close(PATIENCE)
        super().done(result)
        call, self._call = self._call, None
        if call is not None:
            call()

    def _unfold(self, on: bool) -> None:
        self.view.setVisible(on)
        self.show_difference.setText("Hide the Difference" if on else "Show the Difference")
        if not on:
            self.resize(self.width(), self.minimumSizeHint().height())
            return
        self.resize(self.size().expandedTo(SIZE))
        self._move_into_sight()
        if self._versions is not None and not self.view.toPlainText():
            theirs, mine, names = self._versions.theirs, self._versions.mine, self._versions.names
            self.view.setPlaceholderText("Comparing …")
            self._background.run(lambda: difference(theirs, mine, names), self._compared, self._not_compared)

    def _move_into_sight(self) -> None:
        """Grown, it stays on the screen, frame and all, and above the middle of what it was before."""
        screen, frame = self.screen().availableGeometry(), self.frameGeometry()
        frame.moveCenter(self._window.frameGeometry().center())
        left = max(min(frame.left(), screen.right() - frame.width()), screen.left())
        top = max(min(frame.top(), screen.bottom() - frame.height()), screen.top())
        self.move(left, top)

    def _compared(self, text: str) -> None:
        self.view.setPlainText(text or "There is no difference.")

    def _not_compared(self, error: Exception) -> None:
        raise error

    def _recolor(self) -> None:
        self.sign.setPixmap(icon("warning", "warning").pixmap(QSize(SIGN, SIGN)))
