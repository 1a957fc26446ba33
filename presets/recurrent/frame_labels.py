"""A convolutional network sees each frame, an LSTM says for every frame what is there."""

from __future__ import annotations

from engine.graph import Graph
from presets import papers
from presets.learning import on_board
from presets.preset import Preset, chain
from presets.recurrent.frame_encoder import frame_encoder


def build(
    classes: int = 10, input: tuple[int, ...] = (8, 1, 8, 8), channels: int = 16, features: int = 64, hidden: int = 64
) -> Graph:
    """Donahue et al. 2014, with an answer at every step: an LSTM in both directions adds up what single frames show."""
    graph = Graph("Frame labels CNN–LSTM")
    block = frame_encoder(graph, channels, features)
    chain(
        graph,
        ("Input", {"name": "clip", "shape": input}),
        (block, {"name": "frames", "apply": "each_step"}),
        ("LSTM", {"name": "lstm", "hidden_size": hidden, "bidirectional": True}),
        ("Dropout", {"p": 0.3}),
        ("Linear", {"name": "head", "out_features": classes}),
        ("Output", {"name": "digit"}),
    )
    graph.settings = on_board("changing_digits", epochs=8, lr=3e-3, standardised="clip", clip_norm=1.0)
    return graph


PRESETS = (
    Preset(
        name="frame-labels-cnn-lstm",
        title="Frame labels CNN–LSTM",
        family="Recurrent",
        paper=papers.LRCN,
        data="changing_digits",
        summary="Which digit is it at each frame? None shows it whole.",
        build=build,
        task="sequence labelling",
    ),
)
