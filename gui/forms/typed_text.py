"""Between what is typed into a field and the value it means, where the field stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.edits import MISSING
from engine.expressions import depends, per_repeat, value
from engine.layers.parameters import Parameter, parse, unparse
from engine.scope import ExpressionError

THEN = " then "


@dataclass(frozen=True)
class Context:
    """Where a form stands: ``arguments`` are the values of the parameters of the block around it, None outside a block;
    ``repeat`` says how many times the node is repeated."""

    arguments: Mapping[str, object] | None = None
    repeat: int = 1

    @property
    def in_block(self) -> bool:
        """Whether there are parameters to compute with."""
        return self.arguments is not None


def is_text(parameter: Parameter) -> bool:
    """Whether the parameter takes words as they are typed."""
    return parameter.kind in ("text", "suggested") and parameter.any_text


def meaning(parameter: Parameter, text: str, context: Context) -> object:
    """The literal, expression or values per repeat that a person means in this field."""
    text = text.strip()
    if not text:
        return MISSING
    if is_text(parameter):
        return _words(parameter, text, context)
    found = parse(text)
    if parameter.kind == "int" and isinstance(found, float) and found.is_integer():
        return int(found)
    return found


def shown(parameter: Parameter, held: object, context: Context) -> str:
    """The text that `meaning` reads back as what is ``held``."""
    if held is MISSING:
        return ""
    if not is_text(parameter):
        return unparse(held)
    values = per_repeat(held)
    if values is not None:
        return THEN.join(shown(parameter, each, context) for each in values)
    if not isinstance(held, str):
        return unparse(held)
    return held if _words(parameter, held, context) == held else f'"{held}"'


def here(held: object, context: Context) -> str:
    """What a value that is computed comes to here: ``256``, or ``64 then 128``; empty where nothing is computed."""
    if context.arguments is None or not depends(held):
        return ""
    values = per_repeat(held)
    try:
        return THEN.join(unparse(value(each, context.arguments)) for each in (values or (held,)))
    except ExpressionError:  # said below the field
        return ""


def _words(parameter: Parameter, text: str, context: Context) -> object:
    if context.repeat > 1 and THEN in text:
        return {"per_repeat": tuple(_words(parameter, part, Context(context.arguments)) for part in text.split(THEN))}
    if context.in_block and text.startswith("="):
        return parse(text)
    if len(text) > 1 and text[0] == text[-1] == '"' and (text[1] == "=" or THEN in text):
        return text[1:-1]
    return None if text == "none" and parameter.none else text
