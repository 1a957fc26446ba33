"""Wires that might be drawn: which edits they take, where they cannot lead, and what speaks against them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from engine.edits import Compound, Connect, Disconnect, Edit
from engine.graph import Edge, Graph, GraphError
from engine.problems.trial import Trial
from engine.shapes import sentence
from gui.canvas.geometry import End
from gui.document import Document


def edge_between(one: End, other: End) -> Edge:
    """The wire between an output and an input, named in any order."""
    source, target = (one, other) if one.side == "output" else (other, one)
    return Edge(source.node, source.port, target.node, target.port)


def connect_edits(graph: Graph, edge: Edge, moved: Edge | None = None) -> list[Edit]:
    """The edits that draw a wire: a wire it comes from is taken off first, and so is the one on its input."""
    occupant = graph.incoming[edge.target].get(edge.target_port)
    gone = dict.fromkeys(old for old in (moved, occupant) if old is not None)
    return [*map(Disconnect, gone), Connect(edge)]


def unreachable(graph: Graph, end: End) -> set[str]:
    """The nodes a wire from this port cannot lead to without closing a circle, its own included."""
    seen, stack = {end.node}, [end.node]
    while stack:
        node_id = stack.pop()
        near: Iterable[str]
        if end.side == "output":
            near = (edge.source for edge in graph.incoming[node_id].values())
        else:
            near = (edge.target for edge in graph.outgoing[node_id])
        for other in near:
            if other not in seen:
                seen.add(other)
                stack.append(other)
    return seen


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a wire would do: ``reason`` says why it would not fit, ``result`` what its target would give then."""

    reason: str | None
    result: str = ""


def verdict(document: Document, edge: Edge, moved: Edge | None = None, trial: Trial | None = None) -> Verdict:
    """Try a wire on a copy: the circle it would close, the error it would cause, or the shape it would give.

    ``trial`` is a copy as the network is now, where several wires are tried; it stays as it is.
    """
    trial = trial or Trial(document.checker)
    graph = trial.graph
    try:
        with trial.attempt(Compound(tuple(connect_edits(graph, edge, moved)), "wire")) as attempt:
            deque(attempt.shapes(), maxlen=0)
            before, after = document.report.errors, trial.report.errors
            for node_id in (edge.target, *after):
                if node_id in after and (node_id == edge.target or node_id not in before):
                    return Verdict(sentence(graph, node_id, after[node_id].message))
            outputs = trial.report.outputs.get(edge.target)
            return Verdict(None, str(next(iter(outputs.values()))) if outputs else "")
    except GraphError as error:
        return Verdict(str(error))
