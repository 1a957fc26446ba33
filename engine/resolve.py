"""From what the user typed to what it means: ``resolve(node, graph)`` builds the layer, or says why it cannot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from pydantic import ValidationError

from engine import expressions, layers
from engine.absent import Absent
from engine.blocks.block import PREFIX, Blocks
from engine.dims import Dim
from engine.graph import Graph, GraphError, Node
from engine.layers.layer import Layer, ShapeError
from engine.layers.parameters import explain, show
from engine.literals import literal
from engine.live_nodes import ENDS, STARTS
from engine.properties import DEFAULT, Properties, check_properties, repeats
from engine.scope import REPEATS, ExpressionError, OpenSize, Scope, UnknownSize

LARGEST_FLOAT: Final = 3.4028234e38
UNKNOWN: Final = "unknown-size"
"""The code of a fault that waits for a size: no problem, for it is gone as soon as something arrives."""


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


def resolve(node: Node, graph: Graph | None = None, scope: Mapping[str, object] | None = None) -> Layer | Fault:
    """The layer that a node's raw parameters describe; never raises for what a user can type.

    ``scope`` is what its expressions may speak of: the parameters of the block around it, or an `expressions.Scope`.
    """
    blocks, given = (graph.blocks if graph is not None else Blocks()), scope or {}
    try:
        cls = layer_class(node.type, blocks)
    except GraphError as error:
        return Fault(f"cannot be used: {error}", "unknown-layer")
    present = is_present(node, given)
    if isinstance(present, Fault):
        return present
    return _resolved(cls, node, graph, given) if present else _absent(cls, node, graph, given)


def is_present(node: Node, scope: Mapping[str, object]) -> bool | Fault:
    """Whether the condition of a node holds and it is not bypassed, or why nobody can say."""
    if not node.properties:
        return True
    bypassed = _condition(node, "bypassed", False, scope)
    if bypassed is not False:
        return bypassed if isinstance(bypassed, Fault) else False
    return _condition(node, "when", True, scope)


def _condition(node: Node, name: str, default: bool, scope: Mapping[str, object]) -> bool | Fault:
    """The value of a property that is true or false."""
    try:
        value = expressions.value(node.properties.get(name, default), scope)
    except ExpressionError as error:
        return _not_computed(name, error)
    if not isinstance(value, bool):
        return Fault(f"needs {name} to be a condition, true or false, not {show(value)}.", "property", name)
    return value


def _resolved(cls: type[Layer], node: Node, graph: Graph | None, scope: Mapping[str, object]) -> Layer | Fault:
    """The layer of a node that is there."""
    properties = resolve_properties(node, scope)
    if isinstance(properties, Fault):
        return properties
    if properties.weights_of is not None and graph is not None:
        owner = owner_of(graph, node)
        if isinstance(owner, Fault):
            return owner
        if owner is not node and is_present(owner, scope) is False:
            message = f"shares the weights of {owner.name}, which is absent here; give both the same condition."
            if owner.properties.get("bypassed"):
                message = f"shares the weights of {owner.name}, which is bypassed; bypass both, or use that again."
            return Fault(message, "sharing", "weights_of")
        if owner.type == node.type and owner is not node:  # then it is the owner's layer, used once more
            return _resolved(cls, owner, graph, scope)
    if not node.type.startswith(PREFIX):
        return _layer(cls, node, scope)
    from engine.blocks.use import Use

    use = _use(cls, node, properties, scope)
    if isinstance(use, Use) and properties.repeat == 0:
        inputs, outputs = cls.inputs, cls.outputs
        pairs = [(outputs[source].name, inputs[target].name) for source, target in use.handed_on]
        return Absent.handing(use.input_ports(), pairs)
    return use


def _absent(cls: type[Layer], node: Node, graph: Graph | None, scope: Mapping[str, object]) -> Layer | Fault:
    """A node that is bypassed, or whose condition does not hold, hands its first required input on."""
    guilty = "bypassed" if node.properties.get("bypassed") else "when"
    if node.type in (*ENDS, *STARTS):
        cannot = "cannot be bypassed" if guilty == "bypassed" else "can have no condition"
        return Fault(f"is where values enter or leave, so it is always there and {cannot}.", "property", guilty)
    layer = _resolved(cls, node, graph, scope)
    inputs, outputs = cls.inputs, cls.outputs
    if isinstance(layer, Layer) and not isinstance(layer, Absent):
        inputs, outputs = layer.input_ports(), layer.output_ports()
    first = next((port.name for port in inputs if not port.optional), None)
    if first is None or not outputs:
        here = "bypassed" if guilty == "bypassed" else "absent here"
        return Fault(f"is {here}, but has no required input that it could hand on.", "absent", guilty)
    return Absent.handing(inputs, [(outputs[0].name, first)])


def resolve_properties(node: Node, scope: Mapping[str, object]) -> Properties | Fault:
    """The properties of a node, or why they cannot be."""
    if not node.properties:
        return DEFAULT
    values: dict[str, object] = {}
    for name, raw in node.properties.items():
        try:
            values[name] = expressions.value(raw, scope)
        except ExpressionError as error:
            return _not_computed(name, error)
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


def drawn_as(graph: Graph, node: Node) -> Node:
    """The node whose parameters and repeats this one has: the owner of its weights if that is alike, else itself."""
    owner = owner_of(graph, node)
    return owner if isinstance(owner, Node) and owner.type == node.type else node


KNOWN_LAYERS: Final[dict[tuple[type[Layer], str], Layer | Fault]] = {}
"""The layers of some parameters: they are frozen, so all nodes with the same share one."""
MOST_KNOWN: Final = 4096


def _layer(cls: type[Layer], node: Node, scope: Mapping[str, object]) -> Layer | Fault:
    values = _values(node, scope, 0)
    if isinstance(values, Fault):
        return values
    key = cls, repr(values)  # 1, 1.0 and True are equal, but not written alike
    known = KNOWN_LAYERS.get(key)
    if known is None:
        if len(KNOWN_LAYERS) >= MOST_KNOWN:
            KNOWN_LAYERS.clear()
        known = KNOWN_LAYERS[key] = _made(cls, values)
    return known


def _values(node: Node, scope: Mapping[str, object], repeat: int) -> dict[str, object] | Fault:
    """The literals that a node's parameters are in one of its repeats."""
    found: dict[str, object] = {}
    for name, raw in node.parameters.items():
        try:
            found[name] = expressions.value(raw, scope, repeat)
        except ExpressionError as error:
            return _not_computed(name, error)
    return literal(found)


