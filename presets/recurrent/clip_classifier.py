"""A convolutional network sees each frame, an LSTM says what the clip shows."""

from __future__ import annotations

from engine.graph import Graph
from presets import papers
from presets.attention.heads import along
from presets.learning import on_board
from presets.preset import Preset
from presets.recurrent.frame_encoder import frame_encoder


def build(
    classes: int = 10, input: tuple[int, ...] = (8, 1, 16, 16), channels: int = 12, features: int = 64, hidden: int = 64
) -> Graph:
    """Donahue et al. 2014: what the last frame leaves decides. A sample is (frames, channels, height, width)."""
    graph = Graph("Clip classifier CNN–LSTM")
    block = frame_encoder(graph, channels, features)
    read = along(
        graph,
        graph.add("Input", name="clip", shape=input),
        (block, {"name": "frames", "apply": "each_step"}),
        ("LSTM", {"name": "lstm", "hidden_size": hidden}),
    )
    along(
        graph,
        (read, 3),
        ("Dropout", {"p": 0.3}),
        ("Linear", {"name": "head", "out_features": classes}),
        ("Output", {"name": "label", "field": "label"}),
    )
    graph.settings = on_board("moving_digits", epochs=8, lr=3e-3, standardised="clip", clip_norm=1.0)
    return graph


PRESETS = (
    Preset(
        name="clip-classifier-cnn-lstm",
        title="Clip classifier CNN–LSTM",
        family="Recurrent",
        paper=papers.LRCN,
        data="moving_digits",
        summary="Sees frame by frame and remembers: which digit moves there?",
        build=build,
    ),
)
