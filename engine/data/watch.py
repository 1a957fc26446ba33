"""Who watches work that may take long: it is told how far that is, and can end it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


class Stopped(Exception):
    """The watcher wanted no more of it."""


@dataclass(frozen=True, slots=True)
class Watch:
    """``progress`` is told the share that is done (0 to 1) and what is being done; ``cancelled`` says when to end."""

    progress: Callable[[float, str], None] = lambda share, words: None
    cancelled: Callable[[], bool] = lambda: False

    def at(self, share: float, words: str) -> None:
        """The work has come so far. Raises Stopped."""
        if self.cancelled():
            raise Stopped
        self.progress(share, words)


def within(watch: Watch, low: float, high: float) -> Watch:
    """A watcher of a piece of the work, from one share of it to another."""
    return Watch(lambda share, words: watch.progress(low + (high - low) * share, words), watch.cancelled)
