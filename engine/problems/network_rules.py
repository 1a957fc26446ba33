"""The rules of the network as a whole, each run again only where something that it reads has changed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, partial

from engine.graph import Graph
from engine.layers.layer import Layer
from engine.problems.looking import kind_of
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
    marks: Marks = field(default_factory=lambda: Marks())
    views: dict[ViewRule, Views] = field(default_factory=lambda: {rule: Views() for rule in VIEW_RULES})
    touched: set[str] = field(default_factory=set)
    """The types of the nodes that have changed since."""
    wirings: int = -1
    """The number of the wiring that the rules have seen."""
    settings: str = ""
    """The settings that they have seen."""

    def copy(self) -> NetworkRules:
        """An independent copy."""
        sums = {rule: each.copy() for rule, each in self.sums.items()}
        views = {rule: known.copy() for rule, known in self.views.items()}
        return NetworkRules(
            dict(self.found), sums, self.marks.copy(), views, set(self.touched), self.wirings, self.settings
        )

    def changed(self, graph: Graph, node_ids: Collection[str]) -> None:
        """These nodes have changed, or are gone."""
        self.touched.update(graph.nodes[node_id].type for node_id in node_ids if node_id in graph.nodes)
        for summed in self.sums.values():
            summed.changed.update(node_ids)
        self.marks.changed.update(node_ids)
        for views in self.views.values():
            views.changed(node_ids)

    def counting(self, graph: Graph, report: Report) -> Iterator[None]:
        """Look again, node by node, at what has changed: `problems` has little left to do then."""
        for summed in self.sums.values():
            yield from summed.counting(graph, report)
        yield from self.marks.marking(graph, report)

    def problems(self, graph: Graph, report: Report, settings: str, *, hints: bool = True) -> list[Problem]:
        """All that they find now, with these settings; without ``hints`` not what gives hints alone."""
        wired, settled = self.wirings != graph.wirings, self.settings == settings
        for rule in GRAPH_RULES:
            if rule in self.found and (settled if rule.settled else not wired and self._left_alone(rule)):
                continue
            self.found[rule] = list(rule.check(graph, report))
        self.wirings, self.settings, self.touched = graph.wirings, settings, set()
        result = [problem for rule in GRAPH_RULES for problem in self.found[rule]]
        for summed in self.sums.values():
            if hints or not summed.rule.hint:
                result += summed.rule.check(graph, report, partial(summed.total, graph, report))
        for mark, marked in self.marks.now(graph, report).items():
            if marked:
                result += mark.check(graph, report, marked)
        for looking, views in self.views.items():
            if hints or not looking.hint:
                result += views.found(looking, graph, report)
        return result

    def _left_alone(self, rule: GraphRule) -> bool:
        """Whether no node has changed that a rule reads more of than its wires."""
        return rule.about is not None and not any(map(rule.about, self.touched))


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

    def counting(self, graph: Graph, report: Report) -> Iterator[None]:
        """Count again node by node."""
        while self.changed:
            node_id = self.changed.pop()
            self.whole -= self.numbers.pop(node_id, 0)
            if node_id in graph.nodes and (number := self.rule.number(graph, report, node_id)):
                self.numbers[node_id] = number
                self.whole += number
            yield

    def total(self, graph: Graph, report: Report) -> int:
        """The sum now."""
        for _ in self.counting(graph, report):
            pass
        return self.whole


@dataclass
class Marks:
    """The nodes that each rule marks."""

    marked: dict[MarkRule, set[str]] = field(default_factory=lambda: {rule: set() for rule in MARK_RULES})
    changed: set[str] = field(default_factory=set)

    def copy(self) -> Marks:
        """An independent copy."""
        return Marks({rule: set(marked) for rule, marked in self.marked.items()}, set(self.changed))

    def marking(self, graph: Graph, report: Report) -> Iterator[None]:
        """Mark again node by node."""
        for marked in self.marked.values():
            marked -= self.changed
        while self.changed:
            node_id = self.changed.pop()
            for rule in _marking(kind_of(graph, node_id)) if node_id in graph.nodes else ():
                if rule.mark(graph, report, node_id):
                    self.marked[rule].add(node_id)
            yield

    def now(self, graph: Graph, report: Report) -> Mapping[MarkRule, set[str]]:
        """Those that they mark now."""
        for _ in self.marking(graph, report):
            pass
        return self.marked


@cache
def _marking(kind: type[Layer]) -> tuple[MarkRule, ...]:
    """The rules that may mark a layer of a class."""
    return tuple(rule for rule in MARK_RULES if rule.about(kind))


@dataclass
class Views:
    """What some nodes see, as far as it was asked for last; ``shared`` are the views that a copy has, too."""

    known: dict[str, View] = field(default_factory=dict)
    shared: set[str] = field(default_factory=set)

    def copy(self) -> Views:
        """An independent copy: views are copied where they change."""
        self.shared = set(self.known)
        return Views(dict(self.known), set(self.known))

    def changed(self, node_ids: Collection[str]) -> None:
        """These nodes have changed, or are gone: a view changes with what it has seen alone."""
        for start, view in self.known.items():
            if hit := view.seen.keys() & node_ids:
                if start in self.shared:
                    self.shared.discard(start)
                    view = self.known[start] = view.copy()
                view.changed |= hit

    def found(self, rule: ViewRule, graph: Graph, report: Report) -> list[Problem]:
        """What a rule finds, which may ask for the view of any node."""
        before, self.known = self.known, {}

        def of(node_id: str) -> View:
            if node_id not in self.known:
                self.known[node_id] = before.get(node_id) or View(node_id)
            return self.known[node_id]

        return list(rule.check(graph, report, of))
