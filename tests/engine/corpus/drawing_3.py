"""Inputs without a wire."""

from __future__ import annotations

from typing import Any

from tests.engine.corpus.notation import Fault


def unwired(node: str, network: str, settings: dict[str, Any] | None = None) -> Fault:
    return Fault("an input without a wire", "unconnected", node, network, settings or {})


FAULTS = [
    unwired(
        "rest",
        """
        left: Input(shape=(16,))
        a: Linear(out_features=8)
        ra: ReLU
        rest: Subtract
        fc: Linear(out_features=2)
        y: Output
        """,
    ),
    unwired(
        "pair",
        """
        x: Input(shape=(12,))
        fc: Linear(out_features=8)
        relu: ReLU
        pair: Bilinear(out_features=3)
        y: Output
        """,
    ),
    unwired(
        "att",
        """
        x: Input(shape=(12, 16))
        where: SinusoidalPositions
        q: Linear(out_features=16)
        k: Linear(out_features=16) <- where
        att: ScaledDotProductAttention <- q, k
        mean: Mean(dim=(1,))
        fc: Linear(out_features=4)
        y: Output
        """,
    ),
    unwired(
        "dec",
        """
        tokens: Input(shape=(10,), dtype="int64")
        table: Embedding(num_embeddings=100, embedding_dim=16)
        where: SinusoidalPositions
        dec: TransformerDecoderLayer(nhead=2, dim_feedforward=32, tgt_is_causal=True)
        fc: Linear(out_features=100)
        y: Output
        """,
    ),
    unwired(
        "up",
        """
        x: Input(shape=(1, 16, 16))
        conv: Conv2d(out_channels=4, kernel_size=3, padding=1)
        relu: ReLU
        pool: MaxPool2d(kernel_size=2)
        up: MaxUnpool2d(kernel_size=2)
        last: Conv2d(out_channels=1, kernel_size=3, padding=1)
        y: Output(loss="mse_loss")
        """,
    ),
    unwired(
        "side",
        """
        x: Input(shape=(3, 32, 32))
        main: Conv2d(out_channels=8, kernel_size=3, padding=1)
        r1: ReLU
        side: Conv2d(out_channels=8, kernel_size=1) <- -
        r2: ReLU
        add: Add <- r1, r2
        flat: Flatten
        fc: Linear(out_features=10)
        y: Output
        """,
    ),
    unwired(
        "relu",
        """
        x: Input(shape=(4,))
        fc1: Linear(out_features=8)
        relu: ReLU <- -
        fc2: Linear(out_features=3)
        y: Output
        """,
        {"data.dataset": "iris"},
    ),
    unwired(
        "fc",
        """
        x: Input(shape=(1, 8, 8))
        conv: Conv2d(out_channels=8, kernel_size=3, padding=1)
        relu: ReLU
        flat: Flatten
        fc: Linear(out_features=10) <- -
        y: Output
        """,
        {"data.dataset": "digits"},
    ),
    unwired(
        "y",
        """
        x: Input(shape=(13,))
        fc1: Linear(out_features=16)
        relu: ReLU
        fc2: Linear(out_features=3)
        y: Output <- -
        """,
        {"data.dataset": "wine"},
    ),
    unwired(
        "lstm",
        """
        words: Input(shape=(12,), dtype="int64")
        table: Embedding(num_embeddings=50, embedding_dim=16)
        lstm: LSTM(hidden_size=16) <- -
        fc: Linear(out_features=2) <- lstm.last
        y: Output
        """,
        {"data.dataset": "reviews"},
    ),
    unwired(
        "scores",
        """
        x: Input(shape=(10, 8))
        where: SinusoidalPositions
        q: Linear(out_features=8)
        scores: MatMul(transpose=True)
        soft: Softmax
        flat: Flatten
        fc: Linear(out_features=2)
        y: Output
        """,
    ),
    unwired(
        "conv1",
        """
        x: Input(shape=(3, 32, 32))
        conv1: Conv2d(out_channels=16, kernel_size=4, stride=4) <- -
        relu: ReLU
        flat: Flatten
        fc: Linear(out_features=10)
        y: Output
        """,
    ),
    unwired(
        "larger",
        """
        x: Input(shape=(20,))
        a: Linear(out_features=10)
        larger: Maximum
        fc: Linear(out_features=2)
        y: Output
        """,
    ),
]
