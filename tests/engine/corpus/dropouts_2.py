"""Dropout at the wrong position: before a batch norm, before a pooling; and what only looks wrong."""

from __future__ import annotations

from typing import Any

from tests.engine.corpus.notation import Fault

DIGITS, ROWS, WINE = {"data.dataset": "digits"}, {"data.dataset": "digit_rows"}, {"data.dataset": "wine"}
CANCER, IRIS = {"data.dataset": "breast_cancer"}, {"data.dataset": "iris"}


def norm(node: str, network: str, after: str, settings: dict[str, Any] | None = None) -> Fault:
    first = f"Move {node} after {after}" if ":" not in after else after[1:]
    return Fault("dropout before batch norm", "dropout-before-norm", node, network, settings or {}, first=first)


def pool(node: str, network: str, after: str, settings: dict[str, Any] | None = None) -> Fault:
    first = f"Move {node} after {after}" if ":" not in after else after[1:]
    return Fault("dropout before a pooling", "dropout-before-pooling", node, network, settings or {}, first=first)


def sound(code: str, network: str, settings: dict[str, Any] | None = None) -> Fault:
    return Fault(f"not {code}", code, None, network, settings or {})


BEFORE_NORM = [
    norm(
        "d",
        """
        x: Input(shape=(13,)); fc: Linear(out_features=32); d: Dropout(p=0.3); bn: BatchNorm1d; r: ReLU;
        o: Linear(out_features=3); y: Output
        """,
        "r",
        WINE,
    ),
    norm(
        "d",
        """
        x: Input(shape=(30,)); fc: Linear(out_features=32); r: ReLU; d: Dropout; bn: BatchNorm1d;
        o: Linear(out_features=2); y: Output
        """,
        "bn",
        CANCER,
    ),
    norm(
        "drop",
        """
        x: Input(shape=(1, 8, 8)); c: Conv2d(out_channels=16, kernel_size=3); drop: Dropout2d(p=0.2);
        bn: BatchNorm2d; act: LeakyReLU; f: Flatten; o: Linear(out_features=10); y: Output
        """,
        "act",
        DIGITS,
    ),
    norm(
        "drop",
        """
        x: Input(shape=(3, 32, 32)); c: Conv2d(out_channels=16, kernel_size=3); r: ReLU; drop: Dropout(p=0.25);
        p: MaxPool2d(kernel_size=2); bn: BatchNorm2d; c2: Conv2d(out_channels=16, kernel_size=3); r2: ReLU;
        f: Flatten; o: Linear(out_features=6); y: Output
        """,
        "bn",
    ),
    norm(
        "unit",
        """
        block Unit(width=16); x: BlockInput;
        c: Conv2d(out_channels={'expr': 'width'}, kernel_size=3, padding=1); d: Dropout(p=0.1);
        bn: BatchNorm2d; r: ReLU; y: BlockOutput; end; x: Input(shape=(3, 24, 24));
        unit: Unit(width=12, repeat=2); f: Flatten; o: Linear(out_features=4); y: Output
        """,
        ":Move d after r",
    ),
    norm(
        "d",
        """
        x: Input(shape=(4, 60)); c: Conv1d(out_channels=8, kernel_size=5); d: Dropout(p=0.2); r: ReLU;
        bn: BatchNorm1d; p: AvgPool1d(kernel_size=2); f: Flatten; o: Linear(out_features=3); y: Output
        """,
        "p",
    ),
    norm(
        "d",
        """
        x: Input(shape=(20, 8)); l: LSTM(hidden_size=16); d: Dropout(p=0.4) <- l.last; bn: BatchNorm1d;
        o: Linear(out_features=3); y: Output
        """,
        "bn",
    ),
    norm(
        "d",
        """
        a: Input(shape=(5,)); b: Input(shape=(7,)) <- -; both: Concat(dim=1) <- a, b; d: Dropout(p=0.1);
        bn: BatchNorm1d; h: Linear(out_features=24); r: ReLU; o: Linear(out_features=2); y: Output
        """,
        "bn",
    ),
    norm(
        "d",
        """
        x: Input(shape=(1, 12, 12, 12)); c: Conv3d(out_channels=4, kernel_size=3); r: ELU; d: Dropout3d(p=0.2);
        bn: BatchNorm3d; f: Flatten; o: Linear(out_features=2); y: Output
        """,
        "bn",
    ),
    norm(
        "d",
        """
        x: Input(shape=(16,)); h: Linear(out_features=16); r: ReLU; d: Dropout(p=0.5); i: Identity;
        bn: BatchNorm1d(affine=False); sum: Add <- bn, x; o: Linear(out_features=4); y: Output
        """,
        "bn",
    ),
    norm(
        "d",
        """
        w: Input(shape=(30,), dtype='int64'); e: EmbeddingBag(num_embeddings=400, embedding_dim=32);
        d: Dropout(p=0.3); bn: BatchNorm1d; t: Tanh; o: Linear(out_features=2); y: Output
        """,
        "t",
    ),
    norm(
        "d",
        """
        x: Input(shape=(3, 16, 16)); c: Conv2d(out_channels=8, kernel_size=3); r: ReLU; f: Flatten;
        d: Dropout(p=0.5); bn: BatchNorm1d; h: Linear(out_features=32); r2: ReLU; d2: Dropout(p=0.5);
        o: Linear(out_features=3); y: Output
        """,
        "bn",
    ),
]


