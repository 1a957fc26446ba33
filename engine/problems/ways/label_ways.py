"""Fixes of labels: the loss and the activation for one class of many, or for several that hold at once."""

from __future__ import annotations

from collections.abc import Iterator

from engine import losses
from engine.edits import Edit
from engine.graph import Node
from engine.problems.looking import PASSES_THROUGH, kind_of, only, origins
from engine.problems.ways.fault_site import FaultSite, Way


def each_by_itself(site: FaultSite) -> Iterator[Way | None]:
    """A yes or no for each label: of scores, or behind a sigmoid in the place of a softmax."""
    scores = losses.suiting("yes or no")[0]
    squashing = _squashing(site)
    if squashing is None:
        yield site.set(loss=scores)
        return
    for loss in losses.all():
        if loss.of_scores == scores:
            changed = site.exchanged(squashing, "Sigmoid", {})
            label = f"Change {squashing.name} to Sigmoid and set loss to {loss.name}"
            yield Way(label, (*changed.edits, *site.set(loss=loss.name).edits))
    yield _without(site, squashing, scores)


def sigmoid_instead(site: FaultSite) -> Iterator[Way | None]:
    """A sigmoid in the place of a softmax."""
    yield site.exchange("Sigmoid", {})


def one_of_many(site: FaultSite) -> Iterator[Way | None]:
    """The loss that weighs the classes against each other, and sees the scores."""
    loss, squashing = losses.suiting("labels")[0], _squashing(site)
    yield site.set(loss=loss) if squashing is None else _without(site, squashing, loss)


def _squashing(site: FaultSite) -> Node | None:
    """The layer before the guilty Output that makes probabilities, where it has no other reader."""
    edge = next(origins(site.graph, site.report, site.id, only(*PASSES_THROUGH)), None)
    if edge is None or not kind_of(site.graph, edge.source).squashes or len(site.graph.outgoing[edge.source]) != 1:
        return None
    return site.graph.nodes[edge.source]


def _without(site: FaultSite, node: Node, loss: str) -> Way:
    edits: tuple[Edit, ...] = (*site.remove(node.id).edits, *site.set(loss=loss).edits)
    return Way(f"Remove {node.name} and set loss to {loss}", edits, keeps=False)
