"""Whisper's encoder: two convolutions read a spectrogram, attention does the rest."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from engine.graph import Graph
from presets import papers
from presets.attention.heads import along
from presets.attention.prenorm_layer import prenorm_layer
from presets.preset import Preset, Settings, chain, small

BLOCK = "WhisperLayer"
NAMES = {
    "conv1": "conv1",
    "conv2": "conv2",
    "positions.table": "embed_positions.weight",
    **{f"encoder.*.{ours}": f"layers.*.{theirs}"
       for ours, theirs in (
           ("norm1", "self_attn_layer_norm"), ("query", "self_attn.q_proj"), ("key", "self_attn.k_proj"),
           ("value", "self_attn.v_proj"), ("project", "self_attn.out_proj"),
           ("norm2", "final_layer_norm"), ("fc1", "fc1"), ("fc2", "fc2"),
       )},
    "norm": "layer_norm",
}  # fmt: skip
"""Our names and those of the published weights (WhisperEncoder)."""


def build(
    num_mel_bins: int = 80,
    max_source_positions: int = 1500,
    d_model: int = 384,
    encoder_layers: int = 4,
    encoder_attention_heads: int = 6,
    encoder_ffn_dim: int = 1536,
    num_labels: int | None = None,
) -> Graph:
    """Radford et al. 2022, the encoder of Whisper tiny: 8,208,384 parameters, its table of positions among them.

    A spectrogram of 30 seconds has 80 mel bins in 3,000 frames, two for each position. ``num_labels`` puts a head
    after the mean of all steps, for so many classes of sound.
    """
    graph = Graph("Whisper tiny encoder")
    prenorm_layer(graph, BLOCK, d_model, encoder_attention_heads, encoder_ffn_dim, key_bias=False)
    seeing = {"out_channels": d_model, "kernel_size": 3, "padding": 1}
    last = chain(
        graph,
        ("Input", {"name": "input_features", "shape": (num_mel_bins, 2 * max_source_positions)}),
        ("Conv1d", {"name": "conv1"} | seeing),
        ("GELU", {}),
        ("Conv1d", {"name": "conv2", "stride": 2} | seeing),
        ("GELU", {}),
        ("Permute", {"name": "steps", "dims": (0, 2, 1)}),
        ("LearnedPositions", {"name": "positions", "max_length": max_source_positions}),
        (BLOCK, {"name": "encoder", "repeat": encoder_layers}),
        ("LayerNorm", {"name": "norm"}),
    )[-1]
    if num_labels is None:
        along(graph, last, ("Output", {"name": "last_hidden_state", "loss": "mse_loss"}))
        return graph
    head = ("Linear", {"name": "classifier", "out_features": num_labels})
    along(graph, last, ("Mean", {"name": "average", "dim": 1}), head, ("Output", {"name": "label"}))
    return graph


def learn() -> Settings:
    """Settings to learn digits as if their rows were frequencies and their columns moments."""
    return {
        "data": {
            "dataset": "digit_rows",
            "transforms": ({"name": "standardise", "field": "rows"},),
            "batch_size": 32,
        },
        "training": {
            "epochs": 20,
            "optimizer": {"name": "adamw", "lr": 2e-3, "weight_decay": 0.05},
            "schedule": {"name": "cosine"},
        },
    }


NETWORK = Preset(
    name="whisper-tiny-encoder",
    title="Whisper tiny encoder",
    family="Attention",
    paper=papers.WHISPER,
    data="",
    summary="Hears: two convolutions read a spectrogram, attention does the rest.",
    build=build,
    task="features",
    names=NAMES,
    aliases={
        "hidden_size": "d_model",
        "num_hidden_layers": "encoder_layers",
        "num_attention_heads": "encoder_attention_heads",
        "intermediate_size": "encoder_ffn_dim",
    },
)
SIZES: dict[str, Any] = {
    "num_mel_bins": 8,
    "max_source_positions": 4,
    "d_model": 64,
    "encoder_layers": 2,
    "encoder_attention_heads": 4,
    "encoder_ffn_dim": 128,
    "num_labels": 10,
}
WORDS = "Two layers read a digit as if its rows were frequencies."
SMALL = replace(small(NETWORK, WORDS, learn, "digit_rows", **SIZES), task="classification")
PRESETS = (SMALL, NETWORK)
