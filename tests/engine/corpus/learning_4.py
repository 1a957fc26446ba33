"""Two layers with nothing between them that bends."""

from __future__ import annotations

from typing import Any

from tests.engine.corpus.notation import Fault


def linear(node: str, network: str, settings: dict[str, Any] | None = None) -> Fault:
    return Fault("no activation between layers", "no-activation", node, network, settings or {})


FAULTS = [
    linear(
        "fc2",
        """
        x: Input(shape=(1, 8, 8))
        flat: Flatten
        fc1: Linear(out_features=32)
        fc2: Linear(out_features=10)
        y: Output
        """,
        {"data.dataset": "digits"},
    ),
    linear(
        "b",
        """
        x: Input(shape=(4,))
        a: Linear(out_features=16)
        drop: Dropout(p=0.1)
        b: Linear(out_features=3)
        y: Output
        """,
        {"data.dataset": "iris"},
    ),
    linear(
        "c2",
        """
        x: Input(shape=(3, 32, 32))
        c1: Conv2d(out_channels=16, kernel_size=3, padding=1)
        c2: Conv2d(out_channels=32, kernel_size=3, padding=1)
        relu: ReLU
        pool: MaxPool2d(kernel_size=4)
        flat: Flatten
        fc: Linear(out_features=10)
        y: Output
        """,
    ),
    linear(
        "fc",
        """
        x: Input(shape=(1, 28, 28))
        conv: Conv2d(out_channels=8, kernel_size=5)
        flat: Flatten
        fc: Linear(out_features=10)
        y: Output
        """,
    ),
    linear(
        "middle",
        """
        x: Input(shape=(30,))
        first: Linear(out_features=32)
        relu: ReLU
        narrow: Linear(out_features=8)
        middle: Linear(out_features=32)
        act: ReLU
        last: Linear(out_features=1)
        y: Output(loss="binary_cross_entropy_with_logits")
        """,
        {"data.dataset": "breast_cancer"},
    ),
    linear(
        "decode",
        """
        x: Input(shape=(64,))
        encode: Linear(out_features=6)
        decode: Linear(out_features=64)
        y: Output(loss="mse_loss")
        """,
    ),
    linear(
        "c2",
        """
        x: Input(shape=(4, 200))
        c1: Conv1d(out_channels=16, kernel_size=7, padding=3)
        drop: Dropout(p=0.2)
        c2: Conv1d(out_channels=16, kernel_size=7, padding=3)
        relu: ReLU
        pool: MaxPool1d(kernel_size=5)
        flat: Flatten
        fc: Linear(out_features=4)
        y: Output
        """,
    ),
    linear(
        "last",
        """
        x: Input(shape=(10,))
        fc1: Linear(out_features=32)
        relu: ReLU
        fc2: Linear(out_features=16)
        last: Linear(out_features=1)
        y: Output(loss="mse_loss")
        """,
        {"data.dataset": "diabetes"},
    ),
    linear(
        "c2",
        """
        x: Input(shape=(1, 16, 16, 16))
        c1: Conv3d(out_channels=4, kernel_size=3, padding=1)
        c2: Conv3d(out_channels=8, kernel_size=3, padding=1)
        relu: ReLU
        pool: MaxPool3d(kernel_size=4)
        flat: Flatten
        fc: Linear(out_features=2)
        y: Output
        """,
    ),
    linear(
        "fc2",
        """
        words: Input(shape=(12,), dtype="int64")
        table: Embedding(num_embeddings=50, embedding_dim=16)
        lstm: LSTM(hidden_size=16)
        fc1: Linear(out_features=16) <- lstm.last
        fc2: Linear(out_features=2)
        y: Output
        """,
        {"data.dataset": "reviews"},
    ),
    linear(
        "up2",
        """
        x: Input(shape=(16,))
        fc: Linear(out_features=256)
        relu: ReLU
        cube: Unflatten(dim=1, unflattened_size=(16, 4, 4))
        up1: ConvTranspose2d(out_channels=8, kernel_size=2, stride=2)
        up2: ConvTranspose2d(out_channels=1, kernel_size=2, stride=2)
        y: Output(loss="mse_loss")
        """,
    ),
    linear(
        "c2",
        """
        x: Input(shape=(1, 8, 8))
        c1: Conv2d(out_channels=6, kernel_size=3, padding=1)
        pool: AvgPool2d(kernel_size=2)
        c2: Conv2d(out_channels=16, kernel_size=3, padding=1)
        relu: ReLU
        flat: Flatten
        fc: Linear(out_features=10)
        y: Output
        """,
        {"data.dataset": "digits"},
    ),
    linear(
        "fc2",
        """
        x: Input(shape=(13,))
        fc1: Linear(out_features=24, bias=False)
        bn: BatchNorm1d
        fc2: Linear(out_features=3)
        y: Output
        """,
        {"data.dataset": "wine"},
    ),
]
