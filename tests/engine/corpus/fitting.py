"""Windows that leave columns unread, and images with their channels last."""

from __future__ import annotations

from typing import Any

from tests.engine.corpus.notation import Fault


def columns(node: str, network: str, settings: dict[str, Any] | None = None) -> Fault:
    return Fault("columns that no window reaches", "unused-columns", node, network, settings or {})


def last(node: str, network: str, settings: dict[str, Any] | None = None) -> Fault:
    return Fault("channels last", "channels-last", node, network, settings or {})


FAULTS = [
    columns(
        "conv",
        """
        x: Input(shape=(1, 10, 10))
        conv: Conv2d(out_channels=4, kernel_size=3, stride=2)
        relu: ReLU
        flat: Flatten
        fc: Linear(out_features=10)
        y: Output
        """,
    ),
    columns(
        "stem",
        """
        x: Input(shape=(3, 224, 224))
        stem: Conv2d(out_channels=64, kernel_size=11, stride=4)
        relu: ReLU
        pool: MaxPool2d(kernel_size=3, stride=3)
        flat: Flatten
        fc: Linear(out_features=100)
        y: Output
        """,
    ),
    columns(
        "c1",
        """
        x: Input(shape=(2, 100))
        c1: Conv1d(out_channels=8, kernel_size=5, stride=3)
        relu: ReLU
        flat: Flatten
        fc: Linear(out_features=4)
        y: Output
        """,
    ),
    columns(
        "pool",
        """
        x: Input(shape=(3, 32, 32))
        conv: Conv2d(out_channels=16, kernel_size=3, padding=1)
        relu: ReLU
        pool: MaxPool2d(kernel_size=3)
        flat: Flatten
        fc: Linear(out_features=10)
        y: Output
        """,
    ),
    columns(
        "conv",
        """
        x: Input(shape=(1, 8, 8))
        conv: Conv2d(out_channels=12, kernel_size=3, stride=2)
        relu: ReLU
        flat: Flatten
        fc: Linear(out_features=10)
        y: Output
        """,
        {"data.dataset": "digits"},
    ),
    columns(
        "c2",
        """
        x: Input(shape=(1, 28, 28))
        c1: Conv2d(out_channels=8, kernel_size=3, padding=1)
        r1: ReLU
        pool: MaxPool2d(kernel_size=2)
        c2: Conv2d(out_channels=16, kernel_size=5, stride=2)
        r2: ReLU
        flat: Flatten
        fc: Linear(out_features=10)
        y: Output
        """,
    ),
    columns(
        "patches",
        """
        x: Input(shape=(3, 32, 32))
        patches: Conv2d(out_channels=24, kernel_size=5, stride=5)
        flat: Flatten(start_dim=2)
        turn: Permute(dims=(0, 2, 1))
        where: SinusoidalPositions
        enc: TransformerEncoderLayer(nhead=4, dim_feedforward=48)
        mean: Mean(dim=(1,))
        fc: Linear(out_features=3)
        y: Output
        """,
        {"data.dataset": "pictures"},
    ),
    columns(
        "avg",
        """
        x: Input(shape=(1, 50))
        conv: Conv1d(out_channels=8, kernel_size=3, padding=1)
        relu: ReLU
        avg: AvgPool1d(kernel_size=4)
        flat: Flatten
        fc: Linear(out_features=3)
        y: Output
        """,
    ),
    columns(
        "c1",
        """
        x: Input(shape=(1, 16, 16, 16))
        c1: Conv3d(out_channels=8, kernel_size=3, stride=2)
        relu: ReLU
        flat: Flatten
        fc: Linear(out_features=2)
        y: Output
        """,
    ),
    columns(
        "lp",
        """
        x: Input(shape=(3, 20, 20))
        conv: Conv2d(out_channels=8, kernel_size=3, padding=1)
        relu: ReLU
        lp: LPPool2d(norm_type=2.0, kernel_size=3)
        flat: Flatten
        fc: Linear(out_features=6)
        y: Output
        """,
    ),
    columns(
        "down",
        """
        x: Input(shape=(1, 20, 31))
        down: Conv2d(out_channels=8, kernel_size=2, stride=2)
        relu: ReLU
        flat: Flatten
        fc: Linear(out_features=5)
        y: Output
        """,
    ),
    columns(
        "wave",
        """
        x: Input(shape=(1, 16000))
        wave: Conv1d(out_channels=32, kernel_size=80, stride=48)
        relu: ReLU
        flat: Flatten(start_dim=1)
        fc: Linear(out_features=35)
        y: Output
        """,
    ),
    columns(
        "pool2",
        """
        x: Input(shape=(3, 26, 26))
        c1: Conv2d(out_channels=8, kernel_size=3, padding=1)
        r1: ReLU
        pool1: MaxPool2d(kernel_size=2)
        c2: Conv2d(out_channels=16, kernel_size=3, padding=1)
        r2: ReLU
        pool2: MaxPool2d(kernel_size=2)
        flat: Flatten
        fc: Linear(out_features=10)
        y: Output
        """,
    ),
    last(
        "conv",
        """
        x: Input(shape=(28, 28, 1))
        conv: Conv2d(out_channels=16, kernel_size=3, padding=1)
        relu: ReLU
        flat: Flatten
        fc: Linear(out_features=10)
        y: Output
        """,
    ),
    last(
        "conv",
        """
        x: Input(shape=(28, 28, 1))
        conv: Conv2d(out_channels=8, kernel_size=5)
        relu: ReLU
        pool: MaxPool2d(kernel_size=2)
        flat: Flatten
        fc: Linear(out_features=10)
        y: Output
        """,
    ),
    last(
        "c1",
        """
        x: Input(shape=(32, 32, 3))
        c1: Conv2d(out_channels=16, kernel_size=3)
        r1: ReLU
        flat: Flatten
        fc: Linear(out_features=10)
        y: Output
        """,
    ),
    last(
        "conv",
        """
        x: Input(shape=(32, 32, 3))
        conv: Conv2d(out_channels=8, kernel_size=3, padding="same")
        relu: ReLU
        pool: AdaptiveMaxPool2d(output_size=4)
        flat: Flatten
        fc: Linear(out_features=3)
        y: Output
        """,
        {"data.dataset": "photos"},
    ),
    last(
        "conv",
        """
        x: Input(shape=(64, 48, 4))
        conv: Conv2d(out_channels=12, kernel_size=3, padding=1, bias=False)
        bn: BatchNorm2d
        relu: ReLU
        pool: MaxPool2d(kernel_size=2)
        flat: Flatten
        fc: Linear(out_features=6)
        y: Output
        """,
    ),
    last(
        "pool",
        """
        x: Input(shape=(64, 64, 3))
        pool: AvgPool2d(kernel_size=2)
        flat: Flatten
        fc1: Linear(out_features=64)
        relu: ReLU
        fc2: Linear(out_features=5)
        y: Output
        """,
    ),
    last(
        "bn",
        """
        x: Input(shape=(32, 32, 3))
        bn: BatchNorm2d
        conv: Conv2d(out_channels=16, kernel_size=3, padding=1)
        relu: ReLU
        flat: Flatten
        fc: Linear(out_features=3)
        y: Output
        """,
        {"data.dataset": "photos"},
    ),
    last(
        "stem",
        """
        x: Input(shape=(224, 224, 3))
        stem: Conv2d(out_channels=32, kernel_size=7, stride=2, padding=3)
        relu: ReLU
        pool: AdaptiveAvgPool2d(output_size=7)
        flat: Flatten
        fc: Linear(out_features=20)
        y: Output
        """,
    ),
    last(
        "conv",
        """
        x: Input(shape=(96, 64, 1))
        scale: Scale(factor=0.00392)
        conv: Conv2d(out_channels=8, kernel_size=3, padding=1)
        act: ELU
        flat: Flatten
        fc: Linear(out_features=2)
        y: Output
        """,
    ),
    last(
        "pool",
        """
        x: Input(shape=(40, 40, 3))
        pool: MaxPool2d(kernel_size=(2, 1))
        conv: Conv2d(out_channels=8, kernel_size=3, padding=1)
        relu: ReLU
        flat: Flatten
        fc: Linear(out_features=1)
        y: Output(loss="binary_cross_entropy_with_logits")
        """,
    ),
    last(
        "c1",
        """
        x: Input(shape=(32, 32, 3))
        drop: Dropout(p=0.1)
        c1: Conv2d(out_channels=16, kernel_size=1)
        r1: ReLU
        c2: Conv2d(out_channels=16, kernel_size=3, padding=1)
        r2: ReLU
        flat: Flatten
        fc: Linear(out_features=3)
        y: Output
        """,
        {"data.dataset": "photos", "data.batch_size": 32},
    ),
    last(
        "down",
        """
        x: Input(shape=(128, 128, 3))
        down: Conv2d(out_channels=8, kernel_size=3, stride=2, padding=1)
        relu: ReLU
        mean: Flatten
        fc: Linear(out_features=1)
        y: Output(loss="l1_loss")
        """,
    ),
]
