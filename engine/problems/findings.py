"""The problems that one group of rules finds at the nodes: by node, by place, and how many of each severity."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from engine.problems.problem import Key, Problem, Severity


class Findings:
    """``by_node`` holds what the rules found when they looked at a node; nodes without a problem are left out."""

    def __init__(self) -> None:
        self.by_node: dict[str, list[Problem]] = {}
        self.by_key: dict[Key, list[Problem]] = {}
        self.severities: Counter[Severity] = Counter()

    def __iter__(self) -> Iterator[Problem]:
        return (problem for found in self.by_node.values() for problem in found)

    def copy(self) -> Findings:
        """An independent copy."""
        other = Findings()
        other.by_node = dict(self.by_node)
        other.by_key = {place: list(found) for place, found in self.by_key.items()}
        other.severities = self.severities.copy()
        return other

    def put(self, node_id: str, found: list[Problem]) -> None:
        """What is found at a node now, in the place of what was."""
        for problem in self.by_node.pop(node_id, ()):
            at = self.by_key[problem.key]
            at.remove(problem)
            if not at:
                del self.by_key[problem.key]
            self.severities[problem.severity] -= 1
        if found:
            self.by_node[node_id] = found
        for problem in found:
            self.by_key.setdefault(problem.key, []).append(problem)
            self.severities[problem.severity] += 1
