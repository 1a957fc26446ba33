"""Fixes within a block of what is noticed where it is used, and of what a block needs from outside."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from engine.blocks.block_edits import within
from engine.blocks.ends import states
from engine.blocks.use import Inside, Use
from engine.edits import AddNode, Compound, Connect, Edit
from engine.graph import Edge, Graph
from engine.layers.layer import ShapeError
from engine.layers.reduction import Mean, Sum
from engine.problems.looking import kind_of
from engine.problems.rules.data_rules import tokens_of
from engine.problems.rules.padding_rules import mask_for, padded
from engine.problems.ways.fault_site import FaultSite, Way
from engine.problems.ways.padding_ways import beside
from engine.problems.ways.width_ways import makers


def of_block(graph: Graph, way: Way, *more: Edit) -> Way:
    """A way in the graph of a block as one of the network, with more that is done there."""
    block = graph.blocks.get(graph.inside or "")
    label = way.label if block is None else f"{way.label} in {block.name}"
    return replace(way, label=label, edits=(within(graph, Compound(tuple(way.edits), label)), *more), outside=True)


def seen_inside(site: FaultSite, node_id: str) -> tuple[Graph, Inside] | None:
    """The graph of the block that a node uses, and how its last repeat sees it; None for another node."""
    layer, inputs = site.report.layer(node_id), site.report.inputs.get(node_id)
    if not isinstance(layer, Use) or inputs is None:
        return None
    found: list[Inside] = []
    try:
        found += layer.unfolded(*inputs)
    except ShapeError:  # what a repeat hands on may be what is wrong: then the first tells
        found += [*islice(layer.unfolded(*inputs), 1)]
    return (site.trial.graph.blocks[layer.block.id].graph, found[-1]) if found else None


def same_state(site: FaultSite) -> Iterator[Way | None]:
    """A state of a scan that begins as it is handed on, or is handed on as it began."""
    seen = seen_inside(site, site.id) if site.node is not None else None
    if seen is None:
        return
    graph, found = seen
    starts, ends = graph.of_type("BlockInput"), graph.of_type("BlockOutput")
    for out, into in states(found.block).items():
        start, edge = starts[into], next(iter(graph.incoming[ends[out].id].values()), None)
        inner = FaultSite(site.problem, graph, found.report, site.trial, graph.nodes[ends[out].id])
        began, handed = found.report.spec(start.id), inner.spec(edge)
        if edge is None or began is None or handed is None or began.shape == handed.shape:
            continue
        ways = [inner.set(of=start.id, shape=handed.shape[1:])] if all(map(_known, handed.shape[1:])) else []
        for node_id in makers(inner, edge, 1):
            if began.rank == handed.rank and _known(began.shape[-1]):
                ways.append(inner.set({kind_of(graph, node_id).width_parameter: began.shape[-1]}, of=node_id))
        if start.id in site.graph.incoming[site.id]:  # it begins with what comes in
            ways = ways[1:]
        yield from (of_block(graph, way) for way in ways)


def _known(size: object) -> bool:
    return isinstance(size, int)


def padding_told(site: FaultSite) -> Iterator[Way | None]:
    """What a layer inside a block needs to know of the padding: a new input of the block, wired from outside."""
    outer, layer, edge = site.outer(), site.layer, site.edge()
    if len(site.path) != 1 or outer.node is None or layer is None or edge is None or site.node is None:
        return
    tokens = _tokens(outer, site)
    if tokens is None:
        return
    field = tokens_of(outer.graph, outer.report, tokens)
    filling = field.padding if field is not None else 0
    name = outer.graph.nodes[tokens].name
    inner: list[Edit] = []
    if site.kind.runs_over_time:
        kind, port, label = "SequenceLengths", "lengths", f"Wire the lengths of {name} to lengths of {site.node.name}"
    elif site.kind.attends:
        kind, port = "PaddingMask", mask_for(site.kind, edge.target_port, site.graph.incoming[site.id])
        label = f"Wire the padding of {name} to {port} of {site.node.name}"
    elif isinstance(layer, (Mean, Sum)):
        kind, port, label = "PaddingMask", "padding", f"Change {site.node.name} to MaskedMean, the mean of the tokens"
        inner += site.exchange("MaskedMean", {}).edits
    elif site.kind.numbers == "averaged":
        yield site.exchange(site.node.type.replace("Avg", "Max"), site.node.parameters)
        return
    else:
        if site.kind.vocabulary_parameter:
            yield site.set(padding_idx=filling)
        return
    site.taken = set()
    entry = site.fresh("BlockInput", {"optional": True}, port)
    x, y = site.graph.positions[edge.source]
    inner += [AddNode(entry, (x + 256.0, y)), Connect(Edge(entry.id, "output", site.id, port))]
    node, more = beside(outer, tokens, kind, filling)
    more.append(Connect(Edge(node.id, "output", outer.id, entry.id)))
    way = Way(label, tuple(inner), (node.id,), keeps=True)
    yield replace(of_block(site.graph, way, *more), label=label)


def _tokens(outer: FaultSite, site: FaultSite) -> str | None:
    """The Input whose padded steps reach the guilty layer inside the block."""
    way, port = (outer.id, *site.path), site.problem.port
    for node in outer.graph.of_type("Input"):
        field = tokens_of(outer.graph, outer.report, node.id)
        if field is not None and field.padding is not None:
            for seen in padded(outer.graph, outer.report, node.id):
                if seen.path == way and port in (None, seen.edge.target_port):
                    return node.id
    return None
