"""The rules of the network as a whole, each run again only where something that it reads has changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial

from engine.graph import Graph
from engine.problems.problem import Problem
from engine.problems.rule import GraphRule, SumRule, TraceRule
from engine.problems.rules import GRAPH_RULES, SUM_RULES, TRACE_RULES
from engine.shapes import Report


@dataclass
class NetworkRules:
    """What these rules find in one graph. `changed` tells of nodes, `problems` runs what has to be run."""

    found: dict[GraphRule, list[Problem]] = field(default_factory=dict)
    sums: dict[SumRule, Sum] = field(default_factory=lambda: {rule: Sum(rule) for rule in SUM_RULES})
    traces: dict[TraceRule, Traces] = field(default_factory=lambda: {rule: Traces(rule) for rule in TRACE_RULES})
    touched: set[str] = field(default_factory=set)
    """The types of the nodes that have changed since."""
    wirings: int = -1
    """The number of the wiring that the rules have seen."""

    def copy(self) -> NetworkRules:
        """An independent copy."""
        sums = {rule: each.copy() for rule, each in self.sums.items()}
        traces = {rule: known.copy() for rule, known in self.traces.items()}
        return NetworkRules(dict(self.found), sums, traces, set(self.touched), self.wirings)

    def changed(self, graph: Graph, node_ids: Iterable[str]) -> None:
        """These nodes have changed, or are gone."""
        self.touched.update(graph.nodes[node_id].type for node_id in node_ids if node_id in graph.nodes)
        for changed in (
            *(each.changed for each in self.sums.values()),
            *(each.changed for each in self.traces.values()),
        ):
            changed.update(node_ids)

    def problems(self, graph: Graph, report: Report) -> list[Problem]:
        """All that they find now."""
        wired = self.wirings != graph.wirings
        for rule in GRAPH_RULES:
            if rule not in self.found or wired or rule.about is None or any(map(rule.about, self.touched)):
                self.found[rule] = list(rule.check(graph, report))
        self.wirings, self.touched = graph.wirings, set()
        result = [problem for rule in GRAPH_RULES for problem in self.found[rule]]
        for summed in self.sums.values():
            result += summed.rule.check(graph, partial(summed.total, graph, report))
        for traced in self.traces.values():
            traced.refresh(graph, report)
            result += traced.rule.check(graph, report, partial(traced.of, graph, report))
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
class Traces:
    """What is seen from some nodes, until a node that was read for it gives another reading."""

    rule: TraceRule
    values: dict[str, object] = field(default_factory=dict)
    readings: dict[str, object] = field(default_factory=dict)
    read_for: dict[str, set[str]] = field(default_factory=dict)
    """For each node that was read the nodes from which it was looked."""
    changed: set[str] = field(default_factory=set)

    def copy(self) -> Traces:
        """An independent copy."""
        read_for = {node_id: set(starts) for node_id, starts in self.read_for.items()}
        return Traces(self.rule, dict(self.values), dict(self.readings), read_for, set(self.changed))

    def refresh(self, graph: Graph, report: Report) -> None:
        """Forget what no longer holds."""
        for node_id in self.changed & self.readings.keys():
            if node_id not in graph.nodes or self.rule.reading(graph, report, node_id) != self.readings[node_id]:
                del self.readings[node_id]
                for start in self.read_for.pop(node_id):
                    self.values.pop(start, None)
        self.changed.clear()

    def of(self, graph: Graph, report: Report, node_id: str) -> object:
        """What is seen from a node."""
        if node_id not in self.values:
            self.values[node_id], read = self.rule.trace(graph, report, node_id)
            for each in read:
                self.readings[each] = self.rule.reading(graph, report, each)
                self.read_for.setdefault(each, set()).add(node_id)
        return self.values[node_id]
