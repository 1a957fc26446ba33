"""Fixes of activations and norms that say nothing: another one, one less, a layer with more numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import isfinite
from typing import Final

from engine import losses
from engine.blocks.use import Use
from engine.layers.merge import Scale
from engine.problems.looking import PASSES_THROUGH, kind_of, only, origins
from engine.problems.ways.fault_site import FaultSite, Way
from engine.problems.ways.field_ways import target_field

FAR: Final = 10.0
"""A factor by which the numbers of a layer as it starts are far too large."""


def of_one(site: FaultSite) -> Iterator[Way | None]:
    """A sigmoid for one number, or the axis of the steps for their weights; groups of more, or without the norm."""
    node, layer, x = site.node, site.layer, site.spec(site.edge())
    if node is None or layer is None or x is None:
        return
    if layer.squashes and x.rank == 3 and "dim" in type(layer).model_fields and _weighs(site):
        yield site.set(dim=next(axis for axis in (1, 2) if x.shape[axis] != 1))  # how much each step counts
    if layer.squashes and layer.value_range()[0] >= 0:
        yield site.exchange("Sigmoid", {})
    groups = site.value("num_groups")
    if isinstance(groups, int):
        for fewer in (32, 16, 8, 4, 2, 1):
            if fewer * 2 <= groups and groups % fewer == 0:
                yield site.set(num_groups=fewer)
                break
    for edge in site.graph.outgoing[site.id]:
        own = losses.get(str(site.value("loss", site.graph.nodes[edge.target])))
        if layer.squashes and own is not None and own.wants == "log-probabilities":  # those of yes and no are two
            bare, loss = site.remove(), losses.suiting("yes or no")[0]
            edits = (*bare.edits, *site.set(of=edge.target, loss=loss).edits)
            yield Way(f"Remove {node.name} and set loss to {loss}", edits, keeps=False)
    yield site.remove()


def _weighs(site: FaultSite) -> bool:
    """Whether the numbers of the guilty layer say how much others count, and there is an axis of more than one."""
    x = site.spec(site.edge())
    readers, seen = [site.id], set[str]()
    while readers:
        for edge in site.graph.outgoing[readers.pop()]:
            kind = kind_of(site.graph, edge.target)
            if kind.numbers == "multiplied" or (len(kind.inputs) > 1 and not kind.joins_elementwise):
                return x is not None and any(size != 1 for size in x.shape[1:])
            if kind.numbers in PASSES_THROUGH and edge.target not in seen:
                seen.add(edge.target)
                readers.append(edge.target)
    return False


def bent_each(site: FaultSite) -> Iterator[Way | None]:
    """An activation that bends every number by itself; without it where the numbers have been bent already."""
    made = next(origins(site.graph, site.report, site.id, only(*PASSES_THROUGH)), None)
    kind = kind_of(site.graph, made.source) if made is not None else None
    if kind is not None and (kind.linear_map or kind.family == "Normalization"):
        for name in ("ReLU", "GELU", "Tanh"):
            yield site.exchange(name, {})
    yield replace(site.remove(), spares=True)


def one_less(site: FaultSite) -> Iterator[Way | None]:
    """One of two activations in a row removed: the second where it adds nothing, else the first, which spoils it."""
    made = next(origins(site.graph, site.report, site.id, only(*PASSES_THROUGH)), None)
    before = site.report.layer(made.source) if made is not None else None
    if made is None or before is None or site.layer is None:
        yield site.remove()
        return
    spoils = type(before) is not type(site.layer) and not (site.layer.keeps_positive and before.value_range()[0] >= 0)
    alone = len(site.graph.outgoing[made.source]) == 1 and before.family == "Activation"
    if spoils and alone:
        yield site.remove(made.source)
    if isinstance(site.layer, Use):
        return
    yield site.remove()
    if alone and not spoils:
        yield site.remove(made.source)


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
        yield site.exchanged(node, "LogSoftmax", {"dim": -1})


def with_logarithm(site: FaultSite) -> Iterator[Way | None]:
    """The logarithm of a softmax instead of a softmax; or the scores, for a loss that takes both itself."""
    if site.node is None:
        return
    dim = site.node.parameters.get("dim", 1 if site.kind.channels_second else -1)
    yield site.exchange("LogSoftmax", {"dim": dim})
    readers = list(site.graph.outgoing[site.id])
    for edge in readers if len(readers) == 1 else ():
        own = losses.get(str(site.value("loss", site.graph.nodes[edge.target])))
        if own is not None and own.of_scores:
            bare, loss = site.remove(), own.of_scores
            edits = (*bare.edits, *site.set(of=edge.target, loss=loss).edits)
            yield Way(f"Remove {site.node.name} and set loss to {loss}", edits, keeps=False)


def _scaled_otherwise(site: FaultSite) -> Iterator[Way | None]:
    """Another factor for the Scale behind a bounded answer, so that it reaches from one bound of the target to the
    other; or without both, where the Scale would throw the bare answer far about."""
    scales, factor, shift, end = list[str](), 1.0, 0.0, site.id
    while len(wires := list(site.graph.outgoing[end])) == 1:
        end = wires[0].target
        layer = site.report.layer(end)
        if not isinstance(layer, Scale):
            break
        if scales:  # what those after the first make of it
            factor, shift = factor * layer.factor, shift * layer.factor + layer.shift
        scales.append(end)
    if not scales or site.layer is None or not factor:
        return
    least, most = site.layer.value_range()
    field = target_field(site, end) if site.graph.nodes[end].type == "Output" else None
    if field is not None and field.bounds and isfinite(least) and isfinite(most):
        low, high = ((bound - shift) / factor for bound in field.bounds)
        new = (high - low) / (most - least)
        yield site.set(of=scales[0], factor=float(f"{new:.6g}"), shift=float(f"{low - new * least:.6g}"))
    if any(abs(site.report.layer(each).factor) > FAR for each in scales):  # type: ignore[union-attr]
        yield site.remove(site.id, *scales)


def plain_answer(site: FaultSite) -> Iterator[Way | None]:
    """The last weighted sum as the answer, without what bounds it; after a recurrent layer one of its own."""
    if not site.kind.runs_over_time:
        yield from _scaled_otherwise(site)
        yield site.remove()
        return
    for edge in site.graph.outgoing[site.id]:
        x = site.spec(edge)
        if x is not None and isinstance(x.shape[-1], int) and edge.source_port in ("output", "last"):
            yield site.insert(edge, ("Linear", {"out_features": x.shape[-1]}))
