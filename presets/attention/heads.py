"""Attention of several heads, drawn with its projections apart: queries, keys and values are layers of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.graph import Graph
from presets.preset import Row, chain

Wire = str | tuple[str, int]
"""A node, or a node and the number of one of its outputs."""


def along(graph: Graph, start: Wire, *layers: Row) -> str:
    """Layers one after the other, from a node (or one of its outputs) on; returns the last."""
    ids = chain(graph, *layers)
    connect(graph, start, ids[0])
    return ids[-1]


def connect(graph: Graph, start: Wire, end: str, target: int | str | None = None) -> None:
    """Wire a node (or one of its outputs) to a port, or to the first free one."""
    node, port = start if isinstance(start, tuple) else (start, 0)
    graph.connect(node, end, source=port, target=target)


def added(graph: Graph, *parts: Wire, name: str | None = None) -> str:
    """The sum of these."""
    return _joined(graph, "Add", parts, name)


def multiplied(graph: Graph, *parts: Wire, name: str | None = None) -> str:
    """The product of these, number by number."""
    return _joined(graph, "Multiply", parts, name)


def _joined(graph: Graph, node_type: str, parts: Sequence[Wire], name: str | None) -> str:
    node = graph.add(node_type, name=name)
    for part in parts:
        connect(graph, part, node)
    return node


def split_heads(graph: Graph, start: Wire, heads: object, *more: Row) -> str:
    """(N, T, heads · size) becomes (N, heads, T, size), and continues through ``more``."""
    rows: tuple[Row, ...] = (
        ("Unflatten", {"dim": -1, "unflattened_size": (heads, -1)}),
        ("Permute", {"dims": (0, 2, 1, 3)}),
    )
    return along(graph, start, *rows, *more)


def attention(
    graph: Graph,
    queries: Wire,
    keys: Wire,
    values: Wire,
    mask: Wire | None = None,
    name: str = "attention",
    **parameters: Any,
) -> str:
    """What heads of queries (N, heads, T, size) take, joined again: (N, T, heads · size)."""
    looking = graph.add("ScaledDotProductAttention", name=name, **parameters)
    for port, wire in enumerate((queries, keys, values)):
        connect(graph, wire, looking, port)
    if mask is not None:
        connect(graph, mask, looking, "attn_mask")
    return along(graph, looking, ("Permute", {"dims": (0, 2, 1, 3)}), ("Flatten", {"start_dim": 2}))


def self_attention(
    graph: Graph,
    x: Wire,
    names: Sequence[str],
    width: object,
    heads: object,
    mask: Wire | None = None,
    biases: Mapping[str, bool] | None = None,
    **parameters: Any,
) -> str:
    """Projections of ``x`` by four Linear layers of these ``names`` (queries, keys, values, result) around attention.

    ``biases`` says of some of them that they have none.
    """
    *ways, end = (
        (
            "Linear",
            {"name": name, "out_features": width} | ({"bias": False} if (biases or {}).get(name) is False else {}),
        )
        for name in names
    )
    split = [split_heads(graph, along(graph, x, way), heads) for way in ways]
    return along(graph, attention(graph, split[0], split[1], split[2], mask, **parameters), end)


def tokens_mask(graph: Graph, ids: Wire, padding: int = 0) -> str:
    """A mask (N, 1, 1, T) for attention, true at tokens, so that nobody looks at padding."""
    rows: tuple[Row, ...] = (
        ("PaddingMask", {"name": "padding", "padding_idx": padding, "true_at": "tokens"}),
        ("Unsqueeze", {"dim": 1}),
        ("Unsqueeze", {"name": "mask", "dim": 1}),
    )
    return along(graph, ids, *rows)
