"""What is compared: a preset, a project file, or the project that is open."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import presets
from engine.comparison.network import UnknownCost, cost_of
from engine.comparison.scores import runs_of
from engine.comparison.table import Entry
from engine.errors import LayerloomError
from engine.graph import Graph
from engine.training.runs.catalogue import Listing

OPEN = "open project"


@dataclass(frozen=True, slots=True)
class Subject:
    """``key`` is the name of a preset, the path of a file, or `OPEN`; ``graph`` is given for the open project alone."""

    key: str
    title: str
    family: str
    graph: Graph | None = field(default=None, compare=False, repr=False)

    def opened(self) -> Graph:
        """The network. Raises LayerloomError where it cannot be read."""
        return self.graph if self.graph is not None else presets.open_what(self.key)[0]


@dataclass(frozen=True, slots=True)
class Computed:
    """A subject with its numbers; ``graph`` is None where it cannot be read."""

    subject: Subject
    entry: Entry
    graph: Graph | None = field(default=None, compare=False, repr=False)


def of_file(path: Path) -> Subject:
    """A project file."""
    return Subject(str(path.absolute()), path.name, "Project files")


def compute(subject: Subject, runs: Listing) -> Computed:
    """What a network costs and which runs are its own; what is wrong with it instead."""
    entry = Entry(subject.title)
    try:
        graph = subject.opened()
    except LayerloomError as error:
        return Computed(subject, replace(entry, fault=str(error)))
    entry = replace(entry, runs=runs_of(graph, runs))
    try:
        return Computed(subject, replace(entry, cost=cost_of(graph)), graph)
    except UnknownCost as error:
        return Computed(subject, replace(entry, fault=str(error)), graph)
