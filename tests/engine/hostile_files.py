"""What happens with a file from a stranger: a project that works in every way, or one sentence; never much work."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from typing import Any

from engine import cost, project
from engine.graph import Graph
from engine.problems import find
from engine.project import ProjectError
from engine.source import SourceError, write
from tests.engine.networks import lenet
from tests.engine.syntax import strange
from tests.work import counted

CALLS, CALLS_A_BYTE = 20_000, 8
"""The most calls of the engine that a file may cause at a time: some, and some for each of its bytes. Honest files need
less than 5,000 or 3 a byte; work that grows with the square of the file needs 100 a byte in files of these sizes."""


def outcome(content: bytes) -> str:
    """``loaded`` or the one sentence; fails for any other exception, another form of sentence, or too much work."""
    graph = None
    with little_work(content):
        try:
            graph = project.from_bytes(content, "it.loom")
        except ProjectError as error:
            result = str(error)
        else:
            result = "loaded"
    if graph is not None:
        use(graph, content)
        return result
    assert result.startswith("it.loom")
    assert result.endswith(".")
    assert result.isprintable()
    assert len(result) < 500
    return result


def use(graph: Graph, content: bytes) -> None:
    """What a window does first with the project of a file works, whatever is in it."""
    steps: list[Callable[[Graph], Any]] = [cost.total, cost.depth, lambda g: project.from_bytes(project.to_bytes(g))]
    for step in steps:
        with little_work(content):
            step(graph)
    with little_work(content):
        problems = find(graph)
    assert all(problem.message.endswith((".", "?")) and "\n" not in problem.message for problem in problems)
    with little_work(content):
        text, sentence = source_or_reason(graph)
    assert strange(text) == "" if text else sentence.endswith((".", "?"))


def source_or_reason(graph: Graph) -> tuple[str, str]:
    """The source, or the sentence that says why there is none."""
    try:
        return write(graph), ""
    except SourceError as error:
        return "", str(error)


@contextlib.contextmanager
def little_work(content: bytes) -> Iterator[None]:
    """Fail where this makes more calls of the engine than a file of this size may cause."""
    with counted("engine") as calls:
        yield
    most = CALLS + CALLS_A_BYTE * len(content)
    assert calls.count <= most, f"{calls.count:,} calls for a file of {len(content):,} bytes"


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


def node(index: int, **values: Any) -> bytes:
    """LeNet's file with other values in a node."""
    return changed(lambda plain: plain["nodes"][index].update(values))


def wire(source: Any, target: Any) -> bytes:
    """LeNet's file with one more wire, number 13."""
    return changed(lambda plain: plain["edges"].append({"source": source, "target": target}))


def position_of(node_id: str, *position: float) -> bytes:
    """LeNet's file with a position."""
    return changed(lambda plain: plain["positions"].update({node_id: position}))


def value(text: str) -> bytes:
    """LeNet's file with this text in the place of a value."""
    return project.to_bytes(lenet()).replace(b'"out_features": 120', b'"out_features": ' + text.encode())
