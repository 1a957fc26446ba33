"""Inputs of another number of axes than a layer takes."""

from __future__ import annotations

from tests.engine.corpus.notation import Fault


def axes(node: str, network: str) -> Fault:
    return Fault("wrong number of axes", "axes", node, network)


def flattened(node: str, network: str) -> Fault:
    return Fault("flattened sequence into a recurrent layer", "axes", node, network)


FAULTS = [
    axes(
        "bn",
        """
        x: Input(shape=(3, 32, 32))
        conv: Conv2d(out_channels=16, kernel_size=3, bias=False)
        bn: BatchNorm1d
        relu: ReLU
        flat: Flatten
        fc: Linear(out_features=10)
        y: Output
        """,
    ),
    axes(
        "lstm",
        """
        x: Input(shape=(3, 16, 16))
        conv: Conv2d(out_channels=8, kernel_size=3)
        relu: ReLU
        lstm: LSTM(hidden_size=32)
        fc: Linear(out_features=10) <- lstm.last
        y: Output
        """,
    ),
    axes(
        "conv",
        """
        row: Input(shape=(64,))
        conv: Conv2d(out_channels=8, kernel_size=3)
        relu: ReLU
        flat: Flatten
        fc: Linear(out_features=2)
        y: Output
        """,
    ),
    axes(
        "conv",
        """
        series: Input(shape=(6, 100))
        conv: Conv2d(out_channels=16, kernel_size=3)
        relu: ReLU
        flat: Flatten
        fc: Linear(out_features=4)
        y: Output
        """,
    ),
    axes(
        "conv1",
        """
        grey: Input(shape=(28, 28))
        conv1: Conv2d(out_channels=8, kernel_size=3)
        relu: ReLU
        pool: MaxPool2d(kernel_size=2)
        flat: Flatten
        fc: Linear(out_features=10)
        y: Output
        """,
    ),
    axes(
        "pool",
        """
        x: Input(shape=(1, 28, 28))
        flat: Flatten
        fc1: Linear(out_features=64)
        relu: ReLU
        pool: MaxPool2d(kernel_size=2)
        fc2: Linear(out_features=10)
        y: Output
        """,
    ),
    axes(
        "conv",
        """
        x: Input(shape=(1, 20, 20))
        conv: Conv1d(out_channels=8, kernel_size=5)
        relu: ReLU
        flat: Flatten
        fc: Linear(out_features=3)
        y: Output
        """,
    ),
    axes(
        "volume",
        """
        x: Input(shape=(3, 32, 32))
        volume: Conv3d(out_channels=8, kernel_size=3)
        relu: ReLU
        pool: AdaptiveAvgPool3d(output_size=1)
        flat: Flatten
        fc: Linear(out_features=5)
        y: Output
        """,
    ),
    axes(
        "conv",
        """
        clip: Input(shape=(3, 8, 32, 32))
        conv: Conv2d(out_channels=16, kernel_size=3)
        relu: ReLU
        flat: Flatten
        fc: Linear(out_features=6)
        y: Output
        """,
    ),
    axes(
        "look",
        """
        series: Input(shape=(20, 3))
        read: LSTM(hidden_size=32)
        look: MultiheadAttention(num_heads=4) <- read.last, read.output
        fc: Linear(out_features=2)
        y: Output
        """,
    ),
    axes(
        "bn",
        """
        x: Input(shape=(1, 12, 12))
        conv: Conv2d(out_channels=8, kernel_size=3)
        relu: ReLU
        flat: Flatten
        fc1: Linear(out_features=32, bias=False)
        bn: BatchNorm2d
        relu2: ReLU
        fc2: Linear(out_features=4)
        y: Output
        """,
    ),
    axes(
        "gru",
        """
        pages: Input(shape=(6, 20), dtype="int64")
        vectors: Embedding(num_embeddings=700, embedding_dim=24)
        gru: GRU(hidden_size=32)
        fc: Linear(out_features=3) <- gru.last
        y: Output
        """,
    ),
    axes(
        "positions",
        """
        x: Input(shape=(3, 32, 32))
        patches: Conv2d(out_channels=48, kernel_size=8, stride=8)
        positions: SinusoidalPositions
        layer: TransformerEncoderLayer(nhead=4, dim_feedforward=96)
        flat: Flatten
        fc: Linear(out_features=10)
        y: Output
        """,
    ),
    axes(
        "pool",
        """
        series: Input(shape=(4, 64))
        conv: Conv1d(out_channels=16, kernel_size=5, bias=False)
        bn: BatchNorm1d
        relu: ReLU
        pool: AdaptiveAvgPool2d(output_size=1)
        flat: Flatten
        fc: Linear(out_features=2)
        y: Output
        """,
    ),
    axes(
        "cell",
        """
        series: Input(shape=(15, 4))
        cell: LSTMCell(hidden_size=20)
        fc: Linear(out_features=1)
        y: Output(loss="mse_loss")
        """,
    ),
    flattened(
        "lstm",
        """
        words: Input(shape=(40,), dtype="int64")
        vectors: Embedding(num_embeddings=1000, embedding_dim=32)
        flat: Flatten
        lstm: LSTM(hidden_size=64)
        fc: Linear(out_features=2) <- lstm.last
        y: Output
        """,
    ),
    flattened(
        "gru",
        """
        series: Input(shape=(24, 7))
        flat: Flatten
        gru: GRU(hidden_size=16)
        fc: Linear(out_features=1) <- gru.last
        y: Output(loss="mse_loss")
        """,
    ),
    flattened(
        "rnn",
        """
        steps: Input(shape=(10, 12))
        hidden: Linear(out_features=20)
        tanh: Tanh
        flat: Flatten
        rnn: RNN(hidden_size=8, nonlinearity="relu")
        fc: Linear(out_features=3) <- rnn.h_n
        turned: Permute(dims=(1, 0, 2))
        last: Select(dim=1, index=0)
        y: Output
        """,
    ),
    flattened(
        "lstm",
        """
        signal: Input(shape=(2, 128))
        conv: Conv1d(out_channels=16, kernel_size=6, stride=2)
        relu: ReLU
        turned: Permute(dims=(0, 2, 1))
        flat: Flatten
        lstm: LSTM(hidden_size=32, bidirectional=True)
        fc: Linear(out_features=6) <- lstm.last
        y: Output
        """,
    ),
    flattened(
        "second",
        """
        series: Input(shape=(30, 5))
        first: LSTM(hidden_size=32)
        flat: Flatten
        second: LSTM(hidden_size=16)
        fc: Linear(out_features=1) <- second.last
        y: Output(loss="mse_loss")
        """,
    ),
    flattened(
        "gru",
        """
        letters: Input(shape=(50,), dtype="int64")
        vectors: Embedding(num_embeddings=30, embedding_dim=10)
        drop: Dropout(p=0.2)
        flat: Flatten
        gru: GRU(hidden_size=40, num_layers=2, dropout=0.1)
        last: Select(dim=1, index=-1)
        fc: Linear(out_features=30)
        y: Output
        """,
    ),
    flattened(
        "read",
        """
        x: Input(shape=(28, 28))
        rows: Flatten
        read: LSTM(hidden_size=64)
        last: Select(dim=1, index=-1)
        fc: Linear(out_features=10)
        y: Output
        """,
    ),
    flattened(
        "rnn",
        """
        notes: Input(shape=(16,), dtype="int64")
        vectors: Embedding(num_embeddings=128, embedding_dim=16)
        positions: SinusoidalPositions
        flat: Flatten
        rnn: RNN(hidden_size=64)
        mean: Mean(dim=1)
        fc: Linear(out_features=128)
        y: Output
        """,
    ),
    flattened(
        "lstm",
        """
        series: Input(shape=(60, 9))
        norm: LayerNorm
        flat: Flatten(start_dim=1, end_dim=2)
        lstm: LSTM(hidden_size=48, num_layers=2)
        most: Max(dim=1)
        fc: Linear(out_features=5)
        y: Output
        """,
    ),
    flattened(
        "gru",
        """
        steps: Input(shape=(12, 32))
        positions: SinusoidalPositions
        look: MultiheadAttention(num_heads=4)
        add: Add <- look, positions
        norm: LayerNorm
        flat: Flatten
        gru: GRU(hidden_size=24)
        fc: Linear(out_features=4) <- gru.last
        y: Output
        """,
    ),
    flattened(
        "late",
        """
        series: Input(shape=(20, 6))
        early: GRU(hidden_size=12)
        table: Input(shape=(4,))
        known: Linear(out_features=8)
        act: ReLU
        flat: Flatten <- series
        late: LSTM(hidden_size=12)
        both: Concat <- early.last, act, late.last
        fc: Linear(out_features=2)
        y: Output
        """,
    ),
    flattened(
        "lstm",
        """
        frames: Input(shape=(10, 1, 16, 16))
        flat: Flatten
        lstm: LSTM(hidden_size=32)
        fc: Linear(out_features=4) <- lstm.last
        y: Output
        """,
    ),
]
