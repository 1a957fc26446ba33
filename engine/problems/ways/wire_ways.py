"""Fixes of missing, hanging and superfluous wires, and what deleting would do."""

from __future__ import annotations

from collections.abc import Iterator

from engine import ports
from engine.edits import AddNode, Connect, Disconnect, Edit, SetParameter
from engine.graph import Edge, Graph
from engine.live_nodes import ENDS
from engine.problems.looking import above, below
from engine.problems.ways.fault_site import ROW, FaultSite, Way
from engine.problems.ways.field_ways import known_fields

NEAREST = 12
"""How many sources for a wire are tried."""


def obvious(place: FaultSite) -> Iterator[Way | None]:
    """A wire from the layer before: one whose result nothing uses, else one that stands above or came before."""
    port = place.problem.port
    if port is None or place.node is None:
        return
    if port == "indices":
        for node in list(place.graph.nodes.values()):
            if node.type.startswith("MaxPool") and node.id in above(place.graph, place.id):
                edits = (
                    SetParameter(node.id, "return_indices", True),
                    Connect(Edge(node.id, "indices", place.id, port)),
                )
                yield Way(f"Take the indices of {node.name}", edits)
    for source, output in sources(place.graph, place.id)[:NEAREST]:
        yield place.wire(source, output, port)
    if not place.graph.of_type("Input") and not place.graph.of_type("BlockInput"):
        yield from start(place)


def sources(graph: Graph, node_id: str) -> list[tuple[str, str]]:
    """(node, port) of every output that could feed a node: unused ones first, then by how near they stand above it."""
    later = below(graph, node_id) | {node_id}
    x, y = graph.positions[node_id]
    order = {other: index for index, other in enumerate(graph.nodes)}
    found = []
    for other in graph.nodes:
        if other in later:
            continue
        used = {edge.source_port for edge in graph.outgoing[other]}
        for output in ports.output_ports(graph, other):
            ox, oy = graph.positions[other]
            distance = abs(ox - x) + abs(oy - y) + (2_000 if oy > y else 0)
            behind = order[other] > order[node_id]
            free = not used
            found.append(((not free, bool(output in used), behind, distance), (other, output)))
    return [pair for _, pair in sorted(found)]


def optional_input(place: FaultSite) -> Iterator[Way | None]:
    """A second wire is missing where one value would do: hand the first one on."""
    wires = place.wires()
    if place.node is not None and place.node.type in ("Subtract", "Divide", "Maximum") and len(wires) == 1:
        yield place.remove()


def other_port(place: FaultSite) -> Iterator[Way | None]:
    """The wire on a port that there is, or the parameter that brings the port back."""
    name, node = place.problem.port, place.node
    if name is None or node is None:
        return
    graph = place.graph
    if name == "indices":
        yield place.set(return_indices=True)
    edge = graph.incoming[node.id].get(name)
    if edge is not None:
        entry = ports.free_input(graph, node.id)
        if entry is not None and entry != name:
            moved = Edge(edge.source, edge.source_port, node.id, entry)
            yield Way(f"Lead the wire to {entry}", (Disconnect(edge), Connect(moved)))
        yield place.cut(edge, label="Delete the wire")
    leaving = [edge for edge in graph.outgoing[node.id] if edge.source_port == name]
    layer = place.layer
    if leaving and layer is not None:
        for port in layer.output_ports():
            edits: list[Edit] = []
            for edge in leaving:
                edits += [Disconnect(edge), Connect(Edge(node.id, port.name, edge.target, edge.target_port))]
            yield Way(f"Take {port.name} instead", tuple(edits))
    if leaving:
        yield place.cut(*leaving, label="Delete the wire" if len(leaving) == 1 else "Delete the wires")


def without_optional(place: FaultSite) -> Iterator[Way | None]:
    """An optional input that does not fit, left out."""
    edge, layer = place.edge(), place.layer
    if edge is None or layer is None:
        return
    optional = {port.name for port in layer.input_ports() if port.optional}
    for wire in [edge, *place.wires()]:
        if wire.target_port in optional:
            yield place.cut(wire, label=f"Take the wire off {wire.target_port}")
    several = [wire for wire in place.wires() if wire.target_port in optional]
    if len(several) > 1:
        yield place.cut(*several, label=f"Take the wires off {', '.join(wire.target_port for wire in several)}")


