"""The differences of two networks as a list, each with the nodes it is about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from engine import layers
from engine.difference.matching import Pairs, kind, match, same_origin
from engine.graph import Edge, Graph, GraphError, Node
from engine.layers.parameters import parameters, unparse
from engine.ports import labels
from engine.properties import Properties

Kind = Literal["added", "removed", "changed", "renamed", "rewired"]
UNSET: Final = "–"


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference. ``before`` and ``after`` are the ids of the node in either graph, None where it is in one only.

    ``block`` is the name of the block whose inside it is about, empty for the network itself. ``what`` is the parameter
    or the input, ``old`` and ``new`` what is there in words; for a whole node its type.
    """

    kind: Kind
    before: str | None
    after: str | None
    name: str
    type: str
    what: str = ""
    old: str = ""
    new: str = ""
    block: str = ""

    @property
    def node(self) -> str:
        """The node it is about, with its type and the block it is in."""
        return f"{self.name} ({self.type}){f' in {self.block}' if self.block else ''}"

    @property
    def words(self) -> str:
        """What is different from the first network to the second."""
        if self.kind in ("added", "removed"):
            return f"is {self.kind}"
        if self.kind == "renamed":
            return f"is now called {self.new}"
        if self.kind == "changed":
            return f"{self.what} is {self.new}, was {self.old}"
        if self.new == UNSET:
            return f"nothing is wired to {self.what}, was {self.old}"
        return f"{self.what} is wired to {self.new}{f', was {self.old}' if self.old != UNSET else ''}"

    def __str__(self) -> str:
        """Both as a sentence."""
        return f"{self.node}{':' if self.kind in ('changed', 'rewired') else ''} {self.words}."


@dataclass(frozen=True, slots=True)
class Matching:
    """Two graphs of one level, network or block, and which of their nodes are the same."""

    a: Graph
    b: Graph
    pairs: Pairs
    block: str = ""
    by_id: bool = True


def difference(a: Graph, b: Graph) -> list[Difference]:
    """In what network b differs from a, that of the network itself first, then that inside blocks; none if in nothing.

    Parameters that are not set count with their defaults. Positions and settings are no part of it; names only where
    both have one origin.
    """
    return [found for level in matchings(a, b) for found in of_level(level)]


def matchings(a: Graph, b: Graph) -> list[Matching]:
    """The levels of both networks with the nodes that are the same: the network itself, then blocks as they are met.

    Which block is which follows from the nodes that use them.
    """
    levels, met = [_matching(a, b, "")], set[tuple[str, str]]()
    for level in levels:
        for left, right in level.pairs.items():
            mine, theirs = a.blocks.of_type(level.a.nodes[left].type), b.blocks.of_type(level.b.nodes[right].type)
            if mine is not None and theirs is not None and (mine.id, theirs.id) not in met:
                met.add((mine.id, theirs.id))
                names = mine.name if mine.name == theirs.name else f"{mine.name} → {theirs.name}"
                levels.append(_matching(mine.graph, theirs.graph, names))
    return levels


def _matching(a: Graph, b: Graph, block: str) -> Matching:
    by_id = same_origin(a, b)
    return Matching(a, b, match(a, b, by_id=by_id), block, by_id)


def of_level(level: Matching) -> Iterator[Difference]:
    """The differences of one level."""
    a, b, pairs = level.a, level.b, level.pairs
    back = {twin: node_id for node_id, twin in pairs.items()}
    for node_id in a.order():
        if node_id not in pairs:
            yield _whole(level, "removed", a, a.nodes[node_id])
    for node_id in b.order():
        if node_id not in back:
            yield _whole(level, "added", b, b.nodes[node_id])
        else:
            yield from _of_node(level, a.nodes[back[node_id]], b.nodes[node_id])
    yield from _of_block(level)


def _whole(level: Matching, how: Literal["added", "removed"], graph: Graph, node: Node) -> Difference:
    before, after = (node.id, None) if how == "removed" else (None, node.id)
    return Difference(how, before, after, node.name, kind(graph, node.type), block=level.block)


def _of_node(level: Matching, old: Node, new: Node) -> Iterator[Difference]:
    def found(how: Kind, what: str, before: str, after: str) -> Difference:
        return Difference(how, old.id, new.id, old.name, kind(level.a, old.type), what, before, after, level.block)

    if level.by_id and old.name != new.name:
        yield found("renamed", "name", old.name, new.name)
    types = kind(level.a, old.type), kind(level.b, new.type)
    if types[0] != types[1]:
        yield found("changed", "type", *types)
    mine, theirs = settings_of(level.a, old), settings_of(level.b, new)
    for name in [*mine, *(name for name in theirs if name not in mine)]:
        before, after = mine.get(name, UNSET), theirs.get(name, UNSET)
        shared = types[0] == types[1] or (name in mine and name in theirs)
        if before != after and shared and not (name == "weights_of" and _same_owner(level, old, new)):
            yield found("changed", name, before, after)
    left, right = _wires(level.a, old.id), _wires(level.b, new.id)
    for port in dict.fromkeys([*left, *right]):
        if not _same_source(level, left.get(port), right.get(port)):
            yield found("rewired", port, _source(level.a, left.get(port)), _source(level.b, right.get(port)))


def settings_of(graph: Graph, node: Node) -> dict[str, str]:
    """Parameters and properties of a node as they read; what is not set has its default."""
    common = {p.name: p.default for p in parameters(Properties)}
    values = {**_defaults(graph, node.type), **node.parameters, **common, **node.properties}
    owner = graph.nodes.get(str(values["weights_of"]))
    if owner is not None:
        values["weights_of"] = owner.name
    return {name: unparse(value) for name, value in values.items()}


def _defaults(graph: Graph, node_type: str) -> dict[str, object]:
    block = graph.blocks.of_type(node_type)
    if block is not None:
        return block.defaults()
    try:
        return {p.name: p.default for p in parameters(layers.get(node_type)) if not p.required}
    except GraphError:  # a layer of a package that is not installed
        return {}


def _same_owner(level: Matching, old: Node, new: Node) -> bool:
    mine, theirs = old.properties.get("weights_of"), new.properties.get("weights_of")
    return isinstance(mine, str) and level.pairs.get(mine) == theirs


def _wires(graph: Graph, node_id: str) -> dict[str, Edge]:
    """The wires into a node by what its inputs are called."""
    called = labels(graph, node_id)[0]
    return {called.get(port, port): edge for port, edge in graph.incoming[node_id].items()}


def _port(graph: Graph, edge: Edge) -> str:
    return labels(graph, edge.source)[1].get(edge.source_port, edge.source_port)


def _same_source(level: Matching, left: Edge | None, right: Edge | None) -> bool:
    if left is None or right is None:
        return left is right
    return level.pairs.get(left.source) == right.source and _port(level.a, left) == _port(level.b, right)


def _source(graph: Graph, edge: Edge | None) -> str:
    if edge is None:
        return UNSET
    port = _port(graph, edge)
    return graph.nodes[edge.source].name + ("" if port == "output" else f".{port}")


def _of_block(level: Matching) -> Iterator[Difference]:
    """What is different in the parameters that a block declares."""
    if level.a.inside is None or level.b.inside is None:
        return
    mine, theirs = (graph.blocks[str(graph.inside)].defaults() for graph in (level.a, level.b))
    for name in [*mine, *(name for name in theirs if name not in mine)]:
        before, after = (unparse(known[name]) if name in known else UNSET for known in (mine, theirs))
        if before != after:
            yield Difference("changed", None, None, level.block, "block", name, before, after)
