"""Makes one project into another by edits, so that taking another version of a file is one step that can be undone.

Nodes, wires and blocks that are the same in both stay as they are; the rest goes, and comes as it is in the other.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence

from engine.blocks.block import PREFIX, Block, Blocks
from engine.blocks.block_edits import AddBlock, RemoveBlock
from engine.drawing import SetDrawing, stored
from engine.edits import (
    MISSING,
    AddNode,
    Compound,
    Connect,
    Disconnect,
    Edit,
    Move,
    RemoveNode,
    RenameGraph,
    SetSetting,
)
from engine.frames import AddFrame, RemoveFrame
from engine.graph import Graph, Node
from engine.project import block_text


def replacement(graph: Graph, other: Graph, name: str) -> Compound:
    """The edits that make ``graph`` equal to ``other``: the same canonical bytes. Both are whole projects."""
    blocks = _kept_blocks(graph.blocks, other.blocks)
    gone_types = {block.type for block in graph.blocks.values() if block.id not in blocks}
    same = [node.id for node in graph.nodes.values() if _is_in(other, node) and node.type not in gone_types]
    nodes = _in_order(same, {node_id: index for index, node_id in enumerate(other.nodes)})
    edges, wanted = set(graph.edges), set(other.edges)
    stay = {edge for edge in edges & wanted if edge.source in nodes and edge.target in nodes}
    moved = {node_id: other.positions[node_id] for node_id in graph.nodes if node_id in nodes}
    moved = {node_id: at for node_id, at in moved.items() if at != graph.positions[node_id]}
    edits: list[Edit] = [
        *(Disconnect(edge) for edge in graph.edges if edge not in stay),
        *(RemoveNode(node_id) for node_id in graph.nodes if node_id not in nodes),
        *(RemoveBlock(block.id) for block in reversed(_inner_first(graph.blocks)) if block.id not in blocks),
        *_added_blocks(other.blocks, blocks),
        *_added_nodes(other, nodes),
        *([Move(moved)] if moved else []),
        *(Connect(edge) for edge in other.edges if edge not in stay),
        *_settings(graph.settings, other.settings),
        *_frames(graph, other),
        *_drawing(stored(graph), stored(other)),
        *([RenameGraph(other.name)] if graph.name != other.name else []),
    ]
    return Compound(tuple(edits), name)


def _kept_blocks(mine: Blocks, theirs: Blocks) -> set[str]:
    """The blocks that are the same in both, with all that is within them."""
    same = [key for key in mine if key in theirs and block_text(mine[key]) == block_text(theirs[key])]
    kept = _in_order(same, {block_id: index for index, block_id in enumerate(theirs)})
    lost = mine.users(mine.keys() - kept)
    return kept - lost


def _added_blocks(theirs: Blocks, kept: set[str]) -> Iterator[AddBlock]:
    indices = _Indices(list(theirs), kept)
    for block in _inner_first(theirs):
        if block.id not in kept:
            yield AddBlock(block, indices.of_next(block.id))


def _added_nodes(other: Graph, kept: set[str]) -> Iterator[AddNode]:
    indices = _Indices(list(other.nodes), kept)
    for node in other.nodes.values():
        if node.id not in kept:
            yield AddNode(node, other.positions[node.id], indices.of_next(node.id))


class _Indices:
    """Where what is added goes, between what is there by then, so that all are in order at last."""

    def __init__(self, order: Sequence[str], there: Iterable[str]) -> None:
        self._rank = {key: index for index, key in enumerate(order)}
        self._there = sorted(self._rank[key] for key in there)

    def of_next(self, key: str) -> int:
        index = bisect_left(self._there, self._rank[key])
        self._there.insert(index, self._rank[key])
        return index


def _in_order(keys: list[str], rank: Mapping[str, int]) -> set[str]:
    """The most of these that are in the same order in both: the longest run of rising ranks (patience sorting)."""
    ends: list[int] = []
    lasts: list[str] = []
    before: dict[str, str | None] = {}
    for key in keys:
        index = bisect_left(ends, rank[key])
        before[key] = lasts[index - 1] if index else None
        ends[index : index + 1] = [rank[key]]
        lasts[index : index + 1] = [key]
    found, last = set[str](), lasts[-1] if lasts else None
    while last is not None:
        found.add(last)
        last = before[last]
    return found


def _inner_first(blocks: Blocks) -> list[Block]:
    """All blocks, each after those within it."""
    found: dict[str, Block] = {}
    stack = [(block, False) for block in reversed(list(blocks.values()))]
    while stack:
        block, entered = stack.pop()
        if block.id in found:
            continue
        if entered:
            found[block.id] = block
            continue
        stack.append((block, True))
        inner = (kind.removeprefix(PREFIX) for kind in block.graph.types if kind.startswith(PREFIX))
        stack += [(blocks[key], False) for key in inner if key in blocks]
    return list(found.values())


def _settings(mine: Mapping[str, dict[str, object]], theirs: Mapping[str, dict[str, object]]) -> Iterator[SetSetting]:
    for section in theirs:
        for key in {**mine[section], **theirs[section]}:
            value = theirs[section].get(key, MISSING)
            if value is MISSING or key not in mine[section] or _differ(mine[section][key], value):
                yield SetSetting((section, key), value)


def _frames(graph: Graph, other: Graph) -> Iterator[Edit]:
    """All frames again, where one is another or comes at another point."""
    if list(map(repr, graph.frames.values())) != list(map(repr, other.frames.values())):
        yield from map(RemoveFrame, graph.frames)
        yield from map(AddFrame, other.frames.values())


def _drawing(mine: Mapping[str, object], theirs: Mapping[str, object]) -> Iterator[SetDrawing]:
    for key in {**mine, **theirs}:
        if mine.get(key, MISSING) != theirs.get(key, MISSING):
            yield SetDrawing(key, theirs.get(key, MISSING))


def _is_in(graph: Graph, node: Node) -> bool:
    return node.id in graph.nodes and not _differ(graph.nodes[node.id], node)


def _differ(mine: object, theirs: object) -> bool:
    """Whether two values are written in different ways, as 1, 1.0 and True are, which Python holds to be equal."""
    return repr(mine) != repr(theirs)
