"""Nodes and wires as JSON text, so that a network can be pasted from a chat or an issue. Read with suspicion."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace

from engine import project
from engine.blocks.block import PREFIX, Blocks
from engine.blocks.library import bring
from engine.edits import AddNode, Connect
from engine.frames import AddFrame, Box, Frame, frames_in, fresh_frame_id, held
from engine.graph import Edge, Graph, Node, Position
from engine.literals import literal
from engine.ports import input_ports, output_ports
from engine.project import ProjectError
from engine.project_format import frame_fields
from gui.canvas.draft import Draft
from gui.canvas.geometry import HEIGHT, WIDTH, node_size, snap
from gui.document import Document

FORMAT = 3
HIDDEN = 24.0
"""Nodes nearer than this to one another hide each other."""
ASIDE = (32.0, 32.0)
"""How far a copy is put from what was copied."""
PORT = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,40}")


@dataclass(frozen=True, slots=True)
class Fragment:
    """A part of a network: nodes and the wires among them, and ``incoming``, wires from outside."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    positions: dict[str, Position]
    incoming: tuple[Edge, ...] = ()
    blocks: Blocks = field(default_factory=Blocks)
    """The definitions that nodes of the fragment may use."""
    frames: tuple[Frame, ...] = ()


def take(graph: Graph, node_ids: Collection[str], frames: Iterable[Frame] | None = None) -> Fragment:
    """The fragment that these nodes make with ``frames``; without, with those that hold some of them and no other."""
    chosen = {node_id: graph.nodes[node_id] for node_id in graph.nodes if node_id in node_ids}
    wires = [edge for node_id in chosen for edge in graph.incoming[node_id].values()]
    return Fragment(
        tuple(chosen.values()),
        tuple(edge for edge in wires if edge.source in chosen),
        {node_id: graph.positions[node_id] for node_id in chosen},
        tuple(edge for edge in wires if edge.source not in chosen),
        graph.blocks,
        tuple(_frames_around(graph, chosen.keys()) if frames is None else frames),
    )


def take_frame(graph: Graph, frame: Frame) -> Fragment:
    """The fragment that a frame makes with all that lies wholly inside it."""
    return take(graph, held(frame, node_boxes(graph)), [frame, *frames_in(graph, frame)])


def node_boxes(graph: Graph) -> dict[str, Box]:
    """The box of every node."""
    return {
        n: (*at, *node_size(len(input_ports(graph, n)), len(output_ports(graph, n))))
        for n, at in graph.positions.items()
    }


def _frames_around(graph: Graph, node_ids: Collection[str]) -> list[Frame]:
    boxes = node_boxes(graph) if graph.frames else {}
    inside = [(frame, held(frame, boxes)) for frame in graph.frames.values()]
    return [frame for frame, members in inside if members and members <= set(node_ids)]


def to_text(fragment: Fragment) -> str:
    """The fragment as JSON, one node a line."""

    def wire(edge: Edge) -> dict[str, object]:
        return {"source": [edge.source, edge.source_port], "target": [edge.target, edge.target_port]}

    nodes = [
        {"id": node.id, "type": node.type, "name": node.name, "parameters": literal(node.parameters)}
        | ({"properties": literal(node.properties)} if node.properties else {})
        for node in fragment.nodes
    ]
    used = {node.type.removeprefix(PREFIX) for node in fragment.nodes if node.type.startswith(PREFIX)}
    needed = used.union(*(fragment.blocks.uses(block_id) for block_id in used))
    blocks = [json.loads(project.block_text(block)) for block in fragment.blocks.values() if block.id in needed]
    sections = {
        "blocks": blocks,
        "nodes": nodes,
        "edges": [*map(wire, fragment.edges)],
        "incoming": [*map(wire, fragment.incoming)],
        "frames": [*map(frame_fields, fragment.frames)],
    }
    rows = [
        f'"{key}": [{_lines(map(_dump, rows))}]'
        for key, rows in sections.items()
        if rows or key not in ("incoming", "blocks", "frames")
    ]
    return f'{{"layerloom": {FORMAT},\n' + ",\n".join([*rows, f'"positions": {_dump(fragment.positions)}']) + "}\n"


def from_text(text: str) -> Fragment:
    """The fragment in a text, which may also be a whole project. Raises ProjectError with one sentence."""
    if not text.strip():
        raise ProjectError("The clipboard holds no text, so there is nothing to paste.")
    if len(text) > project.LARGEST_FILE:
        raise ProjectError("The clipboard holds too much text to be pasted.")
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict) or not {"layerloom", "format"} & data.keys():
        raise ProjectError("The clipboard holds no layers: copy some from a Layerloom network first.")
    if "layerloom" in data and data["layerloom"] not in range(1, FORMAT + 1):
        raise ProjectError("The clipboard was written by a newer Layerloom: update Layerloom to paste it.")
    # the reader of project files does the checking: sizes, depth, names, circles
    parts = {key: data[key] for key in ("blocks", "nodes", "edges", "positions", "frames") if key in data}
    schema = data.get("layerloom", data.get("schema", project.SCHEMA))
    head = {"format": "layerloom", "schema": schema, "name": ""}
    content = json.dumps(head | {"nodes": [], "edges": []} | parts).encode()
    graph = project.from_bytes(content, "The clipboard")
    fragment = take(graph, graph.nodes, graph.frames.values())
    return replace(fragment, incoming=_incoming(data.get("incoming"), graph))


