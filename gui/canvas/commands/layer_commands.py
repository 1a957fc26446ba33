"""What can be done to the network from the canvas, as plain functions: one call is one undo step.

Popup, drop and palette all add layers through `add_layer`. Everything that takes several edits is tried out on a copy
first (`Draft`), so that later edits see what earlier ones did, and then applied as one `Compound`.
"""

from __future__ import annotations

from collections.abc import Iterable

from engine import ports
from engine.edits import AddNode, Compound, Connect, Move, remove
from engine.frames import RemoveFrame
from engine.graph import Edge, Graph, GraphError, Node, Position
from engine.literals import literal
from engine.resolve import layer_class
from gui.canvas.clipboard import Fragment
from gui.canvas.commands.offered_blocks import brought, entry_of, usual
from gui.canvas.draft import Draft, bridge, can_splice, splice
from gui.canvas.geometry import HEIGHT, WIDTH, End, Side, node_size, snap, snap_down
from gui.canvas.layout.flow import flow_of
from gui.canvas.wiring import connect_edits, edge_between
from gui.document import Document

GAP = 22.0
"""The room between a new node and one that stands where it would."""


def add_layer(
    document: Document,
    type_name: str,
    position: Position | None,
    wire_from: End | None = None,
    *,
    after: str | None = None,
    into: Edge | None = None,
) -> str:
    """Add a layer with its initial parameters, select it, and return its id. One undo step.

    A block of a library is copied into the project first; one with states is scanned over time.

    ``position`` is the top left corner. ``wire_from`` is the port a pending wire depends on (an input takes the new
    node's output). ``after`` puts the node behind another one: wired if that one has a free output, spliced into its
    wire if it has just one; ``into`` splices it into a wire. Raises GraphError for an unknown type or a wire the graph
    refuses, and ProjectError for a library's block whose file cannot be read.
    """
    graph = document.graph
    if after is not None and wire_from is None:
        wire_from, position = free_output(graph, after), below(graph, after)
        if wire_from is None and (into := only_wire(graph, after)):
            flow = flow_of(graph)
            x, y = flow.turn(graph.positions[after])
            position = flow.turn((x, y + flow.turn((WIDTH, HEIGHT))[1] + flow.gap))
    draft = Draft(graph)
    if (entry := entry_of(type_name)) is not None:
        edits, type_name = brought(draft.graph, entry)
        for edit in edits.edits:
            draft.do(edit)
    cls, block = layer_class(type_name, draft.graph.blocks), draft.graph.blocks.of_type(type_name)
    name, properties = draft.graph.fresh_name(cls.stem()), {} if block is None else usual(block)
    node = Node(draft.graph.fresh_id(), cls.type_name(), name, literal(cls.initial), literal(properties))
    left, top = position if position is not None else open_position(graph)
    x, y = snap(left), snap(top)
    draft.do(AddNode(node, (x, y) if into is not None else unoccupied(graph, x, y)))  # never on top of another
    title = f"Add {node.name}"
    if wire_from is not None:
        _wire(draft, wire_from, node.id)
    elif into is not None and can_splice(draft.graph, node.id):
        splice(draft, node.id, into)
        title = f"Insert {node.name}"
    document.apply(draft.step(title), title)
    document.select([node.id])
    return node.id


def free_output(graph: Graph, node_id: str) -> End | None:
    """The first output port of a node without a wire."""
    used = {edge.source_port for edge in graph.outgoing[node_id]}
    free = (name for name in ports.output_ports(graph, node_id) if name not in used)
    name = next(free, None)
    return End(node_id, "output", name) if name is not None else None


def only_wire(graph: Graph, node_id: str) -> Edge | None:
    """The wire that leaves a node, where it is in a chain: exactly one does, and no output is free."""
    wires = graph.outgoing[node_id]
    return next(iter(wires)) if len(wires) == 1 and free_output(graph, node_id) is None else None


def below(graph: Graph, node_id: str) -> Position:
    """The first free position behind a node, in line with it."""
    flow = flow_of(graph)
    x, y = flow.turn(graph.positions[node_id])
    counts = len(ports.input_ports(graph, node_id)), len(ports.output_ports(graph, node_id))
    across, along = flow.turn(node_size(*counts, flow=flow))
    usual = flow.turn((WIDTH, HEIGHT))[0]
    return unoccupied(graph, *flow.turn((x + (across - usual) / 2, snap_down(y + along + flow.gap))))


