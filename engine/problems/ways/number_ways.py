"""Ways out where whole numbers come in place of floats, or the other way round."""

from __future__ import annotations

from collections.abc import Iterator

from engine.layers.endpoints import Input
from engine.problems.looking import PASSES_THROUGH, PICKS, called
from engine.problems.ways.fault_site import FaultSite, Way
from engine.problems.ways.field_ways import vocabulary

TABLE = {"num_embeddings": 1000, "embedding_dim": 64}


def other_numbers(place: FaultSite) -> Iterator[Way | None]:
    """A layer that turns the one kind of number into the other."""
    edge = place.edge()
    x = place.spec(edge)
    if edge is None or x is None or place.node is None:
        return
    if x.dtype == "int64":
        rows = vocabulary(place) or TABLE["num_embeddings"]
        if "mask" in edge.target_port:
            yield from _other_input(place, edge.source, "bool")
        yield place.insert(edge, ("Embedding", {"num_embeddings": rows, "embedding_dim": 64}))
        yield from _other_input(place, edge.source, "float32")
        yield place.insert(edge, ("Scale", {}), label="Insert Scale, whose results are floats")
    elif x.dtype == "bool":
        yield from _other_input(place, edge.source, "float32")
        yield place.insert(edge, ("Scale", {}), label="Insert Scale, whose results are floats")
    else:
        yield from _other_input(place, edge.source, "int64")
        yield from _other_input(place, edge.source, "bool")
        if place.node.type in ("Embedding", "EmbeddingBag"):
            width = place.value("embedding_dim") or 64
            yield place.exchange("Linear", {"out_features": width}, f"Change to Linear({width})")
        if place.problem.port and "mask" in place.problem.port:
            yield place.insert(edge, ("CausalMask", {}))


def _other_input(place: FaultSite, source: str, dtype: str) -> Iterator[Way | None]:
    """The Input the numbers come from, taken to hold numbers of another kind."""
    graph = place.graph
    while graph.nodes[source].type in PASSES_THROUGH | PICKS and graph.incoming[source]:
        source = next(iter(graph.incoming[source].values())).source
    if isinstance(place.report.layer(source), Input):
        yield place.set(of=source, dtype=dtype)


def other_source(place: FaultSite) -> Iterator[Way | None]:
    """Another value of the kind that is needed, from further up."""
    edge = place.edge()
    x = place.spec(edge)
    if edge is None or x is None:
        return
    for node_id in reversed(place.graph.order()):
        for port, spec in place.report.outputs.get(node_id, {}).items():
            if spec.dtype != x.dtype and node_id != place.id:
                name = called(place.graph, place.graph.nodes[node_id])
                yield place.rewire(edge, node_id, port, f"Take it from {name}")
