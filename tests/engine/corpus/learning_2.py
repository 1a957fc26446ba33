"""What stands after the last layer and does harm there."""

from __future__ import annotations

from typing import Any

from tests.engine.corpus.notation import Fault


def dropout(node: str, network: str, settings: dict[str, Any] | None = None) -> Fault:
    return Fault("dropout as the last layer", "dropout-last", node, network, settings or {})


def activation(node: str, network: str, settings: dict[str, Any] | None = None) -> Fault:
    return Fault("activation after the last layer", "activation-before-loss", node, network, settings or {})


FAULTS = [
    dropout(
        "drop",
        """
        x: Input(shape=(1, 8, 8))
        flat: Flatten
        fc1: Linear(out_features=64)
        relu: ReLU
        fc2: Linear(out_features=10)
        drop: Dropout(p=0.5)
        y: Output
        """,
        {"data.dataset": "digits"},
    ),
    dropout(
        "drop",
        """
        x: Input(shape=(4,))
        fc1: Linear(out_features=10)
        tanh: Tanh
        fc2: Linear(out_features=3)
        drop: Dropout(p=0.2)
        y: Output
        """,
        {"data.dataset": "iris"},
    ),
    dropout(
        "drop",
        """
        x: Input(shape=(10,))
        fc1: Linear(out_features=20)
        relu: ReLU
        fc2: Linear(out_features=1)
        drop: Dropout(p=0.1)
        y: Output(loss="mse_loss")
        """,
        {"data.dataset": "diabetes"},
    ),
    dropout(
        "out",
        """
        x: Input(shape=(30,))
        fc1: Linear(out_features=10)
        drop1: Dropout(p=0.3)
        relu: ReLU
        fc2: Linear(out_features=1)
        out: Dropout(p=0.3)
        y: Output(loss="binary_cross_entropy_with_logits")
        """,
        {"data.dataset": "breast_cancer"},
    ),
    dropout(
        "maps",
        """
        x: Input(shape=(3, 40, 40))
        c1: Conv2d(out_channels=8, kernel_size=3, padding=1)
        relu: ReLU
        c2: Conv2d(out_channels=1, kernel_size=1)
        maps: Dropout2d(p=0.25)
        y: Output(loss="binary_cross_entropy_with_logits")
        """,
    ),
    dropout(
        "alpha",
        """
        x: Input(shape=(13,))
        fc1: Linear(out_features=16)
        selu: SELU
        fc2: Linear(out_features=3)
        alpha: AlphaDropout(p=0.1)
        y: Output
        """,
        {"data.dataset": "wine"},
    ),
    dropout(
        "drop",
        """
        letters: Input(shape=(16,), dtype="int64")
        table: Embedding(num_embeddings=30, embedding_dim=16)
        gru: GRU(hidden_size=32)
        fc: Linear(out_features=30)
        drop: Dropout(p=0.4)
        y: Output
        """,
        {"data.dataset": "writing"},
    ),
    dropout(
        "drop",
        """
        words: Input(shape=(12,), dtype="int64")
        table: Embedding(num_embeddings=50, embedding_dim=16)
        where: LearnedPositions(max_length=12)
        enc: TransformerEncoderLayer(nhead=2, dim_feedforward=32)
        mean: Mean(dim=(1,))
        fc: Linear(out_features=2)
        drop: Dropout(p=0.5)
        y: Output
        """,
        {"data.dataset": "reviews"},
    ),
    dropout(
        "drop",
        """
        x: Input(shape=(3, 32, 32))
        c1: Conv2d(out_channels=16, kernel_size=3, padding=1)
        r1: ReLU
        p1: MaxPool2d(kernel_size=4)
        c2: Conv2d(out_channels=10, kernel_size=8)
        drop: Dropout(p=0.5)
        flat: Flatten
        y: Output
        """,
    ),
    dropout(
        "drop",
        """
        x: Input(shape=(2, 64))
        conv: Conv1d(out_channels=8, kernel_size=3, padding=1)
        relu: ReLU
        flat: Flatten
        fc: Linear(out_features=1)
        drop: Dropout(p=0.3)
        one: Squeeze(dim=-1)
        y: Output(loss="l1_loss")
        """,
    ),
    dropout(
        "last",
        """
        x: Input(shape=(1, 8, 8))
        conv: Conv2d(out_channels=8, kernel_size=3, padding=1, bias=False)
        bn: BatchNorm2d
        relu: ReLU
        pool: AvgPool2d(kernel_size=2)
        flat: Flatten
        fc: Linear(out_features=10)
        last: Dropout(p=0.1)
        y: Output(loss="cross_entropy")
        """,
        {"data.dataset": "digits"},
    ),
    dropout(
        "noise",
        """
        x: Input(shape=(16,))
        fc1: Linear(out_features=24)
        r1: ReLU
        fc2: Linear(out_features=24)
        r2: ReLU
        add: Add <- r1, r2
        fc3: Linear(out_features=5)
        noise: FeatureAlphaDropout(p=0.2)
        y: Output
        """,
    ),
    activation(
        "relu",
        """
        x: Input(shape=(1, 8, 8))
        flat: Flatten
        fc1: Linear(out_features=32)
        act: ReLU
        fc2: Linear(out_features=10)
        relu: ReLU
        y: Output
        """,
        {"data.dataset": "digits"},
    ),
    activation(
        "tanh",
        """
        x: Input(shape=(4,))
        fc1: Linear(out_features=8)
        relu: ReLU
        fc2: Linear(out_features=3)
        tanh: Tanh
        y: Output
        """,
        {"data.dataset": "iris"},
    ),
    activation(
        "six",
        """
        x: Input(shape=(13,))
        fc1: Linear(out_features=24)
        r1: ReLU6
        fc2: Linear(out_features=3)
        six: ReLU6
        y: Output(loss="cross_entropy")
        """,
        {"data.dataset": "wine"},
    ),
    activation(
        "clip",
        """
        x: Input(shape=(30,))
        fc1: Linear(out_features=12)
        relu: ReLU
        fc2: Linear(out_features=1)
        clip: Hardtanh
        y: Output(loss="binary_cross_entropy_with_logits")
        """,
        {"data.dataset": "breast_cancer"},
    ),
    activation(
        "r2",
        """
        x: Input(shape=(1, 28, 28))
        conv: Conv2d(out_channels=16, kernel_size=3, padding=1)
        r1: ReLU
        pool: MaxPool2d(kernel_size=2)
        flat: Flatten
        fc: Linear(out_features=10)
        r2: ReLU
        y: Output
        """,
    ),
    activation(
        "r3",
        """
        x: Input(shape=(3, 32, 32))
        c1: Conv2d(out_channels=16, kernel_size=3, padding=1)
        r1: ReLU
        c2: Conv2d(out_channels=16, kernel_size=3, padding=1)
        r2: ReLU
        c3: Conv2d(out_channels=1, kernel_size=1)
        r3: ReLU
        y: Output(loss="binary_cross_entropy_with_logits")
        """,
    ),
    activation(
        "relu",
        """
        words: Input(shape=(12,), dtype="int64")
        table: Embedding(num_embeddings=50, embedding_dim=20)
        gru: GRU(hidden_size=20)
        fc: Linear(out_features=2) <- gru.last
        relu: ReLU
        y: Output
        """,
        {"data.dataset": "reviews"},
    ),
    activation(
        "tanh",
        """
        x: Input(shape=(60, 3))
        lstm: LSTM(hidden_size=16, bidirectional=True)
        fc: Linear(out_features=1) <- lstm.last
        tanh: Tanh
        y: Output(loss="binary_cross_entropy_with_logits")
        """,
    ),
    activation(
        "plus",
        """
        x: Input(shape=(1, 100))
        c1: Conv1d(out_channels=8, kernel_size=9, padding=4)
        act: GELU
        pool: MaxPool1d(kernel_size=4)
        flat: Flatten
        fc: Linear(out_features=7)
        plus: Softplus
        y: Output
        """,
    ),
    activation(
        "relu",
        """
        letters: Input(shape=(16,), dtype="int64")
        table: Embedding(num_embeddings=30, embedding_dim=24)
        lstm: LSTM(hidden_size=48)
        fc: Linear(out_features=30)
        relu: ReLU
        y: Output
        """,
        {"data.dataset": "writing"},
    ),
    activation(
        "relu",
        """
        x: Input(shape=(3, 32, 32))
        c1: Conv2d(out_channels=8, kernel_size=5, stride=3)
        act: Mish
        c2: Conv2d(out_channels=3, kernel_size=10)
        relu: ReLU
        flat: Flatten
        y: Output
        """,
        {"data.dataset": "pictures"},
    ),
    activation(
        "sign",
        """
        x: Input(shape=(30,))
        fc1: Linear(out_features=16)
        act: SiLU
        drop: Dropout(p=0.2)
        fc2: Linear(out_features=2)
        sign: Softsign
        y: Output
        """,
        {"data.dataset": "breast_cancer"},
    ),
]
