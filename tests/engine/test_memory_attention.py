"""The memory of attention, computed by rule, against what torch allocates: with dropout, masks and weights read."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from engine import cost
from engine.edits import Disconnect
from engine.graph import Graph
from engine.shapes import infer
from tests.benchmarks.tables import table
from tests.engine.classics import along
from tests.engine.test_memory import allocated

FEATURES = 32


def wired(kind: str, inputs: dict[str, tuple[int, ...]], read: tuple[str, ...] = (), **parameters: Any) -> Graph:
    """One layer with Inputs on these ports, booleans on those of a mask, and an Output; others after ``read``."""
    graph = Graph(kind)
    layer = graph.add(kind, **parameters)
    for port, shape in inputs.items():
        start = graph.add("Input", shape=shape, dtype="bool" if "mask" in port else "float32")
        if kind == "ScaledDotProductAttention" and "mask" not in port:  # it has nothing to learn by itself
            start = along(graph, start, ("Linear", {"out_features": shape[-1]}))
        graph.connect(start, layer, target=port)
    graph.connect(layer, graph.add("Output", loss="mse_loss"))
    for port in read:
        graph.connect(layer, graph.add("Output"), source=port)
    return graph


def multihead(steps: int = 64, keys: int = 0, features: int = FEATURES, mask: str = "", **more: Any) -> Graph:
    """Self-attention, or to so many other ``keys``."""
    shapes: dict[str, tuple[int, ...]] = {"query": (steps, features)}
    shapes |= {"key": (keys, more.pop("size", features))} if keys else {}
    shapes |= {mask: (steps, keys or steps) if mask == "attn_mask" else (keys or steps,)} if mask else {}
    return wired("MultiheadAttention", shapes, **{"num_heads": 4, **more})


def layer(decoder: bool, steps: int = 64, features: int = FEATURES, mask: str = "", **more: Any) -> Graph:
    """A layer of a Transformer."""
    first, kind = ("tgt", "TransformerDecoderLayer") if decoder else ("src", "TransformerEncoderLayer")
    shapes: dict[str, tuple[int, ...]] = {first: (steps, features)}
    shapes |= {"memory": (40, features)} if decoder else {}
    shapes |= {f"{first}_{mask}": (steps, steps) if mask == "mask" else (steps,)} if mask else {}
    return wired(kind, shapes, **{"nhead": 4, "dim_feedforward": 128, **more})


def heads(steps: int = 64, keys: int = 64, size: int = 16, values: int = 16, mask: bool = False, **more: Any) -> Graph:
    """Attention without weights of its own, of four heads."""
    shapes: dict[str, tuple[int, ...]] = {"query": (4, steps, size), "key": (4, keys, size), "value": (4, keys, values)}
    shapes |= {"attn_mask": (4, steps, keys)} if mask else {}
    return wired("ScaledDotProductAttention", shapes, **more)


def added(
    learned: bool, shape: tuple[int, ...], steps: int = 64, keys: int = 64, groups: int = 4, **more: Any
) -> Graph:
    """The same under floats that are added to the scores: a learned tensor, or an Input after the batch."""
    graph = Graph("added")
    layer = graph.add("ScaledDotProductAttention", enable_gqa=groups != 4, **more)
    for port, size in (("query", (4, steps, 16)), ("key", (groups, keys, 16)), ("value", (groups, keys, 16))):
        start = along(graph, graph.add("Input", shape=size), ("Linear", {"out_features": 16}))
        graph.connect(start, layer, target=port)
    graph.connect(graph.add("Parameter" if learned else "Input", shape=shape), layer, target="attn_mask")
    graph.connect(layer, graph.add("Output", loss="mse_loss"))
    return graph


def computed(keys: int = 64) -> Graph:
    """Floats that something learned makes of the sample."""
    graph = added(False, (4, 64, 8), keys=keys)
    (layer,) = graph.of_type("ScaledDotProductAttention")
    Disconnect(wire := graph.incoming[layer.id]["attn_mask"]).apply(graph)
    made = along(graph, wire.source, ("Linear", {"out_features": keys}))
    graph.connect(made, layer.id, target="attn_mask")
    return graph


MULTIHEAD: list[dict[str, Any]] = [
    *({}, {"is_causal": True}, {"mask": "key_padding_mask"}, {"mask": "attn_mask"}, {"keys": 40}, {"bias": False}),
    *({"keys": 40, "size": 24}, {"add_bias_kv": True, "add_zero_attn": True}, {"num_heads": 1}, {"num_heads": 8}),
    *({"steps": 16, "features": 128}, {"steps": 160, "features": 16}),
]
LAYERS: list[dict[str, Any]] = [
    *({}, {"activation": "gelu"}, {"norm_first": True}, {"mask": "key_padding_mask"}, {"mask": "mask"}),
    *({"bias": False}, {"dim_feedforward": 64}, {"steps": 160}, {"steps": 16, "features": 128}),
]
HEADS: list[dict[str, Any]] = [
    *({}, {"is_causal": True}, {"mask": True}, {"keys": 40}, {"values": 32}, {"steps": 160, "keys": 160}),
]
ADDED: list[dict[str, Any]] = [
    *({"learned": True, "shape": shape} for shape in ((64, 64), (4, 64, 64), (1, 4, 64, 64), (1, 64))),
    *({"learned": False, "shape": shape} for shape in ((4, 64, 64), (1, 64, 64), (1, 1, 64))),
    *({"learned": learned, "shape": (4, 64, 64), "groups": 2} for learned in (True, False)),
    {"learned": True, "shape": (32, 128), "steps": 32, "keys": 128},
]


def cases() -> list[tuple[str, Graph]]:
    """Every attention with and without dropout."""
    found = []
    for dropout, read, more in product((0.0, 0.2), ((), ("weights",)), MULTIHEAD):
        found.append((f"multihead {dropout} {read} {more}", multihead(read=read, dropout=dropout, **more)))
    for decoder, dropout, more in product((False, True), (0.0, 0.1), LAYERS):
        found.append((f"{decoder=} {dropout} {more}", layer(decoder, dropout=dropout, **more)))
    for dropout, more in product((0.0, 0.2), HEADS):
        found.append((f"heads {dropout} {more}", heads(dropout_p=dropout, **more)))
    for dropout, more in product((0.0, 0.2), ADDED):
        found.append((f"added {dropout} {more}", added(dropout_p=dropout, **more)))
    found.append(("computed", computed()))
    return found


@pytest.mark.parametrize("training", [True, False], ids=["training", "inference"])
def test_attention_takes_what_torch_allocates(training: bool) -> None:
    rows: list[list[object]] = [["attention", "by rule", "allocated", "ratio"]]
    wrong = []
    for name, graph in cases():
        whole = cost.total(graph, batch=8)
        ours = whole.activations_training if training else whole.activations_inference
        real = allocated(graph, 8, training=training)
        rows.append([name, f"{ours:,}", f"{real:,}", f"{ours / real:.2f}"])
        if not 0.85 <= ours / real <= 1.15:
            wrong.append(rows[-1])
    table(f"Memory of attention, {training=}", rows)
    assert wrong == []


def test_a_node_takes_what_it_computes() -> None:
    """Of self-attention over 64 steps the weights of 64 × 64, and in training their softmax in each of 4 heads."""
    shares = []
    for read in ((), ("weights",)):
        graph = multihead(read=read)
        (node,) = graph.of_type("MultiheadAttention")
        shares.append(cost.of_node(graph, infer(graph), node.id))
    without, with_weights = shares
    assert without.activations_inference == 4 * 64 * FEATURES
    assert with_weights.activations_inference == 4 * 64 * (FEATURES + 64)
    assert with_weights.activations_training - without.activations_training > 4 * 64 * 64 * 4
    assert with_weights.multiply_adds == without.multiply_adds


def test_on_a_gpu_dropout_leaves_no_scores_and_keeps_booleans() -> None:
    """Its kernels of attention drop by themselves (measured against the allocator in `tests.gpu`)."""

    def taken(graph: Graph, *, gpu: bool) -> int:
        return cost.total(graph, batch=8, gpu=gpu).activations_training

    plain = [(multihead, "dropout", more) for more in MULTIHEAD] + [(heads, "dropout_p", more) for more in HEADS[:4]]
    for made, dropout, more in plain:
        without = taken(made(**more), gpu=False)
        assert (
            taken(made(**more, **{dropout: 0.2}), gpu=True)
            == without
            < taken(made(**more, **{dropout: 0.2}), gpu=False)
        )
    for decoder, more in product((False, True), LAYERS):
        without, drops = layer(decoder, dropout=0.0, **more), layer(decoder, dropout=0.1, **more)
        assert taken(without, gpu=True) < taken(drops, gpu=True) < taken(drops, gpu=False)
    graph = Graph("dropped")
    ends = along(graph, graph.add("Input", shape=(64,)), ("Linear", {"out_features": 64}), ("Dropout", {}))
    graph.connect(ends, graph.add("Output", loss="mse_loss"))
    assert taken(graph, gpu=False) - taken(graph, gpu=True) == 3 * 8 * 64, "bytes in place of floats"
