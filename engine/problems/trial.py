"""A copy of a network to try edits on: what they would give is known before they are offered."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from engine import layers
from engine.edits import Change, Edit
from engine.graph import Edge, Graph, GraphError
from engine.live_nodes import ENDS, STARTS, live_nodes
from engine.problems.problem import Problem, ProblemFinder
from engine.shapes import Report


class Touched:
    """Nodes and wires of a graph that an edit touches, as they are before it."""

    def __init__(self, graph: Graph, change: Change) -> None:
        self.graph, self.numbers = graph, graph.numbers
        touched = change.nodes.union(*((edge.source, edge.target) for edge in change.edges))
        self.nodes = {node_id: graph.nodes[node_id] for node_id in touched if node_id in graph.nodes}
        self.incoming = {node_id: dict(graph.incoming[node_id]) for node_id in self.nodes}
        self.outgoing: dict[str, dict[Edge, None]] = {node_id: dict(graph.outgoing[node_id]) for node_id in self.nodes}
        self.shared = bool(graph.sharing)

    def restore(self) -> None:
        """Restore what an inverse edit does not: the order of parameters and wires, and the numbers of new ids."""
        for node_id, node in self.nodes.items():
            if self.graph.nodes[node_id] is not node:
                self.graph.replace_node(node)
        self.graph.incoming.update(self.incoming)
        self.graph.outgoing.update(self.outgoing)
        self.graph.numbers = self.numbers

    def kept(self, live: set[str]) -> bool:
        """Whether the nodes are there with as many wires, and what is ``live`` before the edit still is."""
        graph = self.graph
        for node_id in self.nodes:
            if node_id not in graph.nodes or len(graph.incoming[node_id]) < len(self.incoming[node_id]):
                return False
        if self.shared or graph.sharing:
            return live_nodes(graph) >= live
        return all(_leads_on(graph, node_id, live) for node_id in self.nodes if node_id in live)


class Attempt:
    """An edit that is applied to the copy for a while: `shapes`, then `rules`, say step by step what it gives."""

    def __init__(self, trial: Trial, dirty: set[str], touched: list[Touched]) -> None:
        self._trial, self._dirty, self._touched = trial, dirty, touched
        self._visited: set[str] = set()
        self.problems: list[Problem] = []
        """Those of the nodes looked at and of the network."""

    def shapes(self) -> Iterator[str]:
        """Infer node by node what the edit changes."""
        for node_id in self._trial.checker.shapes.updating(self._dirty):
            self._visited.add(node_id)
            yield node_id

    def rules(self, *, hints: bool = True) -> Iterator[None]:
        """Run the rules of the nodes that were inferred, and those of the network, if wanted with what only hints."""
        for found in self._trial.checker.updating(self._visited):
            self.problems += found
            yield
        self.problems += self._trial.checker.of_graph(hints=hints)

    def repeating(self) -> list[str]:
        """The joins among those nodes that repeat a value."""
        return [node_id for node_id in self._visited if self._trial.repeats(node_id)]

    def keeps(self, graph: Graph, live: set[str]) -> bool:
        """Whether every node is still there with as many wires into it, and what led to an output does."""
        return all(each.kept(live) for each in self._touched if each.graph is graph)


class Trial:
    """Shapes and problems of a copy, kept up to date through every edit tried."""

    def __init__(self, finder: ProblemFinder) -> None:
        self.checker = finder.copy()
        self.graph: Graph = self.checker.shapes.graph
        self._live: dict[str | None, set[str]] = {}
        """What leads to an output, in the network or in a block, before anything is tried."""

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
        self._live = {}
        self.checker.update(self.checker.shapes.update(edit.change().dirty(self.graph)))
        return inverse

    @contextmanager
    def attempt(self, edit: Edit) -> Iterator[Attempt]:
        """Apply an edit, and take it back at the end, so that no trace of it is left: all costs what the edit changes.

        Raises GraphError if it is refused.
        """
        change = edit.change()
        inner = ((block.graph, each) for name, each in change.inner.items() if (block := self.graph.blocks.get(name)))
        touched = [Touched(*part) for part in ((self.graph, change), *inner)]
        dirty: set[str] = set()
        try:
            with self.checker.tentative():
                inverse = edit.apply(self.graph)
                try:
                    dirty = change.dirty(self.graph)
                    yield Attempt(self, dirty, touched)
                finally:
                    inverse.apply(self.graph)
                    _restore(touched)
        except GraphError:
            _restore(touched)
            raise
        finally:
            if change.blocks:  # what uses a block has a layer made of the block as it is
                self.checker.update(self.checker.shapes.update(dirty | change.dirty(self.graph)))

    @contextmanager
    def same_ids(self) -> Iterator[None]:
        """Let the ids that are made meanwhile be made once more afterwards."""
        numbers = [(graph, graph.numbers) for graph in (self.graph, *(b.graph for b in self.graph.blocks.values()))]
        try:
            yield
        finally:
            for graph, number in numbers:
                graph.numbers = number

    def repeats(self, node_id: str) -> bool:
        """Whether a node joins values of unequal sizes by repeating one: rarely what anybody wants of a fix."""
        node, specs = self.graph.nodes.get(node_id), self.report.inputs.get(node_id)
        joins = node is not None and layers.kind(node.type).joins_elementwise
        return joins and len({spec.shape for spec in specs or ()}) > 1

    def live(self, graph: Graph) -> set[str]:
        """What of this graph leads to an output; asked for before an edit is tried."""
        if graph.inside not in self._live:
            self._live[graph.inside] = live_nodes(graph)
        return self._live[graph.inside]


def _restore(touched: list[Touched]) -> None:
    for each in touched:
        each.restore()


def _leads_on(graph: Graph, node_id: str, live: set[str]) -> bool:
    """Whether a node leads to an output, or to a node that did: if that was touched, too, it is looked at itself."""
    if graph.nodes[node_id].type in ENDS + STARTS:
        return True
    seen, stack = {node_id}, [node_id]
    while stack:
        for edge in graph.outgoing[stack.pop()]:
            if edge.target in live or graph.nodes[edge.target].type in ENDS:
                return True
            if edge.target not in seen:
                seen.add(edge.target)
                stack.append(edge.target)
    return False
