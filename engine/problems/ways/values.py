"""Values of parameters and sizes as fixes read them and write them in words."""

from __future__ import annotations

from engine import expressions
from engine.dims import Dim
from engine.edits import MISSING
from engine.graph import Node
from engine.layers.parameters import unparse


def shown(value: object) -> str:
    """A value as people type it."""
    if value is MISSING:
        return "its default"
    if value is None:
        return "none"
    if isinstance(value, tuple):
        return " × ".join(map(str, value)) if all(isinstance(v, int) and v > 0 for v in value) else unparse(value)
    return unparse(value) if not isinstance(value, float) else f"{value:g}"


def number(dim: Dim | None) -> int | None:
    """A size, if it is known."""
    return dim if isinstance(dim, int) else None


def typed(node: Node, name: str) -> bool:
    """Whether what is typed for a parameter is a plain value and no expression."""
    raw = node.parameters.get(name)
    return not expressions.is_expression(raw) and expressions.per_repeat(raw) is None


def listed(parts: list[str]) -> str:
    """Words in a row, with 'and' before the last."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}" if parts else ""
