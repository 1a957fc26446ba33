"""The encoder block that Transformers are stacked of: Vaswani et al. 2017, normalized first as in Xiong et al. 2020."""

from __future__ import annotations

from engine.expressions import expression
from engine.graph import Graph
from presets.preset import chain


def encoder_block(graph: Graph, width: int, heads: int, hidden: int, dropout: float, eps: float | None = None) -> str:
    """Attention, then two linear layers, each with a way around it; returns the name of the block.

    ``eps`` is that of its norms, where it is not torch's default.
    """
    given = {} if eps is None else {"eps": eps}
    block = graph.define(
        "EncoderBlock",
        help="Every step looks at all others, then thinks by itself; each part is added to what was there",
        width=width,
        heads=heads,
        hidden=hidden,
        dropout=dropout,
    )
    attention = chain(
        block,
        ("BlockInput", {"name": "x"}),
        ("LayerNorm", {"name": "norm1"} | given),
        ("MultiheadAttention", {"name": "attention", "num_heads": expression("heads")}),
        ("Dropout", {"p": expression("dropout")}),
        ("Add", {}),
    )
    block.connect(attention[0], attention[-1])
    thinking = chain(
        block,
        ("LayerNorm", {"name": "norm2"} | given),
        ("Linear", {"out_features": expression("hidden")}),
        ("GELU", {}),
        ("Linear", {"out_features": expression("width")}),
        ("Dropout", {"p": expression("dropout")}),
        ("Add", {}),
        ("BlockOutput", {"name": "y"}),
    )
    block.connect(attention[-1], thinking[0])
    block.connect(attention[-1], thinking[5])
    return "EncoderBlock"
