"""Fields whose values are expressions, as code in the place of the values: what reads right is written so."""

from __future__ import annotations

from engine import expressions
from engine.expressions import depends, is_expression
from engine.graph import Node
from engine.layers.layer import Layer
from engine.source.names import attribute


class Code(str):
    """Source text in the place of a field's value: it reads as itself, also through ``repr``."""

    def __repr__(self) -> str:
        return str(self)


def coded_fields(node: Node) -> dict[str, object]:
    """The fields of a node that hold expressions, as code that reads the parameters from ``self``."""
    return {name: _coded(raw) for name, raw in node.parameters.items() if depends(raw)}


def _coded(raw: object) -> object:
    if is_expression(raw):
        names = {name: f"self.{attribute(name)}" for name in expressions.names(raw["expr"])}
        text = expressions.substitute(raw["expr"], names)
        return Code(text if text in names.values() else f"({text})")
    if isinstance(raw, (list, tuple)):
        return tuple(map(_coded, raw))
    return raw


def reads_right(layer: Layer, node: Node, coded: dict[str, object]) -> bool:
    """Whether the forward text with code in place of values is the text of the values, but for those."""
    ports = len(layer.input_ports()) + 3
    arguments, targets = [f"a{n}" for n in range(ports)], [f"t{n}" for n in range(len(layer.output_ports()))]
    try:
        got = layer.model_copy(update=coded).statements("m", arguments, targets)
    except (TypeError, ValueError, AttributeError):
        return False
    text = "\n".join(got)
    for name, code in coded.items():
        text = _replaced(text, code, getattr(layer, name))
    return text == "\n".join(layer.statements("m", arguments, targets))


def _replaced(text: str, code: object, value: object) -> str:
    if isinstance(code, Code):
        return text.replace(str(code), repr(value))
    if isinstance(code, tuple) and isinstance(value, tuple):
        for inner, item in zip(code, value, strict=True):
            text = _replaced(text, inner, item)
    return text
