"""What happens with a file from a stranger: a project that works in every way, or one sentence; never for long."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Iterator
from typing import Any

from engine import cost, project
from engine.graph import Graph
from engine.problems import find
from engine.project import ProjectError
from engine.source import SourceError, write
from tests.engine.networks import lenet
from tests.engine.syntax import strange

LONGEST = 2.0
"""The most seconds of work that a file may cause at a time."""


def outcome(content: bytes) -> str:
    """``loaded`` or the one sentence; fails for any other exception, another form of sentence, or too long a time."""
    graph = None
    with quickly():
        try:
            graph = project.from_bytes(content, "it.loom")
        except ProjectError as error:
            result = str(error)
        else:
            result = "loaded"
    if graph is not None:
        use(graph)
        return result
    assert result.startswith("it.loom")
    assert result.endswith(".")
    assert result.isprintable()
    assert len(result) < 500
    return result


def use(graph: Graph) -> None:
    """What a window does first with a project works, whatever is in it."""
    steps: list[Callable[[Graph], Any]] = [cost.total, cost.depth, lambda g: project.from_bytes(project.to_bytes(g))]
    for step in steps:
        with quickly():
            step(graph)
    with quickly():
        problems = find(graph)
    assert all(problem.message.endswith((".", "?")) and "\n" not in problem.message for problem in problems)
    with quickly():
        text, sentence = source_or_reason(graph)
    assert strange(text) == "" if text else sentence.endswith((".", "?"))


def source_or_reason(graph: Graph) -> tuple[str, str]:
    """The source, or the sentence that says why there is none."""
    try:
        return write(graph), ""
    except SourceError as error:
        return "", str(error)


@contextlib.contextmanager
def quickly() -> Iterator[None]:
    """Fail where this takes more than a moment of the processor's time, however busy the machine is."""
    began = time.process_time()
    yield
    assert time.process_time() - began < LONGEST


def data(graph: Graph | None = None) -> dict[str, Any]:
    """A project (LeNet if none is given) as plain JSON."""
    plain: dict[str, Any] = json.loads(project.to_bytes(graph or lenet()))
    return plain


def dumped(plain: Any) -> bytes:
    """JSON with whatever is in it, NaN and lone surrogates as well."""
    return json.dumps(plain).encode()


def changed(change: Callable[[dict[str, Any]], Any]) -> bytes:
    """LeNet's file after a change of its JSON."""
    plain = data()
    change(plain)
    return dumped(plain)


def top(**values: Any) -> bytes:
    """LeNet's file with other values at its top."""
    return changed(lambda plain: plain.update(values))


def node(place: int, **values: Any) -> bytes:
    """LeNet's file with other values in a node."""
    return changed(lambda plain: plain["nodes"][place].update(values))


def wire(source: Any, target: Any) -> bytes:
    """LeNet's file with one more wire, number 13."""
    return changed(lambda plain: plain["edges"].append({"source": source, "target": target}))


def place_of(node_id: str, *place: float) -> bytes:
    """LeNet's file with a position."""
    return changed(lambda plain: plain["positions"].update({node_id: place}))


def value(text: str) -> bytes:
    """LeNet's file with this text in the place of a value."""
    return project.to_bytes(lenet()).replace(b'"out_features": 120', b'"out_features": ' + text.encode())
