"""A layer with its projections apart, normalized before each part, as CLIP and Whisper have it."""

from __future__ import annotations

from typing import Any

from engine.expressions import expression
from engine.graph import Graph
from presets.attention.heads import added, along, connect, self_attention

PROJECTIONS = ("query", "key", "value", "project")


def prenorm_layer(
    graph: Graph,
    name: str,
    width: int,
    heads: int,
    hidden: int,
    *,
    causal: bool = False,
    key_bias: bool = True,
    quick: bool = False,
) -> None:
    """Define the block: attention, then two linear layers, each added to what was there.

    ``causal``: no step looks ahead. ``quick``: the hidden layer bends by x · σ(1.702 x), which is nearly GELU:
    Hendrycks and Gimpel 2016, https://arxiv.org/abs/1606.08415
    """
    seen = "itself and those before it" if causal else "all others"
    words = f"Every step looks at {seen}, then thinks by itself; each part is added to what was there"
    block = graph.define(name, help=words, width=width, heads=heads, hidden=hidden)
    x, wide = block.add("BlockInput", name="x"), expression("width")
    options: dict[str, Any] = {"is_causal": True} if causal else {}
    normed = along(block, x, ("LayerNorm", {"name": "norm1"}))
    taken = self_attention(block, normed, PROJECTIONS, wide, expression("heads"), biases={"key": key_bias}, **options)
    middle = added(block, x, taken)
    hidden_layer = ("Linear", {"name": "fc1", "out_features": expression("hidden")})
    bent = along(block, middle, ("LayerNorm", {"name": "norm2"}), hidden_layer)
    bent = _quick_gelu(block, bent) if quick else along(block, bent, ("GELU", {}))
    thought = along(block, bent, ("Linear", {"name": "fc2", "out_features": wide}))
    along(block, added(block, middle, thought), ("BlockOutput", {"name": "y"}))


def _quick_gelu(block: Graph, x: str) -> str:
    """x · σ(1.702 x)."""
    gate = along(block, x, ("Scale", {"factor": 1.702}), ("Sigmoid", {}))
    product = block.add("Multiply", name="quick_gelu")
    connect(block, x, product)
    connect(block, gate, product)
    return product
