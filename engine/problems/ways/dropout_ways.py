"""Fixes of dropout: less of it, or at a position where it does some good."""

from __future__ import annotations

from collections.abc import Iterator

from engine.edits import Connect, Disconnect, Edit, SetParameter
from engine.graph import Edge
from engine.problems.looking import above, kind_of
from engine.problems.rules.dropout_rules import HEAVY, share_of
from engine.problems.ways.fault_site import FaultSite, Way, typed

USUAL, LITTLE = 0.5, 0.2


def less(site: FaultSite) -> Iterator[Way | None]:
    """The usual share, or what is left of one: the share to keep was meant."""
    share = share_of(site.layer)
    for value in (USUAL, round(1 - share, 6), LITTLE):
        if value:
            yield site.set({site.kind.drops_by: value})


def fewer(site: FaultSite) -> Iterator[Way | None]:
    """Less of those after the first, or of this one; or without it."""
    graph, node = site.graph, site.node
    if node is None:
        return
    before = [each for each in graph.order() if each in above(graph, node.id) and _heavy(site, each)]
    chosen = [
        graph.nodes[each] for each in (*before[1:], node.id) if typed(graph.nodes[each], kind_of(graph, each).drops_by)
    ]
    if len(chosen) > 1:
        edits = tuple(SetParameter(each.id, kind_of(graph, each.id).drops_by, LITTLE) for each in chosen)
        names = [each.name for each in chosen]
        yield Way(f"Set p of {', '.join(names[:-1])} and {names[-1]} to {LITTLE:g}", edits)
    if site.kind.drops_by:
        yield site.set({site.kind.drops_by: LITTLE})
    yield site.remove()


def _heavy(site: FaultSite, node_id: str) -> bool:
    return kind_of(site.graph, node_id).family == "Dropout" and share_of(site.report.layer(node_id)) >= HEAVY


def later(site: FaultSite) -> Iterator[Way | None]:
    """The dropout after the norms, activations and poolings that follow it, before the next weighted sum."""
    graph = site.graph
    into, readers = site.wires(), list(graph.outgoing[site.id])
    if len(into) != 1 or len(readers) != 1:
        return
    last, wire = "", readers[0]
    while _lets_by(site, wire.target) and len(graph.incoming[wire.target]) == 1:
        after = list(graph.outgoing[wire.target])
        if kind_of(graph, wire.target).numbers != "same":
            last = wire.target
        if len(after) != 1:
            break
        wire = after[0]
    if not last:
        return
    edits: list[Edit] = [Disconnect(into[0]), Disconnect(readers[0])]
    start, leaving = (
        Edge(into[0].source, into[0].source_port, readers[0].target, readers[0].target_port),
        list(graph.outgoing[last]),
    )
    edits += [*map(Disconnect, leaving), Connect(start)]
    edits += [Connect(Edge(last, leaving[0].source_port, site.id, into[0].target_port))]
    edits += [Connect(Edge(site.id, readers[0].source_port, edge.target, edge.target_port)) for edge in leaving]
    yield Way(f"Move {graph.nodes[site.id].name} after {graph.nodes[last].name}", tuple(edits))


def without(site: FaultSite) -> Iterator[Way | None]:
    """No dropout there."""
    yield site.remove()


def whole_channels(site: FaultSite) -> Iterator[Way | None]:
    """Channels dropped as a whole, which a pooling leaves so."""
    x, node = site.spec(site.edge()), site.node
    if x is not None and node is not None and node.type == "Dropout" and 3 <= x.rank <= 5:
        kind = f"Dropout{x.rank - 2}d"
        yield site.exchange(kind, node.parameters, f"Change to {kind}")


def _lets_by(site: FaultSite, node_id: str) -> bool:
    """Whether a dropout may as well come after a layer."""
    kind = kind_of(site.graph, node_id)
    return kind.numbers in ("standardized", "pooled", "averaged", "same") or kind.family in ("Activation", "Reduction")
