"""Fixes of what an answer lacks: a batch, or the classes at the axis where the loss looks for them."""

from __future__ import annotations

from collections.abc import Iterator

from engine.edits import MISSING, Connect, SetParameter
from engine.graph import Edge
from engine.layers.axes import batch_axis
from engine.layers.endpoints import Output
from engine.problems.looking import above
from engine.problems.ways.axis_ways import ORDERS
from engine.problems.ways.fault_site import FaultSite, Way


def for_every_sample(site: FaultSite) -> Iterator[Way | None]:
    """An answer that has a batch: without the layer that lost it, or a Linear there; else repeated for each sample."""
    edge, starts = site.edge("input"), site.graph.of_type("Input")
    x = site.spec(edge)
    if edge is None or x is None or site.kind is not Output or batch_axis(x) is not None:
        return
    before = sorted(above(site.graph, site.id), key=site.graph.rank, reverse=True)
    for node_id in before:
        if any(batch_axis(given) is not None for given in site.report.inputs.get(node_id, ())):
            yield site.remove(node_id)
            if isinstance(width := x.shape[-1] if x.shape else 1, int):
                yield site.exchanged(site.graph.nodes[node_id], "Linear", {"out_features": width})
            break
    sizes = tuple(size if isinstance(size, int) else -1 for size in x.shape) or (1,)
    for start in starts[:1]:
        way = site.insert(edge, ("Expand", {"sizes": sizes}), label=f"Insert Expand over the batch of {start.name}")
        if way is not None:
            like = Connect(Edge(start.id, "output", way.made[0], "like"))
            yield Way(way.label, (*way.edits, like), way.made)


def class_axes(site: FaultSite) -> Iterator[Way | None]:
    """Another axis for the classes, or axes in an order in which one of them fits."""
    layer, edge = site.layer, site.edge("input")
    x = site.spec(edge)
    if not isinstance(layer, Output) or edge is None or x is None or "class_axis" in layer.unread():
        return
    if layer.class_axis is not None:
        yield Way("Find the axis of the classes by the target", (SetParameter(site.id, "class_axis", MISSING),))
    for axis in range(1, x.rank):
        if axis != layer.class_axis:
            yield site.set(class_axis=axis)
    for dims in ORDERS.get(x.rank, ()):
        yield site.insert(edge, ("Permute", {"dims": dims}))
