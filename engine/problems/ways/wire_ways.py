"""Fixes of missing, hanging and superfluous wires, and what deleting would do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from engine import ports
from engine.drawing import along, turned
from engine.edits import AddNode, Connect, Disconnect, Edit, SetParameter
from engine.graph import Edge, Graph
from engine.live_nodes import ENDS
from engine.losses import USUAL, suiting
from engine.problems.looking import above, below, kind_of
from engine.problems.ways.fault_site import FaultSite, Way
from engine.problems.ways.field_ways import known_fields

NEAREST = 12
"""How many sources for a wire are tried."""
FEW = 2
"""How many layers before the guilty one are taken out, each by itself."""


def obvious(site: FaultSite) -> Iterator[Way | None]:
    """A wire from the layer before: one whose result nothing uses, else one that stands above or came before."""
    port = site.problem.port
    if port is None or site.node is None:
        return
    if port == "indices":
        for node in list(site.graph.nodes.values()):
            kind = kind_of(site.graph, node.id)
            gives = kind.sees == "window" and "return_indices" in kind.model_fields
            if gives and node.id in above(site.graph, site.id):
                edits = (
                    SetParameter(node.id, "return_indices", True),
                    Connect(Edge(node.id, "indices", site.id, port)),
                )
                yield Way(f"Take the indices of {node.name}", edits)
    for source, output in sources(site.graph, site.id)[:NEAREST]:
        yield site.wire(source, output, port)
    if not site.graph.of_type("Input") and not site.graph.of_type("BlockInput"):
        yield from start(site)


def sources(graph: Graph, node_id: str) -> list[tuple[str, str]]:
    """(node, port) of every output that could feed a node: unused ones first, then by how near they stand above it.

    What a join has already comes last: a value less itself is 0.
    """
    later, joins = below(graph, node_id) | {node_id}, kind_of(graph, node_id).joins_elementwise
    x, y = turned(graph, graph.positions[node_id])
    order = {other: index for index, other in enumerate(graph.nodes)}
    found = []
    for other in graph.nodes:
        if other in later:
            continue
        used = {edge.source_port for edge in graph.outgoing[other]}
        for output in ports.output_ports(graph, other):
            ox, oy = turned(graph, graph.positions[other])
            distance = abs(ox - x) + abs(oy - y) + (2_000 if oy > y else 0)
            behind = order[other] > order[node_id]
            free = not used
            again = joins and any(edge.source == other for edge in graph.incoming[node_id].values())
            found.append(((again, not free, bool(output in used), behind, distance), (other, output)))
    return [pair for _, pair in sorted(found)]


def optional_input(site: FaultSite) -> Iterator[Way | None]:
    """A second wire is missing where one value would do: hand the first one on."""
    wires = site.wires()
    if site.kind.joins_elementwise and not site.kind.inputs[0].many and len(wires) == 1:
        yield site.remove()


def other_port(site: FaultSite) -> Iterator[Way | None]:
    """The wire on a port that there is, or the parameter that brings the port back."""
    name, node = site.problem.port, site.node
    if name is None or node is None:
        return
    graph = site.graph
    if name == "indices":
        yield site.set(return_indices=True)
    edge = graph.incoming[node.id].get(name)
    if edge is not None:
        entry = ports.free_input(graph, node.id)
        if entry is not None and entry != name:
            moved = Edge(edge.source, edge.source_port, node.id, entry)
            yield Way(f"Lead the wire to {entry}", (Disconnect(edge), Connect(moved)))
        yield site.cut(edge, label="Delete the wire")
    leaving = [edge for edge in graph.outgoing[node.id] if edge.source_port == name]
    layer = site.layer
    if leaving and layer is not None:
        for port in layer.output_ports():
            edits: list[Edit] = []
            for edge in leaving:
                edits += [Disconnect(edge), Connect(Edge(node.id, port.name, edge.target, edge.target_port))]
            yield Way(f"Take {port.name} instead", tuple(edits))
    if leaving:
        yield site.cut(*leaving, label="Delete the wire" if len(leaving) == 1 else "Delete the wires")


def without_optional(site: FaultSite) -> Iterator[Way | None]:
    """An optional input that does not fit, left out."""
    edge, layer = site.edge(), site.layer
    if edge is None or layer is None:
        return
    optional = {port.name for port in layer.input_ports() if port.optional}
    for wire in [edge, *site.wires()]:
        if wire.target_port in optional:
            yield site.cut(wire, label=f"Take the wire off {wire.target_port}")
    several = [wire for wire in site.wires() if wire.target_port in optional]
    if len(several) > 1:
        yield site.cut(*several, label=f"Take the wires off {', '.join(wire.target_port for wire in several)}")


def somewhere(site: FaultSite) -> Iterator[Way | None]:
    """A result that nothing uses: an input that waits for one, a layer that joins, or an answer of its own."""
    graph, node, port = site.graph, site.node, site.problem.port
    if node is None or port is None:
        return
    before = above(graph, node.id)
    for other in graph.nodes.values():
        if other.id in before or other.id == node.id:
            continue
        layer = site.report.layer(other.id)
        for entry in layer.input_ports() if layer is not None else ():
            name = entry.name if not entry.many else ports.free_input(graph, other.id)
            waits = name is not None and name not in graph.incoming[other.id]
            if waits and not entry.optional and (not entry.many or graph.incoming[other.id]):
                edge = Edge(node.id, port, other.id, name or "")
                gate = kind_of(graph, other.id).numbers == "multiplied"
                yield Way(f"Wire it to {other.name}", (Connect(edge),), repeats=gate)
    yield from _around(site)
    if node.type in ("Input", "BlockInput"):
        return
    kind = "BlockOutput" if graph.inside is not None else "Output"
    parameters = {} if graph.inside is not None or not graph.of_type("Output") else {"loss": None}
    edge = Edge(node.id, port, "", "")
    label = "Add an Output for it" if graph.inside is None else "Make it an output of the block"
    yield site.add(kind, parameters, edge, label=label)
    spec = site.report.spec(node.id, port)
    for end in graph.of_type("Output"):
        last = next(iter(graph.incoming[end.id].values()), None)
        if spec is not None and last is not None and last.source not in below(graph, node.id):
            yield _joined(site, Edge(node.id, port, "", ""), last)


def _around(site: FaultSite) -> Iterator[Way | None]:
    """Layers that read what came before the guilty one, past it: let them read its result."""
    graph, node, port = site.graph, site.node, site.problem.port
    wires = site.wires()
    if node is None or port is None or len(wires) != 1:
        return
    first = wires[0]  # of the chain that nothing uses
    while len(graph.outgoing[first.source]) == 1 and len(graph.incoming[first.source]) == 1:
        first = next(iter(graph.incoming[first.source].values()))
    past = [e for e in graph.outgoing[first.source] if e.source_port == first.source_port and e.target != first.target]
    for edge in past:
        target = graph.nodes[edge.target].name
        name = f"Let {target} read it instead of {graph.nodes[first.source].name}"
        yield site.rewire(edge, node.id, port, name)


def _joined(site: FaultSite, branch: Edge, trunk: Edge) -> Way | None:
    """Put an Add of both into a wire."""
    way = site.insert(trunk, ("Add", {}), label=f"Add it to {site.graph.nodes[trunk.source].name}")
    if way is None:
        return None
    return Way(way.label, (*way.edits, Connect(Edge(branch.source, branch.source_port, way.made[0], "x1"))), way.made)


def right_end(site: FaultSite) -> Iterator[Way | None]:
    """Inputs and Outputs of a network, or of a block."""
    node = site.node
    if node is None:
        return
    kind = node.type.removeprefix("Block") if site.graph.inside is None else f"Block{node.type}"
    yield site.exchange(kind, dict(site.cls(kind).initial) if kind == "Input" else {}, f"Change to {kind}")


def start(site: FaultSite) -> Iterator[Way | None]:
    """An Input before the first layer that waits for something."""
    graph = site.graph
    for node in graph.nodes.values():
        if node.type == "Input" or graph.incoming[node.id]:
            continue
        entry = ports.free_input(graph, node.id)
        if entry is None:
            continue
        shapes = [field.shape for field in known_fields(site.project).values() if field.role == "input"]
        for shape in [*shapes, (1, 28, 28), (784,)]:
            new = site.fresh("Input", {"shape": shape})
            before = along(graph, graph.positions[node.id], -1)
            edits = (AddNode(new, before), Connect(Edge(new.id, "output", node.id, entry)))
            size = " × ".join(map(str, shape))
            yield Way(f"Add an Input of {size} before {node.name}", edits, (new.id,), shown=new.id)
        return


def end(site: FaultSite) -> Iterator[Way | None]:
    """An Output after the last layer."""
    graph = site.graph
    order = graph.order()
    for node_id in reversed(order):
        outputs = ports.output_ports(graph, node_id)
        if outputs and not graph.outgoing[node_id] and graph.nodes[node_id].type not in ENDS:
            edge = Edge(node_id, outputs[0], "", "")
            field = next((f for f in known_fields(site.project).values() if f.role == "target"), None)
            labels, numbers = suiting("labels")[0], suiting("numbers")[0]
            wanted = labels if field is None or field.classes else numbers
            name = graph.nodes[node_id].name
            for loss in (wanted, labels, numbers):
                label = f"Add an Output after {name}"
                yield site.add("Output", {} if loss == USUAL else {"loss": loss}, edge, label=label)


def removal(site: FaultSite) -> Iterator[Way | None]:
    """Delete the guilty node; of a branch that leads nowhere, all of it."""
    node = site.node
    if node is None:
        return
    needed = node.type == "Input" or (node.type == "Output" and len(site.graph.of_type("Output")) < 2)
    if needed and site.problem.code not in ("unused", "misplaced"):
        return
    if site.problem.code == "unused":
        branch = {node.id}
        for other in reversed(site.graph.order()):
            targets = {edge.target for edge in site.graph.outgoing[other]}
            if other not in branch and targets and targets <= branch and site.graph.nodes[other].type != "Input":
                branch.add(other)
        if len(branch) > 1:
            yield site.remove(*branch, label=f"Remove {node.name} and what leads to it alone")
    yield site.remove(node.id)


def without_others(site: FaultSite) -> Iterator[Way | None]:
    """The last that is left: without the block that the fault is in, or without a layer right before."""
    outer = site.outer()
    if outer.node is None:
        return
    if site.path:
        yield _outside(outer.remove())
    for edge in outer.wires():
        for _ in range(FEW):
            before = list(site.project.incoming[edge.source].values())
            if len(before) != 1:
                break
            yield _outside(outer.remove(edge.source))
            edge = before[0]


def _outside(way: Way) -> Way:
    return replace(way, outside=True)
