"""The node a problem is about, and the words to say a fix in: set, insert, exchange, rewire, add, remove."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from engine.blocks.block_edits import within
from engine.blocks.use import Inside, Use
from engine.drawing import FURTHER, along, direction, turned
from engine.edits import (
    MISSING,
    AddNode,
    Compound,
    Connect,
    Disconnect,
    Edit,
    Move,
    RemoveNode,
    SetParameter,
    wires_of,
)
from engine.graph import Edge, Graph, GraphError, Node
from engine.layers.layer import Layer, ShapeError
from engine.literals import literal
from engine.problems.looking import below, kind_of
from engine.problems.problem import Problem
from engine.problems.trial import Trial
from engine.problems.ways.values import listed, number, shown, typed
from engine.resolve import layer_class
from engine.shapes import Report
from engine.spec import Spec, shape_text

Step = tuple[str, Mapping[str, object]]
"""A layer to be inserted: (type, parameters)."""


@dataclass(frozen=True, slots=True)
class Way:
    """A fix not tried yet; ``made`` are the ids of the nodes it adds, ``keeps`` is False if it gives up a part."""

    label: str
    edits: Sequence[Edit]
    made: tuple[str, ...] = ()
    keeps: bool | None = None
    shown: str | None = None
    """The node whose result is shown, where it is not the guilty one."""
    repeats: bool = False
    """Whether one value may be repeated to the size of another: a gate, one number a channel, is meant so."""
    spares: bool = False
    """Whether all that it takes away is a layer without weights that has no effect, or none that is wanted."""
    outside: bool = False
    """Whether these are edits of the network, although the fault is inside a block."""


@dataclass(slots=True)
class FaultSite:
    """The guilty node in the graph it stands in: the network, or a block as it is used there (``path`` leads to it)."""

    problem: Problem
    graph: Graph
    report: Report
    trial: Trial
    node: Node | None
    path: tuple[str, ...] = ()
    taken: set[str] = field(default_factory=set)

    # -- what is there ---------------------------------------------------------------------------------------------

    @property
    def project(self) -> Graph:
        """The network."""
        return self.trial.graph

    @property
    def id(self) -> str:
        """The id of the guilty node."""
        assert self.node is not None
        return self.node.id

    @property
    def layer(self) -> Layer | None:
        """The guilty node's layer, if its parameters make one."""
        return self.report.layer(self.id)

    @property
    def kind(self) -> type[Layer]:
        """The class of the guilty node's layer, whether its parameters make one or not."""
        return Layer if self.node is None else kind_of(self.graph, self.id)

    @property
    def message(self) -> str:
        """What the problem says."""
        return self.problem.message

    def edge(self, port: str | None = None) -> Edge | None:
        """The wire on the guilty port, or on this one; the only wire where no port is named."""
        wires = self.graph.incoming[self.id]
        error = self.report.errors.get(self.id)
        name = port or self.problem.port or (error.port if error is not None else None)
        if name in wires:
            return wires[name]
        return next(iter(wires.values())) if len(wires) == 1 or (name is None and wires) else None

    def spec(self, edge: Edge | None) -> Spec | None:
        """What flows along a wire."""
        return None if edge is None else self.report.spec(edge.source, edge.source_port)

    def wires(self) -> list[Edge]:
        """The wires into the guilty node, in the order of its ports."""
        layer = self.layer
        incoming = self.graph.incoming[self.id]
        order = [port.name for port in layer.input_ports()] if layer is not None else []
        key = {name: index for index, name in enumerate(order)}
        return sorted(
            incoming.values(),
            key=lambda e: (key.get(e.target_port, 99), len(e.target_port), e.target_port),
        )

    def value(self, name: str, node: Node | None = None) -> object:
        """What a parameter of a node is, as its layer has it."""
        layer = self.report.layer((node or self.node).id)  # type: ignore[union-attr]
        return getattr(layer, name, None)

    def integer(self, name: str) -> int:
        """A parameter of the guilty node's layer that is one integer."""
        value = self.value(name)
        assert isinstance(value, int)
        return value

    def integers(self, name: str) -> tuple[int, ...]:
        """A parameter of the guilty node's layer that is one integer or a list of them."""
        value = self.value(name)
        return value if isinstance(value, tuple) else (self.integer(name),)

    def cls(self, node_type: str) -> type[Layer]:
        """The class of a layer."""
        return layer_class(node_type, self.graph.blocks)

    # -- ways ------------------------------------------------------------------------------------------------------

    def set(
        self,
        many: Mapping[str, object] | None = None,
        /,
        *,
        of: str | None = None,
        label: str | None = None,
        **named: object,
    ) -> Way:
        """Set parameters of the guilty node, or ``of`` another one."""
        node, values = self.graph.node(of or self.id), {**(many or {}), **named}
        whose = f" of {node.name}" if self.node is None or node.id != self.id else ""
        parts = [
            f"{name}{'' if index else whose} to {shown(value)}" for index, (name, value) in enumerate(values.items())
        ]
        text = label or f"Set {listed(parts)}"
        return Way(text, tuple(SetParameter(node.id, name, literal(value)) for name, value in values.items()))

    def reset(self, *names: str) -> Way:
        """Take parameters back to what a new node has."""
        node = self.graph.node(self.id)
        initial = self.cls(node.type).initial
        edits = [SetParameter(node.id, name, literal(initial.get(name, MISSING))) for name in names]
        to = " to its default"
        if len(names) == 1:
            info = self.cls(node.type).model_fields.get(names[0])
            if names[0] in initial:
                to = f" to {shown(literal(initial[names[0]]))}"
            elif info is not None and not info.is_required():
                to = f" to {shown(info.default)}"
        return Way(f"Set {listed(list(names))}{to}", tuple(edits))

    def insert(
        self,
        edge: Edge | None,
        *steps: Step,
        label: str | None = None,
        after: bool = False,
        taken: Iterable[str] = (),
    ) -> Way | None:
        """Put layers into a wire, one after the other; ``after`` shows what they give, not the guilty one.

        Names that are ``taken`` are those of other new layers.
        """
        if edge is None:
            return None
        self.taken = set(taken)
        nodes = [self.fresh(kind, parameters) for kind, parameters in steps]
        ends = [(edge.source, edge.source_port)]
        edits: list[Edit] = [Disconnect(edge)]
        positions, moves = self._room(edge, len(nodes))
        for node, position in zip(nodes, positions, strict=True):
            edits.append(AddNode(node, position))
            ports = self.cls(node.type)
            edits.append(Connect(Edge(*ends[-1], node.id, _entry(ports))))
            ends.append((node.id, ports.outputs[0].name))
        edits.append(Connect(Edge(*ends[-1], edge.target, edge.target_port)))
        if moves:
            edits.append(Move(moves))
        text = label or f"Insert {' and '.join(self.titled(node) for node in nodes)}"
        made = tuple(node.id for node in nodes)
        return Way(text, tuple(edits), made, shown=made[-1] if after else None)

    def titled(self, node: Node) -> str:
        """A new layer in a label, with what tells it from others of its kind."""
        given = ", ".join(shown(value) for value in node.parameters.values())
        return f"{node.type}({given})" if given and len(given) <= 24 else node.type

    def exchange(self, kind: str, parameters: Mapping[str, object], label: str | None = None) -> Way:
        """Make the guilty node a layer of another kind, with the same name, wires and id."""
        return self.exchanged(self.graph.node(self.id), kind, parameters, label)

    def exchanged(
        self, node: Node, kind: str, parameters: Mapping[str, object], label: str | None = None, leaving: str = ""
    ) -> Way:
        """The same for any node; ``leaving`` is the port its wires leave from then, if it is another."""
        graph = self.graph
        cls = self.cls(kind)
        new = Node(node.id, cls.type_name(), node.name, literal(dict(parameters)), dict(node.properties))
        wires = [*graph.incoming[node.id].values(), *graph.outgoing[node.id]]
        index = graph.index(node.id)
        ports = {port.name for port in cls.inputs}
        fit = {edge: edge for edge in wires}
        if leaving:
            out = graph.outgoing[node.id]
            fit |= {edge: Edge(node.id, leaving, edge.target, edge.target_port) for edge in out}
        if len(graph.incoming[node.id]) == 1 and len(cls.inputs) == 1 and not cls.inputs[0].many:
            (only,) = graph.incoming[node.id].values()
            if only.target_port not in ports:
                fit[only] = Edge(only.source, only.source_port, node.id, cls.inputs[0].name)
        edits: list[Edit] = [*map(Disconnect, wires), RemoveNode(node.id)]
        edits += [AddNode(new, graph.positions[node.id], index), *(Connect(fit[edge]) for edge in wires)]
        return Way(label or f"Change to {self.titled(new)}", tuple(edits))

    def rewire(self, edge: Edge, source: str, port: str = "output", label: str = "") -> Way:
        """Let a wire come from elsewhere."""
        return Way(label, (Disconnect(edge), Connect(Edge(source, port, edge.target, edge.target_port))))

    def cut(self, *edges: Edge, label: str) -> Way:
        """Take wires away."""
        return Way(label, tuple(map(Disconnect, edges)), keeps=False)

    def wire(self, source: str, port: str, target_port: str) -> Way:
        """Draw a wire to the guilty node."""
        return Way(f"Wire {self.graph.node(source).name} to it", (Connect(Edge(source, port, self.id, target_port)),))

    def add(self, kind: str, parameters: Mapping[str, object], source: Edge, *, label: str, name: str = "") -> Way:
        """Put a node below the source of a wire, or beside what is there, and lead it there (its end is not read)."""
        self.taken = set()
        node = self.fresh(kind, parameters, name)
        beside = 1 if self.graph.outgoing[source.source] else 0
        position = along(self.graph, self.graph.positions[source.source], 1, beside)
        edge = Edge(source.source, source.source_port, node.id, self.cls(kind).inputs[0].name)
        return Way(label, (AddNode(node, position), Connect(edge)), (node.id,), shown=node.id)

    def remove(self, *node_ids: str, label: str | None = None) -> Way:
        """Delete nodes; where one has one input wire, that is led on to where its result went."""
        graph, chosen = self.graph, set(node_ids) or {self.id}
        wires = wires_of(graph, chosen)
        led = []
        shown_at = None
        for edge in wires:
            if edge.target not in chosen and (start := self._source(edge, chosen)) is not None:
                led.append(Connect(Edge(start.source, start.source_port, edge.target, edge.target_port)))
                shown_at = start.source
        nodes = graph.as_created(chosen)
        edits: list[Edit] = [*map(Disconnect, wires), *map(RemoveNode, nodes), *led]
        names = listed([graph.nodes[node_id].name for node_id in nodes])
        return Way(label or f"Remove {names}", tuple(edits), keeps=False, shown=shown_at)

    def fresh(self, kind: str, parameters: Mapping[str, object] | None = None, name: str = "") -> Node:
        """A new node with a free id and name."""
        cls = self.cls(kind)
        stem = self.graph.fresh_name(name or cls.stem())
        while stem in self.taken:
            base = stem.rstrip("0123456789")
            stem = f"{base}{int(stem[len(base) :] or 1) + 1}"
        self.taken.add(stem)
        given = {**cls.initial, **(parameters or {})} if parameters is None else dict(parameters)
        return Node(self.graph.fresh_id(), cls.type_name(), stem, literal(given))

    def _source(self, edge: Edge, chosen: Iterable[str]) -> Edge | None:
        """Where the value on a wire comes from once the chosen nodes are gone."""
        while edge.source in chosen:
            before = list(self.graph.incoming[edge.source].values())
            if len(before) != 1:
                return None
            edge = before[0]
        return edge

    def _room(self, edge: Edge, count: int) -> tuple[list[tuple[float, float]], dict[str, tuple[float, float]]]:
        """Positions for so many nodes on a wire, and the moves that make room for them."""
        graph = self.graph
        start, end = graph.positions[edge.source], graph.positions[edge.target]
        row = FURTHER[direction(graph)]
        missing = max(0.0, count + 1 - (turned(graph, end)[1] - turned(graph, start)[1]) / row)
        moves = {}
        if missing:
            for node_id in (edge.target, *below(graph, edge.target)):
                moves[node_id] = along(graph, graph.positions[node_id], missing)
        return [along(graph, end, missing - count + index) for index in range(count)], moves

    def outer(self) -> FaultSite:
        """The node of the network that the problem is said at: for a fault inside a block the one that uses it."""
        node = self.project.nodes.get(self.problem.node or "")
        return FaultSite(self.problem, self.project, self.trial.report, self.trial, node)

    # -- trying ----------------------------------------------------------------------------------------------------

    def whole(self, way: Way) -> Compound:
        """A way as one edit of the graph that the problem was found in."""
        edit = Compound(tuple(way.edits), way.label)
        if way.outside or self.graph is self.project:
            return edit
        return Compound((within(self.graph, edit),), way.label)

    def now(self, trial: Trial) -> Graph | None:
        """The graph of the guilty node as it is in this copy."""
        if self.graph is self.project:
            return trial.graph
        block = trial.graph.blocks.get(self.graph.inside or "")
        return block.graph if block is not None else None

    def result(self, trial: Trial, way: Way) -> str:
        """The shape that the guilty layer gives now; for an end of the network, the shape that reaches it."""
        again = find_site(trial, self.problem)
        report = trial.report if again is None else again.report
        node_id = way.shown or (self.id if self.node is not None else None)
        if node_id is None:
            return ""
        outputs, inputs = report.outputs.get(node_id), report.inputs.get(node_id)
        if outputs:
            return shape_text(next(iter(outputs.values())).shape)
        return shape_text(inputs[0].shape) if inputs else ""


