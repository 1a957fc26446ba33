"""Which properties the inspector offers for a node: a condition, repeats for blocks, weights where there are some."""

from __future__ import annotations

from dataclasses import replace

from engine.errors import GraphError
from engine.graph import Graph, Node
from engine.layers.layer import Layer
from engine.layers.parameters import Parameter, parameters
from engine.live_nodes import ENDS, STARTS
from engine.parametrization import applies
from engine.properties import OF_BLOCKS, Properties
from engine.resolve import layer_class
from engine.shapes import Report
from engine.sharing import weights


def property_parameters(graph: Graph, report: Report, node: Node, cls: type[Layer] | None) -> list[Parameter]:
    """The properties to show, as a form needs them; one that is set is always shown, so that it can be taken back."""
    block = graph.blocks.of_type(node.type) is not None
    weighty = cls is not None and has_weights(graph, report, node, cls)
    found = []
    for parameter in parameters(Properties):
        offered = block if parameter.name in OF_BLOCKS else weighty
        if parameter.name == "parametrization" and (
            block or ((known := weights(report, node.id)) and not applies(known))
        ):
            offered = False
        if parameter.name == "frozen_statistics" and not block:
            offered = offered and cls is not None and cls.buffers is not Layer.buffers
        if parameter.name in ("when", "bypassed"):
            offered = node.type not in (*ENDS, *STARTS)
        if offered or parameter.name in node.properties:
            found.append(_owners(graph, report, node, parameter) if parameter.name == "weights_of" else parameter)
    return found


def has_weights(graph: Graph, report: Report, node: Node, cls: type[Layer]) -> bool:
    """Whether a node has trainable tensors; while its inputs are unknown, whether its kind can have some."""
    known = weights(report, node.id)
    if known is not None:
        return bool(known)
    return cls.weights is not Layer.weights


def _owners(graph: Graph, report: Report, node: Node, parameter: Parameter) -> Parameter:
    """A choice of the nodes whose weights this one could use: by name, and none that waits for its own."""
    types = {kind for kind in graph.types if _lends(graph, kind)}
    choices = [None, *(other.id for other in graph.of_type(*types) if _can_lend(graph, report, other, node))]
    labels = ["none", *(graph.nodes[each].name for each in choices if each is not None)]
    return replace(parameter, kind="choice", choices=tuple(choices), labels=tuple(labels))


def _lends(graph: Graph, node_type: str) -> bool:
    """Whether a layer of this type can have weights; it cannot lend what it does not have."""
    try:
        return layer_class(node_type, graph.blocks).weights is not Layer.weights
    except GraphError:
        return False


def _can_lend(graph: Graph, report: Report, owner: Node, borrower: Node) -> bool:
    seen: set[str] = set()
    current: Node | None = owner
    while current is not None and current.id not in seen:
        if current.id == borrower.id:
            return False
        seen.add(current.id)
        current = graph.nodes.get(str(current.properties.get("weights_of")))
    return has_weights(graph, report, owner, layer_class(owner.type, graph.blocks))
