"""Looks for the fixes of a problem a few milliseconds at a time, so that no frame waits for it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

from engine.problems import Problem
from engine.problems.fix import Fix
from engine.problems.fixes import ranked, trying
from engine.problems.problem import ProblemFinder
from engine.problems.trial import Trial

SLICE: Final = 0.006
"""Seconds of work at a time."""


LARGE: Final = 500
"""A network of more layers is copied for the search only after `REST` milliseconds without an edit."""
REST: Final = 200


class FixFinder(QObject):
    """One search at a time; `found` carries the problem and its fixes, best first."""

    found = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.problem: Problem | None = None
        self._ways: Iterator[Fix | None] = iter(())
        self._fixes: list[Fix] = []
        self._more = QTimer(self, singleShot=True, interval=0)
        self._more.timeout.connect(self._work)

    def find(self, problem: Problem, *, at_once: bool = False) -> None:
        """Begin with the next events, or ``at_once`` with what one slice of time finds."""
        self.cancel()
        checker = problem.seen_by
        if checker is None or problem not in checker.problems():
            self.found.emit(problem, ())
            return
        self.problem, self._fixes = problem, []
        self._ways = _ways(checker, problem)
        if at_once:
            self._work()
        else:
            self._more.start(REST if large(problem) else 0)

    def cancel(self) -> None:
        """Search no more."""
        self._more.stop()
        self.problem, self._ways = None, iter(())

    def _work(self) -> None:
        if self.problem is not None and (checker := self.problem.seen_by) is not None and checker.under_way:
            self._more.start(REST)  # what it knows belongs to two states of the network
            return
        until = time.perf_counter() + SLICE
        while self.problem is not None:
            try:
                fix = next(self._ways)
            except StopIteration:
                problem, self.problem = self.problem, None
                self.found.emit(problem, ranked(self._fixes))
                return
            if fix is not None:
                self._fixes.append(fix)
            if time.perf_counter() > until:
                self._more.start()
                return


def large(problem: Problem) -> bool:
    """Whether the network of a problem is so large that to copy it takes longer than a frame."""
    return problem.seen_by is not None and len(problem.seen_by.shapes.graph.nodes) > LARGE


def _ways(checker: ProblemFinder, problem: Problem) -> Iterator[Fix | None]:
    """What might fix it, tried one after the other on a copy that is made with the first; nothing if it is gone."""
    if problem in checker.at(problem.key):
        yield from trying(Trial(checker), problem)
