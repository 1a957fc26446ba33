"""Fields whose values are expressions, as code in the place of the values: what reads right is written so."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TypeAlias

from engine import expressions
from engine.expressions import depends, is_expression
from engine.graph import Node
from engine.layers.layer import Layer
from engine.source.names import attribute

Fields: TypeAlias = dict[str, object]
Expression: TypeAlias = Mapping[str, str]
ATTRIBUTE = re.compile(r"self\.\w+")


class Code(str):
    """Source text in the place of a field's value: it reads as itself, also through ``repr``."""

    def __repr__(self) -> str:
        return str(self)


def own(text: str) -> str:
    """An expression that reads every name in it from ``self``."""
    return expressions.substitute(text, {name: f"self.{attribute(name)}" for name in expressions.names(text)})


def coded_fields(node: Node, read: Callable[[Expression], str] = lambda raw: own(raw["expr"])) -> Fields:
    """The fields of a node that hold expressions, as code; by default it reads the parameters from ``self``."""
    return {name: _coded(raw, read) for name, raw in node.parameters.items() if depends(raw)}


def _coded(raw: object, read: Callable[[Expression], str]) -> object:
    if is_expression(raw):
        text = read(raw)
        return Code(text if text.isidentifier() or ATTRIBUTE.fullmatch(text) else f"({text})")
    return tuple(_coded(item, read) for item in raw) if isinstance(raw, (list, tuple)) else raw


def reads_right(layer: Layer, arguments: list[str], coded: Fields) -> bool:
    """Whether the forward text with code in place of values is the text of the values, but for those.

    ``arguments`` are names for what is wired to it, "None" where nothing is: then a field may stand in for it.
    """
    targets = [f"t{n}" for n in range(len(layer.output_ports()))]
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
