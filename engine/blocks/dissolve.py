"""Dissolves a block: the edits that put what is inside in the place of the node that uses it, repeats unrolled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from engine import expressions
from engine.blocks.block import Block
from engine.blocks.ends import handed_on
from engine.blocks.use import Use
from engine.drawing import along, turned
from engine.edits import AddNode, Compound, Connect, Disconnect, Edit, RemoveNode
from engine.errors import GraphError
from engine.expressions import asks_size, evaluate, mentions
from engine.frames import AddFrame, fresh_frame_id
from engine.graph import Edge, Graph, Node
from engine.layers.layer import Layer
from engine.properties import Properties, repeats
from engine.resolve import layer_class, resolve_properties
from engine.scope import REPEATS, ExpressionError, Scope
from engine.shapes import infer

MOST: Final = 2_000
ENDS: Final = ("BlockInput", "BlockOutput")
Value = tuple[str, str]


def dissolve(graph: Graph, node_id: str) -> Compound:
    """The edits that replace a node by what is inside its block; its own settings go to the nodes inside.

    Raises GraphError with the reason where that cannot be.
    """
    node = graph.node(node_id)
    block = graph.blocks.of_type(node.type)
    if block is None:
        raise GraphError(f"{node.name} is not a block: only a block can be dissolved.")
    around = graph.blocks[graph.inside].defaults() if graph.inside is not None else {}
    properties = resolve_properties(node, around)
    if not isinstance(properties, Properties):
        raise GraphError(f"{node.name} {properties.message}")
    _check(graph, node, block, properties)
    draft = graph.copy()
    edits: list[Edit] = []

    def do(edit: Edit) -> None:
        edit.apply(draft)
        edits.append(edit)

    arriving, leaving = dict(graph.incoming[node.id]), list(graph.outgoing[node.id])
    index = graph.index(node.id)
    for edge in (*arriving.values(), *leaving):
        do(Disconnect(edge))
    do(RemoveNode(node.id))
    values: dict[str, Value] = {port: (edge.source, edge.source_port) for port, edge in arriving.items()}
    starts, ends = ([node.id for node in block.graph.of_type(kind)] for kind in ENDS)
    handed = {starts[target]: ends[source] for source, target in handed_on(block)}
    heights = [turned(graph, position)[1] for position in block.graph.positions.values()]
    tall = max(heights, default=0.0) - min(heights, default=0.0)
    x, y = turned(graph, graph.positions[node.id])
    results: dict[str, Value] = {end: values[start] for start, end in handed.items() if start in values}
    sizes = _sizes(graph, node, block, properties)
    first: dict[str, str] = {}
    for repeat in range(properties.repeat):
        at = along(graph, turned(graph, (x, y + repeat * tall)), repeat)
        copy = _Copy(draft, block, node, (repeat, properties.repeat), sizes[repeat])
        copied, edges, results = copy.inside(values, at, first if properties.share_weights else {})
        first = first or copy.numbers
        for inner, position in copied:
            do(AddNode(inner, position, index))
            index += 1
        for edge in edges:
            do(Connect(edge))
        for frame in block.graph.frames.values():
            dx, dy = copy.shift(at)
            do(AddFrame(replace(frame.moved(dx, dy), id=fresh_frame_id(draft))))
        values |= {start: results[end] for start, end in handed.items() if end in results}
    for edge in leaving:
        if edge.source_port in results:
            do(Connect(Edge(*results[edge.source_port], edge.target, edge.target_port)))
    return Compound(tuple(edits), f"Dissolve {node.name}")


def _check(graph: Graph, node: Node, block: Block, properties: Properties) -> None:
    if properties.apply != "once":
        mode = "to each step of a sequence" if properties.apply == "each_step" else "as a scan over time"
        raise GraphError(f"{node.name} applies its block {mode}; that cannot be written without the block.")
    if node.properties.get("when", True) is not True:
        raise GraphError(f"{node.name} is there under a condition; that cannot be written without the block.")
    if properties.bypassed:
        raise GraphError(f"{node.name} is bypassed; use it again first.")
    if properties.weights_of is not None or graph.sharers(node.id):
        raise GraphError(f"{node.name} shares its weights with another node; end that first.")
    if len(block.graph.nodes) * properties.repeat > MOST:
        raise GraphError(f"{node.name} would become more than {MOST:,} layers; reduce its repeats first.")


def _sizes(graph: Graph, node: Node, block: Block, properties: Properties) -> list[Mapping[str, object]]:
    """What the expressions inside see in each repeat. Raises GraphError where they ask for sizes that differ here."""
    plain = [Scope().at(repeat, properties.repeat) for repeat in range(properties.repeat)]
    declared = {parameter.name for parameter in block.parameters}
    raws = [
        raw for inner in block.graph.nodes.values() for raw in (*inner.parameters.values(), *inner.properties.values())
    ]
    if not any(map(asks_size, mentions(raws) - declared)):
        return [*plain]
    report = infer(graph)
    use, inputs = report.layer(node.id), report.inputs.get(node.id)
    known = list(use.unfolded(*inputs)) if isinstance(use, Use) and inputs is not None else []
    if graph.inside is not None or len(known) < properties.repeat:
        raise GraphError(
            f"{node.name} computes with the sizes of its inputs, which are not known here; that cannot be written "
            "without the block."
        )
    return [found.report.scope.at(repeat, properties.repeat) for repeat, found in enumerate(known)]


RATE: Final = "lr_multiplier"
HANDED: Final = ("frozen", "frozen_statistics", RATE, "initialization")
"""Properties of a block that hold for the layers inside; rates are multiplied."""


@dataclass
class _Copy:
    """One copy of the inside of a block: the new ids of its nodes."""

    draft: Graph
    block: Block
    use: Node
    repeat: tuple[int, int]
    scope: Mapping[str, object]
    numbers: dict[str, str] = field(default_factory=dict)

    def inside(
        self, values: Mapping[str, Value], at: tuple[float, float], lenders: Mapping[str, str]
    ) -> tuple[list[tuple[Node, tuple[float, float]]], list[Edge], dict[str, Value]]:
        """(nodes with positions, wires, what arrives at each BlockOutput); they use the weights of the ``lenders``."""
        draft, graph, use = self.draft, self.block.graph, self.use
        inner = [node for node in graph.nodes.values() if node.type not in ENDS]
        self.numbers = numbers = {node.id: draft.fresh_id() for node in inner}
        handed = {key: raw for key, raw in use.properties.items() if key in HANDED}
        names: set[str] = set()
        nodes = []
        dx, dy = self.shift(at)
        for node in inner:
            properties = handed | {key: self._bound(raw) for key, raw in node.properties.items()}
            inner_rate, rate = node.properties.get(RATE), handed.get(RATE)
            if isinstance(inner_rate, (int, float)) and isinstance(rate, (int, float)):
                properties[RATE] = inner_rate * rate
            if properties.get("weights_of") in numbers:
                properties["weights_of"] = numbers[str(properties["weights_of"])]
            elif node.id in lenders and layer_class(node.type, graph.blocks).weights is not Layer.weights:
                properties["weights_of"] = lenders[node.id]
            own = repeats(node)
            parameters = {key: self._bound(raw, own) for key, raw in node.parameters.items()}
            x, y = graph.positions[node.id]
            copied = Node(numbers[node.id], node.type, _free_name(draft, node.name, names), parameters, properties)
            nodes.append((copied, (x + dx, y + dy)))

        def source(edge: Edge) -> Value | None:
            if graph.nodes[edge.source].type == "BlockInput":
                return values.get(edge.source)
            return numbers[edge.source], edge.source_port

        edges, results = [], {}
        for edge in graph.edges:
            value = source(edge)
            if value is None:  # an optional input that nothing is wired to
                continue
            if graph.nodes[edge.target].type == "BlockOutput":
                results[edge.target] = value
            else:
                edges.append(Edge(*value, numbers[edge.target], edge.target_port))
        return nodes, edges, results

    def shift(self, at: tuple[float, float]) -> tuple[float, float]:
        """How far what is inside moves so that the upper left corner of its layers comes to lie ``at`` a point."""
        graph = self.block.graph
        inner = [graph.positions[node.id] for node in graph.nodes.values() if node.type not in ENDS]
        return at[0] - min((x for x, _ in inner), default=0.0), at[1] - min((y for _, y in inner), default=0.0)

    def _bound(self, raw: object, own_repeat: bool = False) -> object:
        """A raw value with what the use gives for names; index and count may be those of its own repeats."""
        arguments = {
            p.name: _at(self.use.parameters.get(p.name, p.default), self.repeat[0]) for p in self.block.parameters
        }
        if repeats(self.use):  # in what it gives, index and count are those of the repeats that are written out now
            numbers = {name: str(number) for name, number in zip(REPEATS, self.repeat, strict=True)}
            arguments = {name: _put(item, numbers) for name, item in arguments.items()}
        words = mentions(raw) - arguments.keys() - ({*REPEATS} if own_repeat else set())
        told = {word: repr(evaluate(word, self.scope)) for word in words if asks_size(word) or word in REPEATS}
        return bound(_put(raw, told), arguments)


def _put(raw: object, texts: Mapping[str, str]) -> object:
    """A raw value with these texts in the places of names in its expressions."""
    if expressions.is_expression(raw) and texts:
        try:
            return {"expr": expressions.substitute(raw["expr"], texts)}
        except ExpressionError:  # it stays wrong, and its node says why
            return raw
    if isinstance(raw, Mapping):
        return {key: _put(item, texts) for key, item in raw.items()}
    return tuple(_put(item, texts) for item in raw) if isinstance(raw, (list, tuple)) else raw


def bound(raw: object, arguments: Mapping[str, object]) -> object:
    """A raw value with the block's parameters replaced by what the use gives: a literal, or an expression around it."""
    if expressions.is_expression(raw):
        given = {name: item for name, item in arguments.items() if not expressions.depends(item)}
        try:
            if expressions.names(raw["expr"]) <= given.keys():
                return expressions.evaluate(raw["expr"], given)
            texts = {name: expressions.text(item) for name, item in arguments.items()}
            return {"expr": expressions.substitute(raw["expr"], texts)}
        except ExpressionError:  # it stays wrong, and its node says why
            return raw
    if isinstance(raw, Mapping):
        return {key: bound(item, arguments) for key, item in raw.items()}
    if isinstance(raw, (list, tuple)):
        return tuple(bound(item, arguments) for item in raw)
    return raw


def _at(raw: object, repeat: int) -> object:
    values = expressions.per_repeat(raw)
    return raw if values is None else values[min(repeat, len(values) - 1)]


def _free_name(draft: Graph, wanted: str, taken: set[str]) -> str:
    name = draft.fresh_name(wanted)
    base, number = name.rstrip("0123456789") or name, 2
    while name in taken or draft.by_name(name) is not None:
        name, number = f"{base}{number}", number + 1
    taken.add(name)
    return name
