"""A plain recurrent network beside an LSTM: both read a handwritten digit pixel by pixel, 64 steps long."""

from __future__ import annotations

from engine.graph import Graph
from presets import papers
from presets.attention.heads import along
from presets.learning import on_board
from presets.preset import Preset, Row

LONG = 64
"""Steps: the first pixel counts as much as the last one, and its gradient has the longest way."""


def build(classes: int = 10, hidden: int = 48) -> Graph:
    """Bengio, Simard and Frasconi 1994: over many steps the gradient of the plain network vanishes or explodes."""
    graph = Graph("RNN beside LSTM")
    pixels: tuple[Row, ...] = (("Flatten", {}), ("Unsqueeze", {"name": "pixels", "dim": -1}))
    start = along(graph, graph.add("Input", name="image", shape=(1, 8, 8)), *pixels)
    for kind, port in (("RNN", 2), ("LSTM", 3)):
        read = along(graph, start, (kind, {"name": kind.lower(), "hidden_size": hidden}))
        head: Row = ("Linear", {"name": f"head_{kind.lower()}", "out_features": classes})
        along(graph, (read, port), head, ("Output", {"name": f"by_{kind.lower()}", "field": "label"}))
    graph.settings = on_board("digits", epochs=12, lr=3e-3, batch_size=32, standardised="image", clip_norm=1.0)
    return graph


PRESETS = (
    Preset(
        name="rnn-beside-lstm",
        title="RNN beside LSTM",
        family="Recurrent",
        paper=papers.BENGIO_1994,
        data="digits",
        summary="Both read 64 steps; Inside shows how the gradient of one vanishes.",
        build=build,
    ),
)
