"""A Transformer encoder that learns as BERT does: characters are hidden, and it says which they were."""

from __future__ import annotations

from engine.data.declarations.alphabets import MASKED, TEXT
from engine.graph import Graph
from presets import papers
from presets.attention.heads import along
from presets.attention.transformer_blocks import ENCODER, encoder_layer
from presets.learning import on_tokens
from presets.preset import Preset


def build(
    vocab_size: int = len(MASKED), answers: int = len(TEXT), width: int = 64, depth: int = 2, heads: int = 4
) -> Graph:
    """Devlin et al. 2018, the masked objective: what is on both sides of a gap says what is missing there.

    Before attention a convolution looks at the neighbours: so few texts would teach attention to find them very slowly.
    """
    graph = Graph("Masked language model")
    encoder_layer(graph, width, heads, 4 * width, 0.0)
    text = graph.add("Input", name="text", shape=(64,), dtype="int64")
    encoder = along(
        graph,
        text,
        ("Embedding", {"name": "embedding", "num_embeddings": vocab_size, "embedding_dim": width}),
        ("Permute", {"name": "features_first", "dims": (0, 2, 1)}),
        ("Conv1d", {"name": "neighbours", "out_channels": width, "kernel_size": 7, "padding": "same"}),
        ("GELU", {}),
        ("Permute", {"name": "steps_first", "dims": (0, 2, 1)}),
        ("SinusoidalPositions", {"name": "positions"}),
        (ENCODER, {"name": "encoder", "repeat": depth}),
    )
    graph.connect(along(graph, text, ("PaddingMask", {"name": "padding"})), encoder, target="padding")
    along(
        graph,
        encoder,
        ("LayerNorm", {"name": "norm"}),
        ("Linear", {"name": "head", "out_features": answers}),
        ("Output", {"name": "hidden", "ignore_index": 0}),
    )
    graph.settings = on_tokens("masked_docstrings", epochs=6, lr=3e-3, weight_decay=0.01)
    return graph


PRESETS = (
    Preset(
        name="masked-language-model",
        title="Masked language model",
        family="Attention",
        paper=papers.BERT,
        data="masked_docstrings",
        summary="Guesses hidden characters: what BERT learns from.",
        build=build,
        task="masked language model",
    ),
)
