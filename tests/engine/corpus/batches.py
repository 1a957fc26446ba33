"""The samples of a batch see each other: a softmax along the batch, the batch moved from the front or merged."""

from __future__ import annotations

from typing import Any

from tests.engine.corpus.notation import Fault

DIGITS, ROWS, WINE = {"data.dataset": "digits"}, {"data.dataset": "digit_rows"}, {"data.dataset": "wine"}
CANCER, IRIS, SHAPES = {"data.dataset": "breast_cancer"}, {"data.dataset": "iris"}, {"data.dataset": "shapes"}


def mixed(node: str, network: str, first: str, settings: dict[str, Any] | None = None) -> Fault:
    return Fault(
        "softmax over the batch",
        "batch-mixed",
        node,
        network,
        settings or {},
        first=first if " " in first else f"Set dim to {first}",
    )


def moved(node: str, network: str, first: str, settings: dict[str, Any] | None = None) -> Fault:
    removes = first.startswith("Remove")
    return Fault("batch not in front", "batch-moved", node, network, settings or {}, removes=removes, first=first)


MIXED = [
    mixed(
        "s",
        "x: Input(shape=(13,)); fc: Linear(out_features=3); s: LogSoftmax(dim=0); y: Output(loss='nll_loss')",
        "1",
        WINE,
    ),
    mixed(
        "s",
        """
        x: Input(shape=(30,)); h: Linear(out_features=16); r: ReLU; fc: Linear(out_features=2);
        s: Softmax(dim=-2); y: Output(loss='mse_loss')
        """,
        "1",
    ),
    mixed(
        "prob",
        """
        image: Input(shape=(1, 8, 8)); flat: Flatten; fc: Linear(out_features=10); prob: Softmax(dim=0);
        y: Output(loss='mse_loss')
        """,
        "1",
    ),
    mixed(
        "w",
        """
        x: Input(shape=(20, 8)); l: LSTM(hidden_size=16); sc: Linear(out_features=1); w: Softmax(dim=0);
        m: Multiply <- l, w; c: Sum(dim=1); o: Linear(out_features=3); y: Output
        """,
        "1",
    ),
    mixed(
        "a",
        """
        x: Input(shape=(12, 16)); q: Linear(out_features=16); k: Linear(out_features=16) <- x;
        s: MatMul(transpose=True) <- a=q, b=k; sc: Scale(factor=0.25); a: Softmax(dim=0);
        v: MatMul <- a=a, b=x; m: Mean(dim=1); o: Linear(out_features=2); y: Output
        """,
        "-1",
    ),
    mixed(
        "a",
        """
        x: Input(shape=(2, 9, 8)); s: MatMul(transpose=True) <- a=x, b=x; a: Softmax(dim=-4);
        v: MatMul <- a=a, b=x; f: Flatten; o: Linear(out_features=2); y: Output
        """,
        "-1",
    ),
    mixed(
        "s",
        """
        x: Input(shape=(3, 32, 32)); c: Conv2d(out_channels=8, kernel_size=3, padding=1); r: ReLU;
        h: Conv2d(out_channels=7, kernel_size=1); s: LogSoftmax(dim=0);
        y: Output(loss='nll_loss', field='mask')
        """,
        "1",
        SHAPES,
    ),
    mixed(
        "s",
        """
        t: Input(shape=(64,), dtype='int64'); e: Embedding(num_embeddings=96, embedding_dim=16);
        g: GRU(hidden_size=16); fc: Linear(out_features=8); s: LogSoftmax(dim=-3); y: Output(loss='nll_loss')
        """,
        "-1",
    ),
    mixed(
        "head",
        """
        block Head(classes=3); x: BlockInput; fc: Linear(out_features={'expr': 'classes'});
        s: LogSoftmax(dim=0); y: BlockOutput; end; x: Input(shape=(4,)); h: Linear(out_features=8); r: Tanh;
        head: Head; y: Output(loss='nll_loss')
        """,
        "1",
        IRIS,
    ),
    mixed(
        "gate",
        """
        x: Input(shape=(10,)); a: Linear(out_features=4); gate: Softmax(dim=0); b: Linear(out_features=4) <- x;
        m: Multiply <- gate, b; o: Linear(out_features=1); y: Output(loss='mse_loss')
        """,
        "1",
        {"data.dataset": "diabetes"},
    ),
    mixed(
        "s",
        """
        x: Input(shape=(6, 40)); c: Conv1d(out_channels=4, kernel_size=3, padding=1); s: Softmin(dim=0);
        f: Flatten; o: Linear(out_features=2); y: Output
        """,
        "Change to ReLU",
    ),
    mixed(
        "s",
        """
        x: Input(shape=(3, 8, 8)); c: Conv2d(out_channels=8, kernel_size=3); r: ReLU; f: Flatten;
        fc: Linear(out_features=5); s: Softmax(dim=0); d: Dropout(p=0.0); y: Output(loss=None);
        aux: Output <- fc
        """,
        "1",
    ),
    mixed(
        "s",
        """
        x: Input(shape=(20, 8)); p: Permute(dims=(1, 0, 2)); g: GRU(hidden_size=12, batch_first=False);
        sc: Linear(out_features=1); s: Softmax(dim=1); m: Multiply <- g, s; c: Sum(dim=0);
        o: Linear(out_features=3); y: Output
        """,
        "",
    ),
]

