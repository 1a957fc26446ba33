"""What controls a running training: any thread may ask, the trainer obeys between two steps."""

from __future__ import annotations

import math
from collections.abc import Callable
from threading import Condition


class Control:
    """Pause, single step, resume, stop and learning rate of one run. All methods may be called from any thread.

    ``attended`` says that somebody can let the run continue once it is held: then it waits where it would have to end.
    """

    def __init__(self, *, attended: bool = False) -> None:
        self.attended = attended
        self._changed = Condition()
        self._paused = False
        self._stopped = False
        self._allowed = 0  # steps that may still be done while paused
        self._waiting = False
        self._lr: float | None = None

    @property
    def paused(self) -> bool:
        """Whether the run is held, or will be before its next step."""
        return self._paused and not self._stopped

    @property
    def stopped(self) -> bool:
        """Whether the run is to end; there is no way back."""
        return self._stopped

    def pause(self) -> None:
        """Hold the run before its next step."""
        with self._changed:
            self._paused, self._allowed = True, 0

    def resume(self) -> None:
        """Let the run continue."""
        with self._changed:
            self._paused, self._allowed = False, 0
            self._changed.notify_all()

    def step(self) -> None:
        """Do one more step, then hold."""
        with self._changed:
            self._paused = True
            self._allowed += 1
            self._changed.notify_all()

    def stop(self) -> None:
        """End the run within one batch, also while it is held."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def set_lr(self, lr: float) -> None:
        """Use another learning rate from the next step on. Raises ValueError for one that is not above 0."""
        if not (math.isfinite(lr) and lr > 0):
            raise ValueError(f"The learning rate must be a number > 0, not {lr!r}.")
        with self._changed:
            self._lr = lr

    def wait_paused(self, timeout: float | None = None) -> bool:
        """Wait until the trainer stands still at the gate; False if ``timeout`` seconds pass first."""
        with self._changed:
            return self._changed.wait_for(lambda: self._waiting and self._held(), timeout)

    # -- the trainer's side ----------------------------------------------------------------------------------------

    def gate(self, before_waiting: Callable[[], None] | None = None) -> bool:
        """Pass between two steps: waits while the run is held; returns whether to continue.

        ``before_waiting`` is called, without any lock, before a wait begins.
        """
        if not self._paused and not self._stopped:  # as nearly always: what is asked for now counts at the next gate
            return True
        with self._changed:
            if not self._held():
                return self._pass()
        if before_waiting is not None:
            before_waiting()
        with self._changed:
            self._waiting = True
            self._changed.notify_all()
            self._changed.wait_for(lambda: not self._held())
            self._waiting = False
            return self._pass()

    def take_lr(self) -> float | None:
        """The learning rate that was asked for since the last call, if any."""
        if self._lr is None:
            return None
        with self._changed:
            lr, self._lr = self._lr, None
        return lr

    def _held(self) -> bool:
        return self._paused and not self._allowed and not self._stopped

    def _pass(self) -> bool:
        if self._allowed:
            self._allowed -= 1
        return not self._stopped
