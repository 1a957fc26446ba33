"""Literals: the plain values that a project file can hold, and why another value cannot be stored."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final, overload

SCALARS: Final = frozenset({bool, int, float, str, type(None)})
"""The types of literals that hold no others."""
DEEPEST: Final = 24
LONGEST_TEXT: Final = 10_000
LARGEST_INT: Final = 2**63
"""What a project file can hold: levels of nesting, characters of a text, and integers below this."""


@overload
def literal(value: Mapping[str, object]) -> dict[str, object]:
    """A table of literals."""


@overload
def literal(value: object) -> object:
    """Any literal."""


def literal(value: object) -> object:
    """The value as a JSON-like literal: mappings with text keys, sequences as tuples, scalars as they are."""
    if isinstance(value, Mapping):
        return {str(key): item if type(item) in SCALARS else literal(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return tuple(literal(item) for item in value)
    return value


def unstorable(value: object, depth: int = 1) -> str | None:
    """Why a project file cannot hold this literal at that depth, as a clause; None where it can."""
    stack = [(value, depth)]
    while stack:
        item, depth = stack.pop()
        if depth > DEEPEST:
            return f"is nested too deeply; the most is {DEEPEST} levels in a file"
        if isinstance(item, str):
            if len(item) > LONGEST_TEXT:
                return f"holds a text of {len(item)} characters; the most is {LONGEST_TEXT}"
            if not item.isascii() and any("\ud800" <= c <= "\udfff" for c in item):
                return "holds text with half a character in it"
        elif isinstance(item, Mapping):
            if not all(isinstance(key, str) for key in item):
                return "holds a key that is not text"
            stack += [(part, depth + 1) for pair in item.items() for part in pair]
        elif isinstance(item, (list, tuple)):
            stack += [(part, depth + 1) for part in item]
        elif isinstance(item, float):
            if not math.isfinite(item):
                return f"holds {item}, which is not a finite number"
        elif isinstance(item, int):
            if not -LARGEST_INT < item < LARGEST_INT:
                return "holds an integer of more than 63 bits"
        elif item is not None:
            return f"holds a {type(item).__name__!r}, which is not a number, text or list"
    return None
