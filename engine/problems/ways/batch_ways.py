"""Fixes of the batch at a wrong position: left in front by the layer that moves it, or taken where it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from engine.blocks.block import PREFIX
from engine.dims import depends_on
from engine.graph import Node
from engine.problems.looking import kind_of
from engine.problems.rules.batch_rules import misled, moves_batch
from engine.problems.rules.bottleneck_rules import hidden
from engine.problems.ways.activation_ways import bent_each
from engine.problems.ways.block_ways import of_block, seen_inside
from engine.problems.ways.fault_site import FaultSite, Step, Way
from engine.problems.ways.learning_ways import before_own_softmax, to_prediction
from engine.spec import BATCH, Spec


def other_axis(site: FaultSite) -> Iterator[Way | None]:
    """The axis of the classes or features: the channels of a map, else the last one.

    Right before a loss that takes a softmax itself none belongs, and between two weighted sums an activation that looks
    at every number by itself.
    """
    x, edge = site.spec(site.edge()), site.edge()
    if x is None or edge is None:
        return
    if before_own_softmax(site):
        right = 1 if x.rank != 3 else -1
        turned = site.set(dim=right)
        for way in to_prediction(site):
            if way is not None:
                yield replace(way, label=f"{way.label} and set dim to {right}", edits=(*way.edits, *turned.edits))
        yield replace(site.remove(), spares=True)
    elif hidden(site.graph, site.report, site.id):
        yield from bent_each(site)
    made = kind_of(site.graph, edge.source)
    channels = (x.axes is not None and x.axes[1:2] == ("channels",)) or made.channels_second
    for axis in (1, -1) if channels or x.rank == 2 else (-1, 1):
        if x.shape[axis] != BATCH:
            yield site.set(dim=axis)


def in_front(site: FaultSite) -> Iterator[Way | None]:
    """The batch left in front: by the guilty layer, or by the nearest one above it that moves it."""
    node = _mover(site)
    if node is None:
        return
    if (seen := seen_inside(site, node.id)) is not None:
        graph, found = seen
        for end in graph.of_type("BlockOutput"):
            inner = FaultSite(site.problem, graph, found.report, site.trial, end)
            for way in in_front(inner):
                if way is not None:
                    yield of_block(graph, way)
        return
    into = moves_batch(site.graph, site.report, node.id)
    x = site.spec(into)
    if x is None:
        return
    fields = kind_of(site.graph, node.id).model_fields
    for edge in list(misled(site.graph, site.report, node.id)) if site.graph.inside is None else ():
        reader = site.graph.nodes[edge.target]
        if site.value("batch_first", reader) is True and _right_axis(site, edge.source, edge.source_port):
            yield site.set(of=reader.id, batch_first=False)
    if "dims" in fields:
        dims = site.value("dims", node)
        assert isinstance(dims, tuple)
        kept = (0, *(dim % x.rank for dim in dims if dim % x.rank))
        if kept != tuple(range(x.rank)):
            yield site.set(of=node.id, dims=kept)
        else:
            yield site.remove(node.id)
    elif "start_dim" in fields:
        yield site.set(of=node.id, start_dim=1, end_dim=-1)
        yield site.set(of=node.id, start_dim=1)
        yield from _apart_again(site, node, x)
        yield site.remove(node.id)
    elif "dim" in fields:
        for axis in (1, -1):
            yield site.set(of=node.id, dim=axis)


def _apart_again(site: FaultSite, node: Node, x: Spec) -> Iterator[Way | None]:
    """What was merged with the batch taken apart again before it is missed: each step was seen by itself."""
    edge = next(misled(site.graph, site.report, node.id), None)
    if edge is None or not isinstance(x.shape[1], int):
        return
    apart: Step = ("Unflatten", {"dim": 0, "unflattened_size": (-1, x.shape[1])})
    mean: Step = ("Mean", {"dim": (1,)})
    yield site.insert(edge, apart, mean)
    yield site.insert(edge, apart)


def _right_axis(site: FaultSite, source: str, port: str) -> bool:
    """Whether the batch is the second axis, where layers with steps first have it."""
    spec = site.report.spec(source, port)
    return spec is not None and spec.shape[1:2] == (BATCH,)


def _moves_inside(site: FaultSite, node_id: str) -> bool:
    """Whether a block gets the batch in front and gives it elsewhere."""
    outputs, inputs = site.report.outputs.get(node_id), site.report.inputs.get(node_id, ())
    if site.graph.nodes[node_id].type[: len(PREFIX)] != PREFIX or not outputs or not inputs:
        return False
    first = next(iter(outputs.values()))
    moved = first.shape[:1] != (BATCH,) and any(depends_on(size, BATCH.symbol) for size in first.shape)
    return moved and any(spec.shape[:1] == (BATCH,) for spec in inputs)


def _mover(site: FaultSite) -> Node | None:
    """The guilty node if it moves the batch, else the nearest one above it that does."""
    if site.node is None:
        return None
    todo, seen = [site.node.id], {site.node.id}
    while todo:
        node_id = todo.pop(0)
        if moves_batch(site.graph, site.report, node_id) is not None or _moves_inside(site, node_id):
            return site.graph.nodes[node_id]
        for edge in site.graph.incoming[node_id].values():
            spec = site.report.spec(edge.source, edge.source_port)
            if edge.source not in seen and spec is not None and spec.shape[:1] != (BATCH,):
                seen.add(edge.source)
                todo.append(edge.source)
    return None
