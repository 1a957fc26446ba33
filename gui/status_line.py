"""The status line: what the network costs, how many problems it has, and what just happened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QStatusBar, QStyle, QStyleOption, QToolTip, QWidget

from gui.amounts import memory, short
from gui.icons import icon
from gui.theme import theme
from gui.widgets import OneLine, plain

if TYPE_CHECKING:
    from gui.design.network_cost import NetworkCost
    from gui.document import Document

EDGE = 6
"""Pixels beside a message."""


class StatusLine(QStatusBar):
    """Parameters, multiply-adds of one sample, memory while training at the chosen batch size; problems as a button."""

    problems_wanted = Signal()
    training_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cost: NetworkCost | None = None
        self.setSizeGripEnabled(False)
        self.cost = OneLine()
        self.cost.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        self.cost.setAccessibleName("Cost of the network")
        self.problems = QPushButton(flat=True)
        self.problems.setAccessibleName("Problems")
        self.problems.setToolTip("Show the list of problems")
        self.problems.clicked.connect(self.problems_wanted)
        self._counts = (0, 0, 0)
        self.training = QPushButton(flat=True)
        self.training.setAccessibleName("Training")
        self.training.setToolTip("Show the running training")
        self.training.clicked.connect(self.training_wanted)
        self.training.hide()
        self.addPermanentWidget(self.training)
        self.addPermanentWidget(self.cost)
        self.addPermanentWidget(self.problems)
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self.refresh)
        self.problems.hide()
        theme.changed.connect(self._retint)

    def follow(self, document: Document, cost: NetworkCost) -> None:
        """Say from now on what this network costs and how many problems it has."""
        self._cost = cost
        self.problems.show()
        cost.computed.connect(self.refresh)
        for signal in (document.changed, document.replaced):
            signal.connect(self._later)
        for signal in (document.applied, document.opened):
            signal.connect(self.clearMessage)  # it was about what was done before
        self.refresh()

    def say(self, sentence: str) -> None:
        """Show a sentence for a while; an empty one ends the one before."""
        if sentence:
            self.showMessage(sentence, 15_000)
            if QAccessible.isActive():
                QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, sentence))
        else:  # Qt would start a timer that nothing ends
            self.clearMessage()

    @property
    def shown(self) -> str:
        """The message as far as there is room beside what always stands here; the tooltip says all of it."""
        return self.fontMetrics().elidedText(self.currentMessage(), Qt.TextElideMode.ElideRight, self._room().width())

    def _room(self) -> QRect:
        """Where messages stand."""
        always = [part.x() for part in (self.training, self.cost, self.problems) if part.isVisible()]
        return QRect(EDGE, 0, max(min(always, default=self.width()) - 3 * EDGE, 0), self.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Never a message beneath the numbers."""
        if not self.currentMessage():
            super().paintEvent(event)
            return
        painter, option = QPainter(self), QStyleOption()
        option.initFrom(self)
        self.style().drawPrimitive(QStyle.PrimitiveElement.PE_PanelStatusBar, option, painter, self)
        painter.setPen(theme.color("text"))
        painter.drawText(self._room(), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.shown)

    def event(self, event: QEvent) -> bool:
        """The whole message as a tooltip where it is cut."""
        if isinstance(event, QHelpEvent) and self._room().contains(event.pos()):
            whole = self.currentMessage()
            QToolTip.showText(event.globalPos(), plain(whole, wrap=True) if self.shown != whole else "", self)
            return True
        return super().event(event)

    def show_training(self, text: str) -> None:
        """How far a training is; nothing while there is none."""
        self.training.setText(text)
        self.training.setAccessibleName(text or "Training")
        self.training.setVisible(bool(text))

    def _later(self) -> None:
        self._soon.start()

    def refresh(self) -> None:
        """Show the cost as far as it is known."""
        if self._cost is None:
            return
        whole, batch = self._cost.now(), self._cost.batch
        if whole is None:
            self.cost.setText("computing the cost …")
            return
        work = whole.multiply_adds // batch
        so_far = "" if self._cost.whole else "so far   ·   "
        stale = "" if self._cost.current else "   ·   updating …"
        self.cost.setText(
            f"{so_far}{whole.parameters:,} parameters   ·   {short(work)} multiply-adds   ·   "
            f"{memory(whole.memory_training)} to train at batch {batch}{stale}"
        )
        self.cost.setToolTip(
            plain(
                f"{work:,} multiply-adds for one sample; {memory(whole.memory_inference)} to predict at batch {batch}"
            )
        )

    def _retint(self) -> None:
        self.set_counts(*self._counts)

    def set_counts(self, errors: int, warnings: int, hints: int = 0) -> None:
        """Show how many problems there are."""
        self._counts = (errors, warnings, hints)
        grave = "error" if errors else "warning" if warnings else "hint" if hints else "ok"
        counts = ((errors, "error"), (warnings, "warning"), (hints, "hint"))
        parts = [f"{n} {word}{'s' if n > 1 else ''}" for n, word in counts if n]
        self.problems.setText(", ".join(parts) or "No problems")
        self.problems.setAccessibleName(f"Problems: {self.problems.text()}")
        self.problems.setIcon(icon(grave, grave))
