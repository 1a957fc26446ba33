"""The rules of the network as a whole, each run again only where something that it reads has changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial

from engine.graph import Graph
from engine.problems.problem import Problem
from engine.problems.rule import GraphRule, MarkRule, SumRule, ViewRule
from engine.problems.rules import GRAPH_RULES, MARK_RULES, SUM_RULES, VIEW_RULES
from engine.problems.view import View
from engine.shapes import Report


@dataclass
class NetworkRules:
    """What these rules find in one graph. `changed` tells of nodes, `problems` runs what has to be run."""

    found: dict[GraphRule, list[Problem]] = field(default_factory=dict)
    sums: dict[SumRule, Sum] = field(default_factory=lambda: {rule: Sum(rule) for rule in SUM_RULES})
    marks: dict[MarkRule, Marks] = field(default_factory=lambda: {rule: Marks(rule) for rule in MARK_RULES})
    views: dict[ViewRule, Views] = field(default_factory=lambda: {rule: Views() for rule in VIEW_RULES})
    touched: set[str] = field(default_factory=set)
    """The types of the nodes that have changed since."""
    wirings: int = -1
    """The number of the wiring that the rules have seen."""

    def copy(self) -> NetworkRules:
        """An independent copy."""
        sums = {rule: each.copy() for rule, each in self.sums.items()}
        marks = {rule: each.copy() for rule, each in self.marks.items()}
        views = {rule: known.copy() for rule, known in self.views.items()}
        return NetworkRules(dict(self.found), sums, marks, views, set(self.touched), self.wirings)

    def changed(self, graph: Graph, node_ids: Iterable[str]) -> None:
        """These nodes have changed, or are gone."""
        self.touched.update(graph.nodes[node_id].type for node_id in node_ids if node_id in graph.nodes)
        for summed in self.sums.values():
            summed.changed.update(node_ids)
        for marks in self.marks.values():
            marks.changed.update(node_ids)
        for views in self.views.values():
            views.changed(node_ids)

    def problems(self, graph: Graph, report: Report) -> list[Problem]:
        """All that they find now."""
        wired = self.wirings != graph.wirings
        for rule in GRAPH_RULES:
            if rule not in self.found or wired or rule.about is None or any(map(rule.about, self.touched)):
                self.found[rule] = list(rule.check(graph, report))
        self.wirings, self.touched = graph.wirings, set()
        result = [problem for rule in GRAPH_RULES for problem in self.found[rule]]
        for summed in self.sums.values():
            result += summed.rule.check(graph, report, partial(summed.total, graph, report))
        for marks in self.marks.values():
            if marked := marks.now(graph, report):
                result += marks.rule.check(graph, report, marked)
        for looking, views in self.views.items():
            result += views.found(looking, graph, report)
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


@dataclass
class Marks:
    """The nodes that a rule marks."""

    rule: MarkRule
    marked: set[str] = field(default_factory=set)
    changed: set[str] = field(default_factory=set)

    def copy(self) -> Marks:
        """An independent copy."""
        return Marks(self.rule, set(self.marked), set(self.changed))

    def now(self, graph: Graph, report: Report) -> set[str]:
        """Those that it marks now."""
        for node_id in self.changed:
            if node_id in graph.nodes and self.rule.mark(graph, report, node_id):
                self.marked.add(node_id)
            else:
                self.marked.discard(node_id)
        self.changed.clear()
        return self.marked


@dataclass
class Views:
    """What some nodes see, as far as it was asked for last."""

    known: dict[str, View] = field(default_factory=dict)

    def copy(self) -> Views:
        """An independent copy."""
        return Views({start: view.copy() for start, view in self.known.items()})

    def changed(self, node_ids: Iterable[str]) -> None:
        """These nodes have changed, or are gone."""
        for view in self.known.values():
            view.changed.update(node_ids)

    def found(self, rule: ViewRule, graph: Graph, report: Report) -> list[Problem]:
        """What a rule finds, which may ask for the view of any node."""
        before, self.known = self.known, {}

        def of(node_id: str) -> View:
            if node_id not in self.known:
                self.known[node_id] = before.get(node_id) or View(node_id)
            return self.known[node_id]

        return list(rule.check(graph, report, of))