MOVED = [
    moved(
        "p",
        """
        x: Input(shape=(8, 8)); p: Permute(dims=(1, 0, 2)); l: LSTM(hidden_size=16);
        fc: Linear(out_features=10) <- l.last; y: Output
        """,
        "Set batch_first of l to false",
        ROWS,
    ),
    moved(
        "p",
        """
        x: Input(shape=(20, 16)); pos: SinusoidalPositions; p: Permute(dims=(1, 0, 2));
        e: TransformerEncoderLayer(nhead=4, dim_feedforward=32); m: Mean(dim=0); o: Linear(out_features=3);
        y: Output
        """,
        "Set batch_first of e to false",
    ),
    moved(
        "t",
        """
        x: Input(shape=(15, 8)); pos: SinusoidalPositions; t: Permute(dims=(1, 0, 2));
        a: MultiheadAttention(num_heads=2) <- t, key=t, value=t; b: Permute(dims=(1, 0, 2)) <- a.output;
        m: Mean(dim=1); o: Linear(out_features=3); y: Output
        """,
        "Set batch_first of a to false",
    ),
    moved(
        "f",
        "x: Input(shape=(1, 8, 8)); f: Flatten(start_dim=0); fc: Linear(out_features=10); y: Output",
        "Set start_dim to 1 and end_dim to -1",
        DIGITS,
    ),
    moved(
        "f",
        """
        x: Input(shape=(3, 32, 32)); c: Conv2d(out_channels=8, kernel_size=3); r: ReLU;
        p: AdaptiveAvgPool2d(output_size=1); f: Flatten(start_dim=0, end_dim=1); g: Flatten;
        o: Linear(out_features=6); y: Output
        """,
        "Set start_dim to 1",
    ),
    moved(
        "f",
        """
        x: Input(shape=(20, 8)); f: Flatten(start_dim=0, end_dim=1); a: Linear(out_features=16); r: ReLU;
        o: Linear(out_features=3); y: Output
        """,
        "Set start_dim to 1",
    ),
    moved(
        "p", "x: Input(shape=(13,)); p: Permute(dims=(1, 0)); fc: Linear(out_features=3); y: Output", "Remove p", WINE
    ),
    moved(
        "p",
        """
        x: Input(shape=(32, 32, 3)); p: Permute(dims=(3, 0, 1, 2)); c: Conv2d(out_channels=8, kernel_size=3);
        r: ReLU; f: Flatten; o: Linear(out_features=4); y: Output
        """,
        "Set dims to 0, 3, 1, 2",
    ),
    moved(
        "p",
        """
        x: Input(shape=(30, 6)); p: Permute(dims=(2, 1, 0)); c: Conv1d(out_channels=8, kernel_size=3); r: ReLU;
        g: AdaptiveAvgPool1d(output_size=1); f: Flatten; o: Linear(out_features=2); y: Output
        """,
        "Set dims to 0, 2, 1",
    ),
    moved(
        "c",
        """
        a: Input(shape=(6,)); b: Input(shape=(6,)) <- -; fa: Linear(out_features=8) <- a;
        fb: Linear(out_features=8) <- b; c: Concat(dim=0) <- fa, fb; r: ReLU; o: Linear(out_features=3);
        y: Output
        """,
        "Set dim to 1",
    ),
    moved(
        "block1",
        """
        block B; x: BlockInput; p: Permute(dims=(1, 0, 2)); g: GRU(hidden_size=8); y: BlockOutput <- g.output;
        end; x: Input(shape=(12, 8)); block1: B; f: Flatten; o: Linear(out_features=3); y: Output
        """,
        "Remove p",
    ),
    moved(
        "p",
        """
        x: Input(shape=(3, 16, 16)); c: Conv2d(out_channels=4, kernel_size=3); r: ReLU;
        p: Permute(dims=(1, 0, 2, 3)); f: Flatten; o: Linear(out_features=3); y: Output
        """,
        "Remove p",
    ),
    moved(
        "f",
        """
        x: Input(shape=(5, 8)); f: Flatten(start_dim=0, end_dim=1); a: Linear(out_features=8); r: ReLU;
        s: Add <- r, x; m: Mean(dim=1); o: Linear(out_features=2); y: Output
        """,
        "Set start_dim to 1",
    ),
    moved(
        "p",
        """
        w: Input(shape=(25,), dtype='int64'); e: Embedding(num_embeddings=80, embedding_dim=16);
        d: Dropout(p=0.1); p: Permute(dims=(1, 0, 2)); g: GRU(hidden_size=12, bidirectional=True);
        o: Linear(out_features=2) <- g.last; y: Output
        """,
        "Set batch_first of g to false",
    ),
]

