"""Networks that are too large for their data, and tables too small for it."""

from __future__ import annotations

from typing import Any

from tests.engine.corpus.notation import Fault


def heavy(network: str, settings: dict[str, Any]) -> Fault:
    return Fault("far more weights than samples", "many-weights", None, network, settings)


def outside(node: str, network: str, settings: dict[str, Any]) -> Fault:
    return Fault("index beyond the embedding", "embedding-range", node, network, settings)


FAULTS = [
    heavy(
        """
        x: Input(shape=(4,))
        a: Linear(out_features=2048)
        r1: ReLU
        b: Linear(out_features=2048)
        r2: ReLU
        c: Linear(out_features=3)
        y: Output
        """,
        {"data.dataset": "iris"},
    ),
    heavy(
        """
        x: Input(shape=(13,))
        a: Linear(out_features=1024)
        r1: GELU
        b: Linear(out_features=1024)
        r2: GELU
        c: Linear(out_features=1024)
        r3: GELU
        d: Linear(out_features=3)
        y: Output
        """,
        {"data.dataset": "wine"},
    ),
    heavy(
        """
        x: Input(shape=(30,))
        a: Linear(out_features=4096)
        r1: ReLU
        drop: Dropout(p=0.5)
        b: Linear(out_features=1024)
        r2: ReLU
        c: Linear(out_features=1)
        y: Output(loss="binary_cross_entropy_with_logits")
        """,
        {"data.dataset": "breast_cancer"},
    ),
    heavy(
        """
        x: Input(shape=(10,))
        a: Linear(out_features=3000)
        tanh: Tanh
        b: Linear(out_features=1000)
        relu: ReLU
        c: Linear(out_features=1)
        y: Output(loss="mse_loss")
        """,
        {"data.dataset": "diabetes"},
    ),
    heavy(
        """
        x: Input(shape=(1, 8, 8))
        flat: Flatten
        a: Linear(out_features=4096)
        r1: ReLU
        b: Linear(out_features=4096)
        r2: ReLU
        c: Linear(out_features=10)
        y: Output
        """,
        {"data.dataset": "digits"},
    ),
    heavy(
        """
        x: Input(shape=(1, 8, 8))
        c1: Conv2d(out_channels=256, kernel_size=3, padding=1)
        r1: ReLU
        c2: Conv2d(out_channels=512, kernel_size=3, padding=1)
        r2: ReLU
        flat: Flatten
        fc1: Linear(out_features=512)
        r3: ReLU
        fc2: Linear(out_features=10)
        y: Output
        """,
        {"data.dataset": "digits"},
    ),
    heavy(
        """
        words: Input(shape=(12,), dtype="int64")
        table: Embedding(num_embeddings=50, embedding_dim=512)
        lstm: LSTM(hidden_size=1024, num_layers=2)
        fc: Linear(out_features=2) <- lstm.last
        y: Output
        """,
        {"data.dataset": "reviews"},
    ),
    heavy(
        """
        words: Input(shape=(12,), dtype="int64")
        table: Embedding(num_embeddings=50, embedding_dim=768)
        where: SinusoidalPositions
        enc1: TransformerEncoderLayer(nhead=12, dim_feedforward=3072)
        enc2: TransformerEncoderLayer(nhead=12, dim_feedforward=3072)
        mean: Mean(dim=(1,))
        fc: Linear(out_features=2)
        y: Output
        """,
        {"data.dataset": "reviews"},
    ),
    heavy(
        """
        x: Input(shape=(3, 32, 32))
        c1: Conv2d(out_channels=64, kernel_size=3, padding=1)
        r1: ReLU
        p1: MaxPool2d(kernel_size=2)
        flat: Flatten
        fc1: Linear(out_features=1024)
        r2: ReLU
        fc2: Linear(out_features=3)
        y: Output
        """,
        {"data.dataset": "pictures"},
    ),
    heavy(
        """
        x: Input(shape=(4,))
        stem: Linear(out_features=1500, bias=False)
        bn: BatchNorm1d
        r1: ReLU
        inner: Linear(out_features=1500, bias=False)
        bn2: BatchNorm1d
        r2: ReLU
        add: Add <- r1, r2
        fc: Linear(out_features=3)
        y: Output
        """,
        {"data.dataset": "iris"},
    ),
    heavy(
        """
        x: Input(shape=(30,))
        line: Unsqueeze(dim=1)
        conv: Conv1d(out_channels=128, kernel_size=3, padding=1)
        relu: ReLU
        flat: Flatten
        fc1: Linear(out_features=1024)
        act: SiLU
        fc2: Linear(out_features=2)
        y: Output
        """,
        {"data.dataset": "breast_cancer"},
    ),
    heavy(
        """
        x: Input(shape=(13,))
        a: Linear(out_features=512)
        ra: Tanh
        b: Linear(out_features=512) <- x
        rb: Tanh
        pair: Bilinear(out_features=16) <- ra, rb
        relu: ReLU
        fc: Linear(out_features=3)
        y: Output
        """,
        {"data.dataset": "wine"},
    ),
    outside(
        "table",
        """
        words: Input(shape=(12,), dtype="int64")
        table: Embedding(num_embeddings=40, embedding_dim=16)
        lstm: LSTM(hidden_size=16)
        fc: Linear(out_features=2) <- lstm.last
        y: Output
        """,
        {"data.dataset": "reviews"},
    ),
    outside(
        "table",
        """
        words: Input(shape=(12,), dtype="int64")
        table: Embedding(num_embeddings=49, embedding_dim=8)
        where: SinusoidalPositions
        enc: TransformerEncoderLayer(nhead=2, dim_feedforward=16)
        mean: Mean(dim=(1,))
        fc: Linear(out_features=2)
        y: Output
        """,
        {"data.dataset": "reviews"},
    ),
    outside(
        "bag",
        """
        words: Input(shape=(12,), dtype="int64")
        bag: EmbeddingBag(num_embeddings=12, embedding_dim=16)
        fc1: Linear(out_features=16)
        relu: ReLU
        fc2: Linear(out_features=2)
        y: Output
        """,
        {"data.dataset": "reviews"},
    ),
    outside(
        "table",
        """
        letters: Input(shape=(16,), dtype="int64")
        table: Embedding(num_embeddings=26, embedding_dim=16)
        gru: GRU(hidden_size=32)
        fc: Linear(out_features=30)
        y: Output
        """,
        {"data.dataset": "writing"},
    ),
    outside(
        "table",
        """
        letters: Input(shape=(16,), dtype="int64")
        table: Embedding(num_embeddings=29, embedding_dim=32)
        where: LearnedPositions(max_length=16)
        enc: TransformerEncoderLayer(nhead=4, dim_feedforward=64, is_causal=True)
        fc: Linear(out_features=30)
        y: Output
        """,
        {"data.dataset": "writing"},
    ),
    outside(
        "table",
        """
        words: Input(shape=(12,), dtype="int64")
        table: Embedding(num_embeddings=2, embedding_dim=10)
        flat: Flatten
        fc1: Linear(out_features=20)
        relu: ReLU
        fc2: Linear(out_features=1)
        y: Output(loss="binary_cross_entropy_with_logits")
        """,
        {"data.dataset": "reviews"},
    ),
    outside(
        "words2",
        """
        words: Input(shape=(12,), dtype="int64")
        words1: Embedding(num_embeddings=50, embedding_dim=8)
        words2: Embedding(num_embeddings=45, embedding_dim=8) <- words
        both: Add <- words1, words2
        gru: GRU(hidden_size=12)
        fc: Linear(out_features=2) <- gru.last
        y: Output
        """,
        {"data.dataset": "reviews"},
    ),
    outside(
        "chars",
        """
        letters: Input(shape=(16,), dtype="int64")
        chars: Embedding(num_embeddings=16, embedding_dim=24)
        drop: Dropout(p=0.1)
        lstm: LSTM(hidden_size=48, num_layers=2)
        fc: Linear(out_features=30)
        y: Output
        """,
        {"data.dataset": "writing"},
    ),
    outside(
        "table",
        """
        words: Input(shape=(12,), dtype="int64")
        table: Embedding(num_embeddings=48, embedding_dim=16, padding_idx=0)
        turn: Permute(dims=(0, 2, 1))
        conv: Conv1d(out_channels=16, kernel_size=3, padding=1)
        relu: ReLU
        pool: AdaptiveMaxPool1d(output_size=1)
        flat: Flatten
        fc: Linear(out_features=2)
        y: Output
        """,
        {"data.dataset": "reviews"},
    ),
    outside(
        "bag",
        """
        words: Input(shape=(12,), dtype="int64")
        bag: EmbeddingBag(num_embeddings=30, embedding_dim=20, mode="max")
        fc: Linear(out_features=1)
        y: Output(loss="binary_cross_entropy_with_logits")
        """,
        {"data.dataset": "reviews", "data.batch_size": 128},
    ),
    outside(
        "table",
        """
        letters: Input(shape=(16,), dtype="int64")
        where: Slice(dim=1, start=0, stop=16)
        table: Embedding(num_embeddings=28, embedding_dim=24)
        rnn: RNN(hidden_size=24)
        fc: Linear(out_features=30)
        y: Output
        """,
        {"data.dataset": "writing"},
    ),
    outside(
        "table",
        """
        letters: Input(shape=(16,), dtype="int64")
        table: Embedding(num_embeddings=10, embedding_dim=32)
        where: SinusoidalPositions
        att: MultiheadAttention(num_heads=4, is_causal=True)
        add: Add <- where, att
        norm: LayerNorm
        fc: Linear(out_features=30)
        y: Output
        """,
        {"data.dataset": "writing"},
    ),
]
