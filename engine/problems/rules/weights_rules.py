"""Rules about the weights that a training begins with."""

from __future__ import annotations

from collections.abc import Collection

from engine.blocks.use import Use
from engine.graph import Graph, Node
from engine.problems.problem import Problem
from engine.problems.rule import Found, GraphRule, MarkRule
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


def frozen_at_random(graph: Graph, report: Report, frozen: Collection[str]) -> Found:
    """Layers that shall not learn and have learned nothing: their weights are the random ones of the beginning."""
    still = [graph.nodes[node_id] for node_id in graph.as_created(frozen)]
    if still and chosen(graph) is None:
        names = ", ".join(node.name for node in still[:3]) + (f" and {len(still) - 3} more" if len(still) > 3 else "")
        are = "is" if len(still) == 1 else "are"
        yield Problem(
            "warning",
            "frozen-at-random",
            f"{names} {are} frozen, and no weights are loaded: the random weights of the beginning stay as they are. "
            "Load weights, or let it learn.",
            still[0].id,
        )


def _starts_at_random(report: Report, node: Node) -> bool:
    """Whether a layer has weights that start as chance has it, and nobody has chosen how.

    Vectors, as those of a norm, start as constants. With a start that was chosen random weights may be meant: Jaeger
    2001, The echo state approach; Rahimi and Recht 2007, Random Features for Large-Scale Kernel Machines.
    """
    layer = report.layer(node.id)
    if layer is None or node.id not in report.outputs or node.properties.get("initialization"):
        return False
    if getattr(layer, "init", "") == "constant":
        return False
    shapes = layer.weights(*report.inputs[node.id]).values()
    return any(len(shape) > 1 for shape in shapes) or (isinstance(layer, Use) and bool(shapes))


def _frozen_at_random(graph: Graph, report: Report, node_id: str) -> bool:
    node = graph.nodes[node_id]
    return node.properties.get("frozen") is True and _starts_at_random(report, node)


GRAPH = (GraphRule(weights_there), GraphRule(images_as_expected))
MARK = (MarkRule(_frozen_at_random, frozen_at_random),)
