"""The fixes of a problem: every fix is tried on a copy, and what does not cure is not offered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

from engine.edits import Compound
from engine.graph import GraphError
from engine.problems.fix import Fix
from engine.problems.problem import Problem, ProblemFinder
from engine.problems.trial import Standing, Trial
from engine.problems.ways import ways
from engine.problems.ways.fault_site import FaultSite, Way, find_site

MOST: Final = 6
"""How many fixes are offered."""
TRIED: Final = 40
"""How many ways are tried."""
MAY_BE_MEANT: Final = frozenset({"no-causal-mask", "no-positions"})
"""Warnings that a drawing alone cannot settle: a masked language model looks ahead, a set has no order."""
MOST_AT_ONCE: Final = 200
"""How many problems are fixed in one step."""


def fixes(finder: ProblemFinder, problem: Problem) -> tuple[Fix, ...]:
    """What would fix a problem in the network as it is now, best first.

    Those that keep all nodes and wires come first, then those that leave fewer errors and warnings.
    """
    return tried(Trial(finder), problem)


def tried(trial: Trial, problem: Problem) -> tuple[Fix, ...]:
    """The same on a copy that is at hand."""
    return ranked(fix for fix in trying(trial, problem) if fix is not None)


def trying(trial: Trial, problem: Problem) -> Iterator[Fix | None]:
    """Try one way after the other; yields the fix that it is, or None. Who has little time goes on later."""
    site = find_site(trial, problem)
    if site is None:
        return
    before, standing = Before(trial, site), Standing(site.graph)
    for way in list(islice(ways(site), TRIED)):  # all are found before the copy is changed by the first
        yield _try(trial, site, way, before, standing)


def ranked(found: Iterable[Fix]) -> tuple[Fix, ...]:
    """The best of these, each label once: first what keeps everything, then what leaves least to be fixed."""
    first: dict[str, Fix] = {}
    for fix in found:
        first.setdefault(fix.label, fix)
    return tuple(sorted(first.values(), key=lambda fix: (not fix.keeps, fix.errors, fix.warnings))[:MOST])


def fix_all(finder: ProblemFinder) -> tuple[Compound, list[str]] | None:
    """One step that applies the best keeping fix of every error and warning in turn, and the labels of the fixes.

    Errors come first, and what fixing one uncovers is fixed, too; each problem once, so that fixes which conflict do
    not chase each other. None where nothing can be fixed.
    """
    trial = Trial(finder)
    edits: list[Compound] = []
    labels: list[str] = []
    seen: set[object] = set()
    while len(edits) < MOST_AT_ONCE:
        open_ones = (p for p in trial.problems() if p.severity != "hint" and p.code not in MAY_BE_MEANT)
        problem = next((p for p in open_ones if p.key not in seen), None)
        if problem is None:
            break
        seen.add(problem.key)
        best = next((fix for fix in tried(trial, problem) if fix.keeps), None)
        if best is not None:
            trial.apply(best.edit)
            edits.append(best.edit)
            labels.append(best.label)
    if not edits:
        return None
    title = labels[0] if len(labels) == 1 else f"Mend {len(labels)} problems"
    return Compound(tuple(edits), title), labels


class Before:
    """What was known before anything is tried."""

    def __init__(self, trial: Trial, site: FaultSite) -> None:
        problems = trial.problems()
        self.keys = {problem.key for problem in problems}
        self.judged = set(trial.report.inputs)
        self.repeating = trial.repeating() | (trial.graph.nodes.keys() - trial.report.inputs.keys())
        self.errors, self.warnings = _count(problems)
        self.problem = site.problem


def _try(trial: Trial, site: FaultSite, way: Way, before: Before, standing: Standing) -> Fix | None:
    """What a way gives, if it cures and breaks nothing that was whole."""
    edit = site.whole(way)
    trial = trial.copy()
    try:
        trial.apply(edit)
    except GraphError:  # the graph refuses it (a circle, a taken port): then it is no fix
        return None
    after = trial.problems()
    if any(problem.key == before.problem.key for problem in after):
        return None
    for new in after:
        if new.severity == "error" and new.key not in before.keys:
            guilty = new.node == before.problem.node and new.inside[: len(site.path)] == site.path
            if new.node is None or guilty or new.node in before.judged or new.node in way.made:
                return None
    if trial.repeating() - before.repeating:
        return None
    graph = site.now(trial)
    keeps = way.keeps is not False and graph is not None and standing.kept_by(graph)
    errors, warnings = _count(after)
    return Fix(way.label, edit, site.result(trial, way), keeps, errors, warnings)


def _count(problems: Iterable[Problem]) -> tuple[int, int]:
    severities = [problem.severity for problem in problems]
    return severities.count("error"), severities.count("warning")
