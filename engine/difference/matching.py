"""Which node of one graph is which of another.

Graphs of one origin, as two versions of a file are, are matched by the ids of their nodes. Others are matched by
structure: by what is the same in the order of the forward pass, then, between that, by type, and
blocks of any kind at last.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from difflib import SequenceMatcher

from engine.blocks.block import PREFIX
from engine.graph import Graph
from engine.layers.parameters import unparse
from engine.live_nodes import ENDS, STARTS

Pairs = dict[str, str]
"""Node id in the first graph → node id in the second."""


def same_origin(a: Graph, b: Graph) -> bool:
    """Whether both come from one graph: where ids are the same, so are nine of ten types, and half of the names."""
    common = [node_id for node_id in a.nodes if node_id in b.nodes]
    types = [node_id for node_id in common if _rough(a, node_id) == _rough(b, node_id)]
    named = [node_id for node_id in types if a.nodes[node_id].name == b.nodes[node_id].name]
    return 10 * len(types) >= 9 * len(common) and 2 * len(named) >= min(len(a.nodes), len(b.nodes))


def match(a: Graph, b: Graph, *, by_id: bool) -> Pairs:
    """The nodes that are the same in both."""
    if by_id:
        pairs = {i: i for i, node in a.nodes.items() if i in b.nodes and _kin(node.type, b.nodes[i].type)}
        return pairs | _by_name(a, b, pairs)
    pairs = {}
    left, right = a.order(), b.order()
    for key in (_whole, _kind, _rough):
        for first, second in _gaps(left, right, pairs):
            pairs |= _aligned(first, second, [key(a, i) for i in first], [key(b, i) for i in second])
    return pairs


def kind(graph: Graph, node_type: str) -> str:
    """The type of a node in words: a block goes by its name, which says more than its id."""
    block = graph.blocks.of_type(node_type)
    return node_type if block is None else block.name


def _kin(first: str, second: str) -> bool:
    """Whether nodes of these types can be one: ends of a network or a block become nothing else."""
    ends = {*STARTS, *ENDS}
    return first == second or not {first, second} & ends


def _by_name(a: Graph, b: Graph, pairs: Pairs) -> Pairs:
    """Further ones, by name and type."""
    taken, found = set(pairs.values()), {}
    for node in b.nodes.values():
        twin = a.by_name(node.name)
        if node.id not in taken and twin is not None and twin.id not in pairs and twin.type == node.type:
            found[twin.id] = node.id
    return found


def _whole(graph: Graph, node_id: str) -> Hashable:
    node = graph.nodes[node_id]
    settings = tuple(sorted((name, unparse(value)) for name, value in {**node.parameters, **node.properties}.items()))
    return kind(graph, node.type), settings


def _kind(graph: Graph, node_id: str) -> Hashable:
    return kind(graph, graph.nodes[node_id].type)


def _rough(graph: Graph, node_id: str) -> Hashable:
    """The type, where every block is like every other."""
    node_type = graph.nodes[node_id].type
    return node_type if graph.blocks.of_type(node_type) is None else PREFIX


def _gaps(left: Sequence[str], right: Sequence[str], pairs: Pairs) -> list[tuple[list[str], list[str]]]:
    """The stretches of both orders between pairs that rise in both."""
    place = {node_id: index for index, node_id in enumerate(right)}
    gaps, start, last = [], 0, 0
    for index, node_id in enumerate([*left, None]):
        at = len(right) if node_id is None else place.get(pairs.get(node_id, ""), -1)
        if at >= last or node_id is None:
            gaps.append((list(left[start:index]), list(right[last:at])))
            start, last = index + 1, at + 1
    return gaps


def _aligned(left: list[str], right: list[str], first: list[Hashable], second: list[Hashable]) -> Pairs:
    """Those with equal keys, in runs as long as possible (Ratcliff and Obershelp, as difflib has it)."""
    blocks = SequenceMatcher(None, first, second, autojunk=False).get_matching_blocks()
    return {left[i + n]: right[j + n] for i, j, size in blocks for n in range(size)}
