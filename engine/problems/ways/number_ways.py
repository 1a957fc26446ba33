"""Fixes where integers come in place of floats, or the other way round."""

from __future__ import annotations

from collections.abc import Iterator

from engine.layers.endpoints import Input
from engine.problems.looking import PASSES_THROUGH, called, kind_of, role
from engine.problems.ways.fault_site import FaultSite, Way
from engine.problems.ways.field_ways import vocabulary

TABLE = {"num_embeddings": 1000, "embedding_dim": 64}


def other_numbers(site: FaultSite) -> Iterator[Way | None]:
    """A layer that turns the one kind of number into the other."""
    edge = site.edge()
    x = site.spec(edge)
    if edge is None or x is None or site.node is None:
        return
    if x.dtype == "int64":
        rows = vocabulary(site) or TABLE["num_embeddings"]
        if "mask" in edge.target_port:
            yield from _other_input(site, edge.source, "bool")
        yield site.insert(edge, ("Embedding", {"num_embeddings": rows, "embedding_dim": 64}))
        yield from _other_input(site, edge.source, "float32")
        yield site.insert(edge, ("Scale", {}), label="Insert Scale, whose results are floats")
    elif x.dtype == "bool":
        yield from _other_input(site, edge.source, "float32")
        yield site.insert(edge, ("Scale", {}), label="Insert Scale, whose results are floats")
    else:
        yield from _other_input(site, edge.source, "int64")
        yield from _other_input(site, edge.source, "bool")
        if site.kind.vocabulary_parameter and site.kind.width_parameter:
            width = site.value(site.kind.width_parameter) or 64
            linear = site.exchange("Linear", {"out_features": width}, f"Change to Linear({width})")
            flat = next((edge.target for edge in site.graph.outgoing[site.id]), "")
            if x.rank == 2 and flat and site.graph.nodes[flat].type == "Flatten":  # it would have nothing to flatten
                name = site.graph.nodes[flat].name
                edits = (*linear.edits, *site.remove(flat).edits)
                yield Way(f"{linear.label} and remove {name}", edits, keeps=False, spares=True)
            yield linear
        if site.problem.port and "mask" in site.problem.port:
            yield site.insert(edge, ("CausalMask", {}))


def looked_up(site: FaultSite) -> Iterator[Way | None]:
    """Integers looked up in a table before what works on vectors."""
    edge = site.edge()
    x = site.spec(edge)
    if edge is not None and x is not None and x.dtype == "int64":
        rows = vocabulary(site) or TABLE["num_embeddings"]
        yield site.insert(edge, ("Embedding", {"num_embeddings": rows, "embedding_dim": 64}))


def _other_input(site: FaultSite, source: str, dtype: str) -> Iterator[Way | None]:
    """The Input the numbers come from, taken to hold numbers of another kind."""
    graph = site.graph
    while (kind := kind_of(graph, source)).numbers in (*PASSES_THROUGH, "chosen"):
        wires = (edge for port, edge in graph.incoming[source].items() if role(kind, port) == "numbers")
        if (before := next(wires, None)) is None:
            break
        source = before.source
    if isinstance(site.report.layer(source), Input):
        yield site.set(of=source, dtype=dtype)


def other_source(site: FaultSite) -> Iterator[Way | None]:
    """Another value of the kind that is needed, from further up."""
    edge = site.edge()
    x = site.spec(edge)
    if edge is None or x is None:
        return
    for node_id in reversed(site.graph.order()):
        for port, spec in site.report.outputs.get(node_id, {}).items():
            if spec.dtype != x.dtype and node_id != site.id:
                name = called(site.graph, site.graph.nodes[node_id])
                yield site.rewire(edge, node_id, port, f"Take it from {name}")
