"""Problems inside blocks: found for every way a block is used, and said at the node that uses it."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from engine.blocks.use import Inside, Use
from engine.graph import Graph
from engine.layers.layer import Layer, ShapeError
from engine.live_nodes import live_nodes
from engine.problems.looking import called, kind_of
from engine.problems.problem import Problem
from engine.problems.rule import NodeRule
from engine.problems.rules import EDGE_RULES, MARK_RULES, NODE_RULES, OF_ABSENT
from engine.shapes import Report


def within(graph: Graph, report: Report, node_id: str, own: list[Problem]) -> list[Problem]:
    """The problems of a node that uses a block: its own, and those inside, each once.

    A fault that comes from inside is said there, by the guilty node.
    """
    layer, inputs = report.layer(node_id), report.inputs.get(node_id)
    if not isinstance(layer, Use) or inputs is None:
        return own
    name = called(graph, graph.node(node_id))
    found: dict[object, Problem] = {}
    try:
        for inside in layer.unfolded(*inputs):
            for problem in of_inside(inside):
                message = f"{name}, inside: {problem.message}"
                outer = replace(problem, message=message, node=node_id)
                found.setdefault(outer.key, outer)
    except ShapeError:  # said by the node itself
        return own
    error = report.errors.get(node_id)
    covered = error is not None and error.inside and any(p.severity == "error" for p in found.values())
    return [p for p in own if not (covered and error is not None and p.code == error.code)] + list(found.values())


def of_inside(inside: Inside) -> list[Problem]:
    """The problems of a block seen in one way; ``inside`` is the path to each guilty node."""
    memo = inside.graph.blocks.problems.setdefault(inside.block.id, {})
    if inside.key not in memo:
        graph, report = inside.graph, inside.report
        found = []
        bypassed = live_nodes(graph) - live_nodes(graph, report)  # what feeds only absent nodes takes no part here
        for node_id in (node_id for node_id in graph.nodes if node_id not in bypassed):
            rules = _rules(kind_of(graph, node_id), report.absent(node_id) is not None)
            own = [problem for rule in rules for problem in rule.check(graph, report, node_id)]
            for problem in within(graph, report, node_id, own):
                found.append(replace(problem, inside=(problem.node or node_id, *problem.inside)))
        for rule in (rule for rule in MARK_RULES if rule.inside):
            nodes = (each for each in graph.nodes if each not in bypassed and rule.about(kind_of(graph, each)))
            marked = [each for each in nodes if rule.mark(graph, report, each)]
            for problem in rule.check(graph, report, marked) if marked else ():
                found.append(replace(problem, inside=(problem.node or "", *problem.inside)))
        memo[inside.key] = found
    return memo[inside.key]


@cache
def _rules(kind: type[Layer], absent: bool) -> tuple[NodeRule, ...]:
    """The rules of nodes of a class, present or absent."""
    return tuple(rule for rule in (OF_ABSENT if absent else (*NODE_RULES, *EDGE_RULES)) if rule.about(kind))
