"""Several edits as one step: tried out on a copy first, so that later ones see what earlier ones did."""

from __future__ import annotations

from engine import ports
from engine.edits import Compound, Connect, Disconnect, Edit, Move, RemoveNode
from engine.graph import Edge, Graph, Position
from gui.canvas.geometry import HEIGHT, WIDTH, End, snap_down
from gui.canvas.layout.flow import flow_of
from gui.canvas.wiring import unreachable


class Draft:
    """Edits tried out on a copy of the graph, to be applied as one step."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph.copy()
        self.edits: list[Edit] = []

    def do(self, edit: Edit) -> None:
        """Apply an edit to the copy and keep it; raises GraphError if it is refused."""
        edit.apply(self.graph)
        self.edits.append(edit)

    def step(self, title: str) -> Edit:
        """All edits as one."""
        return Compound(tuple(self.edits), title)


def can_splice(graph: Graph, node_id: str) -> bool:
    """Whether a node has no wires yet, and an input and an output to be put into one."""
    alone = not graph.incoming[node_id] and not graph.outgoing[node_id]
    return alone and ports.free_input(graph, node_id) is not None and bool(ports.output_ports(graph, node_id))


def splice(draft: Draft, node_id: str, edge: Edge) -> None:
    """Put a node into a wire; what follows makes room."""
    entry = ports.free_input(draft.graph, node_id)
    if entry is None:
        return
    exit_port = ports.output_ports(draft.graph, node_id)[0]
    draft.do(Disconnect(edge))
    draft.do(Connect(Edge(edge.source, edge.source_port, node_id, entry)))
    draft.do(Connect(Edge(node_id, exit_port, edge.target, edge.target_port)))
    if moves := _room(draft, node_id, edge):
        draft.do(Move(moves))


def _room(draft: Draft, node_id: str, edge: Edge) -> dict[str, Position]:
    """Moves that keep the spliced node after its source, and its target with all that follows after the node."""
    graph = draft.graph
    flow = flow_of(graph)
    pitch = flow.turn((WIDTH, HEIGHT))[1] + flow.gap
    x, y = flow.turn(graph.positions[node_id])
    new_y = max(y, snap_down(flow.turn(graph.positions[edge.source])[1] + pitch))
    moves: dict[str, Position] = {node_id: flow.turn((x, new_y))} if new_y > y else {}
    missing = snap_down(new_y + pitch - flow.turn(graph.positions[edge.target])[1])
    if missing > 0:
        for follower in unreachable(graph, End(edge.target, "input", "")):
            fx, fy = flow.turn(graph.positions[follower])
            moves[follower] = flow.turn((fx, fy + missing))
    return moves


def bridge(draft: Draft, node_id: str) -> bool:
    """Delete a node and lead its one input wire on to where its output went; False where that is not clear."""
    graph = draft.graph
    incoming, outgoing = list(graph.incoming[node_id].values()), list(graph.outgoing[node_id])
    clear = len(incoming) == 1 and len({edge.source_port for edge in outgoing}) == 1
    for edge in (*incoming, *outgoing):
        draft.do(Disconnect(edge))
    draft.do(RemoveNode(node_id))
    if clear:
        for edge in outgoing:
            draft.do(Connect(Edge(incoming[0].source, incoming[0].source_port, edge.target, edge.target_port)))
    return clear or not incoming or not outgoing
