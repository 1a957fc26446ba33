"""CLIP: a tower for images and one for texts, which learn to give what belongs together the same direction."""

from __future__ import annotations

from functools import partial
from typing import Any

from engine.data.declarations.alphabets import CAPTION
from engine.graph import Graph
from presets import papers
from presets.attention.clip_loss import contrast
from presets.attention.clip_towers import NAMES, image_tower, text_tower
from presets.learning import on_shapes
from presets.preset import Preset, small


def build(
    image_size: int = 224,
    patch_size: int = 32,
    vision_hidden_size: int = 768,
    vision_num_hidden_layers: int = 12,
    vision_num_attention_heads: int = 12,
    vision_intermediate_size: int = 3072,
    vocab_size: int = 49408,
    max_position_embeddings: int = 77,
    text_hidden_size: int = 512,
    text_num_hidden_layers: int = 12,
    text_num_attention_heads: int = 8,
    text_intermediate_size: int = 2048,
    projection_dim: int = 512,
    padded: bool = False,
) -> Graph:
    """Radford et al. 2021, CLIP ViT-B/32: 151,277,313 parameters.

    A text ends at its highest token, as CLIP's texts do; ``padded``: at the last one before the zeros.
    The two losses say, image by image and text by text, how sure the right partner is found among those of the batch.
    """
    graph = Graph("CLIP ViT-B/32")
    image = image_tower(
        graph,
        image_size,
        patch_size,
        vision_hidden_size,
        vision_num_hidden_layers,
        vision_num_attention_heads,
        vision_intermediate_size,
        projection_dim,
    )
    text = text_tower(
        graph,
        vocab_size,
        max_position_embeddings,
        text_hidden_size,
        text_num_hidden_layers,
        text_num_attention_heads,
        text_intermediate_size,
        projection_dim,
        padded,
    )
    contrast(graph, image, text)
    return graph


NETWORK = Preset(
    name="clip-vit-b-32",
    title="CLIP ViT-B/32",
    family="Attention",
    paper=papers.CLIP,
    data="",
    summary="Two towers give an image and its caption the same direction.",
    build=build,
    task="contrastive learning",
    names=NAMES,
)
LEARN = partial(on_shapes, epochs=5, lr=1e-3, weight_decay=0.05, batch_size=64)
SIZES: dict[str, Any] = {
    "image_size": 32,
    "patch_size": 8,
    **{f"{tower}_{size}": value
       for tower in ("vision", "text")
       for size, value in (
           ("hidden_size", 64), ("num_hidden_layers", 2), ("num_attention_heads", 4), ("intermediate_size", 128),
       )},
    "vocab_size": len(CAPTION),
    "max_position_embeddings": 11,
    "projection_dim": 32,
    "padded": True,
}  # fmt: skip
WORDS = "Two layers each find the caption that belongs to a drawing."
PRESETS = (
    small(
        NETWORK,
        WORDS,
        LEARN,
        "shapes",
        title="CLIP small",
        fields={"pixel_values": "image", "input_ids": "caption_in"},
        **SIZES,
    ),
    NETWORK,
)