def _incoming(wires: object, graph: Graph) -> tuple[Edge, ...]:
    """The wires from outside that are well formed; the others are left out."""
    result: dict[tuple[str, str], Edge] = {}
    for wire in wires if isinstance(wires, list) else ():
        try:
            (source, source_port), (target, target_port) = wire["source"], wire["target"]
            named = all(PORT.fullmatch(port) for port in (source_port, target_port))
            free = target_port not in graph.incoming.get(target, {target_port})
        except (TypeError, ValueError, KeyError):
            continue
        if named and free and isinstance(source, str):
            result[target, target_port] = Edge(source, source_port, target, target_port)
    return tuple(result.values())


def put(draft: Draft, fragment: Fragment, offset: Position, *, incoming: Sequence[Edge] = ()) -> list[str]:
    """Add the fragment with fresh ids and names, moved by ``offset``; the new ids."""
    fresh: dict[str, str] = {}
    here = {
        node_id: output_ports(draft.graph, node_id)
        for node_id in {edge.source for edge in incoming}
        if node_id in draft.graph.nodes
    }
    types = _define(draft, fragment)
    for node in fragment.nodes:
        fresh[node.id] = draft.graph.fresh_id()
        x, y = fragment.positions[node.id]
        renewed = replace(
            node,
            id=fresh[node.id],
            type=types.get(node.type, node.type),
            name=draft.graph.fresh_name(node.name, node.type),
            properties=_sharing(node, fresh, draft.graph),
        )
        draft.do(AddNode(renewed, (x + offset[0], y + offset[1])))
    for edge in fragment.edges:
        draft.do(Connect(replace(edge, source=fresh[edge.source], target=fresh[edge.target])))
    for edge in incoming:
        if edge.source_port in here.get(edge.source, ()):
            draft.do(Connect(replace(edge, target=fresh[edge.target])))
    for frame in fragment.frames:
        draft.do(AddFrame(replace(frame.moved(*offset), id=fresh_frame_id(draft.graph))))
    return list(fresh.values())


def _define(draft: Draft, fragment: Fragment) -> dict[str, str]:
    """Bring along the definitions that the fragment uses; what their types are called here."""
    types: dict[str, str] = {}
    for node in fragment.nodes:
        block = fragment.blocks.of_type(node.type)
        if block is not None and node.type not in types:
            edit, types[node.type] = bring(draft.graph, block)
            if edit.edits:
                draft.do(edit)
    return types


def _sharing(node: Node, fresh: dict[str, str], graph: Graph) -> dict[str, object]:
    """The properties of a copy: it shares the weights of the copied owner, else of the one that is here."""
    owner = node.properties.get("weights_of")
    kept = {key: value for key, value in node.properties.items() if key != "weights_of"}
    if owner in fresh or owner in graph.nodes:
        kept["weights_of"] = fresh.get(str(owner), owner)
    return kept


def paste(document: Document, text: str, at: Position | None, *, incoming: bool = False) -> list[str]:
    """Put the fragment in a text into the network, with its middle ``at`` a point, and select it. One undo step.

    ``incoming`` keeps the wires that came from outside. Raises ProjectError for a text that holds no fragment.
    """
    fragment = from_text(text)
    return insert(document, fragment, _offset(fragment, at), "Paste", fragment.incoming if incoming else ())


def insert(
    document: Document, fragment: Fragment, offset: Position, verb: str, incoming: Sequence[Edge] = ()
) -> list[str]:
    """Put a fragment into the network as one step and select it; the new ids."""
    draft = Draft(document.graph)
    fresh = put(draft, fragment, _beside(document.graph, fragment, offset), incoming=incoming)
    if fresh or fragment.frames:
        what = draft.graph.nodes[fresh[0]].name if len(fresh) == 1 else f"{len(fresh)} nodes" if fresh else "frame"
        document.apply(draft.step(f"{verb} {what}"))
        document.select(fresh)
        if not fresh:
            document.select_frame(list(document.graph.frames)[-1])
    return fresh


def _offset(fragment: Fragment, at: Position | None) -> Position:
    """How far to move a fragment so that its middle comes to lie ``at``; a little aside without a point."""
    corners = [(x, y, x + WIDTH, y + HEIGHT) for x, y in fragment.positions.values()]
    corners += [(x, y, x + width, y + height) for x, y, width, height in (frame.box for frame in fragment.frames)]
    if at is None or not corners:
        return ASIDE
    left, top, right, bottom = zip(*corners, strict=True)
    middle = (min(left) + max(right)) / 2, (min(top) + max(bottom)) / 2
    return snap(at[0] - middle[0]), snap(at[1] - middle[1])


def _beside(graph: Graph, fragment: Fragment, offset: Position) -> Position:
    """The offset, moved aside until no node comes to lie on one that is there, where it would hide it."""
    taken: dict[tuple[int, int], list[Position]] = {}
    for x, y in graph.positions.values():
        taken.setdefault((int(x // WIDTH), int(y // HEIGHT)), []).append((x, y))

    def hides(left: float, top: float) -> bool:
        column, row = int(left // WIDTH), int(top // HEIGHT)
        near = (taken.get((column + dx, row + dy), ()) for dx in (-1, 0, 1) for dy in (-1, 0, 1))
        return any(abs(left - x) < HIDDEN and abs(top - y) < HIDDEN for cell in near for x, y in cell)

    corners = {frame.box[:2] for frame in graph.frames.values()}
    while any(hides(x + offset[0], y + offset[1]) for x, y in fragment.positions.values()) or any(
        frame.moved(*offset).box[:2] in corners for frame in fragment.frames
    ):
        offset = offset[0] + ASIDE[0], offset[1] + ASIDE[1]
    return offset


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _lines(rows: Iterable[str]) -> str:
    return ",\n ".join(rows)
