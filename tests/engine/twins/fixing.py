"""What the offered fixes are worth: the first fix of a fault, and the settings that an advice would change."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.edits import Edit
from engine.graph import Graph
from engine.problems import Problem, find
from engine.training.diagnosis.causes import matters, remedy
from tests.engine.twins.design import Design
from tests.engine.twins.fault import Fault
from tests.engine.twins.grid import SEEDS, Cell, outcome
from tests.engine.twins.own_rows import source
from tests.engine.twins.training import Outcome, train

MOST = 8
"""So many fixes are applied one after the other."""

GAIN = 0.01
"""A score that is higher by less is not better."""


def graph_of(design: Design, seed: int, folder: Path) -> Graph:
    """The project of a design."""
    return design.graph(seed, source(design.dataset, design.rows, folder) if design.rows else None)


def names(fault: Fault, problem: Problem) -> bool:
    """Whether a problem is one of the kinds that name a fault rightly."""
    return bool(fault.kinds & {problem.code, f"{problem.code}:{problem.setting}"})


def fixed(graph: Graph, fault: Fault) -> list[str]:
    """Apply the first fix of what names the fault, then of whatever is still more than a hint; their labels."""
    labels: list[str] = []
    while len(labels) < MOST:
        found = find(graph)
        right = [problem for problem in found if names(fault, problem)]
        grave = [problem for problem in found if problem.severity != "hint"]
        fix = next((each.fixes[0] for each in (*right, *grave) if each.fixes), None)
        if fix is None:
            break
        fix.apply(graph)
        labels.append(fix.label)
    return labels


@dataclass(frozen=True)
class Fixed:
    """A pair whose faulty twin was fixed: the labels of the fixes, and what the twins and the fixed one reach."""

    cell: Cell
    found: bool
    labels: tuple[str, ...]
    sound: tuple[Outcome, ...]
    fixed: tuple[Outcome, ...]

    @property
    def ratio(self) -> float:
        """The median score of the fixed network by that of the sound twin."""
        return median(self.fixed) / median(self.sound)


def median(outcomes: tuple[Outcome, ...]) -> float:
    """The median score."""
    return statistics.median(each.score for each in outcomes)


def fix_pair(cell: Cell, folder: Path, seeds: int = SEEDS) -> Fixed:
    """Fix the faulty twin and train it beside the sound one."""
    sound = tuple(outcome(cell.sound, seed, folder) for seed in range(seeds))
    found, labels, after = False, tuple[str, ...](), list[Outcome]()
    for seed in range(seeds):
        graph = graph_of(cell.faulty, seed, folder)
        found = any(names(cell.fault, problem) for problem in find(graph))
        labels = tuple(fixed(graph, cell.fault))
        after.append(train(graph, cell.faulty.metric, folder))
    return Fixed(cell, found, labels, sound, tuple(after))


@dataclass(frozen=True)
class Advised:
    """An advice that is a setting for a faulty twin: its kind, what its button says (empty: there is none), whether it
    is the first that is seen (the checker's come before the training), and what came of it."""

    cell: Cell
    kind: str
    setting: str
    label: str
    first: bool
    before: tuple[Outcome, ...]
    after: tuple[Outcome, ...]

    @property
    def better(self) -> bool:
        """Whether the median of the seeds is better with the setting changed, by more than a hundredth."""
        return bool(self.after) and median(self.after) > median(self.before) + GAIN


def advice(graph: Graph, seen: Outcome) -> Iterator[tuple[str, str, str, Edit | None]]:
    """(kind, setting, label of the button, its edit) of each advice that is a setting, from checker and diagnosis."""
    for problem in find(graph):
        if problem.setting and problem.severity != "hint":
            fix = problem.fixes[0] if problem.fixes else None
            yield problem.code, problem.setting, fix.label if fix else "", fix.edit if fix else None
    for matter in matters(seen.diagnoses):
        button = remedy(matter, graph)
        if matter.cause.setting or button:
            label, edit = button or ("", None)
            yield matter.cause.code, matter.cause.setting or "", label, edit


def advised(cell: Cell, folder: Path, seeds: int = SEEDS) -> Iterator[Advised]:
    """Train the faulty twin, follow each advice that is a setting by itself, once, and train again with every seed."""
    design = cell.faulty
    before = tuple(outcome(design, seed, folder) for seed in range(seeds))
    done: set[tuple[str, str]] = set()
    for kind, setting, label, edit in advice(graph_of(design, 0, folder), before[0]):
        if (kind, setting) in done:
            continue
        done.add((kind, setting))
        leads = len(done) == 1
        after: list[Outcome] = []
        for seed in range(seeds if edit else 0):
            graph = graph_of(design, seed, folder)
            assert edit is not None
            edit.apply(graph)
            after.append(train(graph, design.metric, folder))
        yield Advised(cell, kind, setting, label, leads, before, tuple(after))
