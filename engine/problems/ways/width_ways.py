"""Which layer chooses how wide a value is, and ways to give it another width."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from engine.graph import Edge
from engine.problems.looking import kind_of
from engine.problems.ways.fault_site import FaultSite, Way, number, typed

WIDE: Final = 32
"""As wide as a code of a small network."""


def makers(site: FaultSite, edge: Edge, most: int = 3) -> Iterator[str]:
    """The layers above a wire that choose how wide its value is, the nearest first."""
    stack, seen, found = [edge.source], {edge.source}, 0
    while stack and found < most:
        node_id = stack.pop(0)
        if kind_of(site.graph, node_id).width_parameter:
            found += 1
            yield node_id
            continue
        for before in site.graph.incoming[node_id].values():
            if before.source not in seen:
                seen.add(before.source)
                stack.append(before.source)


def features_last(site: FaultSite, edge: Edge) -> bool:
    """Whether the layer that chose how wide a value is has its features last, as an Embedding has."""
    return any(not kind_of(site.graph, node_id).channels_second for node_id in makers(site, edge, 1))


def resized(site: FaultSite, edge: Edge, axis: int, size: int) -> Iterator[Way | None]:
    """Ways to give the value on a wire ``size`` channels (axis 1) or features (the last axis)."""
    x = site.spec(edge)
    if x is None or size < 1:
        return
    now = number(x.shape[axis])
    for node_id in makers(site, edge):
        node = site.graph.nodes[node_id]
        name = kind_of(site.graph, node_id).width_parameter
        if node_id != site.id and typed(node, name):
            value = site.value(name, node)
            if isinstance(value, int) and now and now != value and now % value == 0 and size % (now // value) == 0:
                yield site.set({name: size // (now // value)}, of=node_id)  # both directions of an LSTM, a flattening
            yield site.set({name: size}, of=node_id)
    if axis == 1 and 3 <= x.rank <= 5:
        yield site.insert(
            edge,
            (f"Conv{x.rank - 2}d", {"out_channels": size, "kernel_size": 1}),
            label=f"Insert 1×1 convolution ({size})",
        )
    if axis in (-1, x.rank - 1):
        yield site.insert(edge, ("Linear", {"out_features": size}))


def wider(site: FaultSite) -> Iterator[Way | None]:
    """As many numbers as come in, but no more than a code needs; or without the guilty layer."""
    name, x = site.kind.width_parameter, site.spec(site.edge())
    width = number(x.shape[1 if site.kind.channels_second else -1]) if x is not None else None
    if name and width is not None and width > 1:
        yield site.set({name: min(width, WIDE)})
    yield site.remove()
