"""Makes a block of a selection: the edits that move some nodes into a definition and put one node in their place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from engine import expressions
from engine.blocks.block import Block, BlockParameter
from engine.blocks.block_edits import AddBlock
from engine.blocks.use import own_scope
from engine.drawing import along, turned
from engine.edits import AddNode, Compound, Connect, Disconnect, Edit, RemoveNode
from engine.errors import GraphError
from engine.expressions import asks_size, mentions
from engine.frames import AddFrame, Frame, RemoveFrame, held
from engine.graph import Edge, Graph, Node
from engine.live_nodes import ENDS, STARTS
from engine.ports import output_ports
from engine.scope import REPEATS

Value = tuple[str, str]


def group(graph: Graph, node_ids: set[str], name: str) -> Compound:
    """The edits that make a block named ``name`` of these nodes (inputs and outputs of the network stay outside).

    Raises GraphError with the reason where they cannot be one block.
    """
    chosen = [node for node in graph.nodes.values() if node.id in node_ids and node.type not in (*STARTS, *ENDS)]
    if not chosen:
        raise GraphError("Select the layers that the block is to be made of; Inputs and Outputs stay outside.")
    ids = {node.id for node in chosen}
    _check_closed(graph, ids)
    _check_sharing(graph, ids)
    parameters, given = _parameters(graph, chosen)
    block = Block(graph.blocks.fresh_id(name), name, Graph(name), parameters)
    block.check()
    inner = block.graph
    for node in chosen:
        raws = [
            {key: _speaking_of(raw, given) for key, raw in each.items()} for each in (node.parameters, node.properties)
        ]
        moved = replace(node, parameters=raws[0], properties=raws[1])
        AddNode(moved, graph.positions[node.id]).apply(inner)
    for edge in graph.edges:
        if edge.source in ids and edge.target in ids:
            Connect(edge).apply(inner)
    for frame in (framed := frames_around(graph, ids)):
        AddFrame(frame).apply(inner)
    use = graph.fresh_id()
    outer: list[Edge] = []
    positions = {node_id: turned(graph, graph.positions[node_id]) for node_id in graph.nodes}
    top = min(positions[node_id][1] for node_id in ids)
    bottom = max(positions[node_id][1] for node_id in ids)
    sources: dict[Value, str] = {}
    for edge in graph.edges:
        if edge.target in ids and edge.source not in ids:
            value = (edge.source, edge.source_port)
            if value not in sources:
                x = positions[edge.target][0] + 30 * len(sources)
                sources[value] = inner.add("BlockInput", position=along(graph, turned(graph, (x, top)), -1))
                outer.append(Edge(*value, use, sources[value]))
            Connect(Edge(sources[value], "output", edge.target, edge.target_port)).apply(inner)
    for value, readers in _results(graph, ids).items():
        x = positions[value[0]][0]
        end = inner.add("BlockOutput", position=along(graph, turned(graph, (x, bottom)), 1))
        Connect(Edge(*value, end, "input")).apply(inner)
        outer += [Edge(use, end, edge.target, edge.target_port) for edge in readers]
    step = _replaced(graph, block, ids, use, outer, given)
    return Compound((*(RemoveFrame(frame.id) for frame in framed), *step.edits), step.name)


def frames_around(graph: Graph, node_ids: set[str]) -> list[Frame]:
    """The frames that have some of these nodes in them and no other one, by their upper left corners."""
    corners = {node_id: (x, y, 0.0, 0.0) for node_id, (x, y) in graph.positions.items()}
    inside = [(frame, held(frame, corners)) for frame in graph.frames.values()]
    return [frame for frame, members in inside if members and members <= node_ids]


def _replaced(
    graph: Graph, block: Block, ids: set[str], use: str, outer: list[Edge], given: Mapping[str, str]
) -> Compound:
    cut = [edge for edge in graph.edges if edge.source in ids or edge.target in ids]
    positions = [turned(graph, graph.positions[node_id]) for node_id in ids]
    middle = (
        sum(x for x, _ in positions) / len(positions),
        (min(y for _, y in positions) + max(y for _, y in positions)) / 2,
    )
    arguments = {name: {"expr": word} for name, word in given.items()}
    free = graph.fresh_name(f"{block.id}1")
    node = Node(use, block.type, free, arguments)
    index = min(index for index, node_id in enumerate(graph.nodes) if node_id in ids)
    edits: list[Edit] = [*map(Disconnect, cut), *(RemoveNode(node_id) for node_id in graph.nodes if node_id in ids)]
    edits += [AddBlock(block), AddNode(node, turned(graph, middle), index), *map(Connect, outer)]
    return Compound(tuple(edits), f"Make block {block.name}")


def _results(graph: Graph, ids: set[str]) -> dict[Value, list[Edge]]:
    """The values that are read outside, with their readers; where there is none, those that nobody reads."""
    found: dict[Value, list[Edge]] = {}
    for node_id in graph.nodes:
        if node_id in ids:
            for edge in graph.outgoing[node_id]:
                if edge.target not in ids:
                    found.setdefault((node_id, edge.source_port), []).append(edge)
    if not found:
        for node_id in graph.nodes:
            ports = output_ports(graph, node_id) if node_id in ids and not graph.outgoing[node_id] else ()
            found |= {(node_id, port): [] for port in ports[:1]}
    return found


def _check_closed(graph: Graph, ids: set[str]) -> None:
    """Nothing outside may lie between nodes inside."""
    behind = {edge.target for node_id in ids for edge in graph.outgoing[node_id]} - ids
    seen, stack = set(behind), list(behind)
    while stack:
        current = stack.pop()
        for edge in graph.outgoing[current]:
            if edge.target in ids:
                between = graph.node(current).name
                raise GraphError(
                    f"These layers cannot be one block: {between} lies between them. Select it, too, or leave out "
                    f"{graph.node(edge.target).name}."
                )
            if edge.target not in seen:
                seen.add(edge.target)
                stack.append(edge.target)


def _check_sharing(graph: Graph, ids: set[str]) -> None:
    for node in graph.nodes.values():
        owner = node.properties.get("weights_of")
        if owner in graph.nodes and (node.id in ids) != (owner in ids):
            raise GraphError(
                f"{node.name} and {graph.node(str(owner)).name} share weights: take both into the block, or neither."
            )


def _parameters(graph: Graph, nodes: list[Node]) -> tuple[tuple[BlockParameter, ...], dict[str, str]]:
    """What these nodes compute with becomes parameters of theirs: parameters of the block around, sizes and the repeat.

    Returns the parameters, and the expression over the graph around that each of them is.
    """
    used: set[str] = set()
    for node in nodes:
        used |= mentions([*own_scope(node), *node.properties.values()])
    around = graph.blocks[graph.inside].parameters if graph.inside is not None else ()
    found = [p for p in around if p.name in used]
    given = {p.name: p.name for p in found}
    declared = {p.name for p in around}
    for word in sorted(word for word in used - declared if asks_size(word) or word in REPEATS):
        name, number = _parameter_name(word), 2
        while name in given:
            name, number = f"{_parameter_name(word)[:36]}_{number}", number + 1
        given[name] = word
        found.append(BlockParameter(name, 1))
    return tuple(found), given


def _parameter_name(word: str) -> str:
    """A parameter for a name or a size: ``x_size_2`` for ``size(x, 2)``."""
    if not word.startswith("size("):
        return word
    asked, _, axis = word[len("size(") : -1].rpartition(",")
    letters = re.sub(r"[^a-z0-9]+", "_", f"{asked}_size_{axis}".lower()).strip("_")[:36]
    return letters if letters[:1].isalpha() else f"size_{letters}"


def _speaking_of(raw: object, given: Mapping[str, str]) -> object:
    """A raw value whose sizes of inputs around are the parameters of the new block."""
    texts = {word: name for name, word in given.items() if word != name}
    if expressions.is_expression(raw) and mentions(raw) & texts.keys():
        return {"expr": expressions.substitute(raw["expr"], texts)}
    if isinstance(raw, Mapping):
        return {key: _speaking_of(item, given) for key, item in raw.items()}
    return tuple(_speaking_of(item, given) for item in raw) if isinstance(raw, (list, tuple)) else raw
