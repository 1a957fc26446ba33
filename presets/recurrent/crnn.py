"""A convolutional recurrent network that reads drawn words, whose letters nobody has told apart."""

from __future__ import annotations

from engine.data.declarations.alphabets import LETTERS
from engine.graph import Graph
from presets import papers
from presets.learning import on_board
from presets.preset import Preset, Row, chain


def _stage(channels: int, pool: tuple[int, int]) -> tuple[Row, ...]:
    convolution = {"out_channels": channels, "kernel_size": 3, "padding": 1, "bias": False}
    return ("Conv2d", convolution), ("BatchNorm2d", {}), ("ReLU", {}), ("MaxPool2d", {"kernel_size": pool})


def build(
    input: tuple[int, ...] = (1, 16, 64), vocab_size: int = len(LETTERS), width: int = 16, hidden: int = 64
) -> Graph:
    """Shi, Bai and Yao 2015: columns of maps become steps, and CTC (Graves et al. 2006) finds where letters stand."""
    graph = Graph("CRNN")
    chain(
        graph,
        ("Input", {"name": "image", "shape": input}),
        *_stage(width, (2, 2)),
        *_stage(2 * width, (2, 2)),
        *_stage(4 * width, (4, 1)),
        ("Squeeze", {"name": "columns", "dim": 2}),
        ("Permute", {"name": "steps", "dims": (0, 2, 1)}),
        ("LSTM", {"name": "lstm", "hidden_size": hidden, "bidirectional": True}),
        ("Dropout", {"p": 0.2}),
        ("Linear", {"name": "head", "out_features": vocab_size}),
        ("LogSoftmax", {"dim": -1}),
        ("Output", {"name": "word", "loss": "ctc_loss"}),
    )
    graph.settings = on_board("drawn_words", epochs=4, lr=3e-3, batch_size=32, standardised="image", clip_norm=1.0)
    return graph


PRESETS = (
    Preset(
        name="crnn",
        title="CRNN",
        family="Recurrent",
        paper=papers.CRNN,
        data="drawn_words",
        summary="Reads words it has never seen, letter by letter, with CTC.",
        build=build,
        task="text recognition",
    ),
)
