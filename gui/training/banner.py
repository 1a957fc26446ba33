"""What the Train page says in words: how a run began and ended, and what to do while there is nothing to see."""

from __future__ import annotations

import textwrap

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from gui.empty_state import EmptyState
from gui.icons import icon
from gui.keys.keymap import keymap
from gui.theme import theme
from gui.training.controls import STATES
from gui.training.lengthening import TIP
from gui.widgets import Label, plain

SHORT = 240
"""How many characters of a long remark are shown at first."""
MOST_HEIGHT = 120
FIX_TIP = "Go to where this can be fixed"
SIGNS = {**STATES, "remark": ("Remark", "hint", "accent"), "warning": ("Warning", "warning", "warning")}
"""What a strip says → word, sign, colour."""


class NoticeStrip(QFrame):
    """One line, or several where it needs them, with a sign and a button; hidden until there is something to say."""

    wanted = Signal()
    """The button was clicked."""

    def __init__(self, button: QPushButton, hide_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self._state = "finished"
        self.sign = Label()
        self.sign.setFixedSize(20, 20)
        self.text = Label()
        self.text.setWordWrap(True)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.button = button
        self.button.clicked.connect(self.wanted)
        self.away = QToolButton()
        self.away.setText("✕")
        self.away.setToolTip("Hide this")
        self.away.setAccessibleName(hide_name)
        self.away.clicked.connect(self.hide)
        self.row = row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 8, 6)
        row.addWidget(self.sign, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.text, 1)
        row.addWidget(self.button, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.away, 0, Qt.AlignmentFlag.AlignTop)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        theme.changed.connect(self._recolor)
        self.hide()

    def say(self, state: str, text: str) -> None:
        """Show a text with the sign of a state, or of a remark."""
        self._state = state
        self.text.setText(text)
        self.setAccessibleName(text)
        self._recolor()
        self.show()

    def _recolor(self) -> None:
        _, sign, token = SIGNS[self._state]
        self.sign.setPixmap(icon(sign, token).pixmap(QSize(18, 18)))
        color, ground, border = (theme.color(name).name() for name in (token, "base", "border"))
        self.setStyleSheet(
            f"QFrame#banner {{ background: {ground}; border: none; border-top: 1px solid {border}; "
            f"border-bottom: 1px solid {border}; border-left: 4px solid {color}; }}"
        )


class Banner(NoticeStrip):
    """What was seen before the first step of a run, and in the end how it ended, with the fix."""

    again_wanted = Signal()
    """Train again, with the learning rate that is offered."""
    fix_wanted = Signal()
    """Go to where what has failed can be fixed."""
    longer_wanted = Signal()
    """Train the run that has ended longer."""
    results_wanted = Signal()
    """See what the trained network does."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self.go_on = QPushButton("Resume")
        self.go_on.setToolTip("Resume this run where it was stopped, from its last stored state")
        self.go_on.setAccessibleName("Resume the run")
        super().__init__(self.go_on, "Hide the result", parent)
        self.resume_wanted = self.wanted
        self.again, self.fix = QPushButton("Train Again"), QPushButton("Show Me")
        self.results = QPushButton("See Results")
        self.results.setToolTip("See what the trained network does, and ask it about data of yours")
        self.results.clicked.connect(self.results_wanted)
        self.longer = QPushButton("Train Longer …")
        self.longer.setToolTip(plain(TIP))
        self.longer.clicked.connect(self.longer_wanted)
        self.again.setToolTip("Set this learning rate (one undo step) and begin a new run")
        self.fix.setToolTip(plain(FIX_TIP))
        self.again.clicked.connect(self.again_wanted)
        self.fix.clicked.connect(self.fix_wanted)
        for button in (self.again, self.fix, self.longer, self.results):
            self.row.insertWidget(self.row.indexOf(self.go_on), button, 0, Qt.AlignmentFlag.AlignVCenter)

    def show_result(
        self,
        state: str,
        text: str,
        *,
        resumable: bool = False,
        again: str = "",
        fix: str = "",
        tip: str = FIX_TIP,
        results: bool = False,
    ) -> None:
        """Say how a run ended; offer to resume it, to train ``again``, to ``fix`` what failed, or to see its results.

        ``tip`` says how it is fixed.
        """
        self.results.setVisible(results)
        self.longer.setVisible(state == "finished" and results)
        self.go_on.setVisible(resumable)
        self.fix.setToolTip(plain(tip))
        for button, label in ((self.again, again), (self.fix, fix)):
            if label:
                button.setText(label)
            button.setVisible(bool(label))
        self.say(state, text)


class Notes(NoticeStrip):
    """How a run began where that was not as usual; what is long is cut, and shown whole when asked for."""

    def __init__(self, parent: QWidget | None = None) -> None:
        button = QPushButton("Show All")
        button.setCheckable(True)
        button.setToolTip("Show or hide the rest of this remark")
        button.setAccessibleName("Show the whole remark")
        super().__init__(button, "Hide the remark", parent)
        self.whole = QPlainTextEdit(readOnly=True)
        self.whole.setAccessibleName("The whole remark")
        self.whole.setToolTip("How the run began")
        self.whole.setTabChangesFocus(True)
        self.whole.setMaximumHeight(MOST_HEIGHT)
        self.row.insertWidget(2, self.whole, 1)
        button.toggled.connect(self._unfold)
        self._unfold(False)
        self._shown: tuple[str, ...] = ()

    def show_notes(self, notes: tuple[str, ...]) -> None:
        """Show these, and nothing else."""
        if notes == self._shown:
            return
        self._shown, text = notes, " ".join(notes)
        short = textwrap.shorten(text, SHORT, placeholder=" …")
        self.whole.setPlainText("\n".join(notes))
        self.button.setVisible(short != text)
        self.button.setChecked(False)
        if notes:
            self.say("remark", short)
        else:
            self.hide()

    def _unfold(self, on: bool) -> None:
        self.button.setText("Show Less" if on else "Show All")
        self.text.setVisible(not on)
        self.whole.setVisible(on)


class EmptyPlots(EmptyState):
    """In place of the plots while there is nothing to plot; ``wanted`` where what keeps the training back is fixed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(FIX_TIP, parent)
        self.show_idle()

    def show_idle(self) -> None:
        """Nothing has been trained yet."""
        self.say(
            "train",
            f"Press Train{keymap.hint('train.start')} to begin",
            "Loss and accuracy appear here while the network learns. You can continue drawing meanwhile: "
            "a run trains the network as it was when you pressed Train.",
        )

    def show_working(self, phase: str) -> None:
        """A run has begun, but has no values yet."""
        self.say("clock", phase, "The curves appear with the first steps.")

    def show_refused(self, why: str, fix: str = "") -> None:
        """Nothing was trained; a button leads to where that is fixed."""
        self.say("error", "Not trained", why, fix)
