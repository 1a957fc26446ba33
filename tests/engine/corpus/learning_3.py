"""Scores where probabilities are needed, and a bias that the batch norm after it takes away."""

from __future__ import annotations

from typing import Any

from tests.engine.corpus.notation import Fault


def biased(node: str, network: str, settings: dict[str, Any] | None = None) -> Fault:
    return Fault("bias before batch norm", "bias-before-norm", node, network, settings or {})


def probability(node: str, network: str, settings: dict[str, Any] | None = None) -> Fault:
    return Fault("scores for a loss of probabilities", "no-probability", node, network, settings or {})


FAULTS = [
    biased(
        "conv",
        """
        x: Input(shape=(1, 8, 8))
        conv: Conv2d(out_channels=16, kernel_size=3, padding=1)
        bn: BatchNorm2d
        relu: ReLU
        flat: Flatten
        fc: Linear(out_features=10)
        y: Output
        """,
        {"data.dataset": "digits"},
    ),
    biased(
        "fc1",
        """
        x: Input(shape=(13,))
        fc1: Linear(out_features=32)
        bn: BatchNorm1d
        relu: ReLU
        fc2: Linear(out_features=3)
        y: Output
        """,
        {"data.dataset": "wine"},
    ),
    biased(
        "c1",
        """
        x: Input(shape=(1, 256))
        c1: Conv1d(out_channels=16, kernel_size=9, padding=4)
        bn: BatchNorm1d
        act: LeakyReLU
        pool: MaxPool1d(kernel_size=8)
        flat: Flatten
        fc: Linear(out_features=5)
        y: Output
        """,
    ),
    biased(
        "c2",
        """
        x: Input(shape=(3, 32, 32))
        c1: Conv2d(out_channels=16, kernel_size=3, padding=1, bias=False)
        bn1: BatchNorm2d
        r1: ReLU
        c2: Conv2d(out_channels=16, kernel_size=3, padding=1)
        bn2: BatchNorm2d
        add: Add <- r1, bn2
        r2: ReLU
        pool: MaxPool2d(kernel_size=4)
        flat: Flatten
        fc: Linear(out_features=10)
        y: Output
        """,
    ),
    biased(
        "up",
        """
        z: Input(shape=(32,))
        fc: Linear(out_features=512)
        r1: ReLU
        cube: Unflatten(dim=1, unflattened_size=(32, 4, 4))
        up: ConvTranspose2d(out_channels=16, kernel_size=4, stride=2, padding=1)
        bn: BatchNorm2d
        r2: ReLU
        last: Conv2d(out_channels=1, kernel_size=3, padding=1)
        y: Output(loss="mse_loss")
        """,
    ),
    biased(
        "cube",
        """
        x: Input(shape=(1, 16, 16, 16))
        cube: Conv3d(out_channels=8, kernel_size=3, padding=1)
        bn: BatchNorm3d
        relu: ReLU
        pool: MaxPool3d(kernel_size=4)
        flat: Flatten
        fc: Linear(out_features=2)
        y: Output
        """,
    ),
    biased(
        "depth",
        """
        x: Input(shape=(3, 32, 32))
        stem: Conv2d(out_channels=16, kernel_size=2, stride=2)
        r1: ReLU
        depth: Conv2d(out_channels=16, kernel_size=3, padding=1, groups=16, bias=True)
        bn: BatchNorm2d
        r2: ReLU6
        point: Conv2d(out_channels=32, kernel_size=1)
        r3: ReLU6
        flat: Flatten
        fc: Linear(out_features=10)
        y: Output
        """,
    ),
    biased(
        "wide",
        """
        x: Input(shape=(30,))
        fc: Linear(out_features=16)
        relu: ReLU
        wide: Linear(out_features=64)
        bn: BatchNorm1d
        act: SiLU
        drop: Dropout(p=0.3)
        one: Linear(out_features=1)
        y: Output(loss="binary_cross_entropy_with_logits")
        """,
        {"data.dataset": "breast_cancer"},
    ),
    biased(
        "fc1",
        """
        x: Input(shape=(10,))
        fc1: Linear(out_features=48)
        bn: BatchNorm1d(momentum=0.05)
        tanh: Tanh
        fc2: Linear(out_features=1)
        y: Output(loss="l1_loss")
        """,
        {"data.dataset": "diabetes"},
    ),
    biased(
        "side",
        """
        x: Input(shape=(3, 32, 32))
        main: Conv2d(out_channels=12, kernel_size=5, padding=2, bias=False)
        bn1: BatchNorm2d
        side: Conv2d(out_channels=12, kernel_size=1) <- x
        bn2: BatchNorm2d
        add: Add <- bn1, bn2
        relu: ReLU
        pool: MaxPool2d(kernel_size=4)
        flat: Flatten
        fc: Linear(out_features=3)
        y: Output
        """,
        {"data.dataset": "pictures"},
    ),
    biased(
        "a",
        """
        x: Input(shape=(4,))
        a: Linear(out_features=20, bias=True)
        bn: BatchNorm1d
        gelu: GELU
        b: Linear(out_features=3)
        y: Output
        """,
        {"data.dataset": "iris"},
    ),
    biased(
        "pair",
        """
        left: Input(shape=(12,))
        right: Input(shape=(8,))
        pair: Bilinear(out_features=16) <- left, right
        bn: BatchNorm1d
        relu: ReLU
        fc: Linear(out_features=2)
        y: Output
        """,
    ),
    biased(
        "conv",
        """
        x: Input(shape=(1, 28, 28))
        conv: Conv2d(out_channels=8, kernel_size=5)
        pool: AvgPool2d(kernel_size=2)
        bn: BatchNorm2d
        relu: ReLU
        flat: Flatten
        fc: Linear(out_features=10)
        y: Output
        """,
    ),
    probability(
        "y",
        """
        x: Input(shape=(30,))
        fc1: Linear(out_features=16)
        relu: ReLU
        fc2: Linear(out_features=1)
        y: Output(loss="binary_cross_entropy")
        """,
        {"data.dataset": "breast_cancer"},
    ),
    probability(
        "y",
        """
        x: Input(shape=(1, 28, 28))
        c1: Conv2d(out_channels=8, kernel_size=3, padding=1)
        relu: ReLU
        c2: Conv2d(out_channels=1, kernel_size=3, padding=1)
        y: Output(loss="binary_cross_entropy")
        """,
    ),
    probability(
        "y",
        """
        x: Input(shape=(1, 28, 28))
        down: Conv2d(out_channels=8, kernel_size=2, stride=2)
        relu: ReLU
        up: ConvTranspose2d(out_channels=1, kernel_size=2, stride=2)
        y: Output(loss="binary_cross_entropy")
        """,
    ),
    probability(
        "y",
        """
        x: Input(shape=(30,))
        fc1: Linear(out_features=12)
        tanh: Tanh
        fc2: Linear(out_features=1, bias=False)
        bn: BatchNorm1d
        y: Output(loss="binary_cross_entropy")
        """,
        {"data.dataset": "breast_cancer"},
    ),
    probability(
        "y",
        """
        x: Input(shape=(50,))
        fc1: Linear(out_features=32)
        r1: ReLU
        fc2: Linear(out_features=14)
        r2: ReLU
        y: Output(loss="binary_cross_entropy")
        """,
    ),
    probability(
        "y",
        """
        x: Input(shape=(18,))
        fc1: Linear(out_features=9)
        act: ELU
        fc2: Linear(out_features=1)
        tanh: Tanh
        y: Output(loss="binary_cross_entropy")
        """,
    ),
    probability(
        "y",
        """
        x: Input(shape=(30, 4))
        lstm: LSTM(hidden_size=20)
        fc: Linear(out_features=1) <- lstm.last
        y: Output(loss="binary_cross_entropy")
        """,
    ),
    probability(
        "y",
        """
        words: Input(shape=(12,), dtype="int64")
        bag: EmbeddingBag(num_embeddings=50, embedding_dim=16, mode="sum")
        fc: Linear(out_features=1)
        y: Output(loss="binary_cross_entropy")
        """,
        {"data.dataset": "reviews"},
    ),
    probability(
        "y",
        """
        x: Input(shape=(3, 24, 24))
        c1: Conv2d(out_channels=12, kernel_size=3, padding=1)
        r1: ReLU
        c2: Conv2d(out_channels=4, kernel_size=3, padding=1)
        up: PixelShuffle(upscale_factor=2)
        y: Output(loss="binary_cross_entropy")
        """,
    ),
    probability(
        "y",
        """
        x: Input(shape=(40,))
        fc1: Linear(out_features=20)
        gelu: GELU
        fc2: Linear(out_features=8)
        norm: LayerNorm
        y: Output(loss="binary_cross_entropy")
        """,
    ),
    probability(
        "y",
        """
        x: Input(shape=(4, 100))
        c1: Conv1d(out_channels=8, kernel_size=5, padding=2)
        relu: ReLU
        c2: Conv1d(out_channels=1, kernel_size=5, padding=2)
        leaky: LeakyReLU
        y: Output(loss="binary_cross_entropy")
        """,
    ),
    probability(
        "y",
        """
        x: Input(shape=(3, 32, 32))
        conv: Conv2d(out_channels=16, kernel_size=3, stride=1, padding=1)
        relu: ReLU
        pool: MaxPool2d(kernel_size=4)
        flat: Flatten
        fc: Linear(out_features=1)
        one: Squeeze(dim=1)
        y: Output(loss="binary_cross_entropy")
        """,
    ),
]
