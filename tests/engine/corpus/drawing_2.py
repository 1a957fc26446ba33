"""Inputs that do not fit the data, and branches that lead nowhere."""

from __future__ import annotations

from typing import Any

from tests.engine.corpus.notation import Fault


def other(node: str, network: str, settings: dict[str, Any]) -> Fault:
    return Fault("input not as the data", "input-data", node, network, settings)


def unused(node: str, network: str, settings: dict[str, Any] | None = None) -> Fault:
    return Fault("unused branch", "unused", node, network, settings or {})


FAULTS = [
    other(
        "x",
        """
        x: Input(shape=(1, 28, 28))
        conv: Conv2d(out_channels=8, kernel_size=3, padding=1)
        relu: ReLU
        flat: Flatten
        fc: Linear(out_features=10)
        y: Output
        """,
        {"data.dataset": "digits"},
    ),
    other(
        "x",
        """
        x: Input(shape=(64,))
        fc1: Linear(out_features=32)
        relu: ReLU
        fc2: Linear(out_features=10)
        y: Output
        """,
        {"data.dataset": "digits"},
    ),
    other(
        "x",
        """
        x: Input(shape=(8, 8))
        lstm: LSTM(hidden_size=24)
        fc: Linear(out_features=10) <- lstm.last
        y: Output
        """,
        {"data.dataset": "digits"},
    ),
    other(
        "x",
        """
        x: Input(shape=(5,))
        fc1: Linear(out_features=10)
        tanh: Tanh
        fc2: Linear(out_features=3)
        y: Output
        """,
        {"data.dataset": "iris"},
    ),
    other(
        "features",
        """
        features: Input(shape=(12,))
        fc1: Linear(out_features=16, bias=False)
        bn: BatchNorm1d
        relu: ReLU
        fc2: Linear(out_features=3)
        y: Output
        """,
        {"data.dataset": "wine"},
    ),
    other(
        "x",
        """
        x: Input(shape=(3, 64, 64))
        conv: Conv2d(out_channels=8, kernel_size=4, stride=4)
        relu: ReLU
        flat: Flatten
        fc: Linear(out_features=3)
        y: Output
        """,
        {"data.dataset": "pictures"},
    ),
    other(
        "picture",
        """
        picture: Input(shape=(1, 32, 32))
        conv: Conv2d(out_channels=8, kernel_size=3, padding=1)
        relu: ReLU
        pool: MaxPool2d(kernel_size=4)
        flat: Flatten
        fc: Linear(out_features=3)
        y: Output
        """,
        {"data.dataset": "pictures"},
    ),
    other(
        "words",
        """
        words: Input(shape=(20,), dtype="int64")
        bag: EmbeddingBag(num_embeddings=50, embedding_dim=16)
        fc: Linear(out_features=2)
        y: Output
        """,
        {"data.dataset": "reviews"},
    ),
    other(
        "words",
        """
        words: Input(shape=(12,))
        table: Embedding(num_embeddings=50, embedding_dim=16)
        lstm: LSTM(hidden_size=16)
        fc: Linear(out_features=2) <- lstm.last
        y: Output
        """,
        {"data.dataset": "reviews"},
    ),
    other(
        "letters",
        """
        letters: Input(shape=(32,), dtype="int64")
        table: Embedding(num_embeddings=30, embedding_dim=16)
        gru: GRU(hidden_size=32)
        fc: Linear(out_features=30)
        y: Output
        """,
        {"data.dataset": "writing"},
    ),
    other(
        "x",
        """
        x: Input(shape=(11,))
        fc1: Linear(out_features=16)
        relu: ReLU
        fc2: Linear(out_features=1)
        y: Output(loss="mse_loss")
        """,
        {"data.dataset": "diabetes"},
    ),
    other(
        "x",
        """
        x: Input(shape=(2,))
        fc1: Linear(out_features=8)
        relu: ReLU
        fc2: Linear(out_features=1)
        y: Output(loss="binary_cross_entropy_with_logits")
        """,
        {"data.dataset": "breast_cancer"},
    ),
    other(
        "x",
        """
        x: Input(shape=(4,), field="pixels")
        fc1: Linear(out_features=10)
        relu: ReLU
        fc2: Linear(out_features=3)
        y: Output
        """,
        {"data.dataset": "iris"},
    ),
    unused(
        "extra",
        """
        x: Input(shape=(16,))
        fc1: Linear(out_features=16)
        relu: ReLU
        extra: Linear(out_features=8)
        fc2: Linear(out_features=4) <- relu
        y: Output
        """,
    ),
    unused(
        "head",
        """
        x: Input(shape=(3, 32, 32))
        conv: Conv2d(out_channels=16, kernel_size=4, stride=4)
        relu: ReLU
        side: Flatten
        head: Linear(out_features=10)
        flat: Flatten <- relu
        fc: Linear(out_features=10)
        y: Output
        """,
    ),
    unused(
        "drop",
        """
        x: Input(shape=(1, 8, 8))
        flat: Flatten
        fc1: Linear(out_features=32)
        relu: ReLU
        drop: Dropout(p=0.3)
        fc2: Linear(out_features=10) <- relu
        y: Output
        """,
        {"data.dataset": "digits"},
    ),
    unused(
        "rc",
        """
        x: Input(shape=(3, 24, 24))
        a: Conv2d(out_channels=8, kernel_size=1)
        ra: ReLU
        b: Conv2d(out_channels=8, kernel_size=3, padding=1) <- x
        rb: ReLU
        c: Conv2d(out_channels=8, kernel_size=5, padding=2) <- x
        rc: ReLU
        cat: Concat <- ra, rb
        flat: Flatten
        fc: Linear(out_features=5)
        y: Output
        """,
    ),
    unused(
        "skip",
        """
        x: Input(shape=(16, 16, 16))
        conv: Conv2d(out_channels=16, kernel_size=3, padding=1, bias=False)
        bn: BatchNorm2d
        relu: ReLU
        skip: Identity <- x
        flat: Flatten <- relu
        fc: Linear(out_features=2)
        y: Output
        """,
    ),
    unused(
        "where",
        """
        words: Input(shape=(12,), dtype="int64")
        table: Embedding(num_embeddings=50, embedding_dim=16)
        where: LearnedPositions(max_length=12)
        gru: GRU(hidden_size=16) <- table
        fc: Linear(out_features=2) <- gru.last
        y: Output
        """,
        {"data.dataset": "reviews"},
    ),
    unused(
        "act",
        """
        x: Input(shape=(40,))
        fc1: Linear(out_features=20)
        gate: Linear(out_features=20) <- x
        act: Sigmoid
        relu: ReLU <- fc1
        fc2: Linear(out_features=3)
        y: Output
        """,
    ),
    unused(
        "lstm",
        """
        x: Input(shape=(30, 5))
        lstm: LSTM(hidden_size=16)
        flat: Flatten <- x
        fc1: Linear(out_features=32)
        relu: ReLU
        fc2: Linear(out_features=1)
        y: Output(loss="mse_loss")
        """,
    ),
    unused(
        "pool",
        """
        x: Input(shape=(1, 28, 28))
        conv: Conv2d(out_channels=8, kernel_size=3, padding=1)
        relu: ReLU
        pool: MaxPool2d(kernel_size=2)
        flat: Flatten <- relu
        fc: Linear(out_features=10)
        y: Output
        """,
    ),
    unused(
        "soft",
        """
        x: Input(shape=(4,))
        fc1: Linear(out_features=8)
        tanh: Tanh
        fc2: Linear(out_features=3)
        soft: Softmax
        y: Output <- fc2
        """,
        {"data.dataset": "iris"},
    ),
    unused(
        "sum",
        """
        x: Input(shape=(24,))
        fc1: Linear(out_features=24)
        relu: ReLU
        sum: Add <- relu, x
        fc2: Linear(out_features=6) <- relu
        y: Output
        """,
    ),
    unused(
        "bn2",
        """
        x: Input(shape=(30,))
        a: Linear(out_features=16, bias=False)
        bn: BatchNorm1d
        relu: ReLU
        b: Linear(out_features=16, bias=False)
        bn2: BatchNorm1d
        c: Linear(out_features=2) <- relu
        y: Output
        """,
        {"data.dataset": "breast_cancer"},
    ),
]
