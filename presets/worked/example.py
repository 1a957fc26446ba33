"""What a worked example is: a network, the numbers that are to be read in it, and how one comes to them by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from engine.graph import Graph

Numbers = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """What comes out of a node: ``numbers`` to four digits, or of a network without numbers its ``shape``.

    ``how`` is the way by hand; ``parameters`` are counted where a layer has some.
    """

    node: str
    how: str
    numbers: Numbers = ()
    shape: tuple[int, ...] = ()
    parameters: int = 0


@dataclass(frozen=True, slots=True)
class WorkedExample:
    """``task`` is the question as a lecture asks it, ``answer`` the result in a sentence."""

    name: str
    title: str
    task: str
    answer: str
    build: Callable[[], Graph]
    readings: tuple[Reading, ...]


def given(graph: Graph, name: str, numbers: Sequence[float]) -> str:
    """An Input with these numbers as its example; the id of its node."""
    return graph.add("Input", name=name, shape=(len(numbers),), example=tuple(numbers))


def constant(graph: Graph, name: str, rows: Sequence[Sequence[float]]) -> str:
    """A matrix of fixed numbers; the id of its node."""
    numbers = tuple(number for row in rows for number in row)
    return graph.add("Constant", name=name, value=numbers, shape=(len(rows), len(rows[0])))


def fixed(graph: Graph, name: str, numbers: Sequence[float]) -> str:
    """A vector of fixed numbers; the id of its node."""
    return graph.add("Constant", name=name, value=tuple(numbers))


def after(graph: Graph, sources: Sequence[str], type_name: str, name: str, **parameters: object) -> str:
    """A layer behind others, wired to its inputs in their order; the id of its node."""
    node = graph.add(type_name, name=name, **dict[str, Any](parameters))
    for source in sources:
        graph.connect(source, node)
    return node


def ended(graph: Graph, source: str, name: str = "answer", loss: str = "mse_loss") -> Graph:
    """The network with an Output behind a node."""
    graph.connect(source, graph.add("Output", name=name, loss=loss))
    return graph
