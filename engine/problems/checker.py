"""Runs the rules: those of a node again only where they could have changed, those of the network once after a batch."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cache

from engine.blocks.block import PREFIX
from engine.graph import Graph
from engine.problems.fix import Fix
from engine.problems.fixes import fixes
from engine.problems.inside import within
from engine.problems.looking import behind
from engine.problems.problem import SEVERITIES, Problem
from engine.problems.rule import Found, NodeRule
from engine.problems.rules import EDGE_RULES, GRAPH_RULES, NODE_RULES, OF_ABSENT
from engine.shapes import Report, Shapes

Check = Callable[[Graph, Report, str], Found]


def find(graph: Graph) -> list[Problem]:
    """All problems of a graph: gravest first, then in creation order of the nodes."""
    return Checker(Shapes(graph)).problems()


class Checker:
    """The problems of a graph, kept up to date: `update` with the nodes that `Shapes.update` looked at."""

    def __init__(self, shapes: Shapes) -> None:
        self.shapes = shapes
        self._of_node: dict[str, list[Problem]] = {}
        self._of_edge: dict[str, list[Problem]] = {}
        self._of_graph: list[Problem] | None = None
        self._settings = copy.deepcopy(shapes.graph.settings)
        self._owners: dict[str, str] = {}
        self._ended = bool(shapes.graph.of_type("Output"))
        self.update(shapes.graph.nodes)

    def copy(self) -> Checker:
        """The same for a copy of the graph, without looking at anything again."""
        other = Checker.__new__(Checker)
        other.shapes = self.shapes.copy()
        other._of_node, other._of_edge = dict(self._of_node), dict(self._of_edge)
        other._of_graph = self._of_graph
        other._settings, other._owners = self._settings, dict(self._owners)
        other._ended = self._ended
        return other

    def update(self, visited: Iterable[str]) -> None:
        """Run the rules of these nodes and of the wires behind them; those of the network wait until somebody asks."""
        graph, report = self.shapes.graph, self.shapes.report
        visited = set(visited)
        if repr(graph.settings) != repr(self._settings):  # True and 1 are not the same here
            self._settings = copy.deepcopy(graph.settings)
            visited |= {node.id for node in graph.nodes.values() if _reads_settings(node.type)}
        if bool(graph.of_type("Output")) != self._ended:  # what hangs loose is a problem only where there is an end
            self._ended = not self._ended
            visited |= graph.nodes.keys()
        owners, self._owners = self._owners, dict(graph.sharing)
        named = {known.get(node_id) for node_id in visited for known in (owners, self._owners)}
        visited |= {owner for owner in named if owner is not None}
        visited = visited.union(*(graph.sharers(node_id) for node_id in visited))
        before = {edge.source for node_id in visited for edge in graph.incoming.get(node_id, {}).values()}
        visited |= {node_id for node_id in before if report.absent(node_id) is not None}  # it lacks what these may read
        for node_id in visited:
            self._of_node.pop(node_id, None)
            if node_id in graph.nodes:
                rules = NODE_RULES if report.absent(node_id) is None else OF_ABSENT
                found = _run(_checks(rules, graph.nodes[node_id].type), graph, report, node_id)
                if graph.nodes[node_id].type.startswith(PREFIX):
                    found = within(graph, report, node_id, found)
                if found:
                    self._of_node[node_id] = found
        for node_id in behind(graph, report, visited):
            self._of_edge.pop(node_id, None)
            if node_id not in graph.nodes or report.absent(node_id) is not None:
                continue
            if checks := _checks(EDGE_RULES, graph.nodes[node_id].type):
                found = _run(checks, graph, report, node_id)
                if found:
                    self._of_edge[node_id] = found
        self._of_graph = None

    def problems(self) -> list[Problem]:
        """All problems: gravest first, then in creation order of the nodes, the network's own first."""
        graph, report = self.shapes.graph, self.shapes.report
        if self._of_graph is None:
            rules = GRAPH_RULES if graph.inside is None else ()
            self._of_graph = [problem for rule in rules for problem in rule.check(graph, report)]
        found = [*self._of_graph, *(p for each in (self._of_node, self._of_edge) for ps in each.values() for p in ps)]
        if not found:
            return []
        places = {node_id: index for index, node_id in enumerate(graph.nodes)}
        found.sort(key=lambda p: (SEVERITIES.index(p.severity), places.get(p.node or "", -1), p.code))
        return [replace(problem, seen_by=self) for problem in found]

    def fixes(self, problem: Problem) -> tuple[Fix, ...]:
        """What would fix one of these problems in the network as it is now, best first; none for one that is gone."""
        return fixes(self, problem) if problem in self.problems() else ()


def _run(checks: Iterable[Check], graph: Graph, report: Report, node_id: str) -> list[Problem]:
    return [problem for check in checks for problem in check(graph, report, node_id)]


@cache
def _checks(rules: tuple[NodeRule, ...], node_type: str) -> tuple[Check, ...]:
    return tuple(rule.check for rule in rules if not rule.types or node_type in rule.types)


@cache
def _reads_settings(node_type: str) -> bool:
    return any(rule.settings and node_type in rule.types for rule in (*NODE_RULES, *EDGE_RULES))
