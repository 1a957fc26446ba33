"""Layouts turned by a reshape: channels last, feature maps as sequences; and reshapes that keep their axes."""

from __future__ import annotations

from typing import Any

from tests.engine.corpus.notation import Fault

ROWS, SHAPES = {"data.dataset": "digit_rows"}, {"data.dataset": "shapes"}


def turned(node: str, network: str, first: str, settings: dict[str, Any] | None = None) -> Fault:
    return Fault("layout turned by reshape", "axes-by-reshape", node, network, settings or {}, first=first)


def sound(network: str) -> Fault:
    return Fault("a reshape that keeps its axes", "axes-by-reshape", None, network)


TURNED = [
    turned(
        "r",
        """
        x: Input(shape=(32, 32, 3)); r: Reshape(shape=(3, 32, 32)); c: Conv2d(out_channels=8, kernel_size=3);
        a: ReLU; f: Flatten; o: Linear(out_features=4); y: Output
        """,
        "Change to Permute(0, 3, 1, 2)",
    ),
    turned(
        "r",
        """
        x: Input(shape=(48, 7)); r: Reshape(shape=(7, 48)); c: Conv1d(out_channels=8, kernel_size=3); a: ReLU;
        g: AdaptiveAvgPool1d(output_size=1); f: Flatten; o: Linear(out_features=2); y: Output
        """,
        "Change to Permute(0, 2, 1)",
    ),
    turned(
        "r",
        """
        x: Input(shape=('T', 6)); r: Reshape(shape=(6, -1));
        c: Conv1d(out_channels=8, kernel_size=3, padding=1); a: ReLU; g: AdaptiveAvgPool1d(output_size=1);
        f: Flatten; o: Linear(out_features=2); y: Output
        """,
        "Change to Permute(0, 2, 1)",
    ),
    turned(
        "seq",
        """
        x: Input(shape=(1, 20, 64)); c: Conv2d(out_channels=12, kernel_size=3, padding=1); a: ReLU;
        p: MaxPool2d(kernel_size=4); seq: Reshape(shape=(16, 60)); l: LSTM(hidden_size=32);
        o: Linear(out_features=5) <- l.last; y: Output
        """,
        "Insert Permute(0, 3, 1, 2)",
    ),
    turned(
        "tok",
        """
        x: Input(shape=(3, 32, 32)); c: Conv2d(out_channels=24, kernel_size=8, stride=8); g: GELU;
        tok: Reshape(shape=(16, 24)); pos: SinusoidalPositions;
        t: TransformerEncoderLayer(nhead=4, dim_feedforward=48); m: Mean(dim=1); o: Linear(out_features=6);
        y: Output(field='label')
        """,
        "Insert Permute(0, 2, 3, 1)",
        SHAPES,
    ),
    turned(
        "r",
        """
        x: Input(shape=(28, 14, 3)); f: Flatten; r: Unflatten(dim=1, unflattened_size=(3, 28, 14));
        c: Conv2d(out_channels=8, kernel_size=3); a: ReLU; v: Flatten; o: Linear(out_features=4); y: Output
        """,
        "Insert Permute(0, 3, 1, 2)",
    ),
    turned(
        "r",
        """
        w: Input(shape=(40,), dtype='int64'); e: Embedding(num_embeddings=200, embedding_dim=16);
        r: Reshape(shape=(16, 40)); c: Conv1d(out_channels=32, kernel_size=5); a: ReLU;
        m: AdaptiveMaxPool1d(output_size=1); f: Flatten; o: Linear(out_features=2); y: Output
        """,
        "Change to Permute(0, 2, 1)",
    ),
    turned(
        "r",
        """
        x: Input(shape=(3, 40)); l: Conv1d(out_channels=8, kernel_size=5, padding=2); a: ReLU;
        r: Reshape(shape=(40, 8)); g: GRU(hidden_size=12); o: Linear(out_features=2) <- g.last; y: Output
        """,
        "Change to Permute(0, 2, 1)",
    ),
    turned(
        "stem",
        """
        block Stem; x: BlockInput; r: Reshape(shape=(3, 24, 24)); c: Conv2d(out_channels=8, kernel_size=3);
        a: ReLU; y: BlockOutput; end; x: Input(shape=(24, 24, 3)); stem: Stem; f: Flatten;
        o: Linear(out_features=4); y: Output
        """,
        "Change to Permute(0, 3, 1, 2)",
    ),
    turned(
        "r",
        """
        x: Input(shape=(10, 3, 16, 16)); r: Reshape(shape=(3, 10, 16, 16));
        c: Conv3d(out_channels=4, kernel_size=3); a: ReLU; f: Flatten; o: Linear(out_features=2); y: Output
        """,
        "Change to Permute(0, 2, 1, 3, 4)",
    ),
    turned(
        "r",
        """
        x: Input(shape=(8, 16, 16)); c: Conv2d(out_channels=8, kernel_size=3, padding=1); a: ReLU;
        r: Reshape(shape=(16, 16, 8)); l: Linear(out_features=4); m: Mean(dim=(1, 2));
        o: Linear(out_features=2); y: Output
        """,
        "Change to Permute(0, 2, 3, 1)",
    ),
    turned(
        "r",
        """
        a: Input(shape=(30, 4)); b: Input(shape=(30, 2)) <- -; both: Concat(dim=2) <- a, b;
        r: Reshape(shape=(6, 30)); c: Conv1d(out_channels=8, kernel_size=3); t: ReLU; f: Flatten;
        o: Linear(out_features=2); y: Output
        """,
        "Change to Permute(0, 2, 1)",
    ),
]

