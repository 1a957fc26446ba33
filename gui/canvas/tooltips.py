"""What the mouse is told when it rests on a node, a port or a wire. Names come from files, so all text is escaped."""

from __future__ import annotations

from html import escape
from itertools import chain
from typing import TYPE_CHECKING

from engine.graph import Edge
from engine.layers.layer import Layer
from engine.layers.parameters import unparse
from engine.problems import Problem
from engine.shapes import kind_name
from engine.spec import UNWIRED, Spec
from gui.canvas.geometry import End
from gui.canvas.node_kinds import kind
from gui.levels import Shown

if TYPE_CHECKING:
    from engine.training.values import Value

SYMBOLS = {"error": "✕", "warning": "!", "hint": "i"}


def node_text(document: Shown, node_id: str, problems: list[Problem], health: list[str] | None = None) -> str:
    """Name, type, parameters, shapes and problems of a node, and how it does in training."""
    node, report = document.graph.nodes[node_id], document.report
    called = escape(kind_name(document.graph, node))
    lines = [f"<b>{escape(node.name)}</b> · {called}", f"<i>{escape(first_line(document, node.type))}</i>"]
    lines += [
        escape(f"{name} = {shown(value)}") for name, value in (*node.parameters.items(), *node.properties.items())
    ]
    inputs = [spec for spec in report.inputs.get(node_id, ()) if spec is not UNWIRED]
    outputs = report.outputs.get(node_id, {}).values()
    if inputs or outputs:
        lines.append(escape(" , ".join(map(_flow, inputs)) + " → " + " , ".join(map(_flow, outputs))))
    return _page(chain(lines, map(escape, health or ()), map(_problem, problems)))


def port_text(document: Shown, end: End, problems: list[Problem]) -> str:
    """What a port is, what flows through it, and what is wrong there."""
    graph, report = document.graph, document.report
    node = graph.nodes[end.node]
    lines = [f"<b>{escape(port_label(document, end))}</b>, {end.side} of {escape(node.name)}"]
    if end.side == "output":
        spec = report.spec(end.node, end.port)
        lines.append(escape(_flow(spec)) if spec else "the shape is not known yet")
    elif (edge := graph.incoming[end.node].get(end.port)) is None:
        lines.append("not connected: drag a wire here")
    else:
        lines.append(escape(edge_text(document, edge)))
    guilty = [problem for problem in problems if problem.port == end.port]
    return _page(chain(lines, map(_problem, guilty)))


def wire_tip(document: Shown, edge: Edge, value: Value | None = None) -> str:
    """From where to where a wire leads, and what flows along it."""
    seen = [] if value is None else [escape(f"One batch: {value.words}")]
    return _page([escape(edge_text(document, edge)), *seen])


def edge_text(document: Shown, edge: Edge) -> str:
    """The same as plain text."""
    graph, spec = document.graph, document.report.spec(edge.source, edge.source_port)
    names = f"{graph.nodes[edge.source].name} → {graph.nodes[edge.target].name}"
    return f"{names}: {_flow(spec) if spec else 'the shape is not known yet'}"


def first_line(document: Shown, node_type: str) -> str:
    """The one-line help of a layer."""
    cls = kind(document.graph, node_type)
    return "This layer is not installed here." if cls is None else help_line(cls)


def shown(value: object) -> str:
    """A typed-in value, expressions as people type them, cut short."""
    text = unparse(value)
    return text if len(text) <= 60 else text[:57] + "…"


def port_label(document: Shown, end: End) -> str:
    """What people call a port."""
    layer = document.report.layer(end.node)
    ports = () if layer is None else layer.input_ports() if end.side == "input" else layer.output_ports()
    return next((port.label for port in ports if port.name == end.port and port.label), end.port)


def help_line(cls: type[Layer]) -> str:
    """The first line of a layer's explanation."""
    return (cls.__doc__ or "").strip().partition("\n")[0]


def _flow(spec: Spec) -> str:
    return f"{spec} {spec.dtype}"


def _problem(problem: Problem) -> str:
    return f"<b>{SYMBOLS[problem.severity]}</b> {escape(problem.message)}"


def _page(lines: chain[str] | list[str]) -> str:
    return f"<qt>{'<br>'.join(line for line in lines if line)}</qt>"
