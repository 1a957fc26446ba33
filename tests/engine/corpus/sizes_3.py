"""Numbers that do not come out, and axes that are not there."""

from __future__ import annotations

from tests.engine.corpus.notation import Fault


def sizes(node: str, network: str) -> Fault:
    return Fault("numbers that do not come out", "sizes", node, network)


def axis(node: str, network: str) -> Fault:
    return Fault("an axis that is not there", "axis", node, network)


FAULTS = [
    sizes(
        "image",
        """
        noise: Input(shape=(100,))
        fc: Linear(out_features=6272)
        relu: ReLU
        image: Reshape(shape=(64, 7, 7))
        up: ConvTranspose2d(out_channels=1, kernel_size=4, stride=4)
        y: Output(loss="mse_loss")
        """,
    ),
    sizes(
        "flat",
        """
        x: Input(shape=(1, 28, 28))
        conv: Conv2d(out_channels=16, kernel_size=5)
        relu: ReLU
        pool: MaxPool2d(kernel_size=2)
        flat: Reshape(shape=(400,))
        fc: Linear(out_features=10)
        y: Output
        """,
    ),
    sizes(
        "rows",
        """
        readings: Input(shape=(50,))
        rows: Reshape(shape=(-1, 12))
        lstm: LSTM(hidden_size=16)
        last: Select(dim=1, index=-1)
        fc: Linear(out_features=2)
        y: Output
        """,
    ),
    sizes(
        "apart",
        """
        x: Input(shape=(20,))
        fc: Linear(out_features=128)
        relu: ReLU
        apart: Unflatten(dim=1, unflattened_size=(8, 4, 8))
        up: ConvTranspose2d(out_channels=1, kernel_size=2, stride=2)
        y: Output(loss="mse_loss")
        """,
    ),
    sizes(
        "heads",
        """
        x: Input(shape=(10, 48))
        positions: SinusoidalPositions
        wide: Linear(out_features=60)
        heads: Unflatten(dim=2, unflattened_size=(8, -1))
        turned: Permute(dims=(0, 2, 1, 3))
        look: ScaledDotProductAttention <- turned, turned, turned
        mean: Mean(dim=(1, 2))
        fc: Linear(out_features=4)
        y: Output
        """,
    ),
    sizes(
        "drop",
        """
        x: Input(shape=(1, 28, 28))
        conv: Conv2d(out_channels=8, kernel_size=3)
        relu: ReLU
        pool: AdaptiveAvgPool2d(output_size=(2, 1))
        narrow: Squeeze(dim=3)
        drop: Squeeze(dim=2)
        fc: Linear(out_features=10)
        y: Output
        """,
    ),
    sizes(
        "only",
        """
        series: Input(shape=(30, 4))
        gru: GRU(hidden_size=12)
        only: Squeeze(dim=1)
        fc: Linear(out_features=1)
        y: Output(loss="mse_loss")
        """,
    ),
    sizes(
        "halves",
        """
        row: Input(shape=(20,))
        hidden: Linear(out_features=32)
        relu: ReLU
        halves: Split(split_sizes=(16, 8))
        gate: Sigmoid <- halves.part1
        small: Linear(out_features=16)
        times: Multiply <- halves.part0, small
        fc: Linear(out_features=3)
        y: Output
        """,
    ),
    sizes(
        "colours",
        """
        x: Input(shape=(4, 32, 32))
        colours: Split(split_sizes=(3, 2))
        seen: Conv2d(out_channels=8, kernel_size=3) <- colours.part0
        depth: Conv2d(out_channels=8, kernel_size=3) <- colours.part1
        both: Concat <- seen, depth
        relu: ReLU
        pool: AdaptiveAvgPool2d(output_size=1)
        flat: Flatten
        fc: Linear(out_features=6)
        y: Output
        """,
    ),
    sizes(
        "positions",
        """
        words: Input(shape=(200,), dtype="int64")
        vectors: Embedding(num_embeddings=5000, embedding_dim=64)
        positions: LearnedPositions(max_length=128)
        layer: TransformerEncoderLayer(nhead=4, dim_feedforward=128)
        mean: Mean(dim=1)
        fc: Linear(out_features=2)
        y: Output
        """,
    ),
    sizes(
        "positions",
        """
        patches: Input(shape=(49, 32))
        token: ClassToken
        positions: LearnedPositions(max_length=49)
        layer: TransformerEncoderLayer(nhead=4, dim_feedforward=64)
        first: Select(dim=1, index=0)
        fc: Linear(out_features=10)
        y: Output
        """,
    ),
    sizes(
        "slope",
        """
        x: Input(shape=(3, 24, 24))
        conv: Conv2d(out_channels=16, kernel_size=3)
        slope: PReLU(num_parameters=32)
        pool: AdaptiveAvgPool2d(output_size=1)
        flat: Flatten
        fc: Linear(out_features=5)
        y: Output
        """,
    ),
    sizes(
        "paste",
        """
        x: Input(shape=(2, 16, 16))
        cut: Unfold(kernel_size=4, stride=4)
        paste: Fold(output_size=(20, 20), kernel_size=4, stride=4)
        conv: Conv2d(out_channels=1, kernel_size=1)
        y: Output(loss="mse_loss")
        """,
    ),
    axis(
        "share",
        """
        row: Input(shape=(16,))
        score: Linear(out_features=16)
        share: Softmax(dim=2)
        times: Multiply <- share, row
        fc: Linear(out_features=3)
        y: Output
        """,
    ),
    axis(
        "both",
        """
        left: Input(shape=(12,))
        a: Linear(out_features=8)
        right: Input(shape=(5,))
        b: Linear(out_features=8)
        both: Concat(dim=2) <- a, b
        relu: ReLU
        fc: Linear(out_features=2)
        y: Output
        """,
    ),
    axis(
        "mean",
        """
        series: Input(shape=(5, 100))
        conv: Conv1d(out_channels=16, kernel_size=3)
        relu: ReLU
        mean: Mean(dim=(2, 3))
        fc: Linear(out_features=4)
        y: Output
        """,
    ),
    axis(
        "last",
        """
        series: Input(shape=(40, 3))
        lstm: LSTM(hidden_size=24)
        last: Select(dim=3, index=-1)
        fc: Linear(out_features=1)
        y: Output(loss="mse_loss")
        """,
    ),
    axis(
        "channel",
        """
        grey: Input(shape=(28, 28))
        channel: Unsqueeze(dim=4)
        conv: Conv2d(out_channels=8, kernel_size=3)
        relu: ReLU
        flat: Flatten
        fc: Linear(out_features=10)
        y: Output
        """,
    ),
    axis(
        "flat",
        """
        x: Input(shape=(2, 30))
        conv: Conv1d(out_channels=8, kernel_size=3)
        relu: ReLU
        flat: Flatten(start_dim=1, end_dim=3)
        fc: Linear(out_features=3)
        y: Output
        """,
    ),
    axis(
        "turned",
        """
        words: Input(shape=(25,), dtype="int64")
        vectors: Embedding(num_embeddings=400, embedding_dim=16)
        turned: Permute(dims=(0, 3, 1, 2))
        conv: Conv1d(out_channels=32, kernel_size=3)
        relu: ReLU
        most: Max(dim=-1)
        fc: Linear(out_features=2)
        y: Output
        """,
    ),
    axis(
        "front",
        """
        photo: Input(shape=(32, 32, 3))
        front: Permute(dims=(0, 3, 1, 4))
        conv: Conv2d(out_channels=8, kernel_size=3)
        relu: ReLU
        pool: AdaptiveAvgPool2d(output_size=1)
        flat: Flatten
        fc: Linear(out_features=3)
        y: Output
        """,
    ),
    axis(
        "norm",
        """
        row: Input(shape=(30,))
        hidden: Linear(out_features=16)
        norm: LayerNorm(last_axes=2)
        relu: ReLU
        fc: Linear(out_features=3)
        y: Output
        """,
    ),
    axis(
        "norm",
        """
        steps: Input(shape=(14, 20))
        norm: RMSNorm(last_axes=4)
        gru: GRU(hidden_size=10)
        last: Select(dim=1, index=-1)
        fc: Linear(out_features=5)
        y: Output
        """,
    ),
    axis(
        "gate",
        """
        x: Input(shape=(8, 50))
        conv: Conv1d(out_channels=16, kernel_size=3)
        gate: GLU(dim=-4)
        mean: Mean(dim=2)
        fc: Linear(out_features=2)
        y: Output
        """,
    ),
    axis(
        "sets",
        """
        a: Input(shape=(9,))
        b: Input(shape=(9,))
        sets: Stack(dim=4) <- a, b
        flat: Flatten
        fc: Linear(out_features=2)
        y: Output
        """,
    ),
    axis(
        "early",
        """
        series: Input(shape=(24, 6))
        early: Slice(dim=5, stop=-1)
        rnn: RNN(hidden_size=16)
        last: Select(dim=1, index=-1)
        fc: Linear(out_features=6)
        y: Output(loss="mse_loss")
        """,
    ),
]
