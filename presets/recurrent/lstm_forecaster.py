"""An LSTM that forecasts half a day of an hourly series."""

from __future__ import annotations

from engine.graph import Graph
from presets import papers
from presets.attention.heads import along
from presets.preset import Preset
from presets.recurrent.forecasting import HORIZON, INPUT, centred, cut, forecast, past, pieces


def build(
    hidden: int = 64,
    layers: int = 1,
    piece: int = 6,
    input: tuple[int, ...] = INPUT,
    horizon: int = HORIZON,
    targets: int = 1,
    ahead: int = 0,
) -> Graph:
    """Salinas et al. 2017: a recurrent layer reads the past; here a Linear layer gives all hours ahead at once.

    Of so many columns ``ahead`` it also reads what is known of those hours.
    """
    graph = Graph("LSTM forecaster")
    start = past(graph, input)
    steps = cut(graph, centred(graph, start), input[0], pieces(input[0], piece))
    read = along(graph, steps, ("LSTM", {"name": "lstm", "hidden_size": hidden, "num_layers": layers}))
    return forecast(graph, start, (read, 3), horizon, targets, ahead=ahead)


PRESETS = (
    Preset(
        name="lstm-forecaster",
        title="LSTM forecaster",
        family="Recurrent",
        paper=papers.DEEP_AR,
        data="series_week",
        summary="Reads a week, six hours at a time, and corrects a linear model of it.",
        build=build,
        task="forecast",
    ),
)
