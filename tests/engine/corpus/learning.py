"""Softmax and sigmoid before a loss that contains them already."""

from __future__ import annotations

from typing import Any

from tests.engine.corpus.notation import Fault


def softmax(node: str, network: str, settings: dict[str, Any] | None = None) -> Fault:
    return Fault("softmax before cross-entropy", "softmax-before-loss", node, network, settings or {})


def sigmoid(node: str, network: str, settings: dict[str, Any] | None = None) -> Fault:
    return Fault("sigmoid before a loss with logits", "sigmoid-before-loss", node, network, settings or {})


FAULTS = [
    softmax(
        "soft",
        """
        x: Input(shape=(1, 8, 8))
        flat: Flatten
        hidden: Linear(out_features=32)
        relu: ReLU
        scores: Linear(out_features=10)
        soft: Softmax
        y: Output
        """,
        {"data.dataset": "digits"},
    ),
    softmax(
        "log",
        """
        x: Input(shape=(4,))
        a: Linear(out_features=16)
        tanh: Tanh
        b: Linear(out_features=3)
        log: LogSoftmax(dim=1)
        y: Output(loss="cross_entropy")
        """,
        {"data.dataset": "iris"},
    ),
    softmax(
        "prob",
        """
        x: Input(shape=(3, 32, 32))
        conv: Conv2d(out_channels=16, kernel_size=8, stride=8)
        relu: ReLU
        scores: Conv2d(out_channels=10, kernel_size=4)
        prob: Softmax2d
        flat: Flatten
        y: Output
        """,
    ),
    softmax(
        "pixels",
        """
        x: Input(shape=(3, 48, 48))
        conv1: Conv2d(out_channels=16, kernel_size=3, padding=1)
        relu: ReLU
        conv2: Conv2d(out_channels=5, kernel_size=3, padding=1)
        pixels: Softmax2d
        last: Permute(dims=(0, 2, 3, 1))
        y: Output
        """,
    ),
    softmax(
        "soft",
        """
        words: Input(shape=(12,), dtype="int64")
        table: Embedding(num_embeddings=50, embedding_dim=16)
        lstm: LSTM(hidden_size=24)
        fc: Linear(out_features=2) <- lstm.last
        soft: Softmax
        y: Output
        """,
        {"data.dataset": "reviews"},
    ),
    softmax(
        "log",
        """
        letters: Input(shape=(16,), dtype="int64")
        table: Embedding(num_embeddings=30, embedding_dim=32)
        where: SinusoidalPositions
        block: TransformerEncoderLayer(nhead=4, dim_feedforward=64, is_causal=True)
        next: Linear(out_features=30)
        log: LogSoftmax
        y: Output
        """,
        {"data.dataset": "writing"},
    ),
    softmax(
        "share",
        """
        x: Input(shape=(13,))
        fc1: Linear(out_features=20, bias=False)
        bn: BatchNorm1d
        relu: ReLU
        fc2: Linear(out_features=3)
        share: Softmax(dim=-1)
        y: Output
        """,
        {"data.dataset": "wine", "data.batch_size": 16},
    ),
    softmax(
        "logs",
        """
        signal: Input(shape=(2, 128))
        c1: Conv1d(out_channels=8, kernel_size=7, padding=3)
        r1: ReLU
        p1: MaxPool1d(kernel_size=4)
        c2: Conv1d(out_channels=16, kernel_size=7, padding=3)
        r2: ReLU
        flat: Flatten
        fc: Linear(out_features=6)
        logs: LogSoftmax
        y: Output
        """,
    ),
    softmax(
        "soft",
        """
        x: Input(shape=(30,))
        fc1: Linear(out_features=16)
        act: SiLU
        drop: Dropout(p=0.2)
        fc2: Linear(out_features=2)
        soft: Softmax(dim=1)
        y: Output
        """,
        {"data.dataset": "breast_cancer"},
    ),
    softmax(
        "soft",
        """
        left: Input(shape=(10,))
        a: Linear(out_features=8)
        ra: ReLU
        right: Input(shape=(6,))
        b: Linear(out_features=8)
        rb: ReLU
        both: Concat <- ra, rb
        fc: Linear(out_features=4)
        soft: Softmax
        y: Output
        """,
    ),
    softmax(
        "soft",
        """
        x: Input(shape=(1, 28, 28))
        conv: Conv2d(out_channels=16, kernel_size=5)
        relu: ReLU
        pool: MaxPool2d(kernel_size=2)
        flat: Flatten
        fc: Linear(out_features=10)
        soft: Softmax
        drop: Dropout(p=0.1)
        y: Output
        """,
    ),
    softmax(
        "prob",
        """
        x: Input(shape=(3, 32, 32))
        stem: Conv2d(out_channels=16, kernel_size=4, stride=4)
        flat: Flatten(start_dim=2)
        turn: Permute(dims=(0, 2, 1))
        token: ClassToken
        where: LearnedPositions(max_length=65)
        enc: TransformerEncoderLayer(nhead=2, dim_feedforward=32)
        first: Select(dim=1, index=0)
        fc: Linear(out_features=3)
        prob: Softmax
        y: Output
        """,
        {"data.dataset": "pictures"},
    ),
    sigmoid(
        "sig",
        """
        x: Input(shape=(30,))
        fc1: Linear(out_features=16)
        relu: ReLU
        fc2: Linear(out_features=1)
        sig: Sigmoid
        y: Output(loss="binary_cross_entropy_with_logits")
        """,
        {"data.dataset": "breast_cancer"},
    ),
    sigmoid(
        "tags",
        """
        x: Input(shape=(3, 64, 64))
        c1: Conv2d(out_channels=8, kernel_size=3, padding=1)
        r1: ReLU
        p1: MaxPool2d(kernel_size=4)
        c2: Conv2d(out_channels=16, kernel_size=3, padding=1)
        r2: ReLU
        p2: MaxPool2d(kernel_size=4)
        flat: Flatten
        fc: Linear(out_features=20)
        tags: Sigmoid
        y: Output(loss="binary_cross_entropy_with_logits")
        """,
    ),
    sigmoid(
        "mask",
        """
        x: Input(shape=(1, 64, 64))
        down: Conv2d(out_channels=8, kernel_size=2, stride=2)
        r1: ReLU
        mid: Conv2d(out_channels=16, kernel_size=3, padding=1)
        r2: ReLU
        up: ConvTranspose2d(out_channels=8, kernel_size=2, stride=2)
        r3: ReLU
        last: Conv2d(out_channels=1, kernel_size=1)
        mask: Sigmoid
        y: Output(loss="binary_cross_entropy_with_logits")
        """,
    ),
    sigmoid(
        "sig",
        """
        x: Input(shape=(20, 6))
        gru: GRU(hidden_size=16)
        fc: Linear(out_features=1) <- gru.last
        sig: Sigmoid
        y: Output(loss="binary_cross_entropy_with_logits")
        """,
    ),
    sigmoid(
        "sig",
        """
        x: Input(shape=(1, 8, 8))
        conv: Conv2d(out_channels=8, kernel_size=3, padding=1)
        relu: ReLU
        flat: Flatten
        fc: Linear(out_features=10)
        sig: Sigmoid
        y: Output
        """,
        {"data.dataset": "digits"},
    ),
    sigmoid(
        "out",
        """
        x: Input(shape=(4,))
        fc1: Linear(out_features=12)
        tanh: Tanh
        fc2: Linear(out_features=3)
        out: Sigmoid
        y: Output(loss="cross_entropy")
        """,
        {"data.dataset": "iris"},
    ),
    sigmoid(
        "judge",
        """
        x: Input(shape=(3, 16, 16))
        c1: Conv2d(out_channels=16, kernel_size=4, stride=2, padding=1)
        l1: LeakyReLU(negative_slope=0.2)
        c2: Conv2d(out_channels=32, kernel_size=4, stride=2, padding=1)
        l2: LeakyReLU(negative_slope=0.2)
        c3: Conv2d(out_channels=1, kernel_size=4)
        judge: Sigmoid
        flat: Flatten
        y: Output(loss="binary_cross_entropy_with_logits")
        """,
    ),
    sigmoid(
        "same",
        """
        left: Input(shape=(32,))
        a: Linear(out_features=16)
        ra: ReLU
        right: Input(shape=(32,))
        b: Linear(out_features=16)
        rb: ReLU
        apart: Subtract <- ra, rb
        fc: Linear(out_features=1)
        same: Sigmoid
        y: Output(loss="binary_cross_entropy_with_logits")
        """,
    ),
    sigmoid(
        "good",
        """
        words: Input(shape=(12,), dtype="int64")
        bag: EmbeddingBag(num_embeddings=50, embedding_dim=12)
        fc: Linear(out_features=8)
        relu: ReLU
        one: Linear(out_features=1)
        good: Sigmoid
        y: Output(loss="binary_cross_entropy_with_logits")
        """,
        {"data.dataset": "reviews"},
    ),
    sigmoid(
        "sig",
        """
        x: Input(shape=(24, 10))
        where: SinusoidalPositions
        att: MultiheadAttention(num_heads=2)
        mean: Mean(dim=(1,))
        fc: Linear(out_features=1)
        sig: Sigmoid
        one: Squeeze(dim=1)
        y: Output(loss="binary_cross_entropy_with_logits")
        """,
    ),
    sigmoid(
        "sig",
        """
        x: Input(shape=(13,))
        fc1: Linear(out_features=16)
        gelu: GELU
        norm: LayerNorm
        fc2: Linear(out_features=3)
        sig: Sigmoid
        y: Output
        """,
        {"data.dataset": "wine"},
    ),
    sigmoid(
        "back",
        """
        x: Input(shape=(784,))
        code: Linear(out_features=32)
        relu: ReLU
        wide: Linear(out_features=784)
        back: Sigmoid
        y: Output(loss="binary_cross_entropy_with_logits")
        """,
    ),
]
