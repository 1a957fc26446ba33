"""Integers where floats are needed, floats where integers or booleans are needed."""

from __future__ import annotations

from tests.engine.corpus.notation import Fault


def whole(node: str, network: str) -> Fault:
    return Fault("integers where floats are needed", "dtype", node, network)


def floats(node: str, network: str) -> Fault:
    return Fault("floats where integers are needed", "dtype", node, network)


FAULTS = [
    whole(
        "fc1",
        """
        words: Input(shape=(12,), dtype="int64")
        fc1: Linear(out_features=32)
        relu: ReLU
        fc2: Linear(out_features=2)
        y: Output
        """,
    ),
    whole(
        "lstm",
        """
        counts: Input(shape=(30, 4), dtype="int64")
        lstm: LSTM(hidden_size=24)
        fc: Linear(out_features=1) <- lstm.last
        y: Output(loss="mse_loss")
        """,
    ),
    whole(
        "conv",
        """
        codes: Input(shape=(4, 90), dtype="int64")
        conv: Conv1d(out_channels=16, kernel_size=5)
        relu: ReLU
        mean: Mean(dim=2)
        fc: Linear(out_features=3)
        y: Output
        """,
    ),
    whole(
        "conv1",
        """
        pixels: Input(shape=(3, 32, 32), dtype="int64")
        conv1: Conv2d(out_channels=8, kernel_size=3)
        relu: ReLU
        flat: Flatten
        fc: Linear(out_features=10)
        y: Output
        """,
    ),
    whole(
        "look",
        """
        notes: Input(shape=(10,), dtype="int64")
        vectors: Embedding(num_embeddings=88, embedding_dim=16)
        positions: SinusoidalPositions
        steps: Input(shape=(10, 16), dtype="int64")
        look: MultiheadAttention(num_heads=4) <- positions, steps
        mean: Mean(dim=1)
        fc: Linear(out_features=2)
        y: Output
        """,
    ),
    whole(
        "bn",
        """
        counts: Input(shape=(20,), dtype="int64")
        bn: BatchNorm1d
        fc1: Linear(out_features=16)
        relu: ReLU
        fc2: Linear(out_features=3)
        y: Output
        """,
    ),
    whole(
        "norm",
        """
        table: Input(shape=(15, 8), dtype="int64")
        norm: LayerNorm
        gru: GRU(hidden_size=12)
        fc: Linear(out_features=4) <- gru.last
        y: Output
        """,
    ),
    whole(
        "known",
        """
        words: Input(shape=(20,), dtype="int64")
        vectors: Embedding(num_embeddings=300, embedding_dim=16)
        mean: Mean(dim=1)
        ages: Input(shape=(3,), dtype="int64")
        known: Linear(out_features=8)
        relu: ReLU
        both: Concat <- mean, relu
        fc: Linear(out_features=2)
        y: Output
        """,
    ),
    whole(
        "positions",
        """
        tokens: Input(shape=(16, 32), dtype="int64")
        positions: SinusoidalPositions
        layer: TransformerEncoderLayer(nhead=4, dim_feedforward=64)
        first: Select(dim=1, index=0)
        fc: Linear(out_features=5)
        y: Output
        """,
    ),
    whole(
        "gru",
        """
        letters: Input(shape=(40,), dtype="int64")
        one: Unsqueeze(dim=2)
        gru: GRU(hidden_size=32)
        fc: Linear(out_features=26)
        y: Output
        """,
    ),
    whole(
        "average",
        """
        ratings: Input(shape=(25, 6), dtype="int64")
        average: Mean(dim=1)
        fc1: Linear(out_features=10)
        tanh: Tanh
        fc2: Linear(out_features=1)
        y: Output(loss="mse_loss")
        """,
    ),
    whole(
        "smooth",
        """
        steps: Input(shape=(1, 64), dtype="int64")
        smooth: AvgPool1d(kernel_size=4)
        conv: Conv1d(out_channels=8, kernel_size=3)
        relu: ReLU
        flat: Flatten
        fc: Linear(out_features=2)
        y: Output
        """,
    ),
    whole(
        "cell",
        """
        now: Input(shape=(10,), dtype="int64")
        cell: GRUCell(hidden_size=16)
        fc: Linear(out_features=10)
        y: Output
        """,
    ),
    floats(
        "vectors",
        """
        words: Input(shape=(12,))
        vectors: Embedding(num_embeddings=50, embedding_dim=16)
        mean: Mean(dim=1)
        fc: Linear(out_features=2)
        y: Output
        """,
    ),
    floats(
        "bag",
        """
        words: Input(shape=(30,))
        bag: EmbeddingBag(num_embeddings=4000, embedding_dim=32)
        relu: ReLU
        fc: Linear(out_features=4)
        y: Output
        """,
    ),
    floats(
        "vectors",
        """
        row: Input(shape=(8,))
        hidden: Linear(out_features=20)
        relu: ReLU
        vectors: Embedding(num_embeddings=100, embedding_dim=8)
        flat: Flatten
        fc: Linear(out_features=3)
        y: Output
        """,
    ),
    floats(
        "table",
        """
        user: Input(shape=(1,))
        table: Embedding(num_embeddings=900, embedding_dim=24)
        narrow: Flatten
        film: Input(shape=(1,), dtype="int64")
        table2: Embedding(num_embeddings=1200, embedding_dim=24)
        narrow2: Flatten
        both: Concat <- narrow, narrow2
        fc: Linear(out_features=1)
        y: Output(loss="mse_loss")
        """,
    ),
    floats(
        "look",
        """
        steps: Input(shape=(9, 32))
        positions: SinusoidalPositions
        padded: Input(shape=(9,))
        look: MultiheadAttention(num_heads=4) <- positions, key_padding_mask=padded
        mean: Mean(dim=1)
        fc: Linear(out_features=2)
        y: Output
        """,
    ),
    floats(
        "layer",
        """
        words: Input(shape=(14,), dtype="int64")
        vectors: Embedding(num_embeddings=80, embedding_dim=32)
        positions: SinusoidalPositions
        layer: TransformerEncoderLayer(nhead=4, dim_feedforward=64) <- positions, src_key_padding_mask=words
        mean: Mean(dim=1)
        fc: Linear(out_features=2)
        y: Output
        """,
    ),
    floats(
        "fill",
        """
        x: Input(shape=(6, 20))
        hidden: Input(shape=(6, 20))
        fill: MaskedFill(value=0.0) <- x, mask=hidden
        flat: Flatten
        fc: Linear(out_features=3)
        y: Output
        """,
    ),
    floats(
        "fill",
        """
        steps: Input(shape=(11, 16))
        positions: SinusoidalPositions
        scores: MatMul(transpose=True) <- positions, positions
        which: Sigmoid
        fill: MaskedFill <- scores, mask=which
        share: Softmax(dim=-1)
        taken: MatMul <- share, steps
        mean: Mean(dim=1)
        fc: Linear(out_features=2)
        y: Output
        """,
    ),
    floats(
        "vectors",
        """
        words: Input(shape=(20,), dtype="int64")
        first: Embedding(num_embeddings=60, embedding_dim=12)
        vectors: Embedding(num_embeddings=60, embedding_dim=12)
        mean: Mean(dim=1) <- first
        mean2: Mean(dim=(1, 2)) <- vectors
        both: Concat <- mean, mean2
        fc: Linear(out_features=2)
        y: Output
        """,
    ),
    floats(
        "back",
        """
        x: Input(shape=(4, 16, 16))
        pool: MaxPool2d(kernel_size=2, return_indices=True)
        act: ReLU
        back: MaxUnpool2d(kernel_size=2) <- act, indices=pool.output
        conv: Conv2d(out_channels=4, kernel_size=3, padding=1)
        y: Output(loss="mse_loss")
        """,
    ),
    floats(
        "decode",
        """
        source: Input(shape=(8, 24))
        positions: SinusoidalPositions
        lost: Input(shape=(8,), dtype="int64")
        target: Input(shape=(5, 24))
        second: SinusoidalPositions
        decode: TransformerDecoderLayer(nhead=3, dim_feedforward=48) <- second, positions, memory_key_padding_mask=lost
        fc: Linear(out_features=9)
        y: Output
        """,
    ),
    floats(
        "bag",
        """
        words: Input(shape=(18,), dtype="int64")
        kinds: Input(shape=(18,), dtype="int64")
        halved: Scale(factor=0.5) <- words
        bag: EmbeddingBag(num_embeddings=200, embedding_dim=16, mode="sum")
        bag2: EmbeddingBag(num_embeddings=10, embedding_dim=16, mode="sum") <- kinds
        add: Add <- bag, bag2
        fc: Linear(out_features=2)
        y: Output
        """,
    ),
]
