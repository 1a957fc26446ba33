"""The two towers of CLIP: an image, or a text, becomes a vector of length 1."""

from __future__ import annotations

from engine.graph import Graph
from presets.attention.heads import along, connect
from presets.attention.prenorm_layer import prenorm_layer
from presets.preset import PresetError, Row, chain

LAYER = (
    ("norm1", "layer_norm1"), ("query", "self_attn.q_proj"), ("key", "self_attn.k_proj"),
    ("value", "self_attn.v_proj"), ("project", "self_attn.out_proj"),
    ("norm2", "layer_norm2"), ("fc1", "mlp.fc1"), ("fc2", "mlp.fc2"),
)  # fmt: skip
NAMES = {
    "patches": "vision_model.embeddings.patch_embedding",
    "class_token.token": "vision_model.embeddings.class_embedding",
    "image_positions.table": "vision_model.embeddings.position_embedding.weight",
    "norm_before": "vision_model.pre_layrnorm",
    "norm_behind": "vision_model.post_layernorm",
    "image_projection": "visual_projection",
    "embedding": "text_model.embeddings.token_embedding",
    "text_positions.table": "text_model.embeddings.position_embedding.weight",
    "text_norm": "text_model.final_layer_norm",
    "text_projection": "text_projection",
    "temperature.weight": "logit_scale",
    **{f"{ours}_encoder.*.{inner}": f"{theirs}_model.encoder.layers.*.{published}"
       for ours, theirs in (("image", "vision"), ("text", "text")) for inner, published in LAYER},
}  # fmt: skip
"""Our names and those of the published weights (CLIPModel), with their spelling."""


def image_tower(
    graph: Graph, side: int, patch: int, width: int, depth: int, heads: int, hidden: int, answer: int
) -> str:
    """A Vision Transformer that is normalized before its first layer, too; the class token is read."""
    if side % patch:
        raise PresetError(f"clip-vit-b-32 cuts images into patches of {patch}×{patch}; {side} must divide by {patch}.")
    prenorm_layer(graph, "ImageLayer", width, heads, hidden, quick=True)
    return chain(
        graph,
        ("Input", {"name": "pixel_values", "shape": (3, side, side)}),
        ("Conv2d", {"name": "patches", "out_channels": width, "kernel_size": patch, "stride": patch, "bias": False}),
        ("Flatten", {"start_dim": 2}),
        ("Permute", {"name": "rows", "dims": (0, 2, 1)}),
        ("ClassToken", {"name": "class_token"}),
        ("LearnedPositions", {"name": "image_positions", "max_length": (side // patch) ** 2 + 1}),
        ("LayerNorm", {"name": "norm_before"}),
        ("ImageLayer", {"name": "image_encoder", "repeat": depth}),
        ("Select", {"name": "first", "index": 0}),
        ("LayerNorm", {"name": "norm_behind"}),
        *_projection("image", answer),
    )[-1]


def text_tower(
    graph: Graph,
    vocabulary: int,
    longest: int,
    width: int,
    depth: int,
    heads: int,
    hidden: int,
    answer: int,
    padded: bool,
) -> str:
    """A decoder whose step at the end of the text, which has seen all before it, is read."""
    prenorm_layer(graph, "TextLayer", width, heads, hidden, causal=True, quick=True)
    ids, *_, last = chain(
        graph,
        ("Input", {"name": "input_ids", "shape": (longest,), "dtype": "int64"}),
        ("Embedding", {"name": "embedding", "num_embeddings": vocabulary, "embedding_dim": width}),
        ("LearnedPositions", {"name": "text_positions", "max_length": longest}),
        ("TextLayer", {"name": "text_encoder", "repeat": depth}),
        ("LayerNorm", {"name": "text_norm"}),
    )
    end = _last_token(graph, ids) if padded else _highest_token(graph, ids, longest)
    taken = graph.add("TakeAt", name="end_of_text")
    connect(graph, last, taken)
    connect(graph, end, taken)
    return along(graph, taken, *_projection("text", answer))


def _projection(name: str, answer: int) -> tuple[Row, ...]:
    """To where images and texts are compared."""
    return (
        ("Linear", {"name": f"{name}_projection", "out_features": answer, "bias": False}),
        ("Normalize", {"name": f"{name}_embeds", "dim": -1}),
    )


def _highest_token(graph: Graph, ids: str, longest: int) -> tuple[str, int] | str:
    """The first position of the highest number: earlier ones count a little more."""
    count = along(graph, ids, ("Arange", {"name": "positions"}))
    score = graph.add("Subtract", name="earlier_first")
    connect(graph, along(graph, ids, ("Scale", {"factor": float(longest)})), score)
    connect(graph, count, score)
    highest = along(graph, score, ("TopK", {"name": "highest", "k": 1}))
    return along(graph, (highest, 1), ("Squeeze", {"dim": -1}))


def _last_token(graph: Graph, ids: str) -> str:
    """The position before the padding."""
    last = graph.add("Subtract", name="last")
    connect(graph, along(graph, ids, ("SequenceLengths", {"name": "lengths"})), last)
    connect(graph, graph.add("Constant", name="one", value=1, dtype="int64"), last)
    return last
