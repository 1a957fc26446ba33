"""What a network is: nodes with raw parameters, edges between their ports, positions, blocks and settings.

Ids, never pointers. A node stores what the user typed; what it means is `engine.resolve`'s business. A Graph is
changed by the edits of `engine.edits` alone; `add` and `connect` are the same edits for scripts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, KeysView, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.blocks.block import Blocks
from engine.creation import Creation
from engine.errors import CycleError, GraphError
from engine.literals import literal
from engine.ranks import Ranks

if TYPE_CHECKING:
    import networkx as nx

    from engine.frames import Frame

__all__ = ["CycleError", "Edge", "Graph", "GraphError", "Node", "Position", "literal"]

Position = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Node:
    """One layer as drawn: ``parameters`` and ``properties`` hold literals as typed, also wrong ones.

    Parameters are the layer's own; what any node may have (repeat, frozen weights …) is in ``properties``.
    """

    id: str
    type: str
    name: str
    parameters: Mapping[str, object] = field(default_factory=dict, hash=False)
    properties: Mapping[str, object] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Edge:
    """A wire from an output port to an input port, all by id and name."""

    source: str
    source_port: str
    target: str
    target_port: str


class Graph:
    """Nodes, edges, positions and settings of one project.

    ``nodes`` keeps creation order (the order of Inputs and Outputs), ``incoming[node][port]`` is the one edge on an
    input port, ``outgoing[node]`` the edges that leave. ``settings`` holds the raw ``data`` and ``training`` sections.
    ``blocks`` are the definitions of the project, the same for its graph and the graph of every block; ``inside`` is
    the id of the block whose graph this is.
    """

    def __init__(self, name: str = "network") -> None:
        self.name = name
        self.nodes: dict[str, Node] = {}
        self.positions: dict[str, Position] = {}
        self.frames: dict[str, Frame] = {}
        """The comment frames by id, in the order in which they were drawn."""
        self.incoming: dict[str, dict[str, Edge]] = {}
        self.outgoing: dict[str, dict[Edge, None]] = {}
        self.settings: dict[str, dict[str, object]] = {"data": {}, "training": {}}
        self.blocks = Blocks()
        self.inside: str | None = None
        self.wirings = 0
        """How often nodes or wires came or went: while it is the same, so is the wiring."""
        self._names: dict[str, str] = {}
        self._ends: dict[str, str] = {}
        """The BlockOutputs by name: one may be called as a BlockInput is, to which a repeat then hands its value."""
        self.numbers = 0
        """The largest number that an id has been made of."""
        self._untried: dict[str, int] = {}
        """For the stem of a name the number from which on one may be free."""
        self._order: list[str] | None = None
        self.creation = Creation(self.nodes, self._sort_types)
        self._types: dict[str, dict[str, None]] = {}
        """The ids of the nodes of each type, in creation order."""
        self._shares: dict[str, str] = {}
        """The nodes that reuse weights, with the owner they name."""
        self._sharers: dict[str, dict[str, None]] = {}
        self._leaving: dict[str, dict[str, int]] = {}
        """How many wires leave from each output port of a node."""
        self._ranks = Ranks(self._sources, self._targets)

    # -- reading ---------------------------------------------------------------------------------------------------

    @property
    def edges(self) -> Iterator[Edge]:
        """Every edge, grouped by target in creation order of the nodes."""
        self.creation.settle()
        for node_id in self.nodes:
            yield from self.incoming[node_id].values()

    def node(self, node_id: str) -> Node:
        """The node with this id; raises GraphError if there is none."""
        try:
            return self.nodes[node_id]
        except KeyError:
            raise GraphError(f"There is no node with the id {node_id!r}.") from None

    def by_name(self, name: str) -> Node | None:
        """The node with this name; names are unique within a graph, but for a BlockOutput called as a BlockInput."""
        return self.nodes.get(self._names.get(name, self._ends.get(name, "")))

    @property
    def types(self) -> KeysView[str]:
        """The types that there are nodes of."""
        return self._types.keys()

    def of_type(self, *types: str) -> list[Node]:
        """The nodes of one or several types in creation order."""
        self.creation.settle()
        if len(types) == 1:
            return [self.nodes[node_id] for node_id in self._types.get(types[0], ())]
        return [self.nodes[i] for i in self.as_created(i for kind in types for i in self._types.get(kind, ()))]

    def as_created(self, node_ids: Iterable[str]) -> list[str]:
        """These nodes in creation order."""
        return self.creation.sorted(node_ids)

    def index(self, node_id: str) -> int:
        """How many nodes come before this one in creation order."""
        return self.creation.index(node_id)

    def leaving(self, node_id: str) -> KeysView[str]:
        """The output ports of a node that wires leave from."""
        return self._leaving.get(node_id, {}).keys()

    def forked(self, node_id: str) -> tuple[str, ...]:
        """The output ports of a node that several wires leave from."""
        return tuple(port for port, count in self._leaving.get(node_id, {}).items() if count > 1)

    def created(self, node_id: str | None) -> int:
        """A number that rises in creation order; −1 for none, or one that is gone."""
        return -1 if node_id is None else self.creation.of.get(node_id, -1)

    def rank(self, node_id: str) -> float:
        """A number that rises along every wire (another one after other edits)."""
        return self._ranks.of[node_id]

    def reaches(self, start: str, goal: str) -> bool:
        """Whether wires lead from ``start`` to ``goal``; only nodes that rank between them are visited."""
        return self._ranks.leads(start, goal)

    def order(self) -> list[str]:
        """All node ids, sources before targets, ties in creation order (kept until the wiring changes).

        It depends on nodes and edges alone, not on the order in which the wires were drawn: so does the source.
        """
        if self._order is None:
            self.creation.settle()
            missing = {node: len(ports) for node, ports in self.incoming.items()}
            ready = [node for node in reversed(self.nodes) if not missing[node]]
            result: list[str] = []
            while ready:
                node = ready.pop()
                result.append(node)
                targets = self._targets(node)
                for target in sorted(targets, key=self.creation.of.__getitem__, reverse=True):
                    missing[target] -= 1
                    if not missing[target]:
                        ready.append(target)
            self._order = result
        return self._order

    def to_networkx(self) -> nx.MultiDiGraph[str]:
        """The same graph for networkx: see `engine.structure.to_networkx`."""
        from engine.structure.to_networkx import to_networkx

        return to_networkx(self)

    def fresh_id(self) -> str:
        """An id this graph has never used."""
        while True:
            self.numbers += 1
            node_id = f"n{self.numbers}"
            if node_id not in self.nodes:
                return node_id

    def is_free(self, name: str, node_type: str = "") -> bool:
        """Whether a node of this type may have this name."""
        if node_type == "BlockOutput":
            other = self._names.get(name)
            return name not in self._ends and (other is None or self.nodes[other].type == "BlockInput")
        return name not in self._names and (name not in self._ends or node_type == "BlockInput")

    def fresh_name(self, stem: str, node_type: str = "") -> str:
        """``stem`` if it is free, else ``stem`` without its digits and with the next free number."""
        if self.is_free(stem, node_type):
            return stem
        base = stem.rstrip("0123456789") or stem
        either = node_type in ("BlockInput", "BlockOutput")  # what is free for them may be taken for others
        number = 2 if either else self._untried.get(base, 2)
        while not self.is_free(f"{base}{number}", node_type):
            number += 1
        if not either:
            self._untried[base] = number
        return f"{base}{number}"

    def copy(self) -> Graph:
        """An independent copy with its blocks; nodes and edges are immutable and shared."""
        if self.inside is not None:
            return self.blocks.copy()[self.inside].graph
        other = self.alone()
        other.blocks = self.blocks.copy()
        return other

    def alone(self) -> Graph:
        """A copy of this graph that is in no project: without definitions of blocks."""
        import copy

        self.creation.settle()
        other = Graph(self.name)
        other.nodes, other.positions = dict(self.nodes), dict(self.positions)
        other.frames = dict(self.frames)
        other.incoming = {node: dict(ports) for node, ports in self.incoming.items()}
        other.outgoing = {node: dict(edges) for node, edges in self.outgoing.items()}
        other.settings = copy.deepcopy(self.settings)
        other._names, other._ends = dict(self._names), dict(self._ends)
        other.numbers, other.wirings = self.numbers, self.wirings
        other.creation = self.creation.copy(other.nodes, other._sort_types)
        other._types = {kind: dict(nodes) for kind, nodes in self._types.items()}
        other._leaving = {node: dict(ports) for node, ports in self._leaving.items()}
        other._shares, other._sharers = dict(self._shares), {who: dict(ids) for who, ids in self._sharers.items()}
        other._ranks = self._ranks.copy(other._sources, other._targets)
        return other

    @property
    def sharing(self) -> Mapping[str, str]:
        """The nodes that reuse weights, each with the id of the owner it names (which may be gone)."""
        return self._shares

    def sharers(self, node_id: str) -> list[str]:
        """The nodes that reuse the weights of this one."""
        return list(self._sharers.get(node_id, ()))

    def shared(self, node_id: str) -> bool:
        """Whether other nodes reuse the weights of this one."""
        return node_id in self._sharers

    # -- building, for scripts -------------------------------------------------------------------------------------

    def add(
        self, node_type: str, *, name: str | None = None, position: Position | None = None, **parameters: object
    ) -> str:
        """Add a layer or a block and return its id. Raises GraphError for an unknown type, a taken or an empty name.

        What is not a parameter of the layer but a property of any node (``repeat``, ``frozen`` …) becomes one.
        """
        from engine.edits import AddNode
        from engine.properties import Properties
        from engine.resolve import layer_class

        block = self.blocks.by_name(node_type)
        cls = layer_class(node_type if block is None else block.type, self.blocks)
        own = {k: v for k, v in parameters.items() if k in cls.model_fields or k not in Properties.model_fields}
        rest = {key: item for key, item in parameters.items() if key not in own}
        name = name or self.fresh_name(cls.stem())
        node = Node(self.fresh_id(), cls.type_name(), name, literal(own), literal(rest))
        AddNode(node, position or (0.0, 96.0 * len(self.nodes))).apply(self)
        return node.id

    def define(self, name: str, *, help: str = "", **parameters: object) -> Graph:
        """Define a block with these parameters and their defaults; returns its graph, still empty, to be built.

        Raises BlockError for a name or parameter that cannot stand.
        """
        from engine.blocks.defining import define

        return define(self, name, help, parameters)

    def connect(
        self, source_node: str, target_node: str, *, source: int | str = 0, target: int | str | None = None
    ) -> Edge:
        """Wire two nodes: ports by index or name, by default the first output to the first free input.

        The ports of a block have the names of its BlockInputs and BlockOutputs.

        Raises GraphError where there is no such or no free port, CycleError where the wire would close a circle.
        """
        from engine.edits import Connect
        from engine.ports import edge_between

        edge = edge_between(self, source_node, target_node, source, target)
        Connect(edge).apply(self)
        return edge

    # -- the primitives that edits are made of ---------------------------------------------------------------------

    def insert_node(self, node: Node, position: Position, index: int | None = None) -> None:
        """Put a node in (used by edits)."""
        self.creation.enter(node.id)
        self.nodes[node.id] = node
        self.incoming[node.id] = {}
        self.outgoing[node.id] = {}
        self.positions[node.id] = position
        self._ranks.of[node.id] = 0.0
        self._enter(node)
        if index is not None and index < len(self.nodes) - 1:  # back to its old index in creation order
            self.creation.put_back(node.id, index)
        if node.id[0] == "n" and node.id[1:].isdecimal() and len(node.id) < 12:
            self.numbers = max(self.numbers, int(node.id[1:]))
        self._touch(wiring=True)

    def _sort_types(self, moved: set[str]) -> None:
        for kind in {self.nodes[node_id].type for node_id in moved}:
            self._types[kind] = dict.fromkeys(self.creation.sorted(self._types[kind]))

    def replace_node(self, node: Node) -> None:
        """Put another version of a node in its place (used by edits)."""
        self._leave(self.nodes[node.id], node)
        self.nodes[node.id] = node
        self._enter(node)
        self._touch(wiring=False)

    def delete_node(self, node_id: str) -> None:
        """Take a node without wires out (used by edits)."""
        self.creation.settle()
        self._leave(self.nodes[node_id])
        for known in (self.nodes, self.positions, self.incoming, self.outgoing, self.creation.of, self._ranks.of):
            del known[node_id]
        self._leaving.pop(node_id, None)
        self._touch(wiring=True)

    def insert_edge(self, edge: Edge) -> None:
        """Put an edge in (used by edits)."""
        self.incoming[edge.target][edge.target_port] = edge
        self.outgoing[edge.source][edge] = None
        ports = self._leaving.setdefault(edge.source, {})
        ports[edge.source_port] = ports.get(edge.source_port, 0) + 1
        self._touch(wiring=True)
        if not self._ranks.wire(edge.source, edge.target):
            self._ranks.of.update((node_id, float(rank)) for rank, node_id in enumerate(self.order()))

    def delete_edge(self, edge: Edge) -> None:
        """Take an edge out (used by edits)."""
        del self.incoming[edge.target][edge.target_port]
        del self.outgoing[edge.source][edge]
        ports = self._leaving[edge.source]
        ports[edge.source_port] -= 1
        if not ports[edge.source_port]:
            del ports[edge.source_port]
        self._touch(wiring=True)

    def _named(self, node: Node) -> dict[str, str]:
        """The names among which that of a node is."""
        return self._ends if node.type == "BlockOutput" else self._names

    # -- what is known by name, type and owner ---------------------------------------------------------------------

    def _enter(self, node: Node) -> None:
        self._named(node)[node.name] = node.id
        same = self._types.setdefault(node.type, {})
        if node.id not in same:
            last = next(reversed(same), None)
            same[node.id] = None
            if last is not None and self.creation.of[last] > self.creation.of[node.id]:
                self._types[node.type] = dict.fromkeys(self.as_created(same))
        owner = node.properties.get("weights_of") if node.properties else None
        if isinstance(owner, str):
            self._shares[node.id] = owner
            self._sharers.setdefault(owner, {})[node.id] = None

    def _leave(self, node: Node, successor: Node | None = None) -> None:
        """Forget a node; a ``successor`` of the same type keeps its place among them."""
        del self._named(node)[node.name]
        base = node.name.rstrip("0123456789")
        if base in self._untried and (number := node.name[len(base) :]):
            self._untried[base] = min(self._untried[base], max(2, int(number)))
        elif not base:
            self._untried.clear()
        if successor is None or successor.type != node.type:
            del self._types[node.type][node.id]
            if not self._types[node.type]:
                del self._types[node.type]
        if (owner := self._shares.pop(node.id, None)) is not None:
            del self._sharers[owner][node.id]
            if not self._sharers[owner]:
                del self._sharers[owner]

    def _sources(self, node_id: str) -> Iterator[str]:
        return (edge.source for edge in self.incoming[node_id].values())

    def _targets(self, node_id: str) -> Iterator[str]:
        return (edge.target for edge in self.outgoing[node_id])

    def _touch(self, *, wiring: bool) -> None:
        if wiring:
            self._order = None
            self.wirings += 1
        if self.inside is not None:
            self.blocks.touch(self.inside)
