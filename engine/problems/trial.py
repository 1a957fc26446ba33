"""A copy of a network to try edits on: what they would give is known before they are offered."""

from __future__ import annotations

from typing import Final

from engine.edits import Edit
from engine.graph import Graph
from engine.live_nodes import live_nodes
from engine.problems.problem import Problem, ProblemFinder
from engine.shapes import Report

JOINS: Final = frozenset({"Add", "Subtract", "Multiply", "Divide", "Maximum"})


class Trial:
    """Shapes and problems of a copy, kept up to date through every edit tried."""

    def __init__(self, finder: ProblemFinder) -> None:
        self.checker = finder.copy()
        self.graph: Graph = self.checker.shapes.graph

    @property
    def report(self) -> Report:
        """What is known of the shapes of the copy."""
        return self.checker.shapes.report

    def problems(self) -> list[Problem]:
        """The problems of the copy as it is now."""
        return self.checker.problems()

    def apply(self, edit: Edit) -> Edit:
        """Apply an edit to the copy for good; returns its inverse. Raises GraphError and changes nothing if refused."""
        inverse = edit.apply(self.graph)
        self.checker.update(self.checker.shapes.update(edit.change().dirty(self.graph)))
        return inverse

    def copy(self) -> Trial:
        """Another copy of the copy: to be thrown away is cheaper than to take an edit back."""
        return Trial(self.checker)

    def repeating(self) -> set[str]:
        """The nodes that join values of unequal sizes by repeating one: rarely what anybody wants of a fix."""
        nodes, inputs = self.graph.nodes, self.report.inputs
        return {
            node_id
            for node_id, specs in inputs.items()
            if nodes[node_id].type in JOINS and len({spec.shape for spec in specs}) > 1
        }


class Standing:
    """What of a graph takes part: to tell whether an edit keeps it all."""

    def __init__(self, graph: Graph) -> None:
        self.nodes = {node_id: node.type for node_id, node in graph.nodes.items()}
        self.wired = {node_id: len(ports) for node_id, ports in graph.incoming.items()}
        self.live = live_nodes(graph)

    def kept_by(self, graph: Graph) -> bool:
        """Whether every node is still there with as many wires into it, and what led to an output does."""
        if not graph.nodes.keys() >= self.nodes.keys() or not live_nodes(graph) >= self.live:
            return False
        return all(len(graph.incoming[node_id]) >= count for node_id, count in self.wired.items())
