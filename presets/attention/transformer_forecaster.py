"""A Transformer encoder that forecasts half a day of an hourly series."""

from __future__ import annotations

from engine.graph import Graph
from presets import papers
from presets.attention.encoder_block import encoder_block
from presets.attention.heads import along
from presets.preset import Preset
from presets.recurrent.forecasting import HORIZON, INPUT, centred, cut, forecast, past, pieces


def build(
    width: int = 32,
    depth: int = 2,
    heads: int = 4,
    piece: int = 12,
    dropout: float = 0.1,
    input: tuple[int, ...] = INPUT,
    horizon: int = HORIZON,
    targets: int = 1,
    ahead: int = 0,
) -> Graph:
    """Wu et al. 2020, the encoder: half days look at each other; what the last one has found decides.

    Of so many columns ``ahead`` it also reads what is known of the hours to come.
    """
    graph = Graph("Transformer forecaster")
    block = encoder_block(graph, width, heads, 2 * width, dropout)
    start = past(graph, input)
    count = pieces(input[0], piece)
    read = along(
        graph,
        cut(graph, centred(graph, start), input[0], count),
        ("Linear", {"name": "embedding", "out_features": width}),
        ("LearnedPositions", {"name": "positions", "max_length": count}),
        (block, {"name": "encoder", "repeat": depth}),
        ("LayerNorm", {"name": "norm"}),
        ("Select", {"name": "last_step", "dim": 1, "index": -1}),
    )
    return forecast(graph, start, read, horizon, targets, ahead=ahead)


PRESETS = (
    Preset(
        name="transformer-forecaster",
        title="Transformer forecaster",
        family="Attention",
        paper=papers.SERIES_TRANSFORMER,
        data="series_week",
        summary="Half days look at each other, then the last one says what comes.",
        build=build,
        task="forecast",
    ),
)
