"""What is going wrong in a training, in words: read off looks into the layers and off the curves, with what to do.

Nothing is said at the first sign: what looks ill in `STREAK` looks one after the other is ill, and what has been well
again as long is said no more. Of the curves one epoch is enough: their rules look back themselves.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import chain
from typing import Final

from engine.training.diagnosis.course import Course, Epoch, TrainingFacts, epochs_of
from engine.training.diagnosis.curve_signs import EPOCHS
from engine.training.diagnosis.layer_signs import LOOKS
from engine.training.findings import Diagnosis, HealthCheck, NodePath
from engine.training.history import History

STREAK: Final = 3


Key = tuple[str, NodePath | None]


class Streaks:
    """What one kind of signs says: what was ill ``needed`` times in a row, until it was well as often."""

    def __init__(self, needed: int) -> None:
        self.needed = needed
        self.current: dict[Key, Diagnosis] = {}
        self._streaks: dict[Key, int] = {}

    def judge(self, found: Mapping[Key, tuple[str, str]], step: int) -> None:
        """Take what is ill now: code and path → sentence and advice."""
        for key in {**self._streaks, **found}:
            before = self._streaks.get(key, 0)
            if key in found:
                self._streaks[key] = streak = max(before, 0) + 1
                if streak >= self.needed and key not in self.current:
                    code, path = key
                    inside, node = (path.inside, path.node) if path else ((), None)
                    self.current[key] = Diagnosis(code, *found[key], step, inside, node, SETTINGS.get(code))
            else:
                self._streaks[key] = streak = min(before, 0) - 1
                if -streak >= self.needed:
                    self.current.pop(key, None)
                    self._streaks.pop(key)


class HealthMonitor:
    """Follows one run: `look` and `epoch` take what was measured, ``diagnoses`` is what holds now.

    ``said`` is all that was ever said, the first time each.
    """

    def __init__(self, facts: TrainingFacts) -> None:
        self.course = Course(facts)
        self._ever: dict[Key, Diagnosis] = {}
        self._elsewhere: dict[Key, Diagnosis] = {}
        self._looks, self._curves = Streaks(STREAK), Streaks(1)

    @property
    def diagnoses(self) -> tuple[Diagnosis, ...]:
        """What is wrong now."""
        return self.course.diagnoses

    def remember(self, said: Iterable[Diagnosis], history: History) -> None:
        """Resume a run: what was said of it, before its first step above all, and the epochs that are over."""
        self._ever = {_key(diagnosis): diagnosis for diagnosis in said}
        self._elsewhere = {key: diagnosis for key, diagnosis in self._ever.items() if not diagnosis.step}
        self.course.epochs += epochs_of(history)
        self._tell()

    def look(self, look: HealthCheck) -> None:
        """Take a look into the layers."""
        self.course.add_look(look)
        rules = (rule(self.course, look) for rule in LOOKS)
        self._looks.judge({(code, path): (message, advice) for code, path, message, advice in chain(*rules)}, look.step)
        self._tell()

    def epoch(self, step: int, training: float, validation: float, lr: float, first: float = math.nan) -> None:
        """Take an epoch that is over: its mean losses (NaN: none), its rate, and the loss of the run's first step."""
        self.course.first = first
        self.course.epochs.append(Epoch(training, validation, lr))
        rules = (rule(self.course, step, lr) for rule in EPOCHS)
        self._curves.judge({(code, path): (message, advice) for code, path, message, advice in chain(*rules)}, step)
        self._tell()

    def say(self, diagnosis: Diagnosis) -> None:
        """Add what was found out elsewhere, such as before the first step; it stays."""
        self._elsewhere[_key(diagnosis)] = diagnosis
        self._tell()

    @property
    def said(self) -> tuple[Diagnosis, ...]:
        """All that was ever said; what holds no more is ``over``."""
        now = {(diagnosis.code, diagnosis.inside, diagnosis.node) for diagnosis in self.diagnoses}
        return tuple(replace(d, over=(d.code, d.inside, d.node) not in now) for d in self._ever.values())

    def _tell(self) -> None:
        current = {**self._elsewhere, **self._looks.current}
        for key, diagnosis in self._curves.current.items():
            if key not in current or diagnosis.step < current[key].step:  # who has said it first
                current[key] = diagnosis
        self._ever = {**current, **self._ever}
        self.course.diagnoses = tuple(current.values())


def _key(diagnosis: Diagnosis) -> Key:
    return diagnosis.code, None if diagnosis.node is None else NodePath(diagnosis.inside, diagnosis.node, "")


SETTINGS: Final[Mapping[str, str]] = {
    "rate-too-high": "training.optimizer.lr",
    "rate-too-low": "training.optimizer.lr",
    "exploding-gradients": "training.clip_norm",
    "unshuffled": "data.shuffle",
    "overfitting": "training.early_stopping",
}
