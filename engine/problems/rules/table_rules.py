"""Rules of tables whose rows are shortened to a largest norm each time they are looked up."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from engine import layers
from engine.blocks.use import Use
from engine.graph import Graph, Node
from engine.layers.layer import Layer
from engine.live_nodes import live_nodes
from engine.problems.looking import above, called
from engine.problems.problem import Problem
from engine.problems.rule import Found, GraphRule
from engine.resolve import owner_of
from engine.shapes import Report
from engine.spec import UNWIRED

WEIGHTS = "per_sample_weights"


def shortened(graph: Graph, report: Report) -> Found:
    """torch shortens rows in place: a gradient that needs them as they were before fails in the backward pass.

    https://docs.pytorch.org/docs/stable/generated/torch.nn.Embedding.html
    """
    graphs = [graph, *(block.graph for block in graph.blocks.values())]
    kinds = [(each, kind) for each in graphs for kind in each.types if _may_shorten(layers.kind(kind))]
    tables = (node for each, kind in kinds for node in each.of_type(kind))
    if any(node.parameters.get("max_norm") is not None for node in tables):
        seen = set()
        for problem in _shortened(graph, report, False):
            if problem.key not in seen:
                seen.add(problem.key)
                yield problem


@cache
def _may_shorten(kind: type[Layer]) -> bool:
    return "max_norm" in kind.model_fields


def _shortened(graph: Graph, report: Report, again: bool) -> Iterator[Problem]:
    """The faults of a graph; ``again`` says that it runs several times in one forward pass, with the same weights."""
    live = live_nodes(graph)
    users: dict[str, list[Node]] = {}
    for node_id in graph.order():
        if node_id not in live or node_id not in report.outputs:
            continue
        node, layer, inputs = graph.nodes[node_id], report.layer(node_id), report.inputs[node_id]
        owner = owner_of(graph, node)
        if isinstance(layer, Use):
            shared = bool(graph.sharers(node_id)) or (isinstance(owner, Node) and owner.id != node_id)
            shared = shared or (layer.properties.share_weights and layer.properties.repeat > 1)
            for found, steps, _ in layer.passes(*inputs):
                for problem in _shortened(found.graph, found.report, again or shared or steps not in (0, 1)):
                    inside = (str(problem.node), *problem.inside)
                    message = f"{called(graph, node)}, inside: {problem.message}"
                    yield Problem(
                        "error", problem.code, message, node_id, problem.port, problem.parameter, inside=inside
                    )
        elif isinstance(owner, Node):
            users.setdefault(owner.id, []).append(node)
    for owner_id, nodes in users.items():
        drawn = {node.id: graph.nodes[owner_id] if node.type == graph.nodes[owner_id].type else node for node in nodes}
        writers = [n for n in nodes if getattr(report.layer(drawn[n.id].id), "max_norm", None) is not None]
        for reader in (node for node in nodes if _needs_rows(report, node)):
            late = [w for w in writers if again or (w is not reader and w.id not in above(graph, reader.id))]
            if late:
                yield _problem(graph, drawn[late[0].id], reader)
                break


def _needs_rows(report: Report, node: Node) -> bool:
    """Whether the gradient of a node's input needs the rows of the table."""
    inputs = report.inputs[node.id]
    return not layers.kind(node.type).vocabulary_parameter or any(spec is not UNWIRED for spec in inputs[1:])


def _problem(graph: Graph, writer: Node, reader: Node) -> Problem:
    what = WEIGHTS if layers.kind(reader.type).vocabulary_parameter else "its input"
    port = WEIGHTS if writer is reader else None
    return Problem(
        "error",
        "max-norm",
        f"{called(graph, writer)} shortens the rows of its table to max_norm whenever it runs, also after "
        f"{called(graph, reader)} has used them, and the gradient of {what} needs them as they were: leave max_norm "
        "empty.",
        writer.id,
        port,
        "max_norm",
    )


GRAPH = (GraphRule(shortened),)
