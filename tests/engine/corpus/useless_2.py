"""Networks that run and learn from the wrong thing: the batch as time, padding, the wrong step, torn axes, gaps."""

from __future__ import annotations

from tests.engine.corpus.notation import Fault


def batch_as_time() -> list[Fault]:
    layers = (
        *("LSTM(hidden_size=8, batch_first=False)", "GRU(hidden_size=8, batch_first=False)"),
        *("RNN(hidden_size=8, batch_first=False)", "LSTM(hidden_size=6, num_layers=2, batch_first=False)"),
        *(
            "GRU(hidden_size=5, bidirectional=True, batch_first=False)",
            "MultiheadAttention(num_heads=2, batch_first=False)",
        ),
        *("TransformerEncoderLayer(nhead=2, dim_feedforward=16, batch_first=False)",),
        *("LSTM(hidden_size=8, bidirectional=True, batch_first=False)",),
    )
    shapes = ((8, 8), (20, 6), (30, 4), (12, 16))
    made = []
    for k in range(13):
        layer, shape = layers[k % len(layers)], shapes[(k // 2) % 4]
        text = (
            f"x: Input(shape={shape})\nnm: LayerNorm\npos: SinusoidalPositions\nseq: {layer}\nmean: Mean(dim=1)\n"
            f"fc: Linear(out_features={3 + k})\ny: Output"
        )
        made.append(Fault("batch taken for time", "batch-as-time", "seq", text))
    return made


def padding() -> list[Fault]:
    kinds = ("LSTM", "GRU", "RNN")
    between = ("", "dr: Dropout(p=0.1)\n", "nm: LayerNorm\n", "pre: Linear(out_features=12)\nact: ReLU\n")
    made = []
    for k in range(12):
        more = ", bidirectional=True" if k % 4 == 3 else ", num_layers=2" if k % 4 == 2 else ""
        port = "h_n" if k % 5 == 4 and not more else "last"
        end = "sel: Select(dim=0, index=-1) <- seq.h_n\n" if port == "h_n" else ""
        wire = "" if port == "h_n" else " <- seq.last"
        data, tokens, size, rows = ("dates", "words", 56, 41) if k % 2 else ("shapes", "caption_in", 11, 23)
        text = (
            f"x: Input(shape=({size},), dtype='int64', field='{tokens}')\n"
            f"table: Embedding(num_embeddings={rows}, embedding_dim={8 + k})\n{between[k % 4]}"
            f"seq: {kinds[k % 3]}(hidden_size={8 + k}{more})\n{end}fc: Linear(out_features=6){wire}\ny: "
            "Output(loss=None)"
        )
        made.append(Fault("padding read as words", "padding-read", "seq", text, {"data.dataset": data}))
    return made


def torn_axes() -> list[Fault]:
    cases = (
        *(((48, 7), (7, 48)), ((20, 6), (6, 20)), ((3, 32, 64), (32, 64, 3)), ((28, 14, 3), (3, 28, 14))),
        *(
            ((5, 9), (9, 5)),
            ((4, 30), (30, 4)),
            ((2, 8, 16), (8, 2, 16)),
            ((16, 2, 8), (2, 8, 16)),
            ((100, 3), (3, 100)),
        ),
        *(((12, 4), (4, 12)), ((6, 4, 10), (4, 6, 10)), ((64, 3), (3, -1)), ((30, 8), (8, -1))),
    )
    made = []
    for k, (before, after) in enumerate(cases):
        first = "nm: LayerNorm\n" if k % 3 == 0 else "act: Tanh\n" if k % 3 == 1 else ""
        text = (
            f"x: Input(shape={before})\n{first}re: Reshape(shape={after})\nflat: Flatten\nfc: "
            "Linear(out_features=4)\ny: Output"
        )
        made.append(Fault("axes exchanged by reshape", "axes-by-reshape", "re", text))
    return made


def gaps() -> list[Fault]:
    cases = (
        *(
            ("Conv2d", 2, 3),
            ("Conv2d", 1, 2),
            ("Conv2d", 3, 4),
            ("Conv2d", 3, 5),
            ("MaxPool2d", 2, 3),
            ("AvgPool2d", 2, 4),
        ),
        *(
            ("MaxPool2d", 1, 2),
            ("Conv2d", 2, 4),
            ("AvgPool2d", 3, 5),
            ("MaxPool2d", 3, 6),
            ("Conv2d", 1, 3),
            ("Conv2d", 5, 7),
        ),
    )
    made = []
    for k, (kind, kernel, stride) in enumerate(cases):
        width = f"out_channels={4 + k}, " if kind == "Conv2d" else ""
        text = (
            f"x: Input(shape=({1 + k % 3}, 40, 40))\nfirst: Conv2d(out_channels={6 + k}, kernel_size=3, "
            "padding=1)\nr: ReLU\n"
            f"w: {kind}({width}kernel_size={kernel}, stride={stride})\nr2: ReLU\nflat: Flatten\n"
            "fc: Linear(out_features=10)\ny: Output"
        )
        made.append(Fault("gaps between windows", "gaps", "w", text))
    return made


def of_one_cell() -> list[Fault]:
    made = []
    for k in range(12):
        kind, axes = (("MaxPool2d", 2), ("AvgPool2d", 2), ("MaxPool1d", 1), ("AvgPool1d", 1))[k % 4]
        shape = (2 + k, *[16] * axes)
        text = (
            f"x: Input(shape={shape})\nconv: Conv{axes}d(out_channels={4 + k}, kernel_size=3)\nr: ReLU\n"
            f"w: {kind}(kernel_size=1)\nflat: Flatten\nfc: Linear(out_features=3)\ny: Output"
        )
        made.append(Fault("window of one cell", "window-of-one", "w", text))
    return made


def nothing_dropped() -> list[Fault]:
    made = []
    for k in range(12):
        kind, share = ("LSTM", "GRU", "RNN")[k % 3], (0.5, 0.2, 0.3, 0.1)[k % 4]
        both = ", bidirectional=True" if k % 2 else ""
        text = (
            f"x: Input(shape=({5 + k}, 6))\nseq: {kind}(hidden_size={6 + k}, dropout={share}{both})\n"
            "fc: Linear(out_features=4) <- seq.last\ny: Output"
        )
        made.append(Fault("dropout of one layer", "idle-dropout", "seq", text))
    return made


def end_of_one_direction() -> list[Fault]:
    made = []
    for k in range(12):
        kind = ("LSTM", "GRU", "RNN")[k % 3]
        between = ("", "dr: Dropout(p=0.2)\n")[k % 2]
        more = ", num_layers=2" if k % 4 == 3 else ""
        text = (
            f"x: Input(shape=({5 + k}, 6))\nseq: {kind}(hidden_size={6 + k}, bidirectional=True{more})\n{between}"
            f"sel: Select(dim={(1, -2)[k % 5 == 4]}, index=-1)\nfc: Linear(out_features=4)\ny: Output"
        )
        made.append(Fault("last step of both directions", "last-of-both", "sel", text, removes=True))
    return made


def states_confused() -> list[Fault]:
    made = []
    for k in range(6):
        kind, size = ("GRU", "LSTM", "RNN")[k % 3], 6 + k
        text = (
            f"x: Input(shape=(8, 8))\nenc: {kind}(hidden_size={size})\nz: Input(shape=(5, 8)) <- -\n"
            f"dec: {kind}(hidden_size={size}) <- z, h_0=enc.last\nfc: Linear(out_features=3) <- dec.last\ny: Output"
        )
        made.append(Fault("states confused", "state", "dec", text))
    for k in range(6):
        kind, size = ("GRU", "LSTM", "RNN")[k % 3], 6 + k
        text = (
            f"x: Input(shape=(8, 8))\nseq: {kind}(hidden_size={size}, bidirectional=True)\nflat: Flatten <- seq.h_n\n"
            f"fc: Linear(out_features={3 + k})\ny: Output"
        )
        made.append(Fault("states confused", "open-size", "fc", text))
    return made


FAULTS = [
    *batch_as_time(),
    *padding(),
    *torn_axes(),
    *gaps(),
    *of_one_cell(),
    *nothing_dropped(),
    *end_of_one_direction(),
    *states_confused(),
]
