"""An LSTM that forecasts half a day of an hourly series."""

from __future__ import annotations

from engine.graph import Graph
from presets import papers
from presets.attention.heads import along
from presets.preset import Preset
from presets.recurrent.forecasting import HORIZON, INPUT, centred, forecast, past


def build(
    hidden: int = 64, layers: int = 1, input: tuple[int, ...] = INPUT, horizon: int = HORIZON, targets: int = 1
) -> Graph:
    """Salinas et al. 2017: a recurrent layer reads the past; here a Linear layer gives all hours ahead at once."""
    graph = Graph("LSTM forecaster")
    start = past(graph, input)
    read = along(graph, centred(graph, start), ("LSTM", {"name": "lstm", "hidden_size": hidden, "num_layers": layers}))
    return forecast(graph, start, (read, 3), horizon, targets)


PRESETS = (
    Preset(
        name="lstm-forecaster",
        title="LSTM forecaster",
        family="Recurrent",
        paper=papers.DEEP_AR,
        data="series",
        summary="Reads two days hour by hour and corrects what was a day ago.",
        build=build,
        task="forecast",
    ),
)