def find_site(trial: Trial, problem: Problem) -> FaultSite | None:
    """The guilty node in the copy; None where it is not there (any more)."""
    graph, report = trial.graph, trial.report
    if problem.node is None:
        return FaultSite(problem, graph, report, trial, None)
    node = graph.nodes.get(problem.node)
    for index, inner in enumerate(problem.inside):
        layer = report.layer(node.id) if node is not None else None
        seen = _guilty(graph, report, layer, problem, index) if isinstance(layer, Use) else None
        if seen is None:
            return None
        graph = trial.graph.blocks[seen.block.id].graph  # what the copy was made of has a graph of its own
        report = seen.report
        node = graph.nodes.get(inner)
    return None if node is None else FaultSite(problem, graph, report, trial, node, problem.inside)


def _guilty(graph: Graph, report: Report, layer: Use, problem: Problem, depth: int) -> Inside | None:
    """The block as that repeat sees it in which the fault is."""
    node_id = problem.inside[depth - 1] if depth else problem.node
    inputs = report.inputs.get(node_id or "")
    if inputs is None:
        return None
    found = None
    try:
        for seen in layer.unfolded(*inputs):
            found = found or seen
            if problem.inside[depth] in seen.report.errors:
                return seen
    except ShapeError:
        return None
    return found


def _entry(cls: type[Layer]) -> str:
    port = cls.inputs[0]
    return f"{port.name}0" if port.many else port.name


__all__ = ["FaultSite", "GraphError", "Step", "Way", "find_site", "listed", "number", "shown", "typed"]