def _made(cls: type[Layer], values: dict[str, object]) -> Layer | Fault:
    """The layer with these parameters, or why there is none."""
    try:
        layer = cls.model_validate(values)
        layer.check()
    except ValidationError as error:
        parameter, message = explain(cls, error, values)
        return Fault(cls.refused(parameter, values.get(parameter)) or message, "parameter", parameter)
    except ShapeError as error:
        return Fault(str(error), error.code or "parameter", error.parameter)
    for name, value in values.items():
        for item in value if isinstance(value, tuple) else (value,):
            if isinstance(item, float) and abs(item) > LARGEST_FLOAT and name not in cls.beyond_float:
                return Fault(f"has {name} = {item:g}; torch counts in float32, up to ±3.4e38.", "parameter", name)
    return layer


def _not_computed(name: str, error: ExpressionError) -> Fault:
    """The fault of a parameter or property whose expression has no value."""
    code = "open-size" if isinstance(error, OpenSize) else UNKNOWN if isinstance(error, UnknownSize) else "expression"
    return Fault(f"cannot compute {name}: the expression {error}", code, name)


def _use(cls: type[Layer], node: Node, properties: Properties, scope: Mapping[str, object]) -> Layer | Fault:
    from engine.blocks.use import Use

    varied = max((len(expressions.per_repeat(raw) or ()) for raw in node.parameters.values()), default=0)
    if repeats(node) and any(expressions.mentions(raw) & {*REPEATS} for raw in node.parameters.values()):
        varied = properties.repeat
    different = max(1, min(varied, properties.repeat))
    found: list[Use] = []
    for repeat in range(different):
        around = scope if isinstance(scope, Scope) else Scope(scope)
        values = _values(node, around.at(repeat, properties.repeat) if repeats(node) else scope, repeat)
        layer = values if isinstance(values, Fault) else _made(cls, values)
        if isinstance(layer, Fault):
            return layer
        assert isinstance(layer, Use)
        found.append(layer)
    runs = [(len(list(same)), each) for each, same in groupby(layer.arguments_of() for layer in found)]
    runs[-1] = (runs[-1][0] + max(properties.repeat, 1) - different, runs[-1][1])
    use = found[0]
    use.unfold(properties, tuple(runs))
    try:
        use.check()
    except ShapeError as error:
        return Fault(str(error), "property", error.parameter)
    return use
