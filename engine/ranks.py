"""Topological ranks of nodes, kept as wires come and go: every wire leads from a lower rank to a higher one.

A wire against the ranks moves nodes: those after its end up, or those before its start down, whichever are fewer. Both
are searched in turn, wire by wire, and only between the two ranks, so an edit costs what lies between and not the size
of the network (Katriel and Bodlaender 2006, Online Topological Ordering, https://doi.org/10.1145/1159892.1159896).
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from math import inf

Neighbours = Callable[[str], Iterable[str]]


class Ranks:
    """The rank of every node; ``before`` and ``behind`` name a node's sources and targets."""

    def __init__(self, before: Neighbours, behind: Neighbours) -> None:
        self.before, self.behind = before, behind
        self.of: dict[str, float] = {}

    def copy(self, before: Neighbours, behind: Neighbours) -> Ranks:
        """The same for a copy of the graph."""
        other = Ranks(before, behind)
        other.of = dict(self.of)
        return other

    def leads(self, start: str, goal: str) -> bool:
        """Whether wires lead from one node to another, or they are the same."""
        if start == goal:
            return True
        low, high = self.of[start], self.of[goal]
        if low >= high:
            return False
        ahead = _followed(start, self.behind, lambda node: self.of[node] < high)
        back = _followed(goal, self.before, lambda node: self.of[node] > low)
        try:
            while True:
                if next(ahead) == goal or next(back) == start:
                    return True
        except StopIteration:  # one side is exhausted and has not met the other
            return False

    def wire(self, source: str, target: str) -> bool:
        """Make room for a new wire, which closes no circle. False where only new ranks for all nodes do."""
        low, high = self.of[target], self.of[source]
        if high < low:
            return True
        ahead = _followed(target, self.behind, lambda node: self.of[node] <= high)
        back = _followed(source, self.before, lambda node: self.of[node] >= low)
        while True:
            try:
                next(ahead)
            except StopIteration as end:
                moved: list[str] = sorted(end.value, key=self.of.__getitem__)
                above = (self.of[node] for each in moved for node in self.behind(each) if node not in end.value)
                return self._spread(moved, high, min(above, default=inf))
            try:
                next(back)
            except StopIteration as end:
                moved = sorted(end.value, key=self.of.__getitem__)
                below = (self.of[node] for each in moved for node in self.before(each) if node not in end.value)
                return self._spread(moved, max(below, default=-inf), low)

    def _spread(self, nodes: list[str], low: float, high: float) -> bool:
        """Give these nodes ranks between two others, evenly; False where floats have no room for them."""
        count = len(nodes) + 1
        low = high - count if low == -inf else low
        step = ((low + count if high == inf else high) - low) / count
        ranks = [low + step * index for index in range(1, count)]
        self.of.update(zip(nodes, ranks, strict=True))
        return all(a < b for a, b in zip([low, *ranks], [*ranks, high], strict=True))


def _followed(first: str, neighbours: Neighbours, inside: Callable[[str], bool]) -> Generator[str, None, set[str]]:
    """Yields the end of every wire it follows; returns the nodes found, the first among them."""
    found, stack = {first}, [first]
    while stack:
        for node in neighbours(stack.pop()):
            yield node
            if node not in found and inside(node):
                found.add(node)
                stack.append(node)
    return found
