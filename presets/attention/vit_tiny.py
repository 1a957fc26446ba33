"""A tiny Vision Transformer: an image is a sentence of patches."""

from __future__ import annotations

from engine.graph import Graph
from presets import papers
from presets.attention.encoder_block import encoder_block
from presets.learning import on_digits
from presets.preset import Preset, chain


def build(
    classes: int = 10,
    input: tuple[int, ...] = (1, 8, 8),
    patch: int = 2,
    width: int = 64,
    depth: int = 3,
    heads: int = 4,
    expand: int = 2,
) -> Graph:
    """Dosovitskiy et al. 2020: patches become tokens, a class token is put before them and read at the end.

    ViT-B/16 of the paper is ``patch=16, width=768, depth=12, heads=12, expand=4`` for 3×224×224 and 1,000 classes.
    """
    graph = Graph("ViT tiny")
    block = encoder_block(graph, width, heads, expand * width, 0.2)
    tokens = (input[1] // patch) * (input[2] // patch) + 1 if len(input) == 3 else 1
    chain(
        graph,
        ("Input", {"name": "image", "shape": input}),
        ("Conv2d", {"name": "patches", "out_channels": width, "kernel_size": patch, "stride": patch}),
        ("Flatten", {"start_dim": 2}),
        ("Permute", {"name": "tokens", "dims": (0, 2, 1)}),
        ("ClassToken", {"name": "class_token"}),
        ("LearnedPositions", {"name": "positions", "max_length": tokens}),
        (block, {"name": "encoder", "repeat": depth}),
        ("LayerNorm", {"name": "norm"}),
        ("Select", {"name": "first", "index": 0}),
        ("Linear", {"name": "head", "out_features": classes}),
        ("Output", {"name": "digit"}),
    )
    graph.settings = on_digits(epochs=40, lr=2e-3, weight_decay=0.05, batch_size=16)
    return graph


PRESETS = (
    Preset(
        name="vit-tiny",
        title="ViT tiny",
        family="Attention",
        paper=papers.VIT,
        data="digits",
        summary="An image is a sentence of patches.",
        build=build,
    ),
)
