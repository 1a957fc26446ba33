"""From what the user typed to what it means: ``resolve(node, graph)`` builds the layer, or says why it cannot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from pydantic import ValidationError

from engine import expressions, layers
from engine.blocks.block import PREFIX, Blocks
from engine.dims import Dim
from engine.expressions import ExpressionError
from engine.graph import Graph, GraphError, Node
from engine.layers.layer import Layer, ShapeError
from engine.layers.parameters import explain
from engine.literals import literal
from engine.properties import DEFAULT, Properties, check_properties

LARGEST_FLOAT: Final = 3.4028234e38


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a node has no layer or its layer no shape: a clause that follows the node's name.

    ``inside`` is the way to the guilty node within a block: node ids, outermost first; ``needed`` the shape that would
    fit the guilty input, where there is one.
    """

    message: str
    code: str
    parameter: str | None = None
    port: str | None = None
    inside: tuple[str, ...] = ()
    needed: tuple[Dim, ...] | None = None


def layer_class(node_type: str, blocks: Blocks) -> type[Layer]:
    """The class of a node's type: of the catalogue, or what a block becomes. Raises GraphError if there is none."""
    if not node_type.startswith(PREFIX):
        return layers.get(node_type)
    from engine.blocks.use import use_class

    block = blocks.of_type(node_type)
    if block is None:
        raise GraphError(f"there is no block {node_type.removeprefix(PREFIX)[:60]!r} in this project.")
    return use_class(blocks, block)


def resolve(node: Node, graph: Graph | None = None, arguments: Mapping[str, object] | None = None) -> Layer | Fault:
    """The layer that a node's raw parameters describe; never raises for what a user can type.

    ``arguments`` are the values of the parameters of the block around it.
    """
    blocks, given = (graph.blocks if graph is not None else Blocks()), arguments or {}
    try:
        cls = layer_class(node.type, blocks)
    except GraphError as error:
        return Fault(f"cannot be used: {error}", "unknown-layer")
    properties = resolve_properties(node, given)
    if isinstance(properties, Fault):
        return properties
    if properties.weights_of is not None and graph is not None:
        owner = owner_of(graph, node)
        if isinstance(owner, Fault):
            return owner
        if owner.type == node.type and owner is not node:  # then it is the owner's layer, used once more
            return resolve(owner, graph, arguments)
    if node.type.startswith(PREFIX):
        return _use(cls, node, properties, given)
    return _layer(cls, node, given, 0)


def resolve_properties(node: Node, arguments: Mapping[str, object]) -> Properties | Fault:
    """The properties of a node, or why they cannot be."""
    if not node.properties:
        return DEFAULT
    values: dict[str, object] = {}
    for name, raw in node.properties.items():
        try:
            values[name] = expressions.value(raw, arguments)
        except ExpressionError as error:
            return Fault(f"cannot reckon {name}: the expression {error}", "expression", name)
    checked = check_properties(node, values)
    return checked if isinstance(checked, Properties) else Fault(checked[1], "property", checked[0])


def owner_of(graph: Graph, node: Node) -> Node | Fault:
    """The node whose weights this one uses, through others that share, or why there is none."""
    seen = {node.id}
    current = node
    while (next_id := current.properties.get("weights_of")) is not None:
        if next_id in seen:
            return Fault("shares weights in a circle: each waits for the other's.", "sharing", "weights_of")
        if next_id not in graph.nodes:
            return Fault(
                "shares the weights of a node that is not here any more; choose another one, or none.",
                "sharing",
                "weights_of",
            )
        seen.add(next_id)
        current = graph.nodes[next_id]
    return current


def _layer(cls: type[Layer], node: Node, arguments: Mapping[str, object], repeat: int) -> Layer | Fault:
    raw = node.parameters
    try:
        values = {name: expressions.value(item, arguments, repeat) for name, item in raw.items()}
    except ExpressionError as error:
        guilty = next(name for name, item in raw.items() if _fails(item, arguments, repeat))
        return Fault(f"cannot reckon {guilty}: the expression {error}", "expression", guilty)
    values = literal(values)
    try:
        layer = cls.model_validate(values)
        layer.check()
    except ValidationError as error:
        parameter, message = explain(cls, error, values)
        return Fault(message, "parameter", parameter)
    except ShapeError as error:
        return Fault(str(error), error.code or "parameter", error.parameter)
    for name, value in values.items():
        for item in value if isinstance(value, tuple) else (value,):
            if isinstance(item, float) and abs(item) > LARGEST_FLOAT and name not in cls.beyond_float:
                return Fault(f"has {name} = {item:g}; torch counts in float32, up to ±3.4e38.", "parameter", name)
    return layer


def _fails(raw: object, arguments: Mapping[str, object], repeat: int) -> bool:
    try:
        expressions.value(raw, arguments, repeat)
    except ExpressionError:
        return True
    return False


def _use(cls: type[Layer], node: Node, properties: Properties, arguments: Mapping[str, object]) -> Layer | Fault:
    from engine.blocks.use import Use

    varied = max((len(expressions.per_repeat(raw) or ()) for raw in node.parameters.values()), default=0)
    different = min(max(varied, 1), properties.repeat)
    found: list[Use] = []
    for repeat in range(different):
        layer = _layer(cls, node, arguments, repeat)
        if isinstance(layer, Fault):
            return layer
        assert isinstance(layer, Use)
        found.append(layer)
    runs = [(len(list(same)), each) for each, same in groupby(layer.arguments_of() for layer in found)]
    runs[-1] = (runs[-1][0] + properties.repeat - different, runs[-1][1])
    use = found[0]
    use.unfold(properties, tuple(runs))
    try:
        use.check()
    except ShapeError as error:
        return Fault(str(error), "property", error.parameter)
    return use