def somewhere(place: FaultSite) -> Iterator[Way | None]:
    """A result that nothing uses: an input that waits for one, a layer that joins, or an answer of its own."""
    graph, node, port = place.graph, place.node, place.problem.port
    if node is None or port is None:
        return
    before = above(graph, node.id)
    for other in graph.nodes.values():
        if other.id in before or other.id == node.id:
            continue
        layer = place.report.layer(other.id)
        for entry in layer.input_ports() if layer is not None else ():
            name = entry.name if not entry.many else ports.free_input(graph, other.id)
            waits = name is not None and name not in graph.incoming[other.id]
            if waits and not entry.optional and (not entry.many or graph.incoming[other.id]):
                edge = Edge(node.id, port, other.id, name or "")
                yield Way(f"Wire it to {other.name}", (Connect(edge),))
    if node.type in ("Input", "BlockInput"):
        return
    kind = "BlockOutput" if graph.inside is not None else "Output"
    parameters = {} if graph.inside is not None or not graph.of_type("Output") else {"loss": None}
    edge = Edge(node.id, port, "", "")
    label = "Add an Output for it" if graph.inside is None else "Make it an output of the block"
    yield place.add(kind, parameters, edge, label=label)
    spec = place.report.spec(node.id, port)
    for end in graph.of_type("Output"):
        last = next(iter(graph.incoming[end.id].values()), None)
        if spec is not None and last is not None and last.source not in below(graph, node.id):
            yield _joined(place, Edge(node.id, port, "", ""), last)


def _joined(place: FaultSite, branch: Edge, trunk: Edge) -> Way | None:
    """Put an Add of both into a wire."""
    way = place.insert(trunk, ("Add", {}), label=f"Add it to {place.graph.nodes[trunk.source].name}")
    if way is None:
        return None
    return Way(way.label, (*way.edits, Connect(Edge(branch.source, branch.source_port, way.made[0], "x1"))), way.made)


def right_end(place: FaultSite) -> Iterator[Way | None]:
    """Inputs and Outputs of a network, or of a block."""
    node = place.node
    if node is None:
        return
    kind = node.type.removeprefix("Block") if place.graph.inside is None else f"Block{node.type}"
    yield place.exchange(kind, dict(place.cls(kind).initial) if kind == "Input" else {}, f"Change to {kind}")


def start(place: FaultSite) -> Iterator[Way | None]:
    """An Input before the first layer that waits for something."""
    graph = place.graph
    for node in graph.nodes.values():
        if node.type == "Input" or graph.incoming[node.id]:
            continue
        entry = ports.free_input(graph, node.id)
        if entry is None:
            continue
        shapes = [field.shape for field in known_fields(place.project).values() if field.role == "input"]
        for shape in [*shapes, (1, 28, 28), (784,)]:
            new = place.fresh("Input", {"shape": shape})
            x, y = graph.positions[node.id]
            edits = (AddNode(new, (x, y - ROW)), Connect(Edge(new.id, "output", node.id, entry)))
            size = " × ".join(map(str, shape))
            yield Way(f"Add an Input of {size} before {node.name}", edits, (new.id,), shown=new.id)
        return


def end(place: FaultSite) -> Iterator[Way | None]:
    """An Output behind the last layer."""
    graph = place.graph
    order = graph.order()
    for node_id in reversed(order):
        outputs = ports.output_ports(graph, node_id)
        if outputs and not graph.outgoing[node_id] and graph.nodes[node_id].type not in ENDS:
            edge = Edge(node_id, outputs[0], "", "")
            field = next((f for f in known_fields(place.project).values() if f.role == "target"), None)
            losses = ["cross_entropy"] if field is None or field.classes else ["mse_loss"]
            name = graph.nodes[node_id].name
            for loss in (*losses, "cross_entropy", "mse_loss"):
                label = f"Add an Output behind {name}"
                yield place.add("Output", {} if loss == "cross_entropy" else {"loss": loss}, edge, label=label)


def removal(place: FaultSite) -> Iterator[Way | None]:
    """Delete the guilty node; of a branch that leads nowhere, all of it."""
    node = place.node
    if node is None or (node.type in ("Input", "Output") and place.problem.code not in ("unused", "misplaced")):
        return
    if place.problem.code == "unused":
        branch = {node.id}
        for other in reversed(place.graph.order()):
            targets = {edge.target for edge in place.graph.outgoing[other]}
            if other not in branch and targets and targets <= branch and place.graph.nodes[other].type != "Input":
                branch.add(other)
        if len(branch) > 1:
            yield place.remove(*branch, label=f"Remove {node.name} and what leads to it alone")
    yield place.remove(node.id)
