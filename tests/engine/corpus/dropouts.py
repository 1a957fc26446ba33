"""Too much dropout: nearly everything, or heavy ones again and again along a path."""

from __future__ import annotations

from typing import Any

from tests.engine.corpus.notation import Fault

DIGITS, ROWS, WINE = {"data.dataset": "digits"}, {"data.dataset": "digit_rows"}, {"data.dataset": "wine"}
CANCER, IRIS = {"data.dataset": "breast_cancer"}, {"data.dataset": "iris"}


def heavy(node: str, network: str, settings: dict[str, Any] | None = None, name: str = "p") -> Fault:
    kind = "dropout of nearly everything"
    return Fault(kind, "heavy-dropout", node, network, settings or {}, first=f"Set {name} to 0.5")


def row(node: str, network: str, first: str, settings: dict[str, Any] | None = None) -> Fault:
    return Fault("three heavy dropouts in a row", "dropout-in-a-row", node, network, settings or {}, first=first)


HEAVY = [
    heavy(
        "drop",
        """
        x: Input(shape=(13,)); fc: Linear(out_features=32); r: ReLU; drop: Dropout(p=0.9);
        out: Linear(out_features=3); y: Output
        """,
        WINE,
    ),
    heavy(
        "drop",
        """
        x: Input(shape=(1, 8, 8)); conv: Conv2d(out_channels=16, kernel_size=3); relu: ReLU;
        drop: Dropout2d(p=0.8); flat: Flatten; fc: Linear(out_features=10); y: Output
        """,
        DIGITS,
    ),
    heavy(
        "lstm",
        """
        x: Input(shape=(8, 8)); lstm: LSTM(hidden_size=32, num_layers=2, dropout=0.85);
        fc: Linear(out_features=10) <- lstm.last; y: Output
        """,
        ROWS,
        "dropout",
    ),
    heavy(
        "gru",
        """
        x: Input(shape=(20, 6)); gru: GRU(hidden_size=16, num_layers=3, bidirectional=True, dropout=0.9);
        fc: Linear(out_features=2) <- gru.last; y: Output
        """,
        name="dropout",
    ),
    heavy(
        "enc",
        """
        x: Input(shape=(12,), dtype='int64'); emb: Embedding(num_embeddings=100, embedding_dim=32);
        pos: SinusoidalPositions; enc: TransformerEncoderLayer(nhead=4, dim_feedforward=64, dropout=0.9);
        mean: Mean(dim=1); fc: Linear(out_features=2); y: Output
        """,
        name="dropout",
    ),
    heavy(
        "att",
        """
        x: Input(shape=(16, 24)); pos: SinusoidalPositions;
        att: MultiheadAttention(num_heads=4, dropout=0.8) <- pos, key=pos, value=pos;
        mean: Mean(dim=1) <- att.output; fc: Linear(out_features=5); y: Output
        """,
        name="dropout",
    ),
    heavy(
        "first",
        """
        x: Input(shape=(30,)); first: Dropout(p=0.8); fc: Linear(out_features=64); r: ReLU;
        out: Linear(out_features=2); y: Output
        """,
        CANCER,
    ),
    heavy(
        "all",
        """
        x: Input(shape=(4,)); fc: Linear(out_features=16); t: Tanh; all: Dropout(p=1.0);
        out: Linear(out_features=3); y: Output
        """,
        IRIS,
    ),
    heavy(
        "body",
        """
        block Body(width=32, keep=0.9); x: BlockInput; fc: Linear(out_features={'expr': 'width'}); r: ReLU;
        d: Dropout(p={'expr': 'keep'}); y: BlockOutput; end; x: Input(shape=(13,)); body: Body(width=48);
        out: Linear(out_features=3); y: Output
        """,
        WINE,
        "p",
    ),
    heavy(
        "snn",
        """
        x: Input(shape=(10,)); fc: Linear(out_features=32); selu: SELU; snn: AlphaDropout(p=0.85);
        out: Linear(out_features=1); y: Output(loss='mse_loss')
        """,
        {"data.dataset": "diabetes"},
    ),
    heavy(
        "side",
        """
        x: Input(shape=(3, 32, 32)); conv: Conv2d(out_channels=8, kernel_size=3, padding=1); r: ReLU;
        pool: AdaptiveAvgPool2d(output_size=2); a: Flatten; side: Dropout(p=0.95); fa: Linear(out_features=16);
        ra: ReLU; b: AdaptiveMaxPool2d(output_size=2) <- r; fb: Flatten; fc: Linear(out_features=16); rb: ReLU;
        both: Add <- ra, rb; out: Linear(out_features=6); y: Output
        """,
    ),
    heavy(
        "d1",
        """
        x: Input(shape=(2, 64)); c: Conv1d(out_channels=8, kernel_size=5); r: ReLU; d1: Dropout1d(p=0.8);
        g: AdaptiveAvgPool1d(output_size=1); f: Flatten; o: Linear(out_features=3); y: Output
        """,
    ),
]


