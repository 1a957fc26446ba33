"""What is known of a training while it runs: what the rules of the diagnosis read."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from engine.graph import Graph
from engine.problems.looking import kind_of
from engine.training.diagnosis.probes import node_at
from engine.training.findings import Diagnosis, HealthCheck, NodePath
from engine.training.history import History

FEW: Final = 8
"""Samples a step: of fewer the loss may be low by chance."""


@dataclass(frozen=True, slots=True)
class TrainingFacts:
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
                if kind_of(graph, current).numbers == "same":
                    stack += [edge.source for edge in graph.incoming[current].values()]
        return frozenset(found)


class Epoch(NamedTuple):
    """What an epoch came to: mean training loss, validation loss (NaN: none), the learning rate it ended with."""

    training: float
    validation: float
    lr: float


class Course:
    """One training so far: its epochs, the median ratio of every look into the layers, and what is wrong now."""

    def __init__(self, facts: TrainingFacts) -> None:
        self.facts = facts
        self.answers = facts.answers()
        self.diagnoses: tuple[Diagnosis, ...] = ()
        self.first = math.nan  # loss of the first step
        self.epochs: list[Epoch] = []
        self.ratios: list[float] = []

    @property
    def start(self) -> float:
        """The loss that nothing learned costs: of guessing or, where that is not known, of the first step."""
        return self.facts.baseline if math.isfinite(self.facts.baseline) else self.first

    def name(self, path: NodePath) -> str:
        """A node in words."""
        node = node_at(self.facts.graph, path.inside, path.node)
        return "a layer" if node is None else f"{node.name} ({node.type})"

    def add_look(self, look: HealthCheck) -> None:
        """Take the ratios of a look into the layers."""
        ratios = sorted(health.ratio for health in look.layers.values() if health.ratio == health.ratio)
        self.ratios.append(ratios[len(ratios) // 2] if ratios else math.nan)


def epochs_of(history: History) -> Iterator[Epoch]:
    """The epochs of a run that are over, from its curves."""
    losses, rates = history.series("train/loss")[1], history.series("train/lr")[1]
    trained = history.epochs("train/loss")
    judged = dict(
        zip(history.epochs("validation/loss").tolist(), history.series("validation/loss")[1].tolist(), strict=True)
    )
    for epoch in sorted(judged):
        mine = trained == epoch
        if mine.any():
            yield Epoch(float(losses[mine].mean()), judged[epoch], float(rates[mine][-1]))
