"""Whose turn it is to compute: threads, kernels and the generator of torch belong to the whole process.

A training holds the turn for as long as it continues and lends it between two steps, where every draw begins again: so
who asks in the meantime, for values on the wires, is served within a step and changes no bit of the run.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition


class Turn:
    """Who asks first is served first."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._taken = False
        self._waiting: deque[object] = deque()

    @property
    def wanted(self) -> bool:
        """Whether somebody waits."""
        return bool(self._waiting)

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Wait until it is ours, and hold it."""
        self._take()
        try:
            yield
        finally:
            self._give()

    @contextmanager
    def lent(self) -> Iterator[None]:
        """Let others have what we hold meanwhile; afterwards those who have begun to wait come first."""
        self._give()
        try:
            yield
        finally:
            self._take()

    def _take(self) -> None:
        ticket = object()
        with self._changed:
            self._waiting.append(ticket)
            self._changed.wait_for(lambda: not self._taken and self._waiting[0] is ticket)
            self._waiting.popleft()
            self._taken = True

    def _give(self) -> None:
        with self._changed:
            self._taken = False
            self._changed.notify_all()


TURN = Turn()
