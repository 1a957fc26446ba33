"""What networks have reached in stored runs: which runs are theirs, and the best of them by one measure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final, Literal

from engine import project
from engine.comparison.network import digest
from engine.errors import LayerloomError
from engine.graph import Graph
from engine.training.runs.best import better
from engine.training.runs.catalogue import Listing, RunEntry
from engine.training.runs.folder import PROJECT

Part = Literal["test", "validation"]
FIRST: Final = ("accuracy", "iou", "f1", "r2", "rmse", "mae", "perplexity", "loss")
"""Metrics by which is compared first, where several would do."""


@dataclass(frozen=True, slots=True)
class Measure:
    """What a score is: a metric over a part of some data. Of the validation part it is the best of all epochs."""

    metric: str
    part: Part
    data: str

    def __str__(self) -> str:
        of = "of the test part" if self.part == "test" else "best of the validation part"
        return f"{self.metric}, {of} of {self.data or 'its data'}"


@dataclass(frozen=True, slots=True)
class Score:
    """The best value that a network has reached by a measure, and the run that has it.

    ``same`` says that the run trained exactly this network; else one of its name that is drawn otherwise, such as with
    another number of classes.
    """

    value: float
    run: Path
    called: str
    same: bool


@dataclass(frozen=True, slots=True)
class RunOf:
    """A stored run of a network."""

    entry: RunEntry
    called: str
    same: bool


def runs_of(graph: Graph, found: Listing) -> list[RunOf]:
    """The stored runs of a network: of one that is drawn the same, or that has the same name."""
    mine = digest(graph)
    runs = []
    for entry in found.entries:
        same = _digest_of(entry.path, entry.started) == mine
        if same or entry.network == graph.name:
            runs.append(RunOf(entry, found.called(entry), same))
    return runs


@lru_cache(4096)
def _digest_of(run: Path, started: str) -> str:
    """That of the network that a run trained, which never changes; empty where it cannot be read."""
    try:
        return digest(project.load(run / PROJECT))
    except LayerloomError:
        return ""


def measures(networks: Iterable[Sequence[RunOf]]) -> list[Measure]:
    """By what these networks can be compared: first what most of them have, of the test part, by what is usual."""
    many = Counter[Measure]()
    for runs in networks:
        many.update({measure for run in runs for measure in _values(run.entry)})
    return sorted(many, key=lambda one: (-many[one], one.part != "test", _rank(one.metric), one.metric, one.data))


def score(runs: Sequence[RunOf], measure: Measure) -> Score | None:
    """The best of a network by a measure; runs of exactly this network go before others of its name."""
    high = better(measure.metric) == "high"
    found = [(run, value) for run in runs if (value := _values(run.entry).get(measure)) is not None]
    if not found:
        return None
    run, value = max(found, key=lambda one: (one[0].same, one[1] if high else -one[1]))
    return Score(value, run.entry.path, run.called, run.same)


def _values(entry: RunEntry) -> Mapping[Measure, float]:
    parts: tuple[tuple[Part, Mapping[str, float | str]], ...] = (("test", entry.test), ("validation", entry.best))
    return {
        Measure(name, part, entry.data): value
        for part, values in parts
        for name, value in values.items()
        if isinstance(value, float) and better(name)
    }


def _rank(metric: str) -> int:
    return FIRST.index(metric) if metric in FIRST else len(FIRST)
