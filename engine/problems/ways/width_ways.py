"""Which layer chooses how wide a value is, and ways to give it another width."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from engine.graph import Edge
from engine.problems.ways.fault_site import FaultSite, Way, number, typed

WIDTHS: Final = {
    "Linear": "out_features",
    "Bilinear": "out_features",
    "Embedding": "embedding_dim",
    "EmbeddingBag": "embedding_dim",
    "RNN": "hidden_size",
    "LSTM": "hidden_size",
    "GRU": "hidden_size",
    "RNNCell": "hidden_size",
    "LSTMCell": "hidden_size",
    "GRUCell": "hidden_size",
}
"""The parameter that says how long the last axis is."""
FILTERS: Final = frozenset(f"Conv{kind}{count}d" for kind in ("", "Transpose") for count in (1, 2, 3)) | {"Shortcut"}
MAKERS: Final = FILTERS | WIDTHS.keys()


def width_parameter(node_type: str) -> str:
    """The parameter that says how many channels or features a layer gives."""
    return "out_channels" if node_type in FILTERS else WIDTHS.get(node_type, "")


def makers(site: FaultSite, edge: Edge, most: int = 3) -> Iterator[str]:
    """The layers above a wire that choose how wide its value is, the nearest first."""
    stack, seen, found = [edge.source], {edge.source}, 0
    while stack and found < most:
        node_id = stack.pop(0)
        if site.graph.nodes[node_id].type in MAKERS:
            found += 1
            yield node_id
            continue
        for before in site.graph.incoming[node_id].values():
            if before.source not in seen:
                seen.add(before.source)
                stack.append(before.source)


def resized(site: FaultSite, edge: Edge, axis: int, size: int) -> Iterator[Way | None]:
    """Ways to give the value on a wire ``size`` channels (axis 1) or features (the last axis)."""
    x = site.spec(edge)
    if x is None or size < 1:
        return
    now = number(x.shape[axis])
    for node_id in makers(site, edge):
        node = site.graph.nodes[node_id]
        name = width_parameter(node.type)
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
