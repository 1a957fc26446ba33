"""The fixes of a problem: every fix is tried on a copy, and what does not cure is not offered."""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterable, Iterator
from typing import Final

from engine.edits import Compound
from engine.graph import GraphError
from engine.problems.fix import Fix
from engine.problems.problem import Problem, ProblemFinder
from engine.problems.trial import Trial
from engine.problems.ways import desperate_ways, last_ways, ways
from engine.problems.ways.fault_site import FaultSite, Way, find_site

MOST: Final = 6
"""How many fixes are offered."""
TRIED: Final = 40
"""How many ways are tried, before the last ones."""
MAY_BE_MEANT: Final = frozenset({"no-causal-mask", "no-positions"})
"""Warnings that a drawing alone cannot settle: a masked language model looks ahead, a set has no order."""
MOST_AT_ONCE: Final = 200
"""How many problems are fixed in one step."""


def tried(trial: Trial, problem: Problem) -> tuple[Fix, ...]:
    """What would fix a problem in the network as it is in a copy, best first.

    Those that keep all nodes and wires come first, then those that leave fewer errors, bring none of the kind and leave
    fewer warnings.
    """
    return ranked(fix for fix in trying(trial, problem) if fix is not None)


def trying(trial: Trial, problem: Problem) -> Iterator[Fix | None]:
    """Try one way after the other: yields the fixes among them, and None after every step of a few microseconds.

    Who has little time continues later.
    """
    site = find_site(trial, problem)
    if site is None:
        return
    judged, found = set(trial.report.inputs), list[Way]()
    for way in ways(site):  # all are found before the copy is changed by the first
        if way is not None:
            found.append(way)
        if len(found) >= TRIED:
            break
        yield None
    cured = False
    for more in (found, last_ways(site)):
        for way in more:
            fix = None if way is None else (yield from _try(trial, site, way, judged))
            cured = cured or fix is not None
            yield fix
    for way in () if cured else desperate_ways(site):
        yield None if way is None else (yield from _try(trial, site, way, judged))


def ranked(found: Iterable[Fix]) -> tuple[Fix, ...]:
    """The best of these, each label once: first what keeps everything, then what leaves least to be fixed."""
    first: dict[str, Fix] = {}
    for fix in found:
        first.setdefault(fix.label, fix)
    return tuple(sorted(first.values(), key=_worth)[:MOST])


def _worth(fix: Fix) -> tuple[bool, int, int, int]:
    return not (fix.keeps or fix.spares), fix.errors, fix.brings, fix.warnings


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
    title = labels[0] if len(labels) == 1 else f"Fix {len(labels)} problems"
    return Compound(tuple(edits), title), labels


def _try(trial: Trial, site: FaultSite, way: Way, judged: Collection[str]) -> Generator[None, None, Fix | None]:
    """What a way gives, if it cures and breaks nothing that was whole: no node that was ``judged``."""
    edit, guilty, checker = site.whole(way), site.problem.node, trial.checker
    live = trial.live(site.graph)

    def hopeless(node_id: str) -> bool:
        """Whether the shapes of one node show that this is no fix, whatever comes after it."""
        error = trial.report.errors.get(node_id)
        if error is None or error.inside:  # of what is inside a block more than one may be wrong
            return False
        key = error.code, node_id, (), error.port, error.parameter, None
        if checker.at(key):
            return key == site.problem.key
        return node_id in judged or node_id in way.made or (node_id == guilty and not site.path)

    try:
        with trial.attempt(edit) as attempt:
            for node_id in attempt.shapes():
                if hopeless(node_id):
                    return None
                yield
            for _ in attempt.rules(hints=site.problem.severity == "hint"):
                yield
            if checker.at(site.problem.key):
                return None
            keeps = way.keeps is not False and site.now(trial) is site.graph and attempt.keeps(site.graph, live)
            repeating = [] if way.repeats else attempt.repeating()
            counts, result = (checker.count("error"), checker.count("warning")), site.result(trial, way)
    except GraphError:  # the graph refuses it (a circle, a taken port): then it is not a fix
        return None
    for new in attempt.problems:
        if new.severity == "error" and not checker.at(new.key):
            same = new.node == guilty and new.inside[: len(site.path)] == site.path
            if new.node is None or same or new.node in judged or new.node in way.made:
                return None
    if any(node not in trial.graph.nodes or (node in judged and not trial.repeats(node)) for node in repeating):
        return None
    same_kind = [new for new in attempt.problems if new.code == site.problem.code and not checker.at(new.key)]
    brings = len(same_kind) + len([node for node in repeating if node not in judged])
    return Fix(way.label, edit, result, keeps, *counts, brings, way.spares)
