"""How often the dashboard draws and how far its axes reach: plain arithmetic, no Qt.

Drawing takes at most a small share of a core while a run goes: each draw is measured, and the next one waits until
that share is kept. Axes grow in jumps, because a new range costs several times a new curve.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field

SHARE = 0.02
"""The part of one core that drawing may take while a run goes."""
SHORTEST, LONGEST = 1 / 15, 1.0
"""Seconds between two draws."""


def _clock_of_thread() -> bool:
    try:
        return time.get_clock_info("thread_time").resolution < 1e-4
    except ValueError:
        return False


cpu_seconds = time.thread_time if _clock_of_thread() else time.perf_counter
"""Seconds this thread has computed (waiting for the interpreter not counted, where the system can tell)."""


@dataclass(slots=True)
class Governor:
    """Spaces the draws so that each is paid for: `spent` notes a cost, `interval` is how long the next draw waits."""

    debt: float = 0.0
    """Seconds of drawing that have not been waited for yet."""

    def spent(self, seconds: float) -> None:
        """Note the cost of a draw that came after the last interval."""
        self.debt = min(max(self.debt - SHARE * self.interval, 0.0) + seconds, max(seconds, SHARE * LONGEST))

    @property
    def interval(self) -> float:
        """Seconds to wait before the next draw."""
        return min(max(self.debt / SHARE, SHORTEST), LONGEST)


@dataclass(slots=True)
class Extent:
    """The range of an axis: it covers what has come so far and grows in jumps, so that it seldom changes."""

    ahead: float = 0.5
    """How much of its length it grows beyond what it must cover, on the side that was crossed."""
    low: float = 0.0
    high: float = 0.0
    _known: bool = field(default=False, repr=False)

    def cover(self, low: float, high: float) -> bool:
        """Make sure that this is covered; returns whether the range has changed."""
        if not low <= high:
            return False
        if not self._known:
            self.low, self.high, self._known = low, high, True
            self._open()
            return True
        if low >= self.low and high <= self.high:
            return False
        length = max(high, self.high) - min(low, self.low)
        if low < self.low:
            self.low = low - self.ahead * length
        if high > self.high:
            self.high = high + self.ahead * length
        return True

    def fit(self, low: float, high: float) -> None:
        """Take exactly this range."""
        if low <= high:
            self.low, self.high, self._known = low, high, True
            self._open()

    def forget(self) -> None:
        """Begin again."""
        self._known = False

    def _open(self) -> None:
        """A range of no length shows nothing: widen it."""
        if self.high - self.low <= 1e-12 * max(abs(self.low), abs(self.high), 1e-12):
            half = 0.5 * abs(self.high) or 0.5
            self.low, self.high = self.low - half, self.high + half
