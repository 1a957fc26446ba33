"""When a training ends before its last epoch."""

from __future__ import annotations

import math

from engine.settings.training import EarlyStopping


class Patience:
    """Counts the epochs whose validation loss makes no progress."""

    def __init__(self, config: EarlyStopping | None) -> None:
        self.config, self.best, self.bad = config, math.inf, 0

    @property
    def reason(self) -> str:
        """Why it ends, as the end of a sentence."""
        delta = f" by more than {self.config.min_delta:g}" if self.config and self.config.min_delta else ""
        return f"the validation loss has not fallen{delta} for {self.bad} epochs."

    def is_over(self, loss: float) -> bool:
        """Take the validation loss of an epoch; whether that was the last one."""
        if self.config is None:
            return False
        if loss < self.best - self.config.min_delta:
            self.best, self.bad = loss, 0
        else:
            self.bad += 1
        return self.bad > self.config.patience