FAULTS = [*TURNED]

SOUND = [
    sound("""
        x: Input(shape=(20, 32)); q: Linear(out_features=32); h: Reshape(shape=(20, 4, 8));
        p: Permute(dims=(0, 2, 1, 3)); a: ScaledDotProductAttention <- query=p, key=p, value=p;
        b: Permute(dims=(0, 2, 1, 3)); j: Reshape(shape=(20, 32)); m: Mean(dim=1); o: Linear(out_features=2);
        y: Output
        """),
    sound("""
        x: Input(shape=(3, 32, 32)); r: Reshape(shape=(3, 8, 4, 8, 4)); p: Permute(dims=(0, 2, 4, 1, 3, 5));
        j: Reshape(shape=(64, 48)); e: Linear(out_features=16); m: Mean(dim=1); o: Linear(out_features=6);
        y: Output
        """),
    sound("""
        x: Input(shape=(3, 32, 32)); c: Conv2d(out_channels=24, kernel_size=8, stride=8); g: GELU;
        r: Reshape(shape=(24, 16)); p: Permute(dims=(0, 2, 1)); m: Mean(dim=1); o: Linear(out_features=6);
        y: Output
        """),
    sound("""
        z: Input(shape=(16,)); l: Linear(out_features=3072); r: Reshape(shape=(3, 32, 32));
        c: Conv2d(out_channels=3, kernel_size=3, padding=1); y: Output(loss='mse_loss')
        """),
    sound("""
        x: Input(shape=(3, 16, 16)); c: Conv2d(out_channels=8, kernel_size=3, padding=1); a: ReLU; f: Flatten;
        u: Unflatten(dim=1, unflattened_size=(8, 16, 16)); d: Conv2d(out_channels=3, kernel_size=3, padding=1);
        y: Output(loss='mse_loss')
        """),
    sound("""
        x: Input(shape=(20, 6)); r: Reshape(shape=(10, 12)); g: GRU(hidden_size=8);
        o: Linear(out_features=2) <- g.last; y: Output
        """),
    sound("""
        x: Input(shape=(28, 28, 1)); r: Reshape(shape=(1, 28, 28)); c: Conv2d(out_channels=8, kernel_size=3);
        a: ReLU; f: Flatten; o: Linear(out_features=10); y: Output
        """),
    sound("""
        x: Input(shape=(1, 28, 28)); r: Reshape(shape=(28, 28)); g: GRU(hidden_size=8);
        o: Linear(out_features=10) <- g.last; y: Output
        """),
    sound("""
        x: Input(shape=(1, 28, 28)); r: Reshape(shape=(14, 56)); g: GRU(hidden_size=8);
        o: Linear(out_features=10) <- g.last; y: Output
        """),
    sound("""
        x: Input(shape=(20, 6)); p: Permute(dims=(0, 2, 1)); f: Flatten;
        u: Unflatten(dim=1, unflattened_size=(6, 20)); c: Conv1d(out_channels=8, kernel_size=3); a: ReLU;
        v: Flatten; o: Linear(out_features=2); y: Output
        """),
    sound("""
        x: Input(shape=(12, 8)); c: Conv1d(out_channels=12, kernel_size=3, padding=1); a: ReLU;
        r: Reshape(shape=(12, 2, 4)); f: Flatten; o: Linear(out_features=2); y: Output
        """),
]
