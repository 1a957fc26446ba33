"""Symbolic sizes: an axis is an int, or ``a·symbol + b`` over a named symbol (``N`` the batch, ``T`` a length).

What does not fit that form becomes a fresh symbol that remembers its formula and is named by it, so that two sizes
are equal exactly if they are identical. The usual arithmetic works on both kinds, so a shape rule is plain Python.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias, Union

Dim: TypeAlias = Union[int, "Size"]
LONGEST_SYMBOL: Final = 120
"""A longer formula goes by its digest: each level may double the text of the one before."""


@dataclass(frozen=True, slots=True)
class Size:
    """``scale · symbol + offset``; ``formula`` says what a derived symbol stands for: (operator, left, right)."""

    symbol: str
    scale: int = 1
    offset: int = 0
    formula: tuple[str, Dim, Dim] | None = field(default=None, compare=False, repr=False)

    def __add__(self, other: Dim) -> Dim:
        if isinstance(other, int):
            return Size(self.symbol, self.scale, self.offset + other, self.formula)
        if other.symbol == self.symbol:
            return _linear(self, self.scale + other.scale, self.offset + other.offset)
        return _derived("+", self, other)

    def __radd__(self, other: int) -> Dim:
        return self + other

    def __neg__(self) -> Size:
        return Size(self.symbol, -self.scale, -self.offset, self.formula)

    def __sub__(self, other: Dim) -> Dim:
        return self + (-other)

    def __rsub__(self, other: int) -> Dim:
        return -self + other

    def __mul__(self, other: Dim) -> Dim:
        if isinstance(other, int):
            return _linear(self, self.scale * other, self.offset * other)
        if self.scale != 1 and not self.offset:  # (2·T)·U is 2·(T·U)
            return (Size(self.symbol, formula=self.formula) * other) * self.scale
        if other.scale != 1 and not other.offset:
            return (self * Size(other.symbol, formula=other.formula)) * other.scale
        return _derived("·", self, other)

    def __rmul__(self, other: int) -> Dim:
        return self * other

    def __floordiv__(self, other: Dim) -> Dim:
        if other == 1:
            return self
        # ⌊(k·s·n + b)/k⌋ = s·n + ⌊b/k⌋ holds whatever the symbol is bound to
        if isinstance(other, int) and self.scale % other == 0:
            return Size(self.symbol, self.scale // other, self.offset // other, self.formula)
        return _derived("//", self, other)

    def __str__(self) -> str:
        if self.scale == 1:
            text = self.symbol
        else:
            name = f"({self.symbol})" if self.formula and self.formula[0] == "+" else self.symbol
            text = f"−{name}" if self.scale == -1 else f"{self.scale}·{name}"
        if self.offset:
            text += f" {'+' if self.offset > 0 else '−'} {abs(self.offset)}"
        return text


def _linear(size: Size, scale: int, offset: int) -> Dim:
    return Size(size.symbol, scale, offset, size.formula) if scale else offset


def _derived(operator: str, left: Dim, right: Dim) -> Size:
    """A fresh symbol named by its formula; sums and products sort their sides, for they commute."""
    if operator in "+·":
        left, right = sorted((left, right), key=str)
    parts = [f"({side})" if _is_sum(side) else str(side) for side in (left, right)]
    text = {"+": f"{left} + {right}", "·": "·".join(parts), "//": f"⌊{parts[0]}/{parts[1]}⌋"}[operator]
    if len(text) > LONGEST_SYMBOL:
        text = f"…{hashlib.sha256(text.encode()).hexdigest()[:16]}"
    return Size(text, formula=(operator, left, right))


def _is_sum(side: Dim) -> bool:
    """Whether the text of ``side`` needs brackets as a part of a product."""
    return isinstance(side, Size) and bool(side.offset or (side.scale == 1 and side.formula and side.formula[0] == "+"))


def ceil_div(dim: Dim, divisor: int) -> Dim:
    """⌈dim / divisor⌉."""
    return (dim + (divisor - 1)) // divisor


def product(dims: Iterable[Dim]) -> Dim:
    """The product of all sizes; 1 for none."""
    result: Dim = 1
    for dim in dims:
        result = result * dim
    return result


def depends_on(dim: Dim, symbol: str) -> bool:
    """Whether a size changes with a symbol, itself or within a formula."""
    seen, stack = set[str](), [dim]
    while stack:
        size = stack.pop()
        if isinstance(size, int) or size.symbol in seen:
            continue
        if size.symbol == symbol:
            return True
        seen.add(size.symbol)
        stack += size.formula[1:] if size.formula is not None else ()
    return False


def bind(dim: Dim, sizes: Mapping[str, int], known: dict[str, int] | None = None) -> int:
    """The number that ``dim`` is where its symbols have these ``sizes``.

    ``known`` carries what was computed from one call to the next with the same sizes.
    Raises KeyError naming a symbol that has none.
    """
    if isinstance(dim, int):
        return dim
    if known is None:
        known = {}  # formulas share their parts and may nest deep: each is computed once, without recursion
    stack = [dim]
    while stack:
        size = stack[-1]
        if size.formula is None:
            known[size.symbol] = sizes[size.symbol]
        elif size.symbol not in known:
            operator, *sides = size.formula
            unknown = [side for side in sides if isinstance(side, Size) and side.symbol not in known]
            if unknown:
                stack += unknown
                continue
            a, b = (s if isinstance(s, int) else s.scale * known[s.symbol] + s.offset for s in sides)
            known[size.symbol] = a + b if operator == "+" else a * b if operator == "·" else a // b
        stack.pop()
    return dim.scale * known[dim.symbol] + dim.offset