BEFORE_POOLING = [
    pool(
        "d",
        """
        x: Input(shape=(1, 8, 8)); c: Conv2d(out_channels=8, kernel_size=3, padding=1); r: ReLU;
        d: Dropout(p=0.25); p: MaxPool2d(kernel_size=2); f: Flatten; o: Linear(out_features=10); y: Output
        """,
        "p",
        DIGITS,
    ),
    pool(
        "d",
        """
        x: Input(shape=(3, 32, 32)); c: Conv2d(out_channels=8, kernel_size=3); d: Dropout(p=0.5); r: ReLU;
        p: AvgPool2d(kernel_size=2); f: Flatten; o: Linear(out_features=6); y: Output
        """,
        "p",
    ),
    pool(
        "d",
        """
        x: Input(shape=(3, 32, 32)); c: Conv2d(out_channels=8, kernel_size=3); r: ReLU; d: Dropout(p=0.2);
        g: AdaptiveAvgPool2d(output_size=1); f: Flatten; o: Linear(out_features=6); y: Output
        """,
        "g",
    ),
    pool(
        "d",
        """
        x: Input(shape=(4, 80)); c: Conv1d(out_channels=8, kernel_size=5); r: GELU; d: Dropout(p=0.3);
        p: MaxPool1d(kernel_size=4); f: Flatten; o: Linear(out_features=3); y: Output
        """,
        "p",
    ),
    pool(
        "d",
        """
        x: Input(shape=(1, 10, 10, 10)); c: Conv3d(out_channels=4, kernel_size=3); r: ReLU; d: Dropout(p=0.3);
        p: MaxPool3d(kernel_size=2); f: Flatten; o: Linear(out_features=2); y: Output
        """,
        "p",
    ),
    pool(
        "stage",
        """
        block Stage(width=16); x: BlockInput;
        c: Conv2d(out_channels={'expr': 'width'}, kernel_size=3, padding=1); r: ReLU; d: Dropout(p=0.2);
        p: MaxPool2d(kernel_size=2); y: BlockOutput; end; x: Input(shape=(3, 32, 32)); s: Stage(width=8);
        stage: Stage(width=16); f: Flatten; o: Linear(out_features=4); y: Output
        """,
        ":Move d after p",
    ),
    pool(
        "d",
        """
        x: Input(shape=(3, 24, 24)); c: Conv2d(out_channels=8, kernel_size=3); bn: BatchNorm2d; r: ReLU;
        d: Dropout(p=0.1); i: Identity; p: MaxPool2d(kernel_size=3, stride=2);
        c2: Conv2d(out_channels=8, kernel_size=3); r2: ReLU; f: Flatten; o: Linear(out_features=4); y: Output
        """,
        "p",
    ),
    pool(
        "d",
        """
        x: Input(shape=(3, 24, 24)); c: Conv2d(out_channels=8, kernel_size=3); r: ReLU; d: Dropout(p=0.5);
        m: Mean(dim=(2, 3)); o: Linear(out_features=4); y: Output
        """,
        "m",
    ),
    pool(
        "d",
        """
        x: Input(shape=(3, 24, 24)); c: Conv2d(out_channels=8, kernel_size=3, padding=1); r: ReLU;
        d: Dropout(p=0.2); a: MaxPool2d(kernel_size=2);
        b: Conv2d(out_channels=8, kernel_size=2, stride=2) <- x; rb: ReLU; both: Concat(dim=1) <- a, rb;
        f: Flatten; o: Linear(out_features=4); y: Output
        """,
        "a",
    ),
    pool(
        "d",
        """
        x: Input(shape=(3, 24, 24)); c: Conv2d(out_channels=8, kernel_size=3); s: SELU; d: AlphaDropout(p=0.1);
        p: AdaptiveMaxPool2d(output_size=4); f: Flatten; o: Linear(out_features=4); y: Output
        """,
        "p",
    ),
    pool(
        "d",
        """
        w: Input(shape=(50,), dtype='int64'); e: Embedding(num_embeddings=300, embedding_dim=16);
        t: Permute(dims=(0, 2, 1)); c: Conv1d(out_channels=32, kernel_size=5); r: ReLU; d: Dropout(p=0.5);
        m: AdaptiveMaxPool1d(output_size=1); f: Flatten; o: Linear(out_features=2); y: Output
        """,
        "m",
    ),
    pool(
        "d",
        """
        x: Input(shape=(2, 40, 40)); d: Dropout(p=0.1); p: AvgPool2d(kernel_size=4);
        c: Conv2d(out_channels=8, kernel_size=3); r: ReLU; f: Flatten; o: Linear(out_features=4); y: Output
        """,
        "p",
    ),
]

