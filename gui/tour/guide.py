"""Shows the tour in a window: card and ring follow the steps, the pages and the size of the window."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QEvent, QObject, QPoint, QRect
from PySide6.QtWidgets import QMainWindow, QPushButton, QWidget

from gui.keys.keymap import keymap
from gui.pages.pages import Pages
from gui.tour.panel import TourCard, TourRing
from gui.tour.steps import STEPS, Place
from gui.tour.tour import Tour
from gui.training.banner import NoticeStrip

DONE_TITLE: Final = "You have trained a network"
DONE_TEXT: Final = (
    "Look on: the curves, and what is said about them, are here while it learns. Results shows what it does with "
    "digits that it has never seen; draw one yourself there. The Code tab has it as plain PyTorch.\n\n"
    "F1 explains whatever has the focus."
)


class TourOffer(NoticeStrip):
    """Offers the tour at the first start, once."""

    def __init__(self, parent: QWidget | None = None) -> None:
        button = QPushButton("Take the Tour")
        button.setToolTip("Draw a first network, break it, fix it and train it, in about three minutes")
        button.setAccessibleName("Take the guided tour")
        super().__init__(button, "Not now; it stays in the Help menu", parent)


class Guide(QObject):
    """``find`` says which widget a place is; ``offer`` is the strip of the first start."""

    def __init__(self, tour: Tour, pages: Pages, find: Callable[[Place], QWidget | None], window: QMainWindow) -> None:
        super().__init__(window)
        self.tour, self._pages, self._find, self._window = tour, pages, find, window
        self.card, self.ring = TourCard(window, len(STEPS)), TourRing(window)
        self.offer = TourOffer()
        self.offer.wanted.connect(tour.start)
        self.offer.away.clicked.connect(tour.wave_away)
        self.card.left.connect(tour.leave)
        self.card.over_wanted.connect(tour.start_over)
        tour.moved.connect(self._moved)
        keymap.changed.connect(self._show)
        pages.shown.connect(lambda _action_id: self._show())
        window.installEventFilter(self)

    def offer_once(self) -> None:
        """Offer the tour to who has never heard of it."""
        if self.tour.unknown:
            self.offer.say("remark", "New here? Draw a first network, break it, fix it and train it: three minutes.")

    def close(self) -> None:
        """The window closes: the tour can be taken up at the next start."""
        self.tour.leave()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.card.isVisible():
            self._place()
        return super().eventFilter(watched, event)

    def _moved(self) -> None:
        if self.tour.active:
            self.offer.hide()
        self._show()

    def _show(self) -> None:
        tour, step = self.tour, self.tour.step
        if tour.ended:
            self.card.say(tour.number, len(STEPS), DONE_TITLE, DONE_TEXT, done=True)
        elif step is not None:
            self.card.say(tour.number, len(STEPS), step.title, step.words())
        else:
            self.card.hide()
            self.ring.hide()
            return
        self._place()

    def _place(self) -> None:
        """Frame the place, where it is seen, and go out of its way."""
        step = self.tour.step
        widget = self._find(step.place) if step is not None else None
        target = QRect()
        if widget is not None and widget.isVisible():
            target = QRect(widget.mapTo(self._window, QPoint(0, 0)), widget.size())
            self.ring.surround(target)
        else:
            self.ring.hide()
        body = self._window.centralWidget()
        self.card.place(QRect(body.mapTo(self._window, QPoint(0, 0)), body.size()), target)
        self.card.raise_()
