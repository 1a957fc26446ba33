"""Shapes and problems of the open network, kept up to date: of few layers at once, of many in slices."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from itertools import islice
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

from engine.graph import Graph
from engine.problems import Checker, Problem
from engine.shapes import Report, Shapes
from gui.work.slices import Slices

AT_ONCE: Final = 60
"""The shapes and problems of so many layers are found with the edit itself."""
STEPS: Final = 150
"""Steps in a slice, one for the shape of a layer and two for its problems: a millisecond or two."""


class Analysis(QObject):
    """What is known of a network. After an edit `follow` it; who asks before all is known waits for the rest."""

    inferred = Signal(object)
    """All shapes are known again; carries the ids of the nodes whose were not when the edit was followed."""
    checked = Signal()
    """All problems are known again."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._slices = Slices(STEPS, self)
        self._news = QTimer(self, singleShot=True, interval=0)
        self._news.timeout.connect(self._tell)

    def begin(self, graph: Graph) -> None:
        """Look at a network; nothing can be asked before."""
        self._slices.stop()
        self._news.stop()
        self._shapes = Shapes(graph)
        self._checker = Checker(self._shapes, at_once=len(graph.nodes) <= AT_ONCE)
        self.inferring = False
        """Whether some shapes are still to be inferred."""
        self.checking = self._checker.under_way
        """Whether some problems are still to be found."""
        self._late: set[str] = set()
        """The nodes that `inferred` has to tell of."""
        if self.checking:
            self._slices.run(self._check(), self._checked)

    @property
    def known(self) -> Report:
        """The shapes as far as they are known: those still to be inferred are what they were."""
        return self._shapes.report

    @property
    def shapes(self) -> Shapes:
        """The shapes, all known."""
        while self.inferring:
            self._slices.step()
        return self._shapes

    @property
    def checker(self) -> Checker:
        """What finds the problems, all known."""
        while self.checking:
            self._slices.step()
        return self._checker

    def problems_at(self, node_id: str) -> list[Problem]:
        """The problems of a node as far as they are known, gravest first."""
        return self._checker.known(node_id)

    def follow(self, dirty: Iterable[str], also: Iterable[str] = ()) -> set[str]:
        """Nodes have changed, or what is a problem of others; returns those whose shapes are known again.

        Where that leaves some, `inferred` and `checked` follow.
        """
        self._slices.stop()
        self._news.stop()
        self.inferring = self.checking = True
        shapes = self._shapes.updating(dirty)
        found = set(islice(shapes, AT_ONCE))
        self._checker.waiting.update(found, also)
        if len(found) == AT_ONCE:
            self._slices.run(self._infer(shapes), self._inferred)
            return found
        self.inferring, late, self._late = False, self._late, set()
        if len(self._checker.waiting) <= AT_ONCE:
            self._checker.update(())
            self.checking = False
        else:
            self._slices.run(self._check(), self._checked)
        return found | late

    def _infer(self, shapes: Iterator[str]) -> Generator[None, None, None]:
        for node_id in shapes:
            self._late.add(node_id)
            self._checker.waiting.add(node_id)
            yield

    def _inferred(self, _result: None) -> None:
        self.inferring = False
        self._slices.run(self._check(), self._checked)
        self._news.start()

    def _check(self) -> Generator[None, None, None]:
        for _found in self._checker.updating(()):
            yield
        yield from self._checker.counting()
        self._checker.of_graph()

    def _checked(self, _result: None) -> None:
        self.checking = False
        self._news.start()

    def _tell(self) -> None:
        """Tell what is known again, with the next events: who asked for it has gone on by then."""
        if self._late and not self.inferring:
            late, self._late = self._late, set()
            self.inferred.emit(late)
        if not self.checking:
            self.checked.emit()
