"""A problem: what is wrong, where, how grave, in a whole sentence; and the fixes that would fix it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Literal, Protocol, Self

from engine.problems.fix import Fix
from engine.shapes import Shapes

Severity = Literal["error", "warning", "hint"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "hint")
Key = tuple[str, str | None, tuple[str, ...], str | None, str | None, str | None]
"""Code, node, way inside, port, parameter and setting."""


@dataclass(frozen=True, slots=True)
class Problem:
    """``node`` is the guilty node's id (None: the whole network), ``port`` or ``parameter`` the guilty part of it.

    ``setting`` names a guilty entry of the data or training section, as ``training.optimizer.lr``; ``inside`` is the
    path from the node to the guilty one within its block: node ids, outermost first. ``code`` is its kind, one of
    `engine.problems.explanations`. ``seen_by`` is the checker that found it.
    """

    severity: Severity
    code: str
    message: str
    node: str | None = None
    port: str | None = None
    parameter: str | None = None
    setting: str | None = None
    inside: tuple[str, ...] = ()
    seen_by: ProblemFinder | None = field(default=None, compare=False, repr=False)

    @property
    def key(self) -> Key:
        """What makes it the same problem although the numbers in its sentence have changed."""
        return self.code, self.node, self.inside, self.port, self.parameter, self.setting

    def found_by(self, finder: ProblemFinder) -> Problem:
        """The same problem as this finder's."""
        where = self.node, self.port, self.parameter, self.setting, self.inside
        return Problem(self.severity, self.code, self.message, *where, finder)

    @property
    def fixes(self) -> tuple[Fix, ...]:
        """What would fix it, the best first; tried out on a copy of the network as it is now, when asked."""
        return () if self.seen_by is None else self.seen_by.fixes(self)


class ProblemFinder(Protocol):
    """Who finds the problems of a graph, keeps them up to date and knows their fixes: `engine.problems.checker`."""

    shapes: Shapes

    @property
    def under_way(self) -> bool: ...

    def problems(self) -> list[Problem]: ...

    def of_graph(self, *, hints: bool = True) -> list[Problem]: ...

    def at(self, key: Key) -> list[Problem]: ...

    def count(self, severity: Severity) -> int: ...

    def fixes(self, problem: Problem) -> tuple[Fix, ...]: ...

    def update(self, visited: Iterable[str]) -> list[Problem]: ...

    def updating(self, visited: Iterable[str]) -> Iterator[list[Problem]]: ...

    def copy(self) -> Self: ...

    def tentative(self) -> AbstractContextManager[None]: ...
