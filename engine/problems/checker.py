"""Runs the rules: node rules again only for nodes that were looked at, graph rules once after a batch of edits."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from typing import Any

from engine.blocks.block import PREFIX
from engine.graph import Graph
from engine.problems.inside import within
from engine.problems.problem import SEVERITIES, Problem
from engine.problems.rules import GRAPH_RULES, NODE_RULES
from engine.shapes import Shapes


def find(graph: Graph) -> list[Problem]:
    """All problems of a graph: gravest first, then in creation order of the nodes."""
    return Checker(Shapes(graph)).problems()


class Checker:
    """The problems of a graph, kept up to date: `update` with the nodes that `Shapes.update` looked at."""

    def __init__(self, shapes: Shapes) -> None:
        self.shapes = shapes
        self._of_node: dict[str, list[Problem]] = {}
        self._of_graph: list[Problem] | None = None
        self._settings: dict[str, Any] = {}
        self.update(shapes.graph.nodes)

    def update(self, visited: Iterable[str]) -> None:
        """Run the node rules for these nodes; the graph rules wait until somebody asks."""
        graph, report = self.shapes.graph, self.shapes.report
        if graph.settings != self._settings:  # they say which data the Inputs and Outputs must fit
            self._settings = copy.deepcopy(graph.settings)
            visited = {*visited, *(node.id for kind in ("Input", "Output") for node in graph.of_type(kind))}
        visited = set(visited)
        for node_id in visited.union(*(graph.sharers(node_id) for node_id in visited)):
            self._of_node.pop(node_id, None)
            if node_id in graph.nodes:
                found = [problem for rule in NODE_RULES for problem in rule(graph, report, node_id)]
                if graph.nodes[node_id].type.startswith(PREFIX):
                    found = within(graph, report, node_id, found)
                if found:
                    self._of_node[node_id] = found
        self._of_graph = None

    def problems(self) -> list[Problem]:
        """All problems: gravest first, then in creation order of the nodes, the network's own first."""
        graph, report = self.shapes.graph, self.shapes.report
        if self._of_graph is None:
            rules = GRAPH_RULES if graph.inside is None else ()
            self._of_graph = [problem for rule in rules for problem in rule(graph, report)]
        found = self._of_graph + [p for node_id in graph.nodes for p in self._of_node.get(node_id, ())]
        places = {node_id: place for place, node_id in enumerate(graph.nodes)}
        return sorted(found, key=lambda p: (SEVERITIES.index(p.severity), places.get(p.node or "", -1)))
