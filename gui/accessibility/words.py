"""How layers, ports, wires, frames and problems are called and described to people who do not see them."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from engine.frames import Frame
from engine.graph import Edge, Graph
from engine.problems import Problem
from engine.problems.explanations import explain
from engine.shapes import Report, kind_name
from gui.canvas.geometry import End
from gui.canvas.node_item import output_shown
from gui.canvas.tooltips import port_label
from gui.document import Document


def layer_description(graph: Graph, report: Report, node_id: str, problems: Iterable[Problem]) -> str:
    """``Conv2d, output (N, 16, 28, 28), from input, to relu1``, then its problems."""
    shown = output_shown(graph, node_id)
    spec = report.spec(*shown) if shown is not None else None
    sources = [graph.nodes[edge.source].name for edge in graph.incoming[node_id].values()]
    targets = [graph.nodes[edge.target].name for edge in graph.outgoing[node_id]]
    parts = [kind_name(graph, graph.nodes[node_id])]
    parts += [f"output {spec}" if spec is not None else "output shape not known yet"]
    parts += [f"from {_listed(sources)}"] if sources else []
    parts += [f"to {_listed(targets)}"] if targets else []
    return ". ".join([", ".join(parts), *map(problem_name, problems)])


def port_name(document: Document, end: End) -> str:
    """``input x0 of add1``."""
    label = port_label(document, end)
    return f"{end.side if label == end.side else f'{end.side} {label}'} of {document.graph.nodes[end.node].name}"


def port_description(document: Document, end: End) -> str:
    """Where its wires lead, or that there is none."""
    graph = document.graph
    if end.side == "input":
        there = graph.incoming[end.node].get(end.port)
        return "not connected" if there is None else f"from {graph.nodes[there.source].name}"
    names = [graph.nodes[edge.target].name for edge in graph.outgoing[end.node] if edge.source_port == end.port]
    spec = document.report.spec(end.node, end.port)
    shape = f"{spec}, " if spec is not None else ""
    return f"{shape}to {_listed(names)}" if names else f"{shape}not connected"


def wire_name(graph: Graph, report: Report, edge: Edge) -> str:
    """``conv1 to relu1, (N, 16, 28, 28)``."""
    nodes, spec = graph.nodes, report.spec(edge.source, edge.source_port)
    shape = str(spec) if spec is not None else "shape not known yet"
    return f"{nodes[edge.source].name} to {nodes[edge.target].name}, {shape}"


def frame_name(frame: Frame) -> str:
    """``frame Stem``."""
    return f"frame {frame.title}".rstrip()


def frame_description(graph: Graph, frame: Frame, inside: Collection[str]) -> str:
    """``around conv1, relu1. What is written in it.``."""
    names = [graph.nodes[node_id].name for node_id in graph.order() if node_id in inside]
    around = f"around {_listed(names)}" if names else "around no layer"
    return f"{around}. {' '.join(frame.text.split())}" if frame.text else around


def problem_name(problem: Problem) -> str:
    """``Error: fc1 (Linear) gets 4-D input …``."""
    return f"{problem.severity.capitalize()}: {problem.message}"


def problem_description(problem: Problem) -> str:
    """What kind of problem it is."""
    return explain(problem.code).title


def _listed(names: list[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
