"""Rules about the weights that a training begins with."""

from __future__ import annotations

from engine.graph import Graph
from engine.problems.problem import Problem
from engine.problems.rule import Found, GraphRule
from engine.shapes import Report
from engine.weights.chosen import chosen, images_of, missing
from engine.weights.normalization import differs, words


def weights_there(graph: Graph, report: Report) -> Found:
    """The file of the weights is not where it was: a run has its own, but a new training cannot begin."""
    path = chosen(graph)
    if path is not None and (why := missing(path)):
        yield Problem("warning", "weights-missing", why, setting="training.weights.path")


def images_as_expected(graph: Graph, report: Report) -> Found:
    """The images of the data are normalised otherwise than those that the weights were trained on."""
    if chosen(graph) is not None and (wanted := images_of(graph)).mean and differs(graph, wanted):
        said = f"{words(wanted)} Those of the data are given to the network with other values."
        yield Problem("hint", "weights-normalization", said)


GRAPH = (GraphRule(weights_there), GraphRule(images_as_expected))
