"""The blocks of T5: RMSNorm before each part, no biases, scores without a scale, distances instead of positions."""

from __future__ import annotations

from engine.expressions import expression
from engine.graph import Graph
from presets.attention.heads import Wire, added, along, attention, split_heads
from presets.preset import Row

ENCODER, DECODER = "T5EncoderLayer", "T5DecoderLayer"
NORM = {"eps": 1e-6}
DROPPED: Row = ("Dropout", {"p": expression("dropout")})
MASK = "is added to the scores: how far apart two steps are, and where attention is blocked"


def encoder_layer(graph: Graph, width: int, size: int, heads: int, hidden: int, dropout: float) -> None:
    """Define the block: attention, then two linear layers."""
    words = "Every step looks at all others, then thinks by itself; each part is added to what was there"
    block = _defined(graph, ENCODER, words, width, size, heads, hidden, dropout)
    x, distances = block.add("BlockInput", name="x"), block.add("BlockInput", name="distances", help=MASK)
    _thinking(block, _looking(block, x, None, distances, "norm1", ""), "norm2")


def decoder_layer(graph: Graph, width: int, size: int, heads: int, hidden: int, dropout: float) -> None:
    """Define the block: attention to the steps so far, attention to the memory, then two linear layers."""
    words = "Every step looks at those before it, at all of the memory, then thinks by itself; each part is added"
    block = _defined(graph, DECODER, words, width, size, heads, hidden, dropout)
    x = block.add("BlockInput", name="x")
    memory = block.add("BlockInput", name="memory", help="what the encoder has made")
    distances = block.add("BlockInput", name="distances", help=MASK)
    mask = block.add("BlockInput", name="mask", help="true at tokens of the memory")
    so_far = _looking(block, x, None, distances, "norm1", "")
    _thinking(block, _looking(block, so_far, memory, mask, "norm2", "memory_"), "norm3")


def _defined(
    graph: Graph, name: str, words: str, width: int, size: int, heads: int, hidden: int, dropout: float
) -> Graph:
    """A block with the sizes that both have; ``size`` is that of one head."""
    return graph.define(name, help=words, width=width, size=size, heads=heads, hidden=hidden, dropout=dropout)


def _linear(name: str, size: str) -> Row:
    return "Linear", {"name": name, "out_features": expression(size), "bias": False}


def _looking(block: Graph, x: str, memory: str | None, mask: Wire, norm: str, prefix: str) -> str:
    """Attention to the ``memory``, or to ``x`` itself, added to ``x``."""
    normed = along(block, x, ("RMSNorm", {"name": norm} | NORM))
    seen = normed if memory is None else memory
    query, key, value = (
        split_heads(block, along(block, start, _linear(prefix + name, "heads * size")), expression("heads"))
        for name, start in (("query", normed), ("key", seen), ("value", seen))
    )
    taken = attention(block, query, key, value, mask, f"{prefix}attention", scale=1.0, dropout_p=expression("dropout"))
    return added(block, x, along(block, taken, _linear(f"{prefix}project", "width"), DROPPED))


def _thinking(block: Graph, x: str, norm: str) -> None:
    """The two linear layers and the end of the block."""
    hidden: tuple[Row, ...] = (("ReLU", {}), DROPPED, _linear("fc2", "width"), DROPPED)
    part = along(block, x, ("RMSNorm", {"name": norm} | NORM), _linear("fc1", "hidden"), *hidden)
    along(block, added(block, x, part), ("BlockOutput", {"name": "y"}))
