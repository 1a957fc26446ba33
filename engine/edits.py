"""Every change of a Graph as data: ``edit.apply(graph)`` returns the inverse (blocks: `engine.blocks.block_edits`).

Undo and redo, fixes and their previews, paste and ``--set`` are all lists of these. An edit that the graph refuses
raises GraphError and leaves the graph as it was.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from engine.blocks.block import PREFIX
from engine.graph import CycleError, Edge, Graph, GraphError, Node, Position
from engine.limits import LONGEST_TITLE, PORT, check_name, check_node, check_parameter, check_position
from engine.literals import unstorable

MISSING: Final = object()
"""Stands for "not set" as the value of a parameter or setting."""


@dataclass(slots=True)
class Change:
    """What an edit touches, for those who listen: ids and edges, be they added, altered or gone.

    ``blocks`` are the definitions touched in any way, ``inner`` what is touched of the graphs inside them. ``drawing``
    says that the direction has changed, or which blocks are open in place. ``inferred`` are the nodes whose shapes were
    inferred again, which who follows the edit adds.
    """

    nodes: set[str] = field(default_factory=set)
    edges: set[Edge] = field(default_factory=set)
    moved: set[str] = field(default_factory=set)
    frames: set[str] = field(default_factory=set)
    settings: bool = False
    drawing: bool = False
    blocks: set[str] = field(default_factory=set)
    inner: dict[str, Change] = field(default_factory=dict)
    inferred: set[str] = field(default_factory=set)

    @property
    def only_moves(self) -> bool:
        """Whether layers are elsewhere now, and all else is as it was: nothing that is computed changes."""
        return bool(self.moved) and not (
            self.nodes or self.edges or self.frames or self.settings or self.drawing or self.blocks
        )

    def merge(self, other: Change) -> None:
        self.nodes |= other.nodes
        self.edges |= other.edges
        self.moved |= other.moved
        self.frames |= other.frames
        self.settings |= other.settings
        self.drawing |= other.drawing
        self.blocks |= other.blocks
        for block_id, change in other.inner.items():
            self.inner.setdefault(block_id, Change()).merge(change)

    def dirty(self, graph: Graph) -> set[str]:
        """The nodes to look at again: what is wrong with one depends on its parameters and the wires on either side."""
        dirty = self.nodes.union(*((edge.source, edge.target) for edge in self.edges))
        if self.blocks:
            types = {PREFIX + block_id for block_id in graph.blocks.users(self.blocks)}
            dirty.update(node.id for node in graph.of_type(*types))
        return dirty


class Edit:
    """One change. Subclasses are frozen dataclasses."""

    def apply(self, graph: Graph) -> Edit:
        """Change the graph and return the inverse edit; raises GraphError and changes nothing if refused."""
        raise TypeError(f"{type(self).__name__} does not say how it is applied")

    def change(self) -> Change:
        """What this edit touches."""
        raise TypeError(f"{type(self).__name__} does not say what it touches")

    def title(self, graph: Graph) -> str:
        """What the undo history calls it, read before it is applied."""
        raise TypeError(f"{type(self).__name__} has no title")


@dataclass(frozen=True, slots=True)
class AddNode(Edit):
    """Puts a node in, by default as the last in creation order."""

    node: Node
    position: Position
    index: int | None = None

    def apply(self, graph: Graph) -> Edit:
        if self.node.id in graph.nodes:
            raise GraphError(f"The id {self.node.id!r} is taken already.")
        check_name(graph, self.node.name, self.node.type)
        check_node(self.node)
        check_position(self.position)
        _check_nesting(graph, self.node)
        graph.insert_node(self.node, self.position, self.index)
        return RemoveNode(self.node.id)

    def change(self) -> Change:
        return Change(nodes={self.node.id})

    def title(self, graph: Graph) -> str:
        return f"Add {self.node.name}"


@dataclass(frozen=True, slots=True)
class RemoveNode(Edit):
    """Removes a node that has no wires left; `remove` makes the whole list."""

    node_id: str

    def apply(self, graph: Graph) -> Edit:
        node = graph.node(self.node_id)
        if graph.incoming[node.id] or graph.outgoing[node.id]:
            raise GraphError(f"{node.name} still has wires; cut them first.")
        inverse = AddNode(node, graph.positions[node.id], graph.index(node.id))
        graph.delete_node(node.id)
        return inverse

    def change(self) -> Change:
        return Change(nodes={self.node_id})

    def title(self, graph: Graph) -> str:
        return f"Delete {graph.node(self.node_id).name}"


@dataclass(frozen=True, slots=True)
class Connect(Edit):
    """Draws a wire; refused where it would close a circle."""

    edge: Edge

    def apply(self, graph: Graph) -> Edit:
        edge = self.edge
        self.check_ends(graph)
        source, target = graph.node(edge.source), graph.node(edge.target)
        if graph.reaches(target.id, source.id):
            raise CycleError(
                f"A wire from {source.name} to {target.name} would close a circle: "
                f"{source.name} already needs the result of {target.name}."
            )
        graph.insert_edge(edge)
        return Disconnect(edge)

    def check_ends(self, graph: Graph) -> None:
        """Raise GraphError unless both nodes are there and the input is free."""
        edge = self.edge
        graph.node(edge.source)
        target = graph.node(edge.target)
        for port in (edge.source_port, edge.target_port):
            if not re.fullmatch(PORT, port):
                raise GraphError(f"{port[:40]!r} is not a name of a port: letters, digits and _ make one.")
        if edge.target_port in graph.incoming[target.id]:
            raise GraphError(f"The input {edge.target_port!r} of {target.name} has a wire already.")

    def change(self) -> Change:
        return Change(edges={self.edge})

    def title(self, graph: Graph) -> str:
        return f"Connect {graph.node(self.edge.source).name} to {graph.node(self.edge.target).name}"


@dataclass(frozen=True, slots=True)
class Disconnect(Edit):
    """Cuts a wire."""

    edge: Edge

    def apply(self, graph: Graph) -> Edit:
        if self.edge not in graph.outgoing.get(self.edge.source, {}):
            raise GraphError("That wire is not there any more.")
        graph.delete_edge(self.edge)
        return Connect(self.edge)

    def change(self) -> Change:
        return Change(edges={self.edge})

    def title(self, graph: Graph) -> str:
        return f"Disconnect {graph.node(self.edge.source).name} from {graph.node(self.edge.target).name}"


@dataclass(frozen=True, slots=True)
class SetParameter(Edit):
    """Sets what the user typed for one parameter; ``MISSING`` takes it back to the default."""

    node_id: str
    parameter: str
    value: object

    def apply(self, graph: Graph) -> Edit:
        node = graph.node(self.node_id)
        check_parameter(node, self.parameter, None if self.value is MISSING else self.value)
        inverse = SetParameter(node.id, self.parameter, node.parameters.get(self.parameter, MISSING))
        parameters = {key: value for key, value in node.parameters.items() if key != self.parameter}
        if self.value is not MISSING:
            parameters[self.parameter] = self.value
        graph.replace_node(replace(node, parameters=parameters))
        return inverse

    def change(self) -> Change:
        return Change(nodes={self.node_id})

    def title(self, graph: Graph) -> str:
        return f"Set {self.parameter} of {graph.node(self.node_id).name}"


@dataclass(frozen=True, slots=True)
class SetProperty(Edit):
    """Sets what the user typed for one property (`engine.properties`); ``MISSING`` takes it back to the default."""

    node_id: str
    name: str
    value: object

    def apply(self, graph: Graph) -> Edit:
        node = graph.node(self.node_id)
        check_parameter(node, self.name, None if self.value is MISSING else self.value)
        inverse = SetProperty(node.id, self.name, node.properties.get(self.name, MISSING))
        properties = {key: value for key, value in node.properties.items() if key != self.name}
        if self.value is not MISSING:
            properties[self.name] = self.value
        graph.replace_node(replace(node, properties=properties))
        return inverse

    def change(self) -> Change:
        return Change(nodes={self.node_id})

    def title(self, graph: Graph) -> str:
        return f"Set {self.name.replace('_', ' ')} of {graph.node(self.node_id).name}"


@dataclass(frozen=True, slots=True)
class RenameNode(Edit):
    """Gives a node another name, which no other node may have."""

    node_id: str
    name: str

    def apply(self, graph: Graph) -> Edit:
        node = graph.node(self.node_id)
        if self.name != node.name:
            check_name(graph, self.name, node.type)
        graph.replace_node(replace(node, name=self.name))
        return RenameNode(node.id, node.name)

    def change(self) -> Change:
        return Change(nodes={self.node_id})

    def title(self, graph: Graph) -> str:
        return f"Rename {graph.node(self.node_id).name} to {self.name}"


@dataclass(frozen=True, slots=True)
class Move(Edit):
    """Puts nodes at other positions on the canvas."""

    positions: Mapping[str, Position]

    def apply(self, graph: Graph) -> Edit:
        before = {node_id: graph.positions[graph.node(node_id).id] for node_id in self.positions}
        for position in self.positions.values():
            check_position(position)
        graph.positions.update(self.positions)
        return Move(before)

    def change(self) -> Change:
        return Change(moved=set(self.positions))

    def title(self, graph: Graph) -> str:
        one = next(iter(self.positions), None)
        return (
            f"Move {graph.node(one).name}" if len(self.positions) == 1 and one else f"Move {len(self.positions)} nodes"
        )


@dataclass(frozen=True, slots=True)
class SetSetting(Edit):
    """Sets one entry of the data or training section, for example ``("training", "optimizer", "lr")``."""

    path: tuple[str, ...]
    value: object

    def apply(self, graph: Graph) -> Edit:
        if len(self.path) < 2 or self.path[0] not in graph.settings:
            raise GraphError(
                f"There is no setting {'.'.join(self.path)!r}; settings begin with 'data.' or 'training.'."
            )
        kept = self.value
        if kept is not MISSING:
            if reason := unstorable((self.path, kept), len(self.path)):
                raise GraphError(f"{'.'.join(self.path)[:80]} cannot be kept: it {reason}.")
            kept = copy.deepcopy(kept)  # the edit keeps its own, whatever is set inside later
        section: dict[str, Any] = graph.settings
        for position, key in enumerate(self.path[:-1]):
            inner = section.get(key, MISSING)
            if inner is MISSING:
                if kept is MISSING:
                    return self
                value: object = kept
                for missing in reversed(self.path[position + 1 :]):
                    value = {missing: value}
                section[key] = value
                return SetSetting(self.path[: position + 1], MISSING)
            if not isinstance(inner, dict):
                raise GraphError(
                    f"The setting {'.'.join(self.path[: position + 1])!r} is a value and holds no entries."
                )
            section = inner
        inverse = SetSetting(self.path, section.get(self.path[-1], MISSING))
        if kept is MISSING:
            section.pop(self.path[-1], None)
        else:
            section[self.path[-1]] = kept
        return inverse

    def change(self) -> Change:
        return Change(settings=True)

    def title(self, graph: Graph) -> str:
        return f"Set {'.'.join(self.path)}"


@dataclass(frozen=True, slots=True)
class RenameGraph(Edit):
    """Gives the network another name."""

    name: str

    def apply(self, graph: Graph) -> Edit:
        if len(self.name) > LONGEST_TITLE or unstorable(self.name):
            raise GraphError(f"A network needs a name of at most {LONGEST_TITLE} characters.")
        inverse = RenameGraph(graph.name)
        graph.name = self.name
        return inverse

    def change(self) -> Change:
        return Change(settings=True)

    def title(self, graph: Graph) -> str:
        return f"Rename the network to {self.name}"


@dataclass(frozen=True, slots=True)
class Compound(Edit):
    """Several edits that count as one step: all are applied, or none."""

    edits: tuple[Edit, ...]
    name: str

    def apply(self, graph: Graph) -> Edit:
        inverses: list[Edit] = []
        with graph.creation.reordering():
            try:
                for edit in self.edits:
                    inverses.append(edit.apply(graph))
            except GraphError:
                for inverse in reversed(inverses):
                    inverse.apply(graph)
                raise
        return Compound(tuple(reversed(inverses)), self.name)

    def change(self) -> Change:
        change = Change()
        for edit in self.edits:
            change.merge(edit.change())
        return change

    def title(self, graph: Graph) -> str:
        return self.name


def remove(graph: Graph, node_ids: set[str]) -> Compound:
    """The edits that delete these nodes with all their wires."""
    nodes = graph.as_created(node_ids & graph.nodes.keys())
    edges = wires_of(graph, set(nodes))
    name = f"Delete {graph.node(nodes[0]).name}" if len(nodes) == 1 else f"Delete {len(nodes)} nodes"
    return Compound((*map(Disconnect, edges), *map(RemoveNode, nodes)), name)


def wires_of(graph: Graph, node_ids: set[str]) -> list[Edge]:
    """The wires that begin or end at one of these nodes, in the order of `Graph.edges`."""
    targets = {edge.target for node_id in node_ids for edge in graph.outgoing[node_id]}
    ends = (graph.incoming[target].values() for target in graph.as_created(targets | node_ids))
    return [edge for edges in ends for edge in edges if edge.source in node_ids or edge.target in node_ids]


def _check_nesting(graph: Graph, node: Node) -> None:
    """A block cannot stand inside itself."""
    if graph.inside is None or not node.type.startswith(PREFIX):
        return
    wanted = node.type.removeprefix(PREFIX)
    if wanted == graph.inside or graph.inside in graph.blocks.uses(wanted):
        name = graph.blocks[graph.inside].name
        raise CycleError(f"{node.name} would put the block {name} inside itself.")