FAULTS = [*MIXED, *MOVED]


def sound(code: str, network: str, settings: dict[str, Any] | None = None) -> Fault:
    return Fault(f"not {code}", code, None, network, settings or {})


SOUND = [
    sound(
        "batch-mixed",
        """
        x: Input(shape=(5, 8)); p: Permute(dims=(1, 0, 2)); s: Softmax(dim=0); q: Permute(dims=(1, 0, 2));
        f: Flatten; o: Linear(out_features=3); y: Output
        """,
    ),
    sound(
        "batch-mixed",
        """
        x: Input(shape=(13,)); fc: Linear(out_features=3); bn: BatchNorm1d; s: LogSoftmax(dim=1);
        y: Output(loss='nll_loss')
        """,
        WINE,
    ),
    sound(
        "batch-moved",
        """
        x: Input(shape=(20, 8)); p: Permute(dims=(1, 0, 2)); l: LSTM(hidden_size=16, batch_first=False);
        o: Linear(out_features=3) <- l.last; y: Output
        """,
    ),
    sound(
        "batch-moved",
        """
        x: Input(shape=(20, 8)); p: Permute(dims=(1, 0, 2)); l: GRU(hidden_size=16, batch_first=False);
        r: ReLU; b: Permute(dims=(1, 0, 2)); g: GRU(hidden_size=8); o: Linear(out_features=3) <- g.last;
        y: Output
        """,
    ),
    sound(
        "batch-moved",
        """
        x: Input(shape=(5, 3, 16, 16)); f: Flatten(start_dim=0, end_dim=1);
        c: Conv2d(out_channels=8, kernel_size=3); r: ReLU; g: AdaptiveAvgPool2d(output_size=1); v: Flatten;
        u: Unflatten(dim=0, unflattened_size=(-1, 5)); l: LSTM(hidden_size=16);
        o: Linear(out_features=3) <- l.last; y: Output
        """,
    ),
    sound(
        "batch-moved",
        """
        x: Input(shape=(5, 8)); f: Flatten(start_dim=0, end_dim=1); a: Linear(out_features=16);
        bn: BatchNorm1d; r: ReLU; u: Unflatten(dim=0, unflattened_size=(-1, 5)); m: Mean(dim=1);
        o: Linear(out_features=3); y: Output
        """,
    ),
    sound(
        "batch-moved",
        """
        x: Input(shape=(20, 8)); p: Permute(dims=(0, 2, 1)); c: Conv1d(out_channels=8, kernel_size=3); r: ReLU;
        f: Flatten; o: Linear(out_features=3); y: Output
        """,
    ),
    sound(
        "batch-moved",
        """
        x: Input(shape=(20, 8)); p: Permute(dims=(1, 0, 2)); m: Mean(dim=0); o: Linear(out_features=3);
        y: Output
        """,
    ),
]
