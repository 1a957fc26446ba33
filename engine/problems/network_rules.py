"""The rules of the network as a whole, each run again only where something that it reads has changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial

from engine.graph import Graph
from engine.problems.problem import Problem
from engine.problems.rule import GraphRule, SumRule
from engine.problems.rules import GRAPH_RULES, SUM_RULES
from engine.shapes import Report


@dataclass
class NetworkRules:
    """What these rules find in one graph. `changed` tells of nodes, `problems` runs what has to be run."""

    found: dict[GraphRule, list[Problem]] = field(default_factory=dict)
    sums: dict[SumRule, Sum] = field(default_factory=lambda: {rule: Sum(rule) for rule in SUM_RULES})
    touched: set[str] = field(default_factory=set)
    """The types of the nodes that have changed since."""
    wirings: int = -1
    """The number of the wiring that the rules have seen."""

    def copy(self) -> NetworkRules:
        """An independent copy."""
        sums = {rule: each.copy() for rule, each in self.sums.items()}
        return NetworkRules(dict(self.found), sums, set(self.touched), self.wirings)

    def changed(self, graph: Graph, node_ids: Iterable[str]) -> None:
        """These nodes have changed, or are gone."""
        self.touched.update(graph.nodes[node_id].type for node_id in node_ids if node_id in graph.nodes)
        for each in self.sums.values():
            each.changed.update(node_ids)

    def problems(self, graph: Graph, report: Report) -> list[Problem]:
        """All that they find now."""
        wired = self.wirings != graph.wirings
        for rule in GRAPH_RULES:
            if rule not in self.found or wired or rule.about is None or any(map(rule.about, self.touched)):
                self.found[rule] = list(rule.check(graph, report))
        self.wirings, self.touched = graph.wirings, set()
        result = [problem for rule in GRAPH_RULES for problem in self.found[rule]]
        for sum_rule, each in self.sums.items():
            result += sum_rule.check(graph, partial(each.total, graph, report))
        return result


@dataclass
class Sum:
    """The sum of a number that each node has."""

    rule: SumRule
    numbers: dict[str, int] = field(default_factory=dict)
    whole: int = 0
    changed: set[str] = field(default_factory=set)

    def copy(self) -> Sum:
        """An independent copy."""
        return Sum(self.rule, dict(self.numbers), self.whole, set(self.changed))

    def total(self, graph: Graph, report: Report) -> int:
        """The sum now."""
        for node_id in self.changed:
            self.whole -= self.numbers.pop(node_id, 0)
            if node_id in graph.nodes and (number := self.rule.number(graph, report, node_id)):
                self.numbers[node_id] = number
                self.whole += number
        self.changed.clear()
        return self.whole
