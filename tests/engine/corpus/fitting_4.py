"""Batch norms of one number, and images seen through a keyhole."""

from __future__ import annotations

from typing import Any

from tests.engine.corpus.notation import Fault


def single(node: str, network: str, settings: dict[str, Any]) -> Fault:
    return Fault("batch norm of one number", "one-value", node, network, settings)


def narrow(node: str, network: str, settings: dict[str, Any] | None = None) -> Fault:
    return Fault("receptive field too small", "narrow-view", node, network, settings or {})


FAULTS = [
    single(
        "bn",
        """
        x: Input(shape=(13,))
        fc1: Linear(out_features=16, bias=False)
        bn: BatchNorm1d
        relu: ReLU
        fc2: Linear(out_features=3)
        y: Output
        """,
        {"data.dataset": "wine", "data.batch_size": 1},
    ),
    single(
        "bn",
        """
        x: Input(shape=(1, 8, 8))
        conv: Conv2d(out_channels=16, kernel_size=8, bias=False)
        bn: BatchNorm2d
        relu: ReLU
        flat: Flatten
        fc: Linear(out_features=10)
        y: Output
        """,
        {"data.dataset": "digits", "data.batch_size": 1},
    ),
    single(
        "bn",
        """
        x: Input(shape=(1, 8, 8))
        flat: Flatten
        fc1: Linear(out_features=32, bias=False)
        bn: BatchNorm1d
        tanh: Tanh
        fc2: Linear(out_features=10)
        y: Output
        """,
        {"data.dataset": "digits", "data.batch_size": 8},
    ),
    single(
        "bn",
        """
        x: Input(shape=(1, 8, 8))
        conv: Conv2d(out_channels=8, kernel_size=3, padding=1)
        r1: ReLU
        flat: Flatten
        fc1: Linear(out_features=24, bias=False)
        bn: BatchNorm1d
        r2: ReLU
        fc2: Linear(out_features=10)
        y: Output
        """,
        {"data.dataset": "digits", "data.batch_size": 157},
    ),
    single(
        "norm",
        """
        x: Input(shape=(4,))
        fc1: Linear(out_features=12, bias=False)
        norm: BatchNorm1d
        gelu: GELU
        fc2: Linear(out_features=3)
        y: Output
        """,
        {"data.dataset": "iris", "data.batch_size": 15},
    ),
    single(
        "bn",
        """
        x: Input(shape=(13,))
        bn: BatchNorm1d
        fc1: Linear(out_features=10)
        relu: ReLU
        fc2: Linear(out_features=3)
        y: Output
        """,
        {"data.dataset": "wine", "data.batch_size": 41},
    ),
    single(
        "bn",
        """
        x: Input(shape=(30,))
        fc1: Linear(out_features=8, bias=False)
        bn: BatchNorm1d
        relu: ReLU
        one: Linear(out_features=1)
        y: Output(loss="binary_cross_entropy_with_logits")
        """,
        {"data.dataset": "breast_cancer", "data.batch_size": 2},
    ),
    single(
        "bn",
        """
        x: Input(shape=(10,))
        fc1: Linear(out_features=16)
        relu: ReLU
        bn: BatchNorm1d
        fc2: Linear(out_features=1)
        y: Output(loss="mse_loss")
        """,
        {"data.dataset": "diabetes", "data.batch_size": 103},
    ),
    single(
        "bn2",
        """
        x: Input(shape=(3, 32, 32))
        c1: Conv2d(out_channels=8, kernel_size=4, stride=4, bias=False)
        bn1: BatchNorm2d
        r1: ReLU
        c2: Conv2d(out_channels=16, kernel_size=8, bias=False)
        bn2: BatchNorm2d
        r2: ReLU
        flat: Flatten
        fc: Linear(out_features=3)
        y: Output
        """,
        {"data.dataset": "pictures", "data.batch_size": 1},
    ),
    single(
        "bn",
        """
        x: Input(shape=(8, 30))
        conv: Conv1d(out_channels=16, kernel_size=5, padding=2)
        relu: ReLU
        pool: AdaptiveMaxPool1d(output_size=1)
        bn: BatchNorm1d
        flat: Flatten
        fc: Linear(out_features=4)
        y: Output
        """,
        {"data.batch_size": 1},
    ),
    single(
        "bn",
        """
        words: Input(shape=(12,), dtype="int64")
        bag: EmbeddingBag(num_embeddings=50, embedding_dim=16)
        bn: BatchNorm1d
        fc: Linear(out_features=2)
        y: Output
        """,
        {"data.dataset": "reviews", "data.batch_size": 1},
    ),
    single(
        "bn",
        """
        x: Input(shape=(1, 8, 8))
        conv: Conv2d(out_channels=12, kernel_size=5, padding=2)
        relu: ReLU
        squeeze: AdaptiveMaxPool2d(output_size=1)
        bn: BatchNorm2d
        flat: Flatten
        fc: Linear(out_features=10)
        y: Output
        """,
        {"data.dataset": "digits", "data.batch_size": 4},
    ),
    narrow(
        "pool",
        """
        x: Input(shape=(3, 224, 224))
        conv: Conv2d(out_channels=32, kernel_size=3, padding=1)
        relu: ReLU
        pool: AdaptiveAvgPool2d(output_size=1)
        flat: Flatten
        fc: Linear(out_features=100)
        y: Output
        """,
    ),
    narrow(
        "mean",
        """
        x: Input(shape=(3, 64, 64))
        c1: Conv2d(out_channels=16, kernel_size=3, padding=1)
        r1: ReLU
        c2: Conv2d(out_channels=32, kernel_size=3, padding=1)
        r2: ReLU
        mean: Mean(dim=(2, 3))
        fc: Linear(out_features=10)
        y: Output
        """,
    ),
    narrow(
        "pool",
        """
        x: Input(shape=(1, 8, 8))
        conv: Conv2d(out_channels=32, kernel_size=2)
        relu: ReLU
        pool: AdaptiveAvgPool2d(output_size=1)
        flat: Flatten
        fc: Linear(out_features=10)
        y: Output
        """,
        {"data.dataset": "digits"},
    ),
    narrow(
        "pool",
        """
        x: Input(shape=(3, 32, 32))
        c1: Conv2d(out_channels=16, kernel_size=3, padding=1, bias=False)
        bn: BatchNorm2d
        r1: ReLU
        c2: Conv2d(out_channels=32, kernel_size=3, padding=1)
        r2: ReLU
        pool: AdaptiveAvgPool2d(output_size=(1, 1))
        flat: Flatten
        fc: Linear(out_features=3)
        y: Output
        """,
        {"data.dataset": "pictures"},
    ),
    narrow(
        "pool",
        """
        x: Input(shape=(1, 128, 128))
        c1: Conv2d(out_channels=8, kernel_size=5, padding=2)
        r1: ReLU
        down: MaxPool2d(kernel_size=2)
        c2: Conv2d(out_channels=16, kernel_size=5, padding=2)
        r2: ReLU
        pool: AdaptiveAvgPool2d(output_size=1)
        flat: Flatten
        fc: Linear(out_features=6)
        y: Output
        """,
    ),
    narrow(
        "mean",
        """
        x: Input(shape=(3, 32, 32))
        c1: Conv2d(out_channels=32, kernel_size=1)
        r1: ReLU
        c2: Conv2d(out_channels=64, kernel_size=3)
        r2: ReLU
        c3: Conv2d(out_channels=64, kernel_size=1)
        r3: ReLU
        mean: Mean(dim=(2, 3))
        fc: Linear(out_features=3)
        y: Output
        """,
        {"data.dataset": "pictures"},
    ),
    narrow(
        "pool",
        """
        x: Input(shape=(3, 96, 96))
        a: Conv2d(out_channels=8, kernel_size=3, padding=1)
        ra: ReLU
        b: Conv2d(out_channels=8, kernel_size=5, padding=2) <- x
        rb: ReLU
        both: Concat <- ra, rb
        pool: AdaptiveAvgPool2d(output_size=1)
        flat: Flatten
        fc: Linear(out_features=12)
        y: Output
        """,
    ),
    narrow(
        "pool",
        """
        x: Input(shape=(3, 256, 256))
        c1: Conv2d(out_channels=16, kernel_size=4, stride=4)
        act: GELU
        c2: Conv2d(out_channels=32, kernel_size=3, padding=1)
        act2: GELU
        pool: AdaptiveAvgPool2d(output_size=1)
        flat: Flatten
        fc: Linear(out_features=1)
        y: Output(loss="binary_cross_entropy_with_logits")
        """,
    ),
    narrow(
        "pool",
        """
        x: Input(shape=(1, 28, 28))
        c1: Conv2d(out_channels=16, kernel_size=3)
        r1: ReLU
        c2: Conv2d(out_channels=10, kernel_size=3)
        pool: AdaptiveAvgPool2d(output_size=1)
        flat: Flatten
        y: Output
        """,
    ),
    narrow(
        "mean",
        """
        x: Input(shape=(3, 160, 160))
        c1: Conv2d(out_channels=16, kernel_size=3, padding=1)
        r1: ReLU
        c2: Conv2d(out_channels=16, kernel_size=3, padding=1)
        r2: ReLU
        add: Add <- r1, r2
        mean: Mean(dim=(2, 3))
        fc: Linear(out_features=1)
        y: Output(loss="mse_loss")
        """,
    ),
    narrow(
        "pool",
        """
        x: Input(shape=(4, 72, 72))
        depth: Conv2d(out_channels=4, kernel_size=7, padding=3, groups=4)
        point: Conv2d(out_channels=24, kernel_size=1)
        gelu: GELU
        pool: AdaptiveAvgPool2d(output_size=1)
        flat: Flatten
        fc: Linear(out_features=9)
        y: Output
        """,
    ),
]
