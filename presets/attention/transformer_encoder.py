"""A Transformer encoder that reads a handwritten digit row by row."""

from __future__ import annotations

from engine.graph import Graph
from presets import papers
from presets.attention.encoder_block import encoder_block
from presets.learning import on_digits
from presets.preset import Preset, chain


def build(
    classes: int = 10, input: tuple[int, ...] = (1, 8, 8), width: int = 64, depth: int = 2, heads: int = 4
) -> Graph:
    """Rows become tokens, get their positions, look at each other, and are averaged for the answer."""
    graph = Graph("Transformer encoder")
    block = encoder_block(graph, width, heads, 2 * width, 0.1)
    chain(
        graph,
        ("Input", {"name": "image", "shape": input}),
        ("Squeeze", {"name": "rows", "dim": 1}),
        ("Linear", {"name": "embedding", "out_features": width}),
        ("SinusoidalPositions", {"name": "positions"}),
        (block, {"name": "encoder", "repeat": depth}),
        ("LayerNorm", {"name": "norm"}),
        ("Mean", {"name": "average", "dim": 1}),
        ("Linear", {"name": "head", "out_features": classes}),
        ("Output", {"name": "digit"}),
    )
    graph.settings = on_digits(epochs=25, lr=2e-3, weight_decay=0.05)
    return graph


PRESETS = (
    Preset(
        name="transformer-encoder",
        title="Transformer encoder",
        family="Attention",
        paper=papers.ATTENTION,
        data="digits",
        summary="Rows of a digit look at each other: attention in small.",
        build=build,
    ),
)
