"""Networks that forecast, and that classify what is measured over time."""

from __future__ import annotations

from engine.graph import Graph
from tests.engine.classics import Step, along, joined
from tests.engine.public.architecture import labels, numbers, public, step, target
from tests.engine.public.parts import LINEAR

BOUNDED = {"past": numbers(48, 2, low=-5.0, high=5.0), "future": target(numbers(12, low=-5.0, high=5.0))}


@public({"rows": numbers(784, 1), "label": labels(10)}, {"rows": numbers(784, 1, low=0.0), "label": labels(10)})
def temporal_convolution() -> Graph:
    """Bai, Kolter and Koltun 2018, An empirical evaluation of generic convolutional and recurrent networks: TCN."""
    graph = Graph("TCN")
    last = along(graph, graph.add("Input", shape=(784, 1)), step("Permute", dims=(0, 2, 1)))
    for level in range(8):
        body: list[Step] = []
        for _ in range(2):
            dilated = step("Conv1d", out_channels=25, kernel_size=7, dilation=2**level)
            body += [step("ZeroPad1d", padding=(6 * 2**level, 0)), dilated, step("ReLU"), step("Dropout1d", p=0.05)]
        side = last if level else along(graph, last, step("Conv1d", out_channels=25, kernel_size=1))
        last = along(graph, joined(graph, "Add", along(graph, last, *body), side), step("ReLU"))
    end = [step("Select", dim=2, index=-1), step("Linear", out_features=10)]
    along(graph, last, *end, step("Output"))
    return graph


@public(BOUNDED, "series")
def lstm_forecaster() -> Graph:
    """Hochreiter and Schmidhuber 1997, Long short-term memory, as it forecasts: the last state gives all hours."""
    graph = Graph("LSTM forecaster")
    start = graph.add("Input", shape=(48, 2))
    last = along(graph, start, step("LSTM", hidden_size=64, num_layers=2, dropout=0.2))
    along(graph, (last, 3), step("Linear", out_features=12), step("Output", loss="mse_loss"))
    return graph


@public(
    {"past": numbers(60), "future": target(numbers(12))},
    hints=LINEAR,
)
def n_beats() -> Graph:
    """Oreshkin, Carpov, Chapados and Bengio 2019, N-BEATS: what a block explains is taken away, forecasts add up."""
    graph = Graph("N-BEATS")
    rest, forecasts = graph.add("Input", shape=(60,)), []
    for index in range(3):
        theta = along(graph, rest, *[step("Linear", out_features=128), step("ReLU")] * 4)
        forecasts.append(along(graph, theta, step("Linear", out_features=8), step("Linear", out_features=12)))
        if index < 2:
            left = graph.add("Subtract")
            graph.connect(rest, left)
            graph.connect(along(graph, theta, step("Linear", out_features=60)), left)
            rest = left
    along(graph, joined(graph, "Add", *forecasts), step("Output", loss="l1_loss"))
    return graph


@public({"eeg": numbers(1, 64, 128), "label": labels(4)})
def eegnet() -> Graph:
    """Lawhern and others 2018, EEGNet: depthwise filters over electrodes, then separable ones over time."""
    graph = Graph("EEGNet-8,2")
    free = {"bias": False}
    drop = [step("BatchNorm2d"), step("ELU"), step("AvgPool2d", kernel_size=(1, 4)), step("Dropout", p=0.5)]
    first = [step("Conv2d", out_channels=8, kernel_size=(1, 64), padding="same", **free), step("BatchNorm2d")]
    space = step("Conv2d", out_channels=16, kernel_size=(64, 1), groups=8, **free)
    time = step("Conv2d", out_channels=16, kernel_size=(1, 16), padding="same", groups=16, **free)
    point = step("Conv2d", out_channels=16, kernel_size=1, **free)
    end = [step("BatchNorm2d"), step("ELU"), step("AvgPool2d", kernel_size=(1, 8)), step("Dropout", p=0.5)]
    body = [*first, space, *drop, time, point, *end, step("Flatten"), step("Linear", out_features=4)]
    along(graph, graph.add("Input", shape=(1, 64, 128)), *body, step("Output"))
    return graph
