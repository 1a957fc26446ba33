"""Outputs that do not fit the data."""

from __future__ import annotations

from typing import Any

from tests.engine.corpus.notation import Fault


def target(node: str, network: str, settings: dict[str, Any]) -> Fault:
    return Fault("loss and target that do not fit", "output-data", node, network, settings)


def fewer(node: str, network: str, settings: dict[str, Any]) -> Fault:
    return Fault("other number of outputs than classes", "output-data", node, network, settings)


def more(node: str, network: str, settings: dict[str, Any]) -> Fault:
    return Fault("other number of outputs than classes", "too-many-classes", node, network, settings)


FAULTS = [
    target(
        "y",
        """
        x: Input(shape=(10,))
        fc1: Linear(out_features=16)
        relu: ReLU
        fc2: Linear(out_features=1)
        y: Output
        """,
        {"data.dataset": "diabetes"},
    ),
    target(
        "y",
        """
        x: Input(shape=(10,))
        fc1: Linear(out_features=20)
        tanh: Tanh
        fc2: Linear(out_features=10)
        y: Output(loss="cross_entropy")
        """,
        {"data.dataset": "diabetes"},
    ),
    target(
        "y",
        """
        x: Input(shape=(10,))
        fc1: Linear(out_features=8)
        relu: ReLU
        fc2: Linear(out_features=2)
        y: Output(loss="mse_loss")
        """,
        {"data.dataset": "diabetes"},
    ),
    target(
        "y",
        """
        x: Input(shape=(10,))
        pairs: Unflatten(dim=1, unflattened_size=(5, 2))
        fc1: Linear(out_features=8)
        relu: ReLU
        fc2: Linear(out_features=1)
        y: Output(loss="l1_loss")
        """,
        {"data.dataset": "diabetes"},
    ),
    target(
        "y",
        """
        x: Input(shape=(1, 8, 8))
        c1: Conv2d(out_channels=8, kernel_size=3, padding=1)
        relu: ReLU
        c2: Conv2d(out_channels=10, kernel_size=8)
        y: Output
        """,
        {"data.dataset": "digits"},
    ),
    target(
        "y",
        """
        words: Input(shape=(12,), dtype="int64")
        table: Embedding(num_embeddings=50, embedding_dim=16)
        gru: GRU(hidden_size=16)
        fc: Linear(out_features=2)
        y: Output
        """,
        {"data.dataset": "reviews"},
    ),
    target(
        "y",
        """
        letters: Input(shape=(16,), dtype="int64")
        table: Embedding(num_embeddings=30, embedding_dim=16)
        lstm: LSTM(hidden_size=32)
        fc: Linear(out_features=30) <- lstm.last
        y: Output
        """,
        {"data.dataset": "writing"},
    ),
    target(
        "y",
        """
        letters: Input(shape=(16,), dtype="int64")
        table: Embedding(num_embeddings=30, embedding_dim=16)
        gru: GRU(hidden_size=32)
        fc: Linear(out_features=30)
        turn: Permute(dims=(0, 2, 1))
        y: Output
        """,
        {"data.dataset": "writing"},
    ),
    target(
        "y",
        """
        x: Input(shape=(4,))
        fc1: Linear(out_features=12)
        relu: ReLU
        fc2: Linear(out_features=1)
        y: Output(loss="binary_cross_entropy_with_logits")
        """,
        {"data.dataset": "iris"},
    ),
    target(
        "y",
        """
        x: Input(shape=(1, 8, 8))
        flat: Flatten
        fc1: Linear(out_features=32)
        relu: ReLU
        fc2: Linear(out_features=1)
        y: Output(loss="mse_loss")
        """,
        {"data.dataset": "digits"},
    ),
    target(
        "y",
        """
        x: Input(shape=(13,))
        fc1: Linear(out_features=16)
        silu: SiLU
        fc2: Linear(out_features=1)
        y: Output(loss="l1_loss")
        """,
        {"data.dataset": "wine"},
    ),
    target(
        "y",
        """
        x: Input(shape=(3, 32, 32))
        c1: Conv2d(out_channels=8, kernel_size=3, padding=1)
        relu: ReLU
        c2: Conv2d(out_channels=3, kernel_size=1)
        pixels: Permute(dims=(0, 2, 3, 1))
        y: Output
        """,
        {"data.dataset": "pictures"},
    ),
    target(
        "y",
        """
        x: Input(shape=(10,))
        fc1: Linear(out_features=16)
        relu: ReLU
        fc2: Linear(out_features=1)
        y: Output(loss="binary_cross_entropy_with_logits")
        """,
        {"data.dataset": "diabetes"},
    ),
    fewer(
        "y",
        """
        x: Input(shape=(4,))
        fc1: Linear(out_features=8)
        relu: ReLU
        fc2: Linear(out_features=2)
        y: Output
        """,
        {"data.dataset": "iris"},
    ),
    fewer(
        "y",
        """
        x: Input(shape=(1, 8, 8))
        conv: Conv2d(out_channels=8, kernel_size=3, padding=1)
        relu: ReLU
        flat: Flatten
        fc: Linear(out_features=9)
        y: Output
        """,
        {"data.dataset": "digits"},
    ),
    fewer(
        "y",
        """
        x: Input(shape=(30,))
        fc1: Linear(out_features=16)
        relu: ReLU
        fc2: Linear(out_features=1)
        y: Output
        """,
        {"data.dataset": "breast_cancer"},
    ),
    fewer(
        "y",
        """
        letters: Input(shape=(16,), dtype="int64")
        table: Embedding(num_embeddings=30, embedding_dim=16)
        gru: GRU(hidden_size=32)
        fc: Linear(out_features=26)
        y: Output
        """,
        {"data.dataset": "writing"},
    ),
    fewer(
        "y",
        """
        x: Input(shape=(3, 32, 32))
        c1: Conv2d(out_channels=8, kernel_size=4, stride=4)
        relu: ReLU
        c2: Conv2d(out_channels=2, kernel_size=8)
        flat: Flatten
        y: Output
        """,
        {"data.dataset": "pictures"},
    ),
    fewer(
        "y",
        """
        words: Input(shape=(12,), dtype="int64")
        bag: EmbeddingBag(num_embeddings=50, embedding_dim=16)
        fc: Linear(out_features=1)
        y: Output
        """,
        {"data.dataset": "reviews"},
    ),
    more(
        "y",
        """
        x: Input(shape=(1, 8, 8))
        flat: Flatten
        fc1: Linear(out_features=32)
        tanh: Tanh
        fc2: Linear(out_features=100)
        y: Output
        """,
        {"data.dataset": "digits"},
    ),
    more(
        "y",
        """
        x: Input(shape=(13,))
        fc1: Linear(out_features=24)
        gelu: GELU
        fc2: Linear(out_features=10)
        y: Output
        """,
        {"data.dataset": "wine"},
    ),
    more(
        "y",
        """
        x: Input(shape=(3, 32, 32))
        conv: Conv2d(out_channels=8, kernel_size=4, stride=4)
        relu: ReLU
        flat: Flatten
        fc: Linear(out_features=1000)
        y: Output
        """,
        {"data.dataset": "pictures"},
    ),
    more(
        "y",
        """
        words: Input(shape=(12,), dtype="int64")
        table: Embedding(num_embeddings=50, embedding_dim=16)
        lstm: LSTM(hidden_size=16)
        fc: Linear(out_features=5) <- lstm.last
        y: Output
        """,
        {"data.dataset": "reviews"},
    ),
    more(
        "y",
        """
        letters: Input(shape=(16,), dtype="int64")
        table: Embedding(num_embeddings=30, embedding_dim=32)
        where: SinusoidalPositions
        enc: TransformerEncoderLayer(nhead=4, dim_feedforward=64, is_causal=True)
        fc: Linear(out_features=128)
        y: Output
        """,
        {"data.dataset": "writing"},
    ),
    more(
        "y",
        """
        x: Input(shape=(4,))
        fc1: Linear(out_features=8)
        relu: ReLU
        fc2: Linear(out_features=4)
        y: Output
        """,
        {"data.dataset": "iris"},
    ),
    more(
        "y",
        """
        x: Input(shape=(1, 8, 8))
        c1: Conv2d(out_channels=16, kernel_size=3, padding=1)
        relu: ReLU
        c2: Conv2d(out_channels=11, kernel_size=8)
        flat: Flatten
        y: Output
        """,
        {"data.dataset": "digits"},
    ),
]
