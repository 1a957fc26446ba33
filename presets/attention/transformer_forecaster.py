"""A Transformer encoder that forecasts half a day of an hourly series."""

from __future__ import annotations

from engine.graph import Graph
from presets import papers
from presets.attention.encoder_block import encoder_block
from presets.attention.heads import along
from presets.preset import Preset
from presets.recurrent.forecasting import HORIZON, INPUT, centred, forecast, past


def build(
    width: int = 48,
    depth: int = 2,
    heads: int = 4,
    input: tuple[int, ...] = INPUT,
    horizon: int = HORIZON,
    targets: int = 1,
) -> Graph:
    """Wu et al. 2020, the encoder: hours look at each other; what the last one has found decides."""
    graph = Graph("Transformer forecaster")
    block = encoder_block(graph, width, heads, 2 * width, 0.1)
    start = past(graph, input)
    read = along(
        graph,
        centred(graph, start),
        ("Linear", {"name": "embedding", "out_features": width}),
        ("LearnedPositions", {"name": "positions", "max_length": input[0]}),
        (block, {"name": "encoder", "repeat": depth}),
        ("LayerNorm", {"name": "norm"}),
        ("Select", {"name": "last_hour", "dim": 1, "index": -1}),
    )
    return forecast(graph, start, read, horizon, targets)


PRESETS = (
    Preset(
        name="transformer-forecaster",
        title="Transformer forecaster",
        family="Attention",
        paper=papers.SERIES_TRANSFORMER,
        data="series",
        summary="Every hour looks at all others, then the last one says what comes.",
        build=build,
        task="forecast",
    ),
)
