"""Runs the rules: those of a node again only where they could have changed, those of the network once after a batch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from engine import layers
from engine.blocks.block import PREFIX
from engine.graph import Graph
from engine.layers.layer import Layer
from engine.problems.findings import Findings
from engine.problems.fix import Fix
from engine.problems.fixes import tried
from engine.problems.inside import within
from engine.problems.looking import reading
from engine.problems.network_rules import NetworkRules
from engine.problems.problem import Key, Problem, Severity
from engine.problems.rule import Found, NodeRule
from engine.problems.rules import EDGE_RULES, NODE_RULES, OF_ABSENT
from engine.problems.trial import Trial
from engine.shapes import Report, Shapes, put_back

Check = Callable[[Graph, Report, str], Found]
NETWORK, END, NODE, EDGE = range(4)
"""Groups of rules: of the network, of nodes where there is an end to lead to, of nodes, of what feeds them."""


def find(graph: Graph) -> list[Problem]:
    """All problems of a graph: gravest first, then in creation order of the nodes."""
    return Checker(Shapes(graph)).problems()


class Checker:
    """The problems of a graph, kept up to date: `update` with the nodes that `Shapes.update` looked at."""

    def __init__(self, shapes: Shapes, *, at_once: bool = True) -> None:
        """Finds all problems ``at_once``, or leaves them all to `updating`."""
        self.shapes = shapes
        self._findings = Findings()
        self._loose: dict[str, list[Problem]] = {}
        """What is a problem only where there is an end: else nothing can lead to one."""
        self._ended = False
        self._network = NetworkRules()
        self._of_graph: list[Problem] | None = None
        self._settings = repr(shapes.graph.settings)
        self._owners: dict[str, str] = {}
        self._seen: dict[str, tuple[object, ...]] = {}
        """What the rules of readers may see of a node."""
        self._trial: Trial | None = None
        self._noted: dict[str, tuple[Any, ...]] | None = None
        """What was known of the nodes looked at, while it is to be known again."""
        self.waiting = set(shapes.graph.nodes)
        """Nodes to be looked at with the next ones: `updating` has begun with them and not ended, or is to begin."""
        if at_once:
            self.update(())

    def copy(self) -> Checker:
        """The same for a copy of the graph, without looking at anything again."""
        other = Checker.__new__(Checker)
        other.shapes = self.shapes.copy()
        other._findings, other._loose, other._ended = self._findings.copy(other), dict(self._loose), self._ended
        other._network, other._of_graph = self._network.copy(), None
        other._settings, other._owners = self._settings, dict(self._owners)
        other._seen, other._trial, other._noted, other.waiting = dict(self._seen), None, None, set(self.waiting)
        return other

    @contextmanager
    def tentative(self) -> Iterator[None]:
        """At the end all is as at the beginning, without looking at anything again; the graph must be so by then."""
        self.of_graph()
        kept = self._network.copy(), self._of_graph, self._settings, self._ended, self._trial, self.waiting
        self._noted = {}
        try:
            with self.shapes.tentative(), self._findings.tentative():
                yield
        finally:
            self._network, self._of_graph, self._settings, self._ended, self._trial, self.waiting = kept
            for node_id, entries in self._noted.items():
                put_back(node_id, entries, self._of_nodes)
            self._noted = None

    @property
    def under_way(self) -> bool:
        """Whether problems are still to be found (`updating`); until then some belong to an earlier state."""
        return bool(self.waiting) or self.shapes.under_way

    @property
    def _of_nodes(self) -> tuple[dict[str, Any], ...]:
        """What is known of each node beside its problems."""
        return self._loose, self._owners, self._seen

    def _note(self, node_ids: Iterable[str]) -> None:
        """Note what is known of nodes before they are looked at again."""
        if self._noted is not None:
            for node_id in node_ids:
                self._noted.setdefault(node_id, tuple(known.get(node_id) for known in self._of_nodes))

    def update(self, visited: Iterable[str]) -> list[Problem]:
        """Run the rules of these nodes and of the wires after them; those of the network wait until somebody asks.

        Returns what is found at the nodes that were looked at.
        """
        return [problem for found in self.updating(visited) for problem in found]

    def updating(self, visited: Iterable[str]) -> Iterator[list[Problem]]:
        """The same node by node. Who stops before the end either takes back what was found so far (`tentative`), or
        calls it again later, with what was inferred again meanwhile: it begins once more with all of them.
        """
        graph, report = self.shapes.graph, self.shapes.report
        visited = {*visited, *self.waiting}
        self._note(visited)
        if (settings := repr(graph.settings)) != self._settings:  # as text, where True and 1 are not the same
            self._settings = settings
            visited.update(node.id for node in graph.of_type(*filter(_reads_settings, graph.types)))
        visited |= self._beside(visited)
        everywhere = graph.nodes.keys() <= visited
        if not everywhere:
            before = {edge.source for node_id in visited for edge in graph.incoming.get(node_id, {}).values()}
            visited |= {each for each in before if report.absent(each) is not None}  # it lacks what these may read
        self._note(visited)
        self.waiting = visited
        ended = graph.inside is not None or "Output" in graph.types
        if ended != self._ended:
            self._ended = ended
            for node_id, found in self._loose.items():
                self._put(END, node_id, found if ended else [])
        known: dict[str, Rules] = {}
        for node_id in visited:
            rules = known[node_id] = self._rules(node_id)
            found = _run(rules.node, graph, report, node_id)
            if rules.of_block:
                found = within(graph, report, node_id, found)
            yield self._put(NODE, node_id, found)
            self._loose.pop(node_id, None)
            found = _run(rules.ended, graph, report, node_id) if rules.ended else []
            if found:
                self._loose[node_id] = found
            yield self._put(END, node_id, found if ended else [])
        altered: list[str] = []
        looks: dict[str, tuple[object, ...]] = {}
        for node_id in visited:
            if (look := self._look(node_id)) is not None:
                looks[node_id] = look
            if self._looks_otherwise(node_id, look):
                altered.append(node_id)
            yield []
        readers = set(visited)
        for _ in () if everywhere else reading(graph, report, altered, readers):
            yield []
        for node_id in readers:
            rules = known.get(node_id) or self._rules(node_id)
            yield self._put(EDGE, node_id, _run(rules.edge, graph, report, node_id) if rules.edge else [])
        for node_id in visited - looks.keys():
            self._seen.pop(node_id, None)
        self._seen.update(looks)
        self._network.changed(graph, visited)
        self._of_graph = self._trial = None
        self.waiting = set()

    def _rules(self, node_id: str) -> Rules:
        """What looks at a node; nothing for one that is gone."""
        node = self.shapes.graph.nodes.get(node_id)
        if node is None:
            return GONE
        absent = self.shapes.report.absent(node_id) is not None
        return _rules_of(layers.kind(node.type), node.type.startswith(PREFIX), absent)

    def _put(self, group: int, node_id: str | None, found: list[Problem]) -> list[Problem]:
        mine = [problem.found_by(self) for problem in found] if found else found
        self._findings.put((group, node_id), mine)
        return mine

    def _beside(self, visited: set[str]) -> set[str]:
        """The nodes that share weights with these, or did."""
        sharing = self.shapes.graph.sharing
        found: set[str] = set()
        for node_id in visited if sharing or self._owners else ():
            found.update(owner for known in (self._owners, sharing) if (owner := known.get(node_id)) is not None)
            if node_id in sharing:
                self._owners[node_id] = sharing[node_id]
            else:
                self._owners.pop(node_id, None)
        return found.union(*(self.shapes.graph.sharers(node_id) for node_id in visited | found))

    def _look(self, node_id: str) -> tuple[object, ...] | None:
        """What the rules of readers may see of a node; None for one that is gone."""
        graph, report = self.shapes.graph, self.shapes.report
        node = graph.nodes.get(node_id)
        if node is None:
            return None
        alone = len(graph.outgoing[node_id]) == 1
        wires = tuple(graph.incoming[node_id].values())
        own = node, report.layers[node_id], alone, frozenset(graph.forked(node_id)), graph.shared(node_id)
        return *own, wires, report.inputs.get(node_id), report.outputs.get(node_id)

    def _looks_otherwise(self, node_id: str, now: tuple[object, ...] | None) -> bool:
        """Whether its readers may see something else than before: another wire that leaves it changes little."""
        known = self._seen.get(node_id)
        if now is None or known is None or known != now:
            return True
        inside = self.shapes.graph.nodes[node_id].type.startswith(PREFIX)  # what is inside may be another
        return inside or known[-1] is not now[-1]  # axes take no part in equality

    # -- what was found --------------------------------------------------------------------------------------------

    def of_graph(self, *, hints: bool = True) -> list[Problem]:
        """The problems of the network as a whole; without ``hints``, for a while, not what gives hints alone."""
        graph = self.shapes.graph
        if self._of_graph is None:
            found: list[Problem] = []
            if graph.inside is None:
                found = self._network.problems(graph, self.shapes.report, self._settings, hints=hints)
            self._of_graph = self._put(NETWORK, None, found)
        return self._of_graph

    def counting(self) -> Iterator[None]:
        """Count step by step what the rules of the network read of its nodes: `of_graph` has little left to do then."""
        yield from self._network.counting(self.shapes.graph, self.shapes.report)

    def at(self, key: Key) -> list[Problem]:
        """The problems that are the same as this, but for their numbers."""
        self.of_graph()
        return self._findings.at(key)

    def known(self, node_id: str) -> list[Problem]:
        """What was found looking at a node, also while some problems are still to be found."""
        return self._findings.of(node_id)

    def count(self, severity: Severity) -> int:
        """How many problems are as grave as this."""
        self.of_graph()
        return self._findings.count(severity)

    def problems(self) -> list[Problem]:
        """All problems: gravest first, then in creation order of the nodes, the network's own first."""
        self.of_graph()
        return self._findings.in_order(self.shapes.graph)

    def fixes(self, problem: Problem) -> tuple[Fix, ...]:
        """What would fix one of these problems in the network as it is now, best first; none for one that is gone."""
        if problem not in self.at(problem.key):
            return ()
        if self._trial is None:  # until something changes, one copy does for all problems
            self._trial = Trial(self)
        with self._trial.same_ids():
            return tried(self._trial, problem)


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of a type of nodes: of the node itself, where there is an end to lead to, and of what feeds it."""

    node: tuple[Check, ...] = ()
    ended: tuple[Check, ...] = ()
    edge: tuple[Check, ...] = ()
    of_block: bool = False


GONE: Final = Rules()


@cache
def _rules_of(kind: type[Layer], of_block: bool, absent: bool) -> Rules:
    """The rules of nodes of a class, present or absent."""

    def checks(rules: tuple[NodeRule, ...], ended: bool = False) -> tuple[Check, ...]:
        mine = (rule for rule in rules if rule.ended == ended)
        return tuple(rule.check for rule in mine if rule.about(kind))

    own = OF_ABSENT if absent else NODE_RULES
    edge = () if absent else checks(EDGE_RULES)
    return Rules(checks(own), checks(own, ended=True), edge, of_block)


def _run(checks: Iterable[Check], graph: Graph, report: Report, node_id: str) -> list[Problem]:
    return [problem for check in checks for problem in check(graph, report, node_id)]


def _reads_settings(node_type: str) -> bool:
    kind = layers.kind(node_type)
    return any(rule.settings and rule.about(kind) for rule in (*NODE_RULES, *EDGE_RULES))
