"""Dissolves a block: the edits that put what is inside in the place of the node that uses it, repeats unrolled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from engine import expressions
from engine.blocks.block import Block
from engine.edits import AddNode, Compound, Connect, Disconnect, Edit, RemoveNode
from engine.errors import GraphError
from engine.expressions import ExpressionError
from engine.graph import Edge, Graph, Node
from engine.properties import Properties
from engine.resolve import resolve_properties

MOST: Final = 2_000
PITCH: Final = 96.0
ENDS: Final = ("BlockInput", "BlockOutput")
Value = tuple[str, str]


def dissolve(graph: Graph, node_id: str) -> Compound:
    """The edits that replace a node by what is inside its block; its own settings go to the nodes inside.

    Raises GraphError with the reason where that cannot be.
    """
    node = graph.node(node_id)
    block = graph.blocks.of_type(node.type)
    if block is None:
        raise GraphError(f"{node.name} is no block: only a block can be dissolved.")
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
    index = list(graph.nodes).index(node.id)
    for edge in (*arriving.values(), *leaving):
        do(Disconnect(edge))
    do(RemoveNode(node.id))
    values: dict[str, Value] = {port: (edge.source, edge.source_port) for port, edge in arriving.items()}
    first = next((start.id for start in block.graph.of_type("BlockInput")), None)
    ends = [end.id for end in block.graph.of_type("BlockOutput")]
    tall = max((y for _, y in block.graph.positions.values()), default=0.0) - min(
        (y for _, y in block.graph.positions.values()), default=0.0
    )
    x, y = graph.positions[node.id]
    results: dict[str, Value] = {}
    for repeat in range(properties.repeat):
        at = (x, y + repeat * (tall + PITCH))
        copied, edges, results = _copy(draft, block, node, repeat, values, at)
        for inner, position in copied:
            do(AddNode(inner, position, index))
            index += 1
        for edge in edges:
            do(Connect(edge))
        if first is not None and ends and ends[0] in results:
            values = {**values, first: results[ends[0]]}
    for edge in leaving:
        if edge.source_port in results:
            do(Connect(Edge(*results[edge.source_port], edge.target, edge.target_port)))
    return Compound(tuple(edits), f"Dissolve {node.name}")


def _check(graph: Graph, node: Node, block: Block, properties: Properties) -> None:
    if properties.apply != "once":
        mode = "to each step of a sequence" if properties.apply == "each_step" else "as a scan over time"
        raise GraphError(f"{node.name} applies its block {mode}; that cannot be written without the block.")
    if properties.weights_of is not None or graph.sharers(node.id):
        raise GraphError(f"{node.name} shares its weights with another node; end that first.")
    if len(block.graph.nodes) * properties.repeat > MOST:
        raise GraphError(f"{node.name} would become more than {MOST:,} layers; reduce its repeats first.")


def _copy(
    draft: Graph, block: Block, use: Node, repeat: int, values: Mapping[str, Value], at: tuple[float, float]
) -> tuple[list[tuple[Node, tuple[float, float]]], list[Edge], dict[str, Value]]:
    """One copy of the inside: (nodes with positions, wires, what arrives at each BlockOutput)."""
    graph = block.graph
    raws = {p.name: _at(use.parameters.get(p.name, p.default), repeat) for p in block.parameters}
    inner = [node for node in graph.nodes.values() if node.type not in ENDS]
    numbers = {node.id: draft.fresh_id() for node in inner}
    handed = {key: raw for key, raw in use.properties.items() if key in ("frozen", "initialization")}
    names: set[str] = set()
    nodes = []
    left = min((graph.positions[node.id][0] for node in inner), default=0.0)
    top = min((graph.positions[node.id][1] for node in inner), default=0.0)
    for node in inner:
        name = _free_name(draft, node.name, names)
        properties = handed | {key: bound(raw, raws) for key, raw in node.properties.items()}
        if properties.get("weights_of") in numbers:
            properties["weights_of"] = numbers[str(properties["weights_of"])]
        parameters = {key: bound(raw, raws) for key, raw in node.parameters.items()}
        x, y = graph.positions[node.id]
        copied = Node(numbers[node.id], node.type, name, parameters, properties)
        nodes.append((copied, (x - left + at[0], y - top + at[1])))

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
