"""What is going wrong in a training, in words: read off looks into the layers and off the curves, with what to do.

Nothing is said at the first sign: what looks ill in `STREAK` looks one after the other is ill, and what has been well
again as long is said no more. Of the curves one epoch is enough: their rules look back themselves. What was said of
layers, or before the first step, ends with its cause: when the network has learned.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import chain
from typing import Final

from engine.training.diagnosis.answer_signs import ANSWERS
from engine.training.diagnosis.answers import Answered
from engine.training.diagnosis.blame import DRAWN, blamed
from engine.training.diagnosis.course import LEARNED, WORKS, Course, Epoch, TrainingFacts, epochs_of
from engine.training.diagnosis.curve_signs import CURVES
from engine.training.diagnosis.layer_signs import LOOKS
from engine.training.diagnosis.pace_signs import PACES
from engine.training.findings import Diagnosis, Finding, HealthCheck, NodePath
from engine.training.history import History

STREAK: Final = 3
SETTLED: Final = 100
"""Of layers nothing is said before the first epoch is over, or so many steps: of sound networks some begin with a small
gradient, or with large steps, and are at work by then (measured)."""
OF_THE_START: Final = {"large-start": WORKS, "input-scale": LEARNED, "target-scale": LEARNED}
"""What is said before the first step of something that a network has overcome once its losses are below these shares of
the start."""

OF_LAYERS: Final = frozenset(
    {"vanishing-gradients", "exploding-gradients", "dead-units", "saturated-units", "rate-too-high"}
)
OF_CURVES: Final = frozenset(
    {"loss-rises", "oscillating-loss", "stuck", "overfitting", "rate-too-low", "slow-convergence", "too-few-epochs"}
    | {"too-much-dropout", "one-class-answered"}
    | DRAWN.keys()
)
"""What the rules say that are judged again after every look, and after every epoch."""

Key = tuple[str, NodePath | None]
"""A code and the node, whichever repeat of a block it is in."""


class Streaks:
    """What one kind of signs says: what was ill ``needed`` times in a row, until it was well as often."""

    def __init__(self, needed: int) -> None:
        self.needed = needed
        self.current: dict[Key, Diagnosis] = {}
        self._streaks: dict[Key, int] = {}

    def judge(self, findings: Iterable[Finding], step: int, *, settled: bool = True) -> None:
        """Take what is ill now; before things have ``settled`` nothing new is said."""
        found = {_place(one): one for one in findings}
        for key in {**self._streaks, **found}:
            before = self._streaks.get(key, 0)
            if key in found:
                self._streaks[key] = streak = max(before, 0) + 1
                if settled and streak >= self.needed and key not in self.current:
                    self.current[key] = _said(found[key], step)
            else:
                self._streaks[key] = streak = min(before, 0) - 1
                if -streak >= self.needed:
                    self.current.pop(key, None)
                    self._streaks.pop(key)

    def restore(self, said: Diagnosis) -> None:
        """Take on what held when a run was stopped."""
        self.current[_key(said)], self._streaks[_key(said)] = said, self.needed

    def clear(self) -> None:
        """Nothing is ill any more."""
        self.current.clear()
        self._streaks.clear()


class HealthMonitor:
    """Follows one run: `look` and `epoch` take what was measured, ``diagnoses`` is what holds now.

    ``said`` is all that was ever said, the first time each, with how long it held.
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
        for key, diagnosis in self._ever.items():
            if diagnosis.over:
                continue
            if diagnosis.code in OF_CURVES:
                self._curves.restore(diagnosis)
            elif diagnosis.code in OF_LAYERS:
                self._looks.restore(diagnosis)
            else:
                self._elsewhere[key] = diagnosis
        losses = history.series("train/loss")[1]
        self.course.first = float(losses[0]) if len(losses) else math.nan
        for epoch in epochs_of(history):
            self.course.add_epoch(epoch)
        self._tell(0)

    def look(self, look: HealthCheck) -> None:
        """Take a look into the layers."""
        self.course.add_look(look)
        settled = bool(self.course.epochs) or look.step >= SETTLED
        rules = (rule(self.course, look) for rule in LOOKS)
        self._looks.judge((blamed(self.course, found) for found in chain(*rules)), look.step, settled=settled)
        self._tell(look.step)

    def epoch(
        self,
        step: int,
        training: float,
        validation: float,
        lr: float,
        first: float = math.nan,
        answered: Answered | None = None,
    ) -> None:
        """Take an epoch that is over: its mean losses (NaN: none), its rate, the loss of the run's first step, and what
        was answered to the validation part."""
        self.course.first = first
        self.course.add_epoch(Epoch(training, validation, lr, answered))
        rules = (rule(self.course, step, lr) for rule in (*CURVES, *PACES, *ANSWERS))
        self._curves.judge((blamed(self.course, found) for found in chain(*rules)), step)
        if self.course.below(WORKS):
            self._looks.clear()
        for key, one in tuple(self._elsewhere.items()):
            if one.code in OF_THE_START and self.course.below(OF_THE_START[one.code]):
                del self._elsewhere[key]
        self._tell(step)

    def say(self, diagnosis: Diagnosis) -> None:
        """Add what was found out elsewhere, such as before the first step; it stays."""
        self._elsewhere[_key(diagnosis)] = diagnosis
        self._tell(diagnosis.step)

    @property
    def said(self) -> tuple[Diagnosis, ...]:
        """All that was ever said; what holds no more is ``over``."""
        return tuple(self._ever.values())

    def _tell(self, step: int) -> None:
        current = {**self._elsewhere, **self._looks.current}
        for key, diagnosis in self._curves.current.items():
            if key not in current or diagnosis.step < current[key].step:  # who has said it first
                current[key] = diagnosis
        for key, before in self._ever.items():
            if key not in current and not before.over:
                self._ever[key] = replace(before, over=True, until=step)
            elif key in current and before.over:  # again: it is what it was at first, but holds
                self._ever[key] = replace(before, over=False, until=None)
        self._ever = {**current, **self._ever}
        self.course.diagnoses = tuple(current.values())


def _place(found: Finding) -> Key:
    return found.code, None if found.at is None else found.at._replace(path="")


def _key(diagnosis: Diagnosis) -> Key:
    return diagnosis.code, None if diagnosis.node is None else NodePath(diagnosis.inside, diagnosis.node, "")


def _said(found: Finding, step: int) -> Diagnosis:
    inside, node = (found.at.inside, found.at.node) if found.at else ((), None)
    setting = found.setting or SETTINGS.get(found.code)
    return Diagnosis(found.code, found.message, found.advice, step, inside, node, setting, value=found.value)


SETTINGS: Final[Mapping[str, str]] = {
    "rate-too-high": "training.optimizer.lr",
    "rate-too-low": "training.optimizer.lr",
    "loss-rises": "training.optimizer.lr",
    "oscillating-loss": "training.optimizer.lr",
    "slow-convergence": "training.optimizer.lr",
    "too-few-epochs": "training.epochs",
    "exploding-gradients": "training.clip_norm",
    "one-class-answered": "data.sampling",
    "unshuffled": "data.shuffle",
    "overfitting": "training.early_stopping",
}