FAULTS = [*BEFORE_NORM, *BEFORE_POOLING]

SOUND = [
    sound(
        "dropout-before-norm",
        """
        x: Input(shape=(13,)); fc: Linear(out_features=32); d: Dropout; n: LayerNorm; r: ReLU;
        o: Linear(out_features=3); y: Output
        """,
        WINE,
    ),
    sound(
        "dropout-before-norm",
        """
        x: Input(shape=(13,)); fc: Linear(out_features=32); n: BatchNorm1d; r: ReLU; d: Dropout;
        o: Linear(out_features=3); y: Output
        """,
        WINE,
    ),
    sound(
        "dropout-before-norm",
        """
        x: Input(shape=(13,)); d: Dropout(p=0.1); fc: Linear(out_features=32); n: BatchNorm1d; r: ReLU;
        o: Linear(out_features=3); y: Output
        """,
        WINE,
    ),
    sound(
        "dropout-before-norm",
        """
        x: Input(shape=(13,)); fc: Linear(out_features=32); d: Dropout(p=0.0); n: BatchNorm1d; r: ReLU;
        o: Linear(out_features=3); y: Output
        """,
        WINE,
    ),
    sound(
        "dropout-before-pooling",
        """
        x: Input(shape=(1, 8, 8)); c: Conv2d(out_channels=8, kernel_size=3); r: ReLU; d: Dropout2d(p=0.25);
        p: MaxPool2d(kernel_size=2); f: Flatten; o: Linear(out_features=10); y: Output
        """,
        DIGITS,
    ),
    sound(
        "dropout-before-pooling",
        """
        x: Input(shape=(1, 8, 8)); c: Conv2d(out_channels=8, kernel_size=3); r: ReLU;
        p: MaxPool2d(kernel_size=2); d: Dropout(p=0.25); f: Flatten; o: Linear(out_features=10); y: Output
        """,
        DIGITS,
    ),
    sound(
        "dropout-before-pooling",
        """
        x: Input(shape=(12,), dtype='int64'); e: Embedding(num_embeddings=60, embedding_dim=8);
        d: Dropout(p=0.2); m: Mean(dim=1); o: Linear(out_features=2); y: Output
        """,
    ),
    sound(
        "heavy-dropout",
        """
        x: Input(shape=(13,)); fc: Linear(out_features=64); r: ReLU; d: Dropout(p=0.7);
        o: Linear(out_features=3); y: Output
        """,
        WINE,
    ),
    sound(
        "heavy-dropout",
        """
        x: Input(shape=(8, 8)); l: LSTM(hidden_size=16, dropout=0.9); o: Linear(out_features=10) <- l.last;
        y: Output
        """,
        ROWS,
    ),
    sound(
        "dropout-in-a-row",
        """
        block Residual; x: BlockInput; n: LayerNorm; f: Linear(out_features=16); r: GELU; d: Dropout(p=0.5);
        s: Add <- d, x; y: BlockOutput; end; x: Input(shape=(16,)); body: Residual(repeat=6);
        o: Linear(out_features=3); y: Output
        """,
    ),
    sound(
        "dropout-in-a-row",
        """
        x: Input(shape=(13,)); d1: Dropout(p=0.2); a: Linear(out_features=64); r: ReLU; d2: Dropout;
        b: Linear(out_features=64); s: ReLU; d3: Dropout; o: Linear(out_features=3); y: Output
        """,
        WINE,
    ),
    sound(
        "dropout-in-a-row",
        """
        x: Input(shape=(13,)); a: Linear(out_features=8); ra: ReLU; da: Dropout;
        b: Linear(out_features=8) <- x; rb: ReLU; db: Dropout; c: Linear(out_features=8) <- x; rc: ReLU;
        dc: Dropout; all: Concat(dim=1) <- da, db, dc; o: Linear(out_features=3); y: Output
        """,
        WINE,
    ),
    sound(  # where many numbers are left each time, as in the paper on dropout
        "dropout-in-a-row",
        """
        x: Input(shape=(1, 28, 28)); f: Flatten; i: Dropout(p=0.2); a: Linear(out_features=1024); ra: ReLU;
        d1: Dropout; b: Linear(out_features=1024); rb: ReLU; d2: Dropout; c: Linear(out_features=1024); rc: ReLU;
        d3: Dropout; o: Linear(out_features=10); y: Output
        """,
    ),
]
