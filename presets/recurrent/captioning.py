"""A convolutional network sees a picture, an LSTM says what is on it and looks there for every word."""

from __future__ import annotations

from engine.data.declarations.alphabets import CAPTION
from engine.graph import Graph
from presets import papers
from presets.attention.heads import along
from presets.blocks import scaled_attention
from presets.learning import on_board
from presets.preset import Preset, PresetError, Row


def _stage(channels: int, pool: int) -> tuple[Row, ...]:
    convolution = {"out_channels": channels, "kernel_size": 3, "padding": 1, "bias": False}
    return ("Conv2d", convolution), ("BatchNorm2d", {}), ("ReLU", {}), ("MaxPool2d", {"kernel_size": pool})


def build(
    input: tuple[int, ...] = (3, 32, 32), vocab_size: int = len(CAPTION), width: int = 64, hidden: int = 128
) -> Graph:
    """Xu et al. 2015: at every word the LSTM looks at the cells of the last maps, 8 × 8 places of the picture."""
    if len(input) != 3:
        raise PresetError("captioning-cnn-lstm needs images: an input of channels, height and width.")
    graph = Graph("Captioning CNN–LSTM")
    looking = scaled_attention.define(graph)
    cells = along(
        graph,
        graph.add("Input", name="image", shape=input),
        *_stage(width // 4, 2),
        *_stage(width // 2, 2),
        ("Conv2d", {"name": "features", "out_channels": width, "kernel_size": 3, "padding": 1}),
        ("Flatten", {"name": "cells", "start_dim": 2}),
        ("Permute", {"name": "cells_as_steps", "dims": (0, 2, 1)}),
        ("LearnedPositions", {"name": "places", "max_length": (input[1] // 4) * (input[2] // 4)}),
    )
    said = along(
        graph,
        graph.add("Input", name="caption_in", field="caption_in", shape=("T",), dtype="int64"),
        ("Embedding", {"name": "words", "num_embeddings": vocab_size, "embedding_dim": width}),
        ("LSTM", {"name": "lstm", "hidden_size": hidden}),
    )
    found = graph.add(looking, name="looking")
    query = along(graph, said, ("Linear", {"name": "query", "out_features": width}))
    for port, source in (("Q", query), ("K", cells), ("V", cells)):
        graph.connect(source, found, target=port)
    both = graph.add("Concat", name="seen_and_said", dim=2)
    graph.connect(found, both)
    graph.connect(said, both)
    along(
        graph,
        both,
        ("Linear", {"name": "think", "out_features": hidden}),
        ("ReLU", {}),
        ("Dropout", {"p": 0.1}),
        ("Linear", {"name": "head", "out_features": vocab_size}),
        ("Output", {"name": "word", "field": "caption", "ignore_index": 0}),
    )
    graph.settings = on_board("shapes", epochs=10, lr=2e-3, batch_size=32, standardised="image", clip_norm=1.0)
    return graph


PRESETS = (
    Preset(
        name="captioning-cnn-lstm",
        title="Captioning CNN–LSTM",
        family="Recurrent",
        paper=papers.SHOW_ATTEND_TELL,
        data="shapes",
        summary="Says what is where, word by word, and looks there.",
        build=build,
        task="captioning",
    ),
)
