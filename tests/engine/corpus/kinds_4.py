"""Parameters that make no layer."""

from __future__ import annotations

from tests.engine.corpus.notation import Fault


def parameter(node: str, network: str) -> Fault:
    return Fault("parameters that make no layer", "parameter", node, network)


FAULTS = [
    parameter(
        "conv",
        """
        x: Input(shape=(1, 28, 28))
        conv: Conv2d(out_channels=8, kernel_size="three")
        relu: ReLU
        flat: Flatten
        fc: Linear(out_features=10)
        y: Output
        """,
    ),
    parameter(
        "pool",
        """
        x: Input(shape=(3, 32, 32))
        conv: Conv2d(out_channels=16, kernel_size=3)
        relu: ReLU
        pool: MaxPool2d(kernel_size=-2)
        flat: Flatten
        fc: Linear(out_features=10)
        y: Output
        """,
    ),
    parameter(
        "drop",
        """
        row: Input(shape=(13,))
        fc1: Linear(out_features=64)
        relu: ReLU
        drop: Dropout(p=1.5)
        fc2: Linear(out_features=1)
        y: Output(loss="mse_loss")
        """,
    ),
    parameter(
        "drop",
        """
        row: Input(shape=(40,))
        fc1: Linear(out_features=32)
        relu: ReLU
        drop: Dropout(rate=0.3)
        fc2: Linear(out_features=5)
        y: Output
        """,
    ),
    parameter(
        "conv",
        """
        series: Input(shape=(4, 80))
        conv: Conv1d(out_channels=16, kernel_size=5, dilation=0)
        relu: ReLU
        mean: Mean(dim=2)
        fc: Linear(out_features=3)
        y: Output
        """,
    ),
    parameter(
        "up",
        """
        x: Input(shape=(8, 14, 14))
        up: Upsample(scale_factor=2.0, mode="bilinaer")
        conv: Conv2d(out_channels=1, kernel_size=3, padding=1)
        y: Output(loss="mse_loss")
        """,
    ),
    parameter(
        "conv",
        """
        x: Input(shape=(3, 20, 20))
        conv: Conv2d(out_channels=8, kernel_size=3, padding=1, padding_mode="mirror")
        relu: ReLU
        pool: AdaptiveAvgPool2d(output_size=1)
        flat: Flatten
        fc: Linear(out_features=6)
        y: Output
        """,
    ),
    parameter(
        "lstm",
        """
        words: Input(shape=(30,), dtype="int64")
        vectors: Embedding(num_embeddings=800, embedding_dim=32)
        lstm: LSTM(hidden_size=64, num_layer=2)
        fc: Linear(out_features=2) <- lstm.last
        y: Output
        """,
    ),
    parameter(
        "hidden",
        """
        row: Input(shape=(9,))
        hidden: Linear(out_features="64 neurons")
        relu: ReLU
        fc: Linear(out_features=3)
        y: Output
        """,
    ),
    parameter(
        "layer",
        """
        steps: Input(shape=(12, 32))
        positions: SinusoidalPositions
        layer: TransformerEncoderLayer(nhead=4, dim_feedforward=64, activation="swish")
        mean: Mean(dim=1)
        fc: Linear(out_features=4)
        y: Output
        """,
    ),
    parameter(
        "down",
        """
        clip: Input(shape=(1, 8, 24, 24))
        down: Conv3d(out_channels=8, kernel_size=(3, 3), stride=2)
        relu: ReLU
        flat: Flatten
        fc: Linear(out_features=2)
        y: Output
        """,
    ),
    parameter(
        "small",
        """
        series: Input(shape=(25, 6))
        small: LSTM(hidden_size=16, proj_size=32)
        fc: Linear(out_features=1) <- small.last
        y: Output(loss="mse_loss")
        """,
    ),
    parameter(
        "fc",
        """
        x: Input(shape=(1, 8, 8))
        conv: Conv2d(out_channels=4, kernel_size=3)
        act: LeakyReLU
        flat: Flatten
        fc: Linear(out_features=0)
        y: Output
        """,
    ),
    parameter(
        "up",
        """
        code: Input(shape=(16, 7, 7))
        up: Upsample(size=(14, 14), scale_factor=2.0)
        conv: Conv2d(out_channels=1, kernel_size=3, padding=1)
        y: Output(loss="mse_loss")
        """,
    ),
]
