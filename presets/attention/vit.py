"""The Vision Transformer ViT-B/16: an image is a sentence of 16×16 patches."""

from __future__ import annotations

from functools import partial
from typing import Any

from engine.graph import Graph
from presets import papers
from presets.attention.encoder_block import encoder_block
from presets.learning import on_digits
from presets.preset import Preset, PresetError, chain, small

EPS = 1e-6
NAMES = {
    "patches": "patch_embed.proj",
    "class_token.token": "cls_token",
    "positions.table": "pos_embed",
    **{f"encoder.*.{ours}": f"blocks.*.{theirs}"
       for ours, theirs in (
           ("norm1", "norm1"), ("norm2", "norm2"), ("fc1", "mlp.fc1"), ("fc2", "mlp.fc2"),
           ("attention.in_proj_weight", "attn.qkv.weight"), ("attention.in_proj_bias", "attn.qkv.bias"),
           ("attention.out_proj", "attn.proj"),
       )},
}  # fmt: skip
"""Our names and timm's (vit_base_patch16_224)."""


def build(
    classes: int = 1000,
    input: tuple[int, ...] = (3, 224, 224),
    patch_size: int = 16,
    hidden_size: int = 768,
    num_hidden_layers: int = 12,
    num_attention_heads: int = 12,
    intermediate_size: int = 3072,
    hidden_dropout_prob: float = 0.0,
) -> Graph:
    """Dosovitskiy et al. 2020, ViT-B/16: 86,567,656 parameters.

    Patches become tokens, a class token is put before them and read at the end.
    """
    if len(input) != 3 or input[1] % patch_size or input[2] % patch_size:
        raise PresetError(
            f"vit-b-16 cuts images into patches of {patch_size}×{patch_size}; height and width of "
            f"input={'x'.join(map(str, input))} must divide by {patch_size}."
        )
    graph = Graph("ViT-B/16")
    block = encoder_block(graph, hidden_size, num_attention_heads, intermediate_size, hidden_dropout_prob, EPS)
    tokens = (input[1] // patch_size) * (input[2] // patch_size) + 1
    chain(
        graph,
        ("Input", {"name": "image", "shape": input}),
        ("Conv2d", {"name": "patches", "out_channels": hidden_size, "kernel_size": patch_size, "stride": patch_size}),
        ("Flatten", {"start_dim": 2}),
        ("Permute", {"name": "tokens", "dims": (0, 2, 1)}),
        ("ClassToken", {"name": "class_token"}),
        ("LearnedPositions", {"name": "positions", "max_length": tokens}),
        ("Dropout", {"p": hidden_dropout_prob}),
        (block, {"name": "encoder", "repeat": num_hidden_layers}),
        ("LayerNorm", {"name": "norm", "eps": EPS}),
        ("Select", {"name": "first", "index": 0}),
        ("Linear", {"name": "head", "out_features": classes}),
        ("Output", {"name": "class"}),
    )
    return graph


NETWORK = Preset(
    name="vit-b-16",
    title="ViT-B/16",
    family="Attention",
    paper=papers.VIT,
    data="",
    summary="An image is a sentence of 196 patches that look at each other.",
    build=build,
    names=NAMES,
)
LEARN = partial(on_digits, epochs=20, lr=2e-3, weight_decay=0.05)
SIZES: dict[str, Any] = {
    "input": (1, 16, 16),
    "patch_size": 4,
    "hidden_size": 64,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "intermediate_size": 128,
    "hidden_dropout_prob": 0.1,
}
WORDS = "Sixteen patches of 4×4 pixels: which digit is written?"
PRESETS = (small(NETWORK, WORDS, LEARN, classes=10, **SIZES), NETWORK)
