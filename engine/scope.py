"""What the expressions of a graph may speak of, and why one of them has no value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from engine.dims import Dim

CHANNELS: Final = "in_channels"
REPEATS: Final = ("index", "count")


class ExpressionError(ValueError):
    """Why an expression has no value: a clause that follows the words "the expression …"."""


class OpenSize(ExpressionError):
    """It asks for a size that is left open."""


class UnknownSize(ExpressionError):
    """It asks for a size that is not known yet, because nothing arrives there; the expression is right."""


@dataclass(frozen=True, slots=True)
class Scope(Mapping[str, object]):
    """What the expressions of a graph may speak of, by name.

    ``parameters`` are those of the block around; ``inputs`` the shapes of the graph's inputs in order, None while
    unknown, ``()`` also for one without a wire; ``index`` and ``count`` are None where nothing is repeated.
    """

    parameters: Mapping[str, object] = field(default_factory=dict)
    inputs: Mapping[str, tuple[Dim, ...] | None] = field(default_factory=dict)
    index: int | None = None
    count: int | None = None

    def at(self, index: int, count: int) -> Scope:
        """The same in a repeat."""
        return replace(self, index=index, count=count)

    def __getitem__(self, name: str) -> object:
        if name in self.parameters:
            return self.parameters[name]
        number = {"index": self.index, "count": self.count}.get(name)
        if number is not None:
            return number
        if name == CHANNELS and self.inputs:
            return self.size(next(iter(self.inputs)), 1)
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        yield from self.parameters
        known = (self.index is not None, self.count is not None, bool(self.inputs))
        rest = zip((*REPEATS, CHANNELS), known, strict=True)
        yield from (name for name, here in rest if here and name not in self.parameters)

    def __bool__(self) -> bool:  # asked for every node
        return bool(self.parameters or self.inputs) or self.index is not None or self.count is not None

    def __len__(self) -> int:
        return len(list(iter(self)))

    def __contains__(self, name: object) -> bool:
        return name in self.parameters or name in list(self)

    def size(self, name: str, axis: object) -> int:
        """The size of an input along an axis. Raises ExpressionError where it has none, or none that is known."""
        if name not in self.inputs:
            known = ", ".join(self.inputs) or "none"
            raise ExpressionError(f"asks for the size of {name[:40]!r}, but the inputs here are: {known}.")
        shape = self.inputs[name]
        if shape is None:
            raise UnknownSize(f"asks for the size of {name}, but nothing has arrived there yet.")
        if type(axis) is not int or not -len(shape) <= axis < len(shape):
            raise ExpressionError(f"asks for axis {axis} of {name}, which has {len(shape)} axes here.")
        size = shape[axis]
        if not isinstance(size, int):
            raise OpenSize(f"asks for the size of {name} along axis {axis}, but that is left open: it is {size}.")
        return size
