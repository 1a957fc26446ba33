"""What a rule is: whom it looks at decides after which edits it has to look again."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from engine.graph import Graph
from engine.layers.layer import Layer
from engine.problems.problem import Problem
from engine.problems.view import View
from engine.shapes import Report

Found: TypeAlias = Iterator[Problem]


def every(kind: type[Layer]) -> bool:
    """A rule about all layers."""
    return True


def a(*kinds: type[Layer]) -> Callable[[type[Layer]], bool]:
    """A rule about layers of these very classes and those derived from them."""
    return lambda kind: issubclass(kind, kinds)


@dataclass(frozen=True, slots=True)
class NodeRule:
    """Looks at one node: its parameters, wires and specs. ``about`` says which layers it is about, by default all.

    ``settings`` says that it reads the data or training settings, too; ``ended`` that what it finds is a problem only
    where there is an Output (or inside a block).
    """

    check: Callable[[Graph, Report, str], Found]
    about: Callable[[type[Layer]], bool] = every
    settings: bool = False
    ended: bool = False


@dataclass(frozen=True, slots=True)
class EdgeRule(NodeRule):
    """Looks at a node and at what feeds it, through layers that only hand on (`engine.problems.looking`)."""


@dataclass(frozen=True, slots=True)
class GraphRule:
    """Looks at the network as a whole, once after a batch of edits.

    ``about`` says of which types of nodes it reads more than their wires: where others alone have changed and no wire
    has, it finds what it found. By default it looks after every edit. ``settled`` says that it reads the settings
    alone, and finds what it found until they change.
    """

    check: Callable[[Graph, Report], Found]
    about: Callable[[str], bool] | None = None
    settled: bool = False


@dataclass(frozen=True, slots=True)
class MarkRule:
    """Looks at the network where some nodes are marked: only changed nodes are asked again whether they are.

    ``about`` says of which layers one may be. ``inside`` says that it looks at every block by itself, too, as each use
    has it.
    """

    mark: Callable[[Graph, Report, str], bool]
    check: Callable[[Graph, Report, Collection[str]], Found]
    about: Callable[[type[Layer]], bool] = every
    inside: bool = False


@dataclass(frozen=True, slots=True)
class SumRule:
    """Looks at the sum of a number that each node has: only changed nodes are counted again, once somebody asks.

    ``hint`` says that it gives no more than hints, which nobody has to know who tries a fix of something graver.
    """

    number: Callable[[Graph, Report, str], int]
    check: Callable[[Graph, Report, Callable[[], int]], Found]
    hint: bool = False


@dataclass(frozen=True, slots=True)
class ViewRule:
    """Looks at what some nodes see of the network's input (`engine.problems.view`), which is kept up to date.

    ``hint`` is as that of a `SumRule`.
    """

    check: Callable[[Graph, Report, Callable[[str], View]], Found]
    hint: bool = False
