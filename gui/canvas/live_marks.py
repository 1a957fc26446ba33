"""What a training shows on the canvas: how each layer is doing, and what flows along the wires."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from engine.edits import Edit
from engine.graph import Edge, Graph, Node
from engine.shapes import Report
from engine.training.diagnosis.causes import RootCause, explained, remedy
from engine.training.findings import NOT_A_NUMBER
from gui.document import Document

if TYPE_CHECKING:
    from engine.training.findings import Diagnosis, LayerHealth
    from engine.training.status import Status
    from engine.training.values import NodeKey, Value

    Values = Mapping[NodeKey, tuple[Value | None, ...]]

Path = tuple[str, ...]
Level = tuple[Path, Report]
WELL, WEAK, ILL, OLD = "well", "weak", "ill", "old"


class LiveMarks(QObject):
    """Health and values of the level that is open; none where nothing was measured."""

    changed = Signal()

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.document = document
        self._layers: dict[NodeKey, LayerHealth] = {}
        self._diagnoses: tuple[Diagnosis, ...] = ()
        self._graph: Graph | None = None
        self._values: Values = {}

    # -- a training --------------------------------------------------------------------------------------------------

    def follow(self, status: Status, graph: Graph) -> None:
        """Show the last look of a run that trains ``graph``, a snapshot."""
        layers: dict[NodeKey, LayerHealth] = {}
        for path, health in status.health.layers.items() if status.health is not None else ():
            for node_path in _around((*path.inside, path.node)):
                before = layers.get(node_path)
                layers[node_path] = health if before is None else _worse(before, health)
        self._layers, self._diagnoses, self._graph = layers, explained(status.diagnoses), graph
        self.changed.emit()

    def forget(self) -> None:
        """Nothing trains, and nothing is to be seen of the last run."""
        if self._layers or self._diagnoses:
            self._layers, self._diagnoses, self._graph = {}, (), None
            self.changed.emit()

    def mark(self, node_id: str, path: Path | None = None) -> str:
        """How a node is doing: well, weak, ill, old where it was changed since; empty: not known.

        ``path`` leads to its level, by default the open one.
        """
        path = self.document.block_path if path is None else path
        health, said = self._layers.get((path, node_id)), self.diagnoses(node_id, path)
        if health is None and not said:
            return ""
        if self.changed_since(node_id, path):
            return OLD
        if (health is not None and not health.finite) or any(d.code == NOT_A_NUMBER for d in said):
            return ILL
        return WEAK if said else WELL

    def diagnoses(self, node_id: str, path: Path | None = None) -> list[Diagnosis]:
        """What goes wrong in a node of a level, by default the open one, or within it."""
        path = (*(self.document.block_path if path is None else path), node_id)
        found = []
        for diagnosis in self._diagnoses:
            where = (*diagnosis.inside, diagnosis.node) if diagnosis.node is not None else ()
            if where[: len(path)] == path:
                found.append(diagnosis)
        return found

    def lines(self, node_id: str, path: Path | None = None) -> list[str]:
        """The same in words, for a tooltip."""
        path = self.document.block_path if path is None else path
        health, said = self._layers.get((path, node_id)), self.diagnoses(node_id, path)
        remarks = [f"! {d.message} {d.advice}" for d in said]
        old = "Before the layer was changed: " if self.changed_since(node_id, path) else "While training: "
        if health is None:
            return [old.rstrip(": "), *remarks] if remarks else []
        facts = []
        if not health.finite:
            facts.append("holds NaN or infinite numbers")
        if health.rms == health.rms:
            facts.append(f"results ≈ {health.rms:.2g}")
        if health.gradient == health.gradient:
            facts.append(f"gradient {health.gradient:.1e}")
        if health.ratio == health.ratio:
            facts.append(f"a step changes the weights by {100 * health.ratio:.2f} %")
        if health.dead == health.dead:
            facts.append(f"{100 * health.dead:.0f} % dead units")
        if health.saturated == health.saturated:
            facts.append(f"{100 * health.saturated:.0f} % saturated")
        return [old + ", ".join(facts), *remarks]

    def remedy(self, node_id: str) -> tuple[str, Edit] | None:
        """What fixes by a click what a node of the network is said to have wrong, with what a button calls it."""
        if self.document.block_path or self.document.graph is not self.document.project:
            return None
        here = [d for d in self.diagnoses(node_id) if not d.inside]
        return next((found for d in here if (found := remedy(RootCause(d), self.document.project)) is not None), None)

    def changed_since(self, node_id: str, path: Path | None = None) -> bool:
        """Whether the node is not any more as the run trains it."""
        path = self.document.block_path if path is None else path
        then, now = _node_at(self._graph, path, node_id), _node_at(self.document.project, path, node_id)
        if path == self.document.block_path:
            now = self.document.graph.nodes.get(node_id)
        if then is None or now is None:
            return True
        return (then.type, then.parameters, then.properties) != (now.type, now.parameters, now.properties)

    # -- values ------------------------------------------------------------------------------------------------------

    def show_values(self, values: Values) -> None:
        """Show what flows along the wires; nothing for an empty mapping."""
        self._values = values
        self.changed.emit()

    def value(self, edge: Edge, level: Level | None = None) -> Value | None:
        """What flows along a wire of a level, by default the open one."""
        return self.value_of(edge.source, edge.source_port, level)

    def value_of(self, node_id: str, port: str, level: Level | None = None) -> Value | None:
        """What comes out of a port of a level, given by the way to it and its shapes, by default the open one."""
        path, report = level or (self.document.block_path, self.document.report)
        values = self._values.get((path, node_id), ())
        layer = report.layer(node_id) if values else None
        names = [each.name for each in layer.output_ports()] if layer is not None else []
        if port not in names:
            return None
        index = names.index(port)
        return values[index] if index < len(values) else None


def _node_at(graph: Graph | None, path: Path, node_id: str) -> Node | None:
    """The node that a path leads to, if it does."""
    for use in path:
        node = graph.nodes.get(use) if graph is not None else None
        block = graph.blocks.of_type(node.type) if graph is not None and node is not None else None
        graph = None if block is None else block.graph
    return graph.nodes.get(node_id) if graph is not None else None


def _around(path: tuple[str, ...]) -> list[NodeKey]:
    """The node a path ends at and the uses of blocks it lies in, each with those around it."""
    return [(path[:depth], path[depth]) for depth in range(len(path))]


def _worse(one: LayerHealth, other: LayerHealth) -> LayerHealth:
    """Of two the one that is worse off."""
    return min(one, other, key=lambda health: (health.finite, -max(_known(health.dead), _known(health.saturated))))


def _known(value: float) -> float:
    return value if value == value else 0.0
