"""Sequences whose features come last before layers that have the channels second, and those that were turned."""

from __future__ import annotations

from typing import Any

from tests.engine.corpus.notation import Fault

ROWS, SERIES = {"data.dataset": "digit_rows"}, {"data.dataset": "series"}
KINDS = {"data.dataset": "python_tokens"}
X, PAST = "x: Input(shape=(8, 8))", "x: Input(shape=(48, 2))"
WORDS = "w: Input(shape=(64,), dtype='int64', field='text'); e: Embedding(num_embeddings=98, embedding_dim=24)"
TEN = "fc: Linear(out_features=10); y: Output"
NEXT = "fc: Linear(out_features=12); y: Output(loss='mse_loss')"
ANY = "fc: Linear(out_features=5); y: Output(loss=None)"


def last(node: str, data: dict[str, Any], *parts: str, both: bool = False) -> Fault:
    first = "Insert Permute(0, 2, 1) before and after it" if both else "Insert Permute(0, 2, 1)"
    return Fault("steps taken for channels", "features-last", node, "; ".join(parts), data, first=first)


def fine(data: dict[str, Any], *parts: str) -> Fault:
    return Fault("channels where they belong", "features-last", None, "; ".join(parts), data)


FAULTS = [
    last("c", KINDS, WORDS, "c: Conv1d(out_channels=32, kernel_size=5, padding=2); r: ReLU; m: Max(dim=2)", ANY),
    last("c", KINDS, WORDS, "d: Dropout(p=0.1); c: Conv1d(out_channels=32, kernel_size=3); r: ReLU; f: Flatten", ANY),
    last("c", KINDS, WORDS, "c: Conv1d(out_channels=16, kernel_size=3); r: ReLU; p: AdaptiveMaxPool1d(output_size=1); "
         "f: Flatten", ANY),
    last("c", ROWS, X, "h: Linear(out_features=16); r: ReLU; c: Conv1d(out_channels=16, kernel_size=3, padding=1); "
         "q: ReLU; f: Flatten", TEN),
    last("c", ROWS, X, "g: GRU(hidden_size=16); c: Conv1d(out_channels=16, kernel_size=3); r: ReLU; f: Flatten", TEN),
    last("c", ROWS, X, "p: SinusoidalPositions; t: TransformerEncoderLayer(nhead=2); c: Conv1d(out_channels=16, "
         "kernel_size=3); r: ReLU; f: Flatten", TEN),
    last("p", ROWS, X, "g: LSTM(hidden_size=16); p: MaxPool1d(kernel_size=2); f: Flatten", TEN),
    last("p", SERIES, PAST, "h: Linear(out_features=16); r: ReLU; p: AvgPool1d(kernel_size=2); f: Flatten", NEXT),
    last("n", ROWS, X, "h: Linear(out_features=24); n: BatchNorm1d; r: ReLU; g: GRU(hidden_size=16); "
         "fc: Linear(out_features=10) <- g.last; y: Output", both=True),
    last("n", ROWS, X, "g: GRU(hidden_size=16); n: BatchNorm1d; m: Mean(dim=1)", TEN, both=True),
    last("n", SERIES, PAST, "h: Linear(out_features=16); n: BatchNorm1d; r: GELU; k: Linear(out_features=8); "
         "f: Flatten", NEXT, both=True),
    last("n", KINDS, WORDS, "n: BatchNorm1d; h: Linear(out_features=12); r: ReLU; m: Max(dim=1)", ANY, both=True),
    last("c", KINDS, WORDS, "c: Conv1d(out_channels=24, kernel_size=3, padding=1); r: ReLU; g: GRU(hidden_size=16); "
         "fc: Linear(out_features=5) <- g.last; y: Output(loss=None)"),
]  # fmt: skip
SOUND = [
    fine(KINDS, WORDS, "t: Permute(dims=(0, 2, 1)); c: Conv1d(out_channels=32, kernel_size=5, padding=2); r: ReLU; "
         "m: Max(dim=2)", ANY),
    fine(ROWS, X, "c: Conv1d(out_channels=16, kernel_size=3, padding=1); n: BatchNorm1d; r: ReLU; f: Flatten", TEN),
    fine(ROWS, X, "h: Linear(out_features=16); c: Conv1d(out_channels=8, kernel_size=1); r: GELU; f: Flatten", TEN),
    fine(ROWS, X, "g: GRU(hidden_size=16); n: BatchNorm1d <- g.last", TEN),
    fine(ROWS, "x: Input(shape=(8, 8)); f: Flatten; u: Unsqueeze(dim=1); h: Linear(out_features=32); r: ReLU; "
         "c: Conv1d(out_channels=4, kernel_size=3); g: Flatten", TEN),
    fine(ROWS, X, "h: Linear(out_features=16); n: LayerNorm; r: ReLU; f: Flatten", TEN),
]  # fmt: skip
