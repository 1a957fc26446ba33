"""What is going wrong in a training, in words: read off looks into the layers and off the curves, with what to do.

Nothing is said at the first sign: what looks ill in `STREAK` looks one behind the other is ill, and what has been well
again as long is said no more. Of the curves one epoch is enough: their rules look back themselves.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from engine.graph import Graph
from engine.problems.looking import RESHAPES
from engine.training.curve_signs import EPOCHS, FEW
from engine.training.findings import Diagnosis, Look, Spot
from engine.training.history import History
from engine.training.layer_signs import LOOKS
from engine.training.probes import node_at

STREAK: Final = 3


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules have to know beside the numbers.

    ``baseline`` is the loss of knowing only class frequencies (NaN: not known), ``classes`` how many there are (0: of
    several Outputs), ``lr`` the learning rate that is set, ``samples`` how many a step learns from.
    """

    graph: Graph
    lr: float = math.nan
    baseline: float = math.nan
    classes: int = 0
    samples: int = FEW
    clipped: bool = False
    best_kept: bool = False

    def answers(self) -> frozenset[str]:
        """The nodes whose results are the answers, apart from their shape."""
        graph = self.graph
        stack = [edge.source for end in graph.of_type("Output") for edge in graph.incoming[end.id].values()]
        found: set[str] = set()
        while stack:
            current = stack.pop()
            if current not in found:
                found.add(current)
                if graph.nodes[current].type in RESHAPES:
                    stack += [edge.source for edge in graph.incoming[current].values()]
        return frozenset(found)


Key = tuple[str, Spot | None]


class Epoch(NamedTuple):
    """What an epoch came to: mean training loss, validation loss (NaN: none), the learning rate it ended with."""

    training: float
    validation: float
    lr: float


class Signs:
    """What one kind of signs says: what was ill ``needed`` times in a row, until it was well as often."""

    def __init__(self, needed: int) -> None:
        self.needed = needed
        self.current: dict[Key, Diagnosis] = {}
        self._streaks: dict[Key, int] = {}

    def judge(self, found: Mapping[Key, tuple[str, str]], step: int) -> None:
        """Take what is ill now: code and spot → sentence and advice."""
        for key in {**self._streaks, **found}:
            before = self._streaks.get(key, 0)
            if key in found:
                self._streaks[key] = streak = max(before, 0) + 1
                if streak >= self.needed and key not in self.current:
                    code, spot = key
                    inside, node = (spot.inside, spot.node) if spot else ((), None)
                    self.current[key] = Diagnosis(code, *found[key], step, inside, node, SETTINGS.get(code))
            else:
                self._streaks[key] = streak = min(before, 0) - 1
                if -streak >= self.needed:
                    self.current.pop(key, None)
                    self._streaks.pop(key)


class Doctor:
    """Follows one run: `look` and `epoch` take what was measured, ``diagnoses`` is what holds now.

    ``said`` is all that was ever said, the first time each.
    """

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.diagnoses: tuple[Diagnosis, ...] = ()
        self.answers = facts.answers()
        self.first = math.nan  # loss of the first step
        self.epochs: list[Epoch] = []
        self.ratios: list[float] = []
        self._ever: dict[Key, Diagnosis] = {}
        self._elsewhere: dict[Key, Diagnosis] = {}
        self._looks, self._curves = Signs(STREAK), Signs(1)

    def remember(self, said: Iterable[Diagnosis], history: History) -> None:
        """Go on with a run: what was said of it, before its first step above all, and the epochs that are over."""
        self._ever = {_key(diagnosis): diagnosis for diagnosis in said}
        self._elsewhere = {key: diagnosis for key, diagnosis in self._ever.items() if not diagnosis.step}
        losses, rates, epochs = (
            history.series("train/loss")[1], history.series("train/lr")[1], history.epochs("train/loss")
        )  # fmt: skip
        judged = dict(
            zip(history.epochs("validation/loss").tolist(), history.series("validation/loss")[1].tolist(), strict=True)
        )
        for epoch in sorted(judged):
            mine = epochs == epoch
            if mine.any():
                self.epochs.append(Epoch(float(losses[mine].mean()), judged[epoch], float(rates[mine][-1])))
        self._tell()

    def look(self, look: Look) -> None:
        """Take a look into the layers."""
        ratios = sorted(health.ratio for health in look.layers.values() if health.ratio == health.ratio)
        self.ratios.append(ratios[len(ratios) // 2] if ratios else math.nan)
        found = {(code, spot): (message, advice) for rule in LOOKS for code, spot, message, advice in rule(self, look)}
        self._looks.judge(found, look.step)
        self._tell()

    def epoch(self, step: int, training: float, validation: float, lr: float, first: float = math.nan) -> None:
        """Take an epoch that is over: its mean losses (NaN: none), its rate, and the loss of the run's first step."""
        self.first = first
        self.epochs.append(Epoch(training, validation, lr))
        found = {}
        for rule in EPOCHS:
            for code, spot, message, advice in rule(self, step, lr):
                found[code, spot] = (message, advice)
        self._curves.judge(found, step)
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
        self.diagnoses = tuple(current.values())

    @property
    def start(self) -> float:
        """The loss that nothing learned costs: of guessing or, where that is not known, of the first step."""
        return self.facts.baseline if math.isfinite(self.facts.baseline) else self.first

    def name(self, spot: Spot) -> str:
        """A node in words."""
        node = node_at(self.facts.graph, spot.inside, spot.node)
        return "a layer" if node is None else f"{node.name} ({node.type})"


def _key(diagnosis: Diagnosis) -> Key:
    return diagnosis.code, None if diagnosis.node is None else Spot(diagnosis.inside, diagnosis.node, "")


SETTINGS: Final[Mapping[str, str]] = {
    "rate-too-high": "training.optimizer.lr",
    "rate-too-low": "training.optimizer.lr",
    "exploding-gradients": "training.clip_norm",
    "unshuffled": "data.shuffle",
    "overfitting": "training.early_stopping",
}
