"""A temporal convolutional network that forecasts half a day of an hourly series."""

from __future__ import annotations

from engine.expressions import expression
from engine.graph import Graph
from presets import papers
from presets.attention.heads import added, along
from presets.preset import Preset, Row
from presets.recurrent.forecasting import HORIZON, INPUT, centred, cut, forecast, past, pieces

BLOCK = "TemporalBlock"
WORDS = (
    "Two causal convolutions: padding on the left alone, so that no step sees what comes after it; added to what was"
)


def temporal_block(graph: Graph, channels: int, dropout: float) -> None:
    """Define the block; its filters have three taps, ``dilation`` steps apart."""
    block = graph.define(BLOCK, help=WORDS, channels=channels, dilation=1, dropout=dropout)
    x = block.add("BlockInput", name="x")
    once: tuple[Row, ...] = (
        ("ZeroPad1d", {"padding": (expression("2 * dilation"), 0)}),
        ("Conv1d", {"out_channels": expression("channels"), "kernel_size": 3, "dilation": expression("dilation")}),
        ("ReLU", {}),
        ("Dropout", {"p": expression("dropout")}),
    )
    along(block, added(block, x, along(block, x, *once, *once)), ("BlockOutput", {"name": "y"}))


def build(
    channels: int = 32,
    depth: int = 4,
    piece: int = 4,
    input: tuple[int, ...] = INPUT,
    horizon: int = HORIZON,
    targets: int = 1,
    ahead: int = 0,
) -> Graph:
    """Bai, Kolter and Koltun 2018: dilations 1, 2, 4, 8 see 61 steps of four hours; the last one decides.

    Of so many columns ``ahead`` it also reads what is known of the hours to come.
    """
    graph = Graph("TCN forecaster")
    temporal_block(graph, channels, 0.1)
    start = past(graph, input)
    read = along(
        graph,
        cut(graph, centred(graph, start), input[0], pieces(input[0], piece)),
        ("Permute", {"name": "channels_first", "dims": (0, 2, 1)}),
        ("Conv1d", {"name": "lift", "out_channels": channels, "kernel_size": 1}),
        (BLOCK, {"name": "blocks", "repeat": depth, "dilation": {"per_repeat": tuple(2**n for n in range(depth))}}),
        ("Select", {"name": "last_step", "dim": 2, "index": -1}),
    )
    return forecast(graph, start, read, horizon, targets, ahead=ahead)


PRESETS = (
    Preset(
        name="tcn-forecaster",
        title="TCN forecaster",
        family="Convolutional",
        paper=papers.TCN,
        data="series_week",
        summary="Causal filters, ever further apart, see a week at once.",
        build=build,
        task="forecast",
    ),
)
