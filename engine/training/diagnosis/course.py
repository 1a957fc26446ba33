"""What is known of a training while it runs: what the rules of the diagnosis read."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from engine.graph import Graph
from engine.problems import Problem
from engine.problems.looking import kind_of
from engine.settings.optimizers import AdamW, Optimizer
from engine.training.diagnosis.answers import Answered
from engine.training.diagnosis.places import node_at
from engine.training.diagnosis.pull import Pull
from engine.training.findings import Diagnosis, HealthCheck, NodePath

if TYPE_CHECKING:
    from engine.training.history import History

FEW: Final = 8
"""Samples a step: of fewer the loss may be low by chance."""
WORKS: Final = (0.8, 0.9)
"""Training and validation loss as a share of the start, from which on a network works: whatever single layers look
like then, gradients reach what has to learn. (Of the 40 sound trainings of `tests/engine/ill_trainings.py` all get
there; of those whose layers have a fault none within three looks.)"""
DEFAULT: Final = AdamW()
LEARNED: Final = (0.5, 0.6)
"""The same, from which on it has learned: what was said of its beginning is over."""


@dataclass(frozen=True, slots=True)
class TrainingFacts:
    """What the rules have to know beside the numbers.

    ``baseline`` is the loss of the best answer that is the same for every sample (NaN: not known), ``classes`` how many
    there are (0: of several Outputs), ``lr`` the learning rate that is set, ``samples`` how many a step learns from,
    ``epochs`` how many there are to be. ``dropouts`` are the shares that layers drop, ``as_they_come`` says
    that rare classes are shown as seldom as they are. ``clip`` is the norm that gradients are limited to, ``pull`` what
    pulls weights to zero, ``drawn`` what the checker finds that explains a training, ``trained_on`` the share of all
    samples that is learned from; ``balanced`` says that rare classes are shown more often than they come.
    """

    graph: Graph
    lr: float = math.nan
    baseline: float = math.nan
    classes: int = 0
    samples: int = FEW
    clipped: bool = False
    best_kept: bool = False
    epochs: int = 0
    optimizer: Optimizer = DEFAULT
    dropouts: tuple[tuple[NodePath, float], ...] = ()
    as_they_come: bool = False
    clip: float | None = None
    pull: Pull | None = None
    drawn: tuple[Problem, ...] = ()
    trained_on: float = 1.0
    balanced: bool = False

    def answers(self) -> frozenset[str]:
        """The nodes whose results are the answers, apart from their shape."""
        graph = self.graph
        stack = [edge.source for end in graph.of_type("Output") for edge in graph.incoming[end.id].values()]
        found: set[str] = set()
        while stack:
            current = stack.pop()
            if current not in found:
                found.add(current)
                if kind_of(graph, current).numbers == "same":
                    stack += [edge.source for edge in graph.incoming[current].values()]
        return frozenset(found)


class Epoch(NamedTuple):
    """What an epoch came to: mean training loss, validation loss (NaN: none), the learning rate it ended with, and
    what was answered to the validation part (None: not counted)."""

    training: float
    validation: float
    lr: float
    answered: Answered | None = None


class Course:
    """One training so far: its epochs, the median ratio of every look into the layers, and what is wrong now."""

    def __init__(self, facts: TrainingFacts) -> None:
        self.facts = facts
        self.answers = facts.answers()
        self.diagnoses: tuple[Diagnosis, ...] = ()
        self.first = math.nan  # loss of the first step
        self.epochs: list[Epoch] = []
        self.losses: list[float] = []
        """The mean training loss of each epoch."""
        self.validations: list[float] = []
        """The validation loss of each epoch; of the training part where there is no other."""
        # what rules would look for in all epochs after each of them: a table of flowers has thousands
        self.lowest: list[float] = []
        """The lowest of ``losses`` up to each epoch."""
        self.highest = -math.inf
        """The highest of ``losses``."""
        self.best = 0
        """The place of the lowest of ``validations``, the first of equals."""
        self.all_judged = True
        """Whether every epoch has a validation loss of its own."""
        self.ratios: list[float] = []
        self.dead: dict[NodePath, float] = {}
        """The share of dead units of each layer at the first look."""
        self.sizes: list[float] = []
        """The median size of the weights of a layer at every look."""

    @property
    def start(self) -> float:
        """The loss that nothing learned costs: of guessing or, where that is not known, of the first step."""
        return self.facts.baseline if math.isfinite(self.facts.baseline) else self.first

    def below(self, shares: tuple[float, float]) -> bool:
        """Whether the last epoch's losses, of training and validation, are at most these shares of the start."""
        if not self.epochs:
            return False
        training, validation = self.losses[-1], self.validations[-1]
        return training <= shares[0] * self.start and validation <= shares[1] * self.start

    @property
    def led_down(self) -> bool:
        """Whether a schedule has led the rate down, or is still leading it up: the pace is no sign then."""
        rates = [epoch.lr for epoch in self.epochs[-2:]]
        return rates[-1] < 0.5 * self.facts.lr or (len(rates) > 1 and rates[-1] > 1.01 * rates[-2])

    @property
    def shrunk(self) -> float:
        """The size of the weights by what it was at the first look."""
        return self.sizes[-1] / self.sizes[0] if self.sizes and self.sizes[0] else 1.0

    def fall(self, epochs: int) -> float:
        """How far the training loss fell in the last so many epochs, as a share of the start."""
        losses = self.losses
        return (losses[-1 - epochs] - losses[-1]) / self.start if len(losses) > epochs else math.inf

    def name(self, path: NodePath) -> str:
        """A node in words."""
        node = node_at(self.facts.graph, path.inside, path.node)
        return "a layer" if node is None else f"{node.name} ({node.type})"

    def add_epoch(self, epoch: Epoch) -> None:
        """Take an epoch that is over."""
        self.epochs.append(epoch)
        self.losses.append(epoch.training)
        judged = math.isfinite(epoch.validation)
        self.validations.append(epoch.validation if judged else epoch.training)
        self.lowest.append(min([*self.lowest[-1:], epoch.training]))
        self.highest = max(self.highest, epoch.training)
        self.all_judged = self.all_judged and judged
        if self.validations[-1] < self.validations[self.best]:
            self.best = len(self.validations) - 1

    def add_look(self, look: HealthCheck) -> None:
        """Take the ratios of a look into the layers."""
        ratios = sorted(health.ratio for health in look.layers.values() if health.ratio == health.ratio)
        if not self.ratios:
            self.dead = {path: health.dead for path, health in look.layers.items() if health.dead == health.dead}
        self.ratios.append(ratios[len(ratios) // 2] if ratios else math.nan)
        sizes = sorted(health.weight for health in look.layers.values() if health.weight == health.weight)
        if sizes:
            self.sizes.append(sizes[len(sizes) // 2])


def epochs_of(history: History) -> Iterator[Epoch]:
    """The epochs of a run that are over, from its curves."""
    losses, rates = history.series("train/loss")[1], history.series("train/lr")[1]
    trained = history.epochs("train/loss")
    judged: Mapping[float, float] = dict(
        zip(history.epochs("validation/loss").tolist(), history.series("validation/loss")[1].tolist(), strict=True)
    )
    for epoch in sorted(judged):
        mine = trained == epoch
        if mine.any():
            yield Epoch(float(losses[mine].mean()), judged[epoch], float(rates[mine][-1]))
