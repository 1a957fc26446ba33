"""Where somebody is in the tour: seen by what happens to the network, stored, and taken up again."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

from engine import own_files, project
from engine.errors import LayerloomError
from engine.files import FileError
from engine.graph import Graph
from engine.home import home
from gui.document import Document
from gui.preferences import Preferences
from gui.tour.steps import STEPS, Progress, Step

TITLE: Final = "My first LeNet"
KEPT: Final = "tour"
"""The key of the preferences: the number of the step, ``done``, or ``offered`` to who did not want it."""
FILE: Final = "tour.loom"
"""In Layerloom's home: the network as it was when the tour was left."""
EPOCHS: Final = 5
log = logging.getLogger(__name__)


def blank() -> Graph:
    """An empty network with the data and the training settings of the tour: 1,797 digits, five epochs."""
    graph = Graph(TITLE)
    graph.settings["data"] = {
        "dataset": "digits",
        "transforms": (
            {"name": "resize", "field": "image", "size": (32, 32)},
            {"name": "standardise", "field": "image"},
        ),
        "batch_size": 32,
    }
    graph.settings["training"] = {"epochs": EPOCHS, "optimizer": {"name": "adamw", "lr": 0.003}}
    return graph


class Tour(QObject):
    """``show_graph`` shows a network as a new project, once nothing unsaved would be lost."""

    moved = Signal()
    """Another step is to be done, or the tour has begun, ended or been left."""

    def __init__(
        self, document: Document, preferences: Preferences, show_graph: Callable[[Graph], None], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._document, self._preferences, self._show_graph = document, preferences, show_graph
        self._step: int | None = None
        self._when_open: Callable[[], None] | None = None
        self._epochs = 0
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._look)
        document.changed.connect(lambda _change: self._changed())
        document.opened.connect(self._opened)

    @property
    def step(self) -> Step | None:
        """What is to be done now; None while no tour goes, and at its end."""
        return STEPS[self._step] if self._step is not None and self._step < len(STEPS) else None

    @property
    def number(self) -> int:
        """Which step that is, counted from 1."""
        return (self._step or 0) + 1

    @property
    def active(self) -> bool:
        return self._step is not None

    @property
    def ended(self) -> bool:
        """Whether all was done, and only to say so is left."""
        return self._step == len(STEPS)

    @property
    def unknown(self) -> bool:
        """Whether it was never offered."""
        return not self._preferences.text(KEPT)

    @property
    def left_at(self) -> int:
        """The step at which it was left, counted from 0; 0 where it was not begun, or is done."""
        text = self._preferences.text(KEPT)
        return int(text) if text.isascii() and text.isdigit() and int(text) < len(STEPS) else 0

    def start(self) -> None:
        """Begin, or take it up where it was left, with the network as it was then."""
        if self.active:
            self.moved.emit()
            return
        at = self.left_at
        kept = self._kept() if at else None
        self._begin(at if kept is not None else 0, kept or blank())

    def start_over(self) -> None:
        """Begin from the first step, with an empty network."""
        self._begin(0, blank())

    def leave(self) -> None:
        """Stop here; `start` continues."""
        if self._step is not None:
            if self._document.project.name == TITLE:
                self._keep()
            self._store("done" if self.ended else str(self._step))
            self._step = None
            self._soon.stop()
            self.moved.emit()

    def wave_away(self) -> None:
        """It was offered, and is not wanted now."""
        if self.unknown:
            self._store("offered")

    def count_epoch(self) -> None:
        """A run of the network has trained one more epoch."""
        self._epochs += 1
        self._changed()

    # -- following -------------------------------------------------------------------------------------------------

    def _begin(self, at: int, graph: Graph) -> None:
        def begun() -> None:
            self._step, self._epochs = at, 0
            self._store(str(at))
            self.moved.emit()

        self._when_open = begun
        self._show_graph(graph)

    def _opened(self) -> None:
        """The network of the tour is shown now; any other one means that somebody does something else."""
        begun, self._when_open = self._when_open, None
        if begun is not None and self._document.project.name == TITLE:
            begun()
        elif self.active:
            self.leave()

    def _changed(self) -> None:
        if self.active:
            self._soon.start()

    def _look(self) -> None:
        """Go on as long as what is to be done is done."""
        before = self._step
        errors = sum(problem.severity == "error" for problem in self._document.all_problems())
        now = Progress(self._document.project, errors, self._epochs)
        while (step := self.step) is not None and step.done(now):
            self._step = self.number
        if self._step != before:
            self._keep()
            self._store("done" if self.ended else str(self._step))
            self.moved.emit()

    def _store(self, text: str) -> None:
        self._preferences.set_text(KEPT, text)

    def _keep(self) -> None:
        """Store the network, so that the tour can be taken up with it."""
        try:
            own_files.write_atomically(home(), FILE, project.to_bytes(self._document.project))
        except (OSError, FileError) as error:
            log.warning("The network of the tour cannot be kept: %s", error)

    def _kept(self) -> Graph | None:
        """The network as it was; None where it cannot be read: then the tour begins from its first step."""
        try:
            graph = project.load_own(home(), FILE)
        except LayerloomError:
            return None
        return graph if graph.name == TITLE else None
