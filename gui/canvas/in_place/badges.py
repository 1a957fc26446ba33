"""What the layers and wires of one level are marked with: problems, shapes, values, and how they do in training."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from engine.problems import Problem
from gui.canvas.live_marks import LiveMarks
from gui.canvas.node_item import NodeItem
from gui.canvas.wire_item import WireItem

if TYPE_CHECKING:
    from gui.canvas.in_place.stage import Stage


class Badges:
    """Items are told when they are made; later only those of which something may have changed are told again."""

    def __init__(self, part: Stage, live: LiveMarks) -> None:
        self._part, self._live = part, live
        self.problems: dict[str, list[Problem]] = {}
        """The errors and warnings of the nodes that have any, gravest first."""
        self._doubtful: set[str] = set()
        """The nodes whose shapes may be others than those that are shown."""
        self._all = False

    def doubt(self, node_ids: Iterable[str]) -> None:
        """The shapes of these nodes may have changed."""
        self._doubtful.update(node_ids)

    def doubt_all(self) -> None:
        """A training says something else of the layers, or other values flow along the wires."""
        self._all = True

    def forget(self, node_id: str) -> None:
        """A node is gone."""
        self.problems.pop(node_id, None)

    def mark(self, found: Mapping[str, list[Problem]] | None) -> set[str]:
        """Update what has changed, the problems of all nodes being these; the nodes that have others than before.

        None: the problems are as they were, as far as anybody knows.
        """
        part, blamed = self._part, set[str]()
        if found is not None:
            grave = {node_id: kept for node_id, problems in found.items() if (kept := _grave(problems))}
            before, self.problems = self.problems, grave
            blamed = {node_id for node_id in grave.keys() | before.keys() if grave.get(node_id) != before.get(node_id)}
        nodes, wires = part.nodes.made, part.wires.made
        told, self._doubtful, every, self._all = self._doubtful, set(), self._all, False
        for node_id in [*nodes] if every else common(told, nodes):
            self._tell(nodes[node_id])
        for node_id in common(blamed, nodes):
            item, (severity, guilty) = nodes[node_id], self._gravest(node_id)
            if (severity, guilty) != (item.look.severity, item.look.guilty):
                item.look.severity, item.look.guilty = severity, guilty
                item.freshen()
        for wire in [*wires.values()] if every else [wires[edge] for edge in part.made_wires_at(told | blamed)]:
            if self.tell_wire(wire) and wire.edge not in part.courses.crooked:
                wire.place()
        return blamed

    def put_on(self, item: NodeItem) -> None:
        """Let a node that was just made, or made otherwise, show everything."""
        look = item.look
        look.severity, look.guilty = self._gravest(item.id)
        look.health = self._live.mark(item.id, self._part.path)
        self._tell_shape(item)

    def _tell(self, item: NodeItem) -> None:
        self._tell_shape(item)
        health = self._live.mark(item.id, self._part.path)
        if health != item.look.health:
            item.look.health = health
            item.freshen()

    def _tell_shape(self, item: NodeItem) -> None:
        shown, report, path = item.look.shown, self._part.report, self._part.path
        value = self._live.value_of(*shown, (path, report)) if shown else None
        item.tell(report.spec(*shown) if shown else None, value)

    def tell_wire(self, wire: WireItem) -> bool:
        """Let a wire show what flows along it now; whether that is something else."""
        edge, report = wire.edge, self._part.report
        severity, guilty = self._gravest(edge.target)
        value = self._live.value(edge, (self._part.path, report))
        spec = report.spec(edge.source, edge.source_port)
        return wire.tell(spec, severity == "error" and edge.target_port in guilty, value)

    def _gravest(self, node_id: str) -> tuple[str, set[str]]:
        """How grave the gravest problem of a node is, and the guilty ports of those as grave."""
        problems = self.problems.get(node_id)
        if not problems:
            return "", set()
        severity = problems[0].severity
        return severity, {problem.port for problem in problems if problem.port and problem.severity == severity}


def common(some: Collection[str], others: Collection[str]) -> list[str]:
    """What is in both, at the cost of the smaller."""
    return [each for each in some if each in others] if len(some) < len(others) else [n for n in others if n in some]


def _grave(problems: list[Problem]) -> list[Problem]:
    return [problem for problem in problems if problem.severity != "hint"]