def open_position(graph: Graph) -> Position:
    """A free position behind everything, where none is given."""
    if not graph.positions:
        return 0.0, 0.0
    flow = flow_of(graph)
    return below(graph, max(graph.positions, key=lambda node_id: flow.turn(graph.positions[node_id])[1]))


def unoccupied(graph: Graph, x: float, y: float) -> Position:
    """This position, moved aside until no node's corner is nearer than a node's size."""
    flow = flow_of(graph)
    while any(abs(px - x) < WIDTH and abs(py - y) < HEIGHT for px, py in graph.positions.values()):
        across, along = flow.turn((x, y))
        x, y = flow.turn((snap_down(across + flow.turn((WIDTH, HEIGHT))[0] + GAP), along))
    return x, y


def _wire(draft: Draft, pending: End, node_id: str) -> None:
    """Wire a new node to a pending wire; without a port that could take it, the node stays alone."""
    graph = draft.graph
    if pending.side == "output":
        port = ports.free_input(graph, node_id)
        side: Side = "input"
    else:
        port, side = next(iter(ports.output_ports(graph, node_id)), None), "output"
    if port is not None:
        for edit in connect_edits(graph, edge_between(pending, End(node_id, side, port))):
            draft.do(edit)


def connect(document: Document, edge: Edge, moved: Edge | None = None) -> None:
    """Draw a wire, or move one; one undo step. Raises GraphError if it would close a circle."""
    title = Connect(edge).title(document.graph)
    document.apply(Compound(tuple(connect_edits(document.graph, edge, moved)), title))


# -- the selection -----------------------------------------------------------------------------------------------------


def delete(document: Document, node_ids: Iterable[str]) -> None:
    """Delete nodes with their wires."""
    if chosen := {node_id for node_id in node_ids if node_id in document.graph.nodes}:
        document.apply(remove(document.graph, chosen))


def cut(document: Document, fragment: Fragment) -> None:
    """Delete what a fragment was taken of: nodes with their wires, and frames."""
    graph = document.graph
    gone = remove(graph, {node.id for node in fragment.nodes})
    frames = [frame.id for frame in fragment.frames if frame.id in graph.frames]
    title = gone.name if fragment.nodes else "Cut frame"
    document.apply(Compound((*gone.edits, *map(RemoveFrame, frames)), title))


def delete_and_reconnect(document: Document, node_ids: Iterable[str]) -> str:
    """Delete nodes and close the gaps where that is unambiguous; a sentence about those where it was not, or none."""
    draft, unclear = Draft(document.graph), []
    chosen = [node_id for node_id in document.graph.order() if node_id in set(node_ids)]
    for node_id in chosen:
        name = draft.graph.nodes[node_id].name
        if not bridge(draft, node_id):
            unclear.append(name)
    if chosen:
        what = document.graph.nodes[chosen[0]].name if len(chosen) == 1 else f"{len(chosen)} nodes"
        document.apply(draft.step(f"Delete {what} and reconnect"))
    if not unclear:
        return ""
    return f"{', '.join(unclear[:3])}: not reconnected, for there is not exactly one wire in and one output in use."


def move(document: Document, node_ids: Iterable[str], dx: float, dy: float) -> None:
    """Move nodes by so much."""
    if positions := {node_id: document.graph.positions[node_id] for node_id in node_ids}:
        document.apply(Move({node_id: (x + dx, y + dy) for node_id, (x, y) in positions.items()}))


def connect_selection(document: Document) -> None:
    """Wire the two selected nodes, the one before to the first free input of the one after."""
    graph = document.graph
    flow = flow_of(graph)
    pair = sorted(document.selection, key=lambda node_id: flow.turn(graph.positions[node_id])[1])
    if len(pair) != 2:
        raise GraphError("Select two layers to connect them.")
    outputs, entry = ports.output_ports(graph, pair[0]), ports.free_input(graph, pair[1])
    source, target = (graph.nodes[node_id].name for node_id in pair)
    if not outputs:
        raise GraphError(f"{source} has no output.")
    if entry is None:
        raise GraphError(f"{target} has no free input.")
    free = free_output(graph, pair[0])
    connect(document, Edge(pair[0], free.port if free else outputs[0], pair[1], entry))
