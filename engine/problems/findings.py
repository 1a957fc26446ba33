"""The problems of a graph by where they were found: those at one place, how many there are, all in order."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeAlias

from engine.graph import Graph
from engine.problems.problem import SEVERITIES, Key, Problem, ProblemFinder, Severity

GROUPS = 4
"""How many groups of rules there are (`engine.problems.checker`)."""
Origin: TypeAlias = tuple[int, str | None]
"""A group of rules and the node that they looked at."""
SortKey: TypeAlias = tuple[int, int, str, int, int, int]
"""What a problem is sorted by; no two have the same."""


class Findings:
    """What the rules found at each origin. In order: gravest first, then in creation order of the nodes."""

    def __init__(self) -> None:
        self._found: dict[Origin, list[Problem]] = {}
        self._at: dict[Key, list[Problem]] = {}
        self._severities: Counter[Severity] = Counter()
        self._sorted: list[Problem] = []
        self._keys: list[SortKey] = []
        """Those of the sorted problems."""
        self._keys_at: dict[Origin, list[SortKey]] = {}
        self._unsorted: set[Origin] = set()
        """Where something else is found than is sorted."""
        self._renumbered = 0
        """The order of the nodes that the keys are made of."""
        self._before: dict[Origin, list[Problem]] | None = None
        """What was found there, while that is to be found again."""

    def copy(self, seen_by: ProblemFinder) -> Findings:
        """An independent copy, whose problems another finder has found."""
        other = Findings()
        for origin, found in self._found.items():
            other.put(origin, [problem.found_by(seen_by) for problem in found])
        return other

    @contextmanager
    def tentative(self) -> Iterator[None]:
        """At the end what was found at the beginning is found again."""
        self._before = {}
        try:
            yield
        finally:
            before, self._before = self._before, None
            for origin, found in before.items():
                self.put(origin, found)

    def put(self, origin: Origin, found: list[Problem]) -> None:
        """What is found there now, in the place of what was."""
        if not found and origin not in self._found:  # as at most nodes
            return
        before = self._found.pop(origin, [])
        if self._before is not None:
            self._before.setdefault(origin, before)
        for problem in before:
            at = self._at[problem.key]
            at.remove(problem)
            if not at:
                del self._at[problem.key]
            self._severities[problem.severity] -= 1
        if found:
            self._found[origin] = found
        for problem in found:
            self._at.setdefault(problem.key, []).append(problem)
            self._severities[problem.severity] += 1
        self._unsorted.add(origin)

    def at(self, key: Key) -> list[Problem]:
        """The problems that are the same as this, but for their numbers."""
        return self._at.get(key, [])

    def of(self, node_id: str) -> list[Problem]:
        """Those that were found looking at a node."""
        return [problem for group in range(GROUPS) for problem in self._found.get((group, node_id), ())]

    def count(self, severity: Severity) -> int:
        """How many are as grave as this."""
        return self._severities[severity]

    def in_order(self, graph: Graph) -> list[Problem]:
        """All of them; only what has changed is sorted again."""
        if self._renumbered != graph.creation.renumbered:
            self._sorted, self._keys, self._keys_at = [], [], {}
            self._unsorted, self._renumbered = set(self._found), graph.creation.renumbered
        old = [key for origin in self._unsorted for key in self._keys_at.pop(origin, ())]
        new: list[tuple[SortKey, Problem]] = []
        for origin in self._unsorted:
            if found := self._found.get(origin):
                pairs = [(_sort_key(graph, origin, index, problem), problem) for index, problem in enumerate(found)]
                self._keys_at[origin] = [key for key, _ in pairs]
                new += pairs
        self._unsorted = set()
        if 8 * (len(old) + len(new)) > len(self._sorted):  # then it is less work to sort them all
            gone = set(old)
            kept = (pair for pair in zip(self._keys, self._sorted, strict=True) if pair[0] not in gone)
            pairs = sorted([*kept, *new], key=_first)
            self._keys, self._sorted = [key for key, _ in pairs], [problem for _, problem in pairs]
        else:
            for key in old:
                index = bisect_left(self._keys, key)
                del self._keys[index], self._sorted[index]
            for key, problem in new:
                index = bisect_left(self._keys, key)
                self._keys.insert(index, key)
                self._sorted.insert(index, problem)
        return list(self._sorted)


def _sort_key(graph: Graph, origin: Origin, index: int, problem: Problem) -> SortKey:
    group, node_id = origin
    severity = SEVERITIES.index(problem.severity)
    return severity, graph.created(problem.node), problem.code, group, graph.created(node_id), index


def _first(pair: tuple[SortKey, Problem]) -> SortKey:
    return pair[0]
