"""Arranging: few layers at once, many in slices that leave the window free, with progress and a way to cancel."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

from engine.drawing import Direction, automatic
from engine.edits import Compound, Move
from engine.frames import around
from gui.canvas.geometry import Box
from gui.canvas.layout import layout
from gui.canvas.layout.flow import flow_of
from gui.canvas.layout.layout import Page
from gui.canvas.layout.whole_project import Arranger
from gui.document import Document
from gui.work.slices import Slices

AT_ONCE: Final = 150
"""So many layers are arranged at once: that takes no longer than a frame."""
STEPS: Final = 500
"""Steps in a slice: some milliseconds."""
TOLD: Final = 2_000
"""So many steps are between two reports of progress."""

Work = Generator[None, None, Compound | None]
"""Finds, step by step, the edit that arranges; None where all stands well already."""


class Arranging(QObject):
    """One arrangement at a time. An edit meanwhile, or another level, ends it: it would be one of what was."""

    begun = Signal(str)
    """Many layers are being arranged beside other things; carries what is being done, in words."""
    progressed = Signal(float)
    """The share that is done."""
    ended = Signal()
    message = Signal(str)
    """A sentence for the status line: why nothing was arranged."""

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._slices = Slices(STEPS, self)
        self._done: Callable[[Compound | None], None] = lambda _edit: None
        self._late = QTimer(self, singleShot=True, interval=0)
        self._late.timeout.connect(self._say_late)
        for signal in (document.applied, document.replaced):
            signal.connect(self._give_up)

    def run(self, work: Work, expected: int, done: Callable[[Compound | None], None]) -> None:
        """Find an edit, which ``done`` gets and applies; about so many steps are ``expected``."""
        self._stop()
        self._done = done
        count = len(self._document.graph.nodes)
        if count <= AT_ONCE:
            self._slices.run(work, self._take)
            self._slices.finish()
            return
        self._slices.run(self._counted(work, expected), self._take)
        self.begun.emit(f"Arranging {count:,} layers …")

    def cancel(self) -> None:
        """Change nothing."""
        if self._slices.busy:
            self._stop()
            self.message.emit("Arranging was cancelled; nothing has changed.")

    def _counted(self, work: Work, expected: int) -> Work:
        number = 0
        while True:
            try:
                next(work)
            except StopIteration as end:
                edit: Compound | None = end.value
                return edit
            number += 1
            if number % TOLD == 0:
                self.progressed.emit(min(number / expected, 1.0))
            yield

    def _take(self, edit: Compound | None) -> None:
        self.ended.emit()
        self._done(edit)

    def _give_up(self, _change: object = None) -> None:
        if self._slices.busy:
            self._stop()
            self._late.start()

    def _say_late(self) -> None:
        """Once the edit is done with, which ends every message about what was before."""
        self.message.emit("The network has changed meanwhile, so it was not arranged; arrange it again.")

    def _stop(self) -> None:
        if self._slices.busy:
            self._slices.stop()
            self.ended.emit()


def arrangement(document: Document, sizes: Mapping[str, Box], page: Page, node_ids: set[str] | None) -> Work:
    """Lay out the open level for a page, or these nodes; comment frames go with what is in them."""
    graph = document.graph
    positions = yield from layout.arranging(graph, sizes, node_ids, flow=flow_of(graph), page=page)
    moved = {node_id: at for node_id, at in positions.items() if graph.positions[node_id] != at}
    if not moved:
        return None
    title = "Arrange the network" if node_ids is None else f"Arrange {len(positions)} nodes"
    before = {node_id: (*position, *sizes[node_id]) for node_id, position in graph.positions.items()}
    after = {node_id: (*positions.get(node_id, before[node_id][:2]), *sizes[node_id]) for node_id in before}
    return Compound((Move(moved), *around(graph, before, after)), title)


def redirection(document: Document, direction: Direction | None, page: Page) -> Work:
    """Arrange the network and its blocks in a direction, or in the best one from now on: an edit of the project."""
    return Arranger(document.project, document.whole, page).arranging(direction)


def directing(document: Document) -> bool:
    """Whether arranging the open level chooses the direction, too."""
    return document.graph is document.project and automatic(document.graph)
