"""Fixes of activations and norms that say nothing: another one, one less, a layer with more numbers."""

from __future__ import annotations

from collections.abc import Iterator

from engine import losses
from engine.problems.looking import PASSES_THROUGH, kind_of, only, origins
from engine.problems.ways.fault_site import FaultSite, Way


def of_one(site: FaultSite) -> Iterator[Way | None]:
    """A sigmoid for one number; without a norm, or without the softmax where the loss takes scores."""
    node, layer = site.node, site.layer
    if node is None or layer is None:
        return
    if layer.squashes and layer.value_range()[0] >= 0:
        yield site.exchange("Sigmoid", {})
    for edge in site.graph.outgoing[site.id]:
        own = losses.get(str(site.value("loss", site.graph.nodes[edge.target])))
        if layer.squashes and own is not None and own.wants == "log-probabilities":  # those of yes and no are two
            bare, loss = site.remove(), losses.suiting("yes or no")[0]
            edits = (*bare.edits, *site.set(of=edge.target, loss=loss).edits)
            yield Way(f"Remove {node.name} and set loss to {loss}", edits, keeps=False)
    yield site.remove()


def one_less(site: FaultSite) -> Iterator[Way | None]:
    """One of two activations in a row removed: the first where it cuts scores off, else the second."""
    edge = site.edge("input")
    if edge is None or site.layer is None:
        return
    made = next(origins(site.graph, site.report, site.id, only(*PASSES_THROUGH)), None)
    if made is None:
        return
    source = made.source
    before = site.report.layer(source)
    alone = len(site.graph.outgoing[source]) == 1
    if before is not None and not before.squashes:
        if alone:
            yield site.remove(source)
        yield site.remove()
        return
    yield site.remove()
    if alone:
        yield site.remove(source)


def as_wanted(site: FaultSite) -> Iterator[Way | None]:
    """The activation before a loss of probabilities, or of their logarithms, replaced by the one that gives these."""
    edge, known = site.edge("input"), losses.get(str(site.value("loss")))
    if edge is None or known is None:
        return
    node, kind = site.graph.nodes[edge.source], kind_of(site.graph, edge.source)
    if kind.family != "Activation" or len(site.graph.outgoing[node.id]) != 1:
        return
    if known.wants == "probabilities":
        yield site.exchanged(node, "Sigmoid", {})
    else:
        dim = node.parameters.get("dim", -1) if kind.squashes == "softmax" else -1
        yield site.exchanged(node, "LogSoftmax", {"dim": dim})


def plain_answer(site: FaultSite) -> Iterator[Way | None]:
    """The last weighted sum as the answer, without what bounds it."""
    yield site.remove()
