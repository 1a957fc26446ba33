"""Rules about the weights that a training begins with."""

from __future__ import annotations

from engine.graph import Graph
from engine.problems.problem import Problem
from engine.problems.rule import Found, GraphRule
from engine.shapes import Report
from engine.weights.chosen import chosen, missing


def weights_there(graph: Graph, report: Report) -> Found:
    """The file of the weights is not where it was: a run has its own, but a new training cannot begin."""
    path = chosen(graph)
    if path is not None and (why := missing(path)):
        yield Problem("warning", "weights-missing", why, setting="training.weights.path")


GRAPH = (GraphRule(weights_there),)
