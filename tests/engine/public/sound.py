"""Networks that read series, sound and lines of text in an image."""

from __future__ import annotations

from engine.graph import Graph
from tests.engine.classics import along, joined
from tests.engine.public.architecture import labels, numbers, public, step, target
from tests.engine.public.parts import BIAS

BOUNDED = {"past": numbers(48, 2, low=-5.0, high=5.0), "future": target(numbers(12, low=-5.0, high=5.0))}


@public(
    {"image": numbers(1, 32, 100), "text": labels(37, 12)},
    {"image": numbers(1, 32, 100, low=-1.0), "text": labels(37, 12)},
    hints=BIAS,
)
def crnn() -> Graph:
    """Shi, Bai and Yao 2015, An end-to-end trainable neural network for image-based sequence recognition."""
    graph = Graph("CRNN")
    last, tall = graph.add("Input", shape=(1, 32, 100)), step("MaxPool2d", kernel_size=(2, 1))
    square = step("MaxPool2d", kernel_size=2)
    for width, kernel, after in (
        *((64, 3, square), (128, 3, square), (256, 3, None), (256, 3, tall)),
        *((512, 3, "norm"), (512, 3, "both"), (512, 2, None)),
    ):
        layer = step("Conv2d", out_channels=width, kernel_size=kernel, padding=1 if kernel == 3 else 0)
        norm = [step("BatchNorm2d")] if isinstance(after, str) else []
        pool = [tall] if after == "both" else [after] if isinstance(after, tuple) else []
        last = along(graph, last, layer, *norm, step("ReLU"), *pool)
    columns = [step("Squeeze", dim=2), step("Permute", dims=(0, 2, 1))]
    lstm = step("LSTM", hidden_size=256, bidirectional=True)
    end = [step("Linear", out_features=37), step("LogSoftmax", dim=-1), step("Output", loss="ctc_loss")]
    along(graph, last, *columns, lstm, step("Linear", out_features=256), lstm, *end)
    return graph


@public({"spectrum": numbers(1, 161, 200), "text": labels(29, 40)})
def deep_speech_2() -> Graph:
    """Amodei and others 2015, Deep Speech 2: convolutions over time and pitch, recurrent layers, CTC."""
    graph = Graph("Deep Speech 2")
    last = graph.add("Input", shape=(1, 161, 200))
    for kernel, stride, padding in (((41, 11), (2, 2), (20, 5)), ((21, 11), (2, 1), (10, 5))):
        size = {"kernel_size": kernel, "stride": stride, "padding": padding, "bias": False}
        limit = step("Hardtanh", min_val=0.0, max_val=20.0)
        last = along(graph, last, step("Conv2d", out_channels=32, **size), step("BatchNorm2d"), limit)
    last = along(graph, last, step("Permute", dims=(0, 3, 1, 2)), step("Flatten", start_dim=2))
    gru = step("GRU", hidden_size=256, bidirectional=True)
    end = [step("LayerNorm"), step("Linear", out_features=29), step("LogSoftmax", dim=-1)]
    along(graph, last, gru, gru, gru, *end, step("Output", loss="ctc_loss"))
    return graph


@public(
    {"wave": numbers(1, 8000), "parts": target(numbers(2, 8000))},
    {"wave": numbers(1, 8000, low=-1.0), "parts": target(numbers(2, 8000, low=-1.0))},
)
def conv_tasnet() -> Graph:
    """Luo and Mesgarani 2018, Conv-TasNet: masks of a learned code tell two speakers apart."""
    graph = Graph("Conv-TasNet")
    coded = along(
        graph,
        graph.add("Input", shape=(1, 8000)),
        step("Conv1d", out_channels=64, kernel_size=16, stride=8),
        step("ReLU"),
    )
    last, skips = (
        along(graph, coded, step("GroupNorm", num_groups=1), step("Conv1d", out_channels=32, kernel_size=1)),
        [],
    )
    for level in range(4):
        size = {"kernel_size": 3, "dilation": 2**level, "padding": 2**level, "groups": 64}
        first = [step("Conv1d", out_channels=64, kernel_size=1), step("PReLU"), step("GroupNorm", num_groups=1)]
        second = [step("Conv1d", out_channels=64, **size), step("PReLU"), step("GroupNorm", num_groups=1)]
        y = along(graph, last, *first, *second)
        skips.append(along(graph, y, step("Conv1d", out_channels=32, kernel_size=1)))
        if level < 3:
            last = joined(graph, "Add", last, along(graph, y, step("Conv1d", out_channels=32, kernel_size=1)))
    mask = [step("PReLU"), step("Conv1d", out_channels=128, kernel_size=1), step("Sigmoid")]
    masks = along(graph, joined(graph, "Add", *skips), *mask, step("Chunk", chunks=2, dim=1))
    decode, parts = step("ConvTranspose1d", out_channels=1, kernel_size=16, stride=8), []
    for index in range(2):
        part = graph.add("Multiply")
        graph.connect(coded, part)
        graph.connect(masks, part, source=index)
        parts.append(
            along(graph, part, decode if not index else step("ConvTranspose1d", weights_of=parts[0], **decode[1]))
        )
    along(graph, joined(graph, "Concat", *parts, dim=1), step("Output", loss="l1_loss"))
    return graph
