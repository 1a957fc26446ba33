"""The two blocks of the Transformer, normalized after each sum as in the paper: Vaswani et al. 2017."""

from __future__ import annotations

from typing import Any

from engine.expressions import expression
from engine.graph import Graph
from presets.attention.heads import added, along
from presets.preset import Row

ENCODER, DECODER = "EncoderLayer", "DecoderLayer"
DROPPED: Row = ("Dropout", {"p": expression("dropout")})
LOOKING: dict[str, Any] = {"num_heads": expression("heads"), "dropout": expression("dropout")}
PADDING: dict[str, Any] = {"optional": True, "help": "true where a step is padding"}


def encoder_layer(graph: Graph, width: int, heads: int, hidden: int, dropout: float) -> None:
    """Define the block: attention, then two linear layers."""
    words = (
        "Every step looks at all others, then thinks by itself; each part is added to what was there, then normalized"
    )
    block = graph.define(ENCODER, help=words, width=width, heads=heads, hidden=hidden, dropout=dropout)
    x, padding = block.add("BlockInput", name="x"), block.add("BlockInput", name="padding", **PADDING)
    seen = _attention(block, x, "self_attn", key_padding_mask=padding)
    _thinking(block, _summed(block, x, seen, "norm1"), "norm2")


def decoder_layer(graph: Graph, width: int, heads: int, hidden: int, dropout: float) -> None:
    """Define the block: attention to the steps so far, attention to the memory, then two linear layers."""
    words = "Every step looks at those before it, at all of the memory, then thinks by itself; each part is added"
    block = graph.define(DECODER, help=words, width=width, heads=heads, hidden=hidden, dropout=dropout)
    x = block.add("BlockInput", name="x")
    memory = block.add("BlockInput", name="memory", help="what the encoder has made")
    padding = block.add("BlockInput", name="padding", **PADDING)
    so_far = _summed(block, x, _attention(block, x, "self_attn", is_causal=True), "norm1")
    read = _attention(block, so_far, "multihead_attn", memory=memory, key_padding_mask=padding)
    _thinking(block, _summed(block, so_far, read, "norm2"), "norm3")


def _attention(
    block: Graph, x: str, name: str, memory: str | None = None, key_padding_mask: str | None = None, **parameters: Any
) -> str:
    """The MultiheadAttention of this name, at ``x`` itself or at the ``memory``."""
    looking = block.add("MultiheadAttention", name=name, **LOOKING, **parameters)
    block.connect(x, looking, target="query")
    if memory is not None:
        block.connect(memory, looking, target="key")
    if key_padding_mask is not None:
        block.connect(key_padding_mask, looking, target="key_padding_mask")
    return looking


def _summed(block: Graph, x: str, part: str, norm: str) -> str:
    """``x`` and a part of which some numbers are dropped, added and normalized."""
    return along(block, added(block, x, along(block, part, DROPPED)), ("LayerNorm", {"name": norm}))


def _thinking(block: Graph, x: str, norm: str) -> None:
    """The two linear layers and the end of the block."""
    hidden = along(
        block,
        x,
        ("Linear", {"name": "linear1", "out_features": expression("hidden")}),
        ("ReLU", {}),
        DROPPED,
        ("Linear", {"name": "linear2", "out_features": expression("width")}),
    )
    along(block, _summed(block, x, hidden, norm), ("BlockOutput", {"name": "y"}))
