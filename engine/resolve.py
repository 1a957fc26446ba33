"""From what the user typed to what it means: ``resolve(node)`` builds the layer, or says why it cannot."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import ValidationError

from engine import layers
from engine.graph import GraphError, Node, literal
from engine.layers.layer import Layer, ShapeError
from engine.layers.parameters import explain


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a node has no layer or its layer no shape: a clause that follows the node's name."""

    message: str
    code: str
    parameter: str | None = None
    port: str | None = None


def resolve(node: Node) -> Layer | Fault:
    """The layer that a node's raw parameters describe; never raises for what a user can type."""
    try:
        cls = layers.get(node.type)
    except GraphError as error:
        return Fault(f"cannot be used: {error}", "unknown-layer")
    values = literal(node.parameters)
    try:
        layer = cls.model_validate(values)
        layer.check()
    except ValidationError as error:
        parameter, message = explain(cls, error, values)
        return Fault(message, "parameter", parameter)
    except ShapeError as error:
        return Fault(str(error), "parameter", error.parameter)
    return layer
