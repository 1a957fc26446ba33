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


def frozen_at_random(graph: Graph, report: Report) -> Found:
    """Layers that shall not learn and have learned nothing: their weights are the random ones of the beginning."""
    if graph.inside is not None or chosen(graph) is not None:
        return
    still = [
        node for node in graph.nodes.values() if node.properties.get("frozen") is True and _has_weights(report, node.id)
    ]
    if still:
        names = ", ".join(node.name for node in still[:3]) + (f" and {len(still) - 3} more" if len(still) > 3 else "")
        are = "is" if len(still) == 1 else "are"
        yield Problem(
            "warning",
            "frozen-at-random",
            f"{names} {are} frozen, and no weights are loaded: the random weights of the beginning stay as they are. "
            "Load weights, or let it learn.",
            still[0].id,
        )


def _has_weights(report: Report, node_id: str) -> bool:
    layer = report.layer(node_id)
    return layer is not None and node_id in report.outputs and bool(layer.weights(*report.inputs[node_id]))


GRAPH = (
    GraphRule(weights_there),
    GraphRule(images_as_expected),
    GraphRule(frozen_at_random),
)
