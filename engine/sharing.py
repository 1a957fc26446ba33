"""Nodes that use another node's weights: the same module once more, or single tensors of the same name and shape."""

from __future__ import annotations

from engine.blocks.shared_weights import difference
from engine.blocks.use import Use
from engine.dims import Dim
from engine.graph import Graph, Node
from engine.resolve import owner_of
from engine.shapes import Report
from engine.spec import shape_text

Weights = dict[str, tuple[Dim, ...]]


def weights(report: Report, node_id: str) -> Weights | None:
    """The trainable tensors of a node; None while its inputs are unknown."""
    layer = report.layer(node_id)
    if layer is None or node_id not in report.inputs or node_id not in report.outputs:
        return None
    return layer.weights(*report.inputs[node_id])


def disagreement(graph: Graph, report: Report, node_id: str) -> str | None:
    """Why a node cannot use the weights it names, as a clause that follows its name; None where it can (or is unknown).

    Reference for tied weights: Press and Wolf 2016, Using the Output Embedding, https://arxiv.org/abs/1608.05859
    """
    node = graph.nodes[node_id]
    owner = owner_of(graph, node)
    if not isinstance(owner, Node) or owner.id == node.id:
        return None
    mine, theirs = weights(report, node_id), weights(report, owner.id)
    if mine is None or theirs is None:
        return None
    if owner.type == node.type:
        return _different(owner, mine, theirs) or _built_otherwise(report, node_id, owner)
    found = tied(graph, report, node_id)
    return found if isinstance(found, str) else None


def tied(graph: Graph, report: Report, node_id: str) -> list[str] | str:
    """The names of the tensors that a node takes from one of another kind, or the clause that says why none."""
    owner = owner_of(graph, graph.nodes[node_id])
    assert isinstance(owner, Node)
    for node in (owner, graph.nodes[node_id]):
        if (kind := node.properties.get("parametrization")) is not None:
            which = "its own are" if node.id == node_id else "they are"
            return (
                f"cannot use the weights of {owner.name}: {which} made by {kind}, "
                "and only a layer of the same kind can share those."
            )
    mine, theirs = weights(report, node_id) or {}, weights(report, owner.id) or {}
    names = [name for name in mine if name in theirs and mine[name] == theirs[name]]
    if names:
        return names
    common = next((name for name in mine if name in theirs), None)
    if common is None:
        return f"cannot use the weights of {owner.name} ({owner.type}): they have none in common."
    return (
        f"cannot use the weights of {owner.name}: its {common} has the shape {shape_text(theirs[common])}, "
        f"but {shape_text(mine[common])} is needed here."
    )


def _different(owner: Node, mine: Weights, theirs: Weights) -> str | None:
    for name, shape in mine.items():
        if theirs.get(name) != shape:
            return (
                f"cannot use the weights of {owner.name}: with this input its {name} would have the shape "
                f"{shape_text(shape)}, but that of {owner.name} has {shape_text(theirs.get(name, ()))}."
            )
    return None


def _built_otherwise(report: Report, node_id: str, owner: Node) -> str | None:
    """What a module is built with, beside its weights, that is not the same for both inputs: then it is not one."""
    layer, theirs = report.layer(node_id), report.layer(owner.id)
    if layer is None or theirs is None:
        return None
    here, there = report.inputs[node_id], report.inputs[owner.id]
    if isinstance(layer, Use) and isinstance(theirs, Use):
        pairs = zip(theirs.unfolded(*there), layer.unfolded(*here), strict=False)
        reason = next((found for a, b in pairs if (found := difference(a, b, "use")) is not None), None)
        return None if reason is None else f"cannot use the weights of {owner.name}: {reason}."
    mine, other = (each.arguments(*specs) for each, specs in ((layer, here), (theirs, there)))
    for name, value in mine.items() if layer.constructor() else ():
        if other.get(name) != value:
            return (
                f"cannot use the weights of {owner.name}: with this input its {name} would be {value}, "
                f"but that of {owner.name} is {other.get(name)}."
            )
    return None