IN_A_ROW = [
    row(
        "d3",
        """
        x: Input(shape=(30,)); f1: Linear(out_features=64); r1: ReLU; d1: Dropout; f2: Linear(out_features=64);
        r2: ReLU; d2: Dropout; f3: Linear(out_features=32); r3: ReLU; d3: Dropout; out: Linear(out_features=2);
        y: Output
        """,
        "Set p of d2 and d3 to 0.2",
        CANCER,
    ),
    row(
        "drop3",
        """
        x: Input(shape=(1, 8, 8)); c1: Conv2d(out_channels=16, kernel_size=3, padding=1); r1: ReLU;
        drop1: Dropout2d; c2: Conv2d(out_channels=16, kernel_size=3, padding=1); r2: ReLU;
        drop2: Dropout2d(p=0.6); p: MaxPool2d(kernel_size=2); flat: Flatten; drop3: Dropout(p=0.5);
        fc: Linear(out_features=10); y: Output
        """,
        "Set p of drop2 and drop3 to 0.2",
        DIGITS,
    ),
    row(
        "out_drop",
        """
        w: Input(shape=(40,), dtype='int64'); e: Embedding(num_embeddings=500, embedding_dim=32);
        in_drop: Dropout(p=0.65); lstm: LSTM(hidden_size=48, num_layers=2, dropout=0.65);
        out_drop: Dropout(p=0.65) <- lstm.last; fc: Linear(out_features=4); y: Output
        """,
        "Set p",
    ),
    row(
        "layer",
        """
        block Layer(width=32); x: BlockInput; fc: Linear(out_features={'expr': 'width'}); r: ReLU;
        d: Dropout(p=0.5); y: BlockOutput; end; x: Input(shape=(13,)); layer: Layer(repeat=3);
        out: Linear(out_features=3); y: Output
        """,
        "Set p to 0.2",
        WINE,
    ),
    row(
        "last",
        """
        block Layer(width=32); x: BlockInput; fc: Linear(out_features={'expr': 'width'}); r: ReLU;
        d: Dropout(p=0.5); y: BlockOutput; end; x: Input(shape=(13,)); a: Layer(width=64); b: Layer(width=16);
        h: Linear(out_features=16); t: Tanh; last: Dropout(p=0.5); out: Linear(out_features=3); y: Output
        """,
        "Set p to 0.2",
        WINE,
    ),
    row(
        "c",
        """
        x: Input(shape=(4,)); a: Dropout(p=0.5); f: Linear(out_features=32); b: Dropout(p=0.5); r: ReLU;
        c: Dropout(p=0.7); out: Linear(out_features=3); y: Output
        """,
        "Set p of b and c to 0.2",
        IRIS,
    ),
    row(
        "d3",
        """
        a: Input(shape=(6,)); b: Input(shape=(8,)) <- -; da: Dropout <- a; fa: Linear(out_features=12);
        ra: ReLU; db: Dropout <- b; fb: Linear(out_features=12); rb: ReLU; both: Concat(dim=1) <- ra, rb;
        d2: Dropout; h: Linear(out_features=12); r: ReLU; d3: Dropout; o: Linear(out_features=2); y: Output
        """,
        "Set p",
    ),
    row(
        "d3",
        """
        x: Input(shape=(24, 6)); c1: Conv1d(out_channels=16, kernel_size=3); r1: ReLU; d1: Dropout1d(p=0.5);
        c2: Conv1d(out_channels=16, kernel_size=3); r2: ReLU; d2: Dropout1d(p=0.5);
        gru: Permute(dims=(0, 2, 1)); g: GRU(hidden_size=16); d3: Dropout(p=0.5) <- g.last;
        o: Linear(out_features=3); y: Output
        """,
        "Set p of d2 and d3 to 0.2",
    ),
    row(
        "d3",
        """
        x: Input(shape=(20,)); f1: Linear(out_features=40); s1: SELU; d1: AlphaDropout(p=0.5);
        f2: Linear(out_features=40); s2: SELU; d2: AlphaDropout(p=0.5); f3: Linear(out_features=40); s3: SELU;
        d3: AlphaDropout(p=0.5); f4: Linear(out_features=40); s4: SELU; d4: AlphaDropout(p=0.5);
        o: Linear(out_features=3); y: Output
        """,
        "Set p of d2 and d3 to 0.2",
    ),
    row(
        "d3",
        """
        x: Input(shape=(1, 28, 28)); f: Flatten; d1: Dropout(p=0.5); f1: Linear(out_features=256); r1: GELU;
        d2: Dropout(p=0.6); h: Linear(out_features=64); r2: GELU; d3: Dropout(p=0.5);
        one: Linear(out_features=10); y: Output; two: Linear(out_features=2) <- d3;
        y2: Output(loss='mse_loss')
        """,
        "Set p of d2 and d3 to 0.2",
    ),
    row(
        "z",
        """
        x: Input(shape=(3, 32, 32)); c: Conv2d(out_channels=8, kernel_size=3); r: ReLU;
        p: MaxPool2d(kernel_size=2); v: Dropout(p=0.55); c2: Conv2d(out_channels=8, kernel_size=3); r2: ReLU;
        p2: MaxPool2d(kernel_size=2); w: Dropout(p=0.55); f: Flatten; h: Linear(out_features=32); r3: ReLU;
        z: Dropout(p=0.55); o: Linear(out_features=6); y: Output
        """,
        "Set p of w and z to 0.2",
    ),
    row(
        "d3",
        """
        x: Input(shape=(16,)); d1: Dropout; h: Linear(out_features=16); r: ReLU; d2: Dropout;
        g: Linear(out_features=16); r2: ReLU; sum: Add <- r2, d2; d3: Dropout; o: Linear(out_features=4);
        y: Output
        """,
        "Set p of d2 and d3 to 0.2",
    ),
]

FAULTS = [*HEAVY, *IN_A_ROW]
