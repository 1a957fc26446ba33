"""What the Train page says in words: how a run ended, and what to do while there is nothing to see."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from gui.icons import icon
from gui.theme import theme
from gui.training.controls import STATES
from gui.widgets import Note


class Banner(QFrame):
    """One line, or several where a failure needs them, with a sign; hidden until a run has ended."""

    resume_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self._state = "finished"
        self.sign = QLabel()
        self.sign.setFixedSize(20, 20)
        self.text = QLabel()
        self.text.setWordWrap(True)
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.go_on = QPushButton("Go on")
        self.go_on.setToolTip("Resume this run where it was stopped, from its last kept state")
        self.go_on.setAccessibleName("Resume the run")
        self.go_on.clicked.connect(self.resume_wanted)
        close = QToolButton()
        close.setText("✕")
        close.setToolTip("Hide this")
        close.setAccessibleName("Hide the result")
        close.clicked.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 8, 6)
        row.addWidget(self.sign, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.text, 1)
        row.addWidget(self.go_on, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        theme.changed.connect(self._recolor)
        self.hide()

    def show_result(self, state: str, text: str, *, resumable: bool = False) -> None:
        """Say how a run ended, and offer to go on with it."""
        self._state = state
        self.go_on.setVisible(resumable)
        self.text.setText(text)
        self.setAccessibleName(text)
        self._recolor()
        self.show()

    def _recolor(self) -> None:
        _, sign, token = STATES[self._state]
        self.sign.setPixmap(icon(sign, token).pixmap(QSize(18, 18)))
        color, ground, border = (theme.color(name).name() for name in (token, "base", "border"))
        self.setStyleSheet(
            f"QFrame#banner {{ background: {ground}; border: none; border-top: 1px solid {border}; "
            f"border-bottom: 1px solid {border}; border-left: 4px solid {color}; }}"
        )


class EmptyState(QWidget):
    """In place of the plots while there is nothing to plot."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sign = QLabel()
        self.title = QLabel()
        self.title.setProperty("role", "heading")
        self.hint = Note()
        self._sign = "train"
        box = QVBoxLayout(self)
        box.setSpacing(8)
        box.addStretch(1)
        for widget in (self.sign, self.title, self.hint):
            widget.setAlignment(Qt.AlignmentFlag.AlignCenter)
            box.addWidget(widget)
        box.addStretch(1)
        theme.changed.connect(self._recolor)
        self.show_idle()

    def show_idle(self) -> None:
        """Nothing has been trained yet."""
        self._say(
            "train",
            "Press Train (Ctrl+R) to begin",
            "Loss and accuracy appear here while the network learns. You can go on drawing meanwhile:\n"
            "a run trains the network as it was when you pressed Train.",
        )

    def show_working(self, phase: str) -> None:
        """A run has begun, but has no values yet."""
        self._say("clock", phase, "The curves appear with the first steps.")

    def _say(self, sign: str, title: str, hint: str) -> None:
        if self.title.text() != title:
            self._sign = sign
            self.title.setText(title)
            self.hint.setText(hint)
            self._recolor()

    def _recolor(self) -> None:
        self.sign.setPixmap(icon(self._sign, "muted").pixmap(QSize(44, 44)))
