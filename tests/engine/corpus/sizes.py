"""Numbers of a layer that its input does not allow: too much padding, groups and heads that do not divide."""

from __future__ import annotations

from tests.engine.corpus.notation import Fault


def padding(node: str, network: str) -> Fault:
    return Fault("padding larger than allowed", "padding", node, network)


def division(node: str, network: str) -> Fault:
    return Fault("groups, heads, channels that do not divide", "division", node, network)


FAULTS = [
    padding(
        "pool",
        """
        x: Input(shape=(1, 28, 28))
        conv: Conv2d(out_channels=8, kernel_size=3)
        relu: ReLU
        pool: MaxPool2d(kernel_size=2, padding=2)
        flat: Flatten
        fc: Linear(out_features=10)
        y: Output
        """,
    ),
    padding(
        "smooth",
        """
        signal: Input(shape=(6, 128))
        smooth: AvgPool1d(kernel_size=3, stride=1, padding=2)
        conv: Conv1d(out_channels=12, kernel_size=5, stride=2)
        act: GELU
        pool: AdaptiveAvgPool1d(output_size=1)
        flat: Flatten
        fc: Linear(out_features=4)
        y: Output
        """,
    ),
    padding(
        "thin",
        """
        clip: Input(shape=(3, 8, 32, 32))
        conv: Conv3d(out_channels=8, kernel_size=3, padding=1)
        relu: ReLU
        thin: MaxPool3d(kernel_size=(1, 2, 2), padding=1)
        pool: AdaptiveAvgPool3d(output_size=1)
        flat: Flatten
        fc: Linear(out_features=6)
        y: Output
        """,
    ),
    padding(
        "avg",
        """
        spectrum: Input(shape=(1, 64, 100))
        conv: Conv2d(out_channels=16, kernel_size=(5, 3), padding=(2, 1))
        relu: ReLU
        avg: AvgPool2d(kernel_size=(4, 6), padding=(2, 4))
        flat: Flatten
        fc: Linear(out_features=8)
        y: Output
        """,
    ),
    padding(
        "big",
        """
        x: Input(shape=(3, 16, 16))
        small: Conv2d(out_channels=16, kernel_size=3, padding=1)
        relu: ReLU
        pool: MaxPool2d(kernel_size=4)
        big: Conv2d(out_channels=32, kernel_size=9, padding=4, padding_mode="reflect")
        relu2: ReLU
        flat: Flatten
        fc: Linear(out_features=10)
        y: Output
        """,
    ),
    padding(
        "mirror",
        """
        x: Input(shape=(1, 28, 28))
        mirror: ReflectionPad2d(padding=28)
        conv: Conv2d(out_channels=4, kernel_size=7, stride=4)
        relu: ReLU
        flat: Flatten
        fc: Linear(out_features=10)
        y: Output
        """,
    ),
    padding(
        "ring",
        """
        angles: Input(shape=(3, 16))
        ring: CircularPad1d(padding=24)
        conv: Conv1d(out_channels=8, kernel_size=9)
        tanh: Tanh
        flat: Flatten
        fc: Linear(out_features=2)
        y: Output(loss="mse_loss")
        """,
    ),
    padding(
        "around",
        """
        day: Input(shape=(2, 6))
        around: Conv1d(out_channels=8, kernel_size=15, padding=7, padding_mode="circular")
        relu: ReLU
        flat: Flatten
        fc: Linear(out_features=1)
        y: Output(loss="mse_loss")
        """,
    ),
    padding(
        "behind",
        """
        prices: Input(shape=(4, 10))
        after: ReflectionPad1d(padding=(0, 10))
        conv: Conv1d(out_channels=16, kernel_size=3)
        relu: ReLU
        flat: Flatten
        fc: Linear(out_features=2)
        y: Output
        """,
    ),
    padding(
        "b",
        """
        x: Input(shape=(16, 20, 20))
        a: Conv2d(out_channels=8, kernel_size=1)
        ra: ReLU
        b: MaxPool2d(kernel_size=3, stride=1, padding=2) <- x
        both: Concat <- ra, b
        pool: AdaptiveAvgPool2d(output_size=1)
        flat: Flatten
        fc: Linear(out_features=5)
        y: Output
        """,
    ),
    padding(
        "pool1",
        """
        beats: Input(shape=(1, 187))
        conv: Conv1d(out_channels=32, kernel_size=5)
        relu: ReLU
        pool1: MaxPool1d(kernel_size=4, stride=2, padding=3)
        flat: Flatten
        fc: Linear(out_features=5)
        y: Output
        """,
    ),
    padding(
        "volume",
        """
        scan: Input(shape=(1, 3, 24, 24))
        volume: Conv3d(out_channels=4, kernel_size=7, padding=3, padding_mode="reflect")
        relu: ReLU
        pool: AdaptiveMaxPool3d(output_size=2)
        flat: Flatten
        fc: Linear(out_features=2)
        y: Output
        """,
    ),
    division(
        "conv1",
        """
        x: Input(shape=(3, 32, 32))
        conv1: Conv2d(out_channels=16, kernel_size=3, groups=3)
        relu: ReLU
        pool: AdaptiveAvgPool2d(output_size=1)
        flat: Flatten
        fc: Linear(out_features=10)
        y: Output
        """,
    ),
    division(
        "depthwise",
        """
        x: Input(shape=(3, 32, 32))
        stem: Conv2d(out_channels=16, kernel_size=3, padding=1)
        relu: ReLU
        depthwise: Conv2d(out_channels=32, kernel_size=3, groups=32)
        relu2: ReLU
        flat: Flatten
        fc: Linear(out_features=10)
        y: Output
        """,
    ),
    division(
        "norm",
        """
        x: Input(shape=(3, 64, 64))
        conv: Conv2d(out_channels=24, kernel_size=4, stride=2)
        norm: GroupNorm(num_groups=32)
        act: SiLU
        pool: AdaptiveAvgPool2d(output_size=1)
        flat: Flatten
        fc: Linear(out_features=7)
        y: Output
        """,
    ),
    division(
        "look",
        """
        words: Input(shape=(20,), dtype="int64")
        vectors: Embedding(num_embeddings=500, embedding_dim=100)
        positions: SinusoidalPositions
        look: MultiheadAttention(num_heads=8)
        mean: Mean(dim=1)
        fc: Linear(out_features=2)
        y: Output
        """,
    ),
    division(
        "layer",
        """
        words: Input(shape=(30,), dtype="int64")
        vectors: Embedding(num_embeddings=2000, embedding_dim=300)
        positions: SinusoidalPositions
        layer: TransformerEncoderLayer(nhead=8, dim_feedforward=512)
        first: Select(dim=1, index=0)
        fc: Linear(out_features=4)
        y: Output
        """,
    ),
    division(
        "finer",
        """
        small: Input(shape=(3, 24, 24))
        conv: Conv2d(out_channels=32, kernel_size=3, padding=1)
        relu: ReLU
        finer: PixelShuffle(upscale_factor=3)
        last: Conv2d(out_channels=3, kernel_size=3, padding=1)
        y: Output(loss="mse_loss")
        """,
    ),
    division(
        "coarser",
        """
        x: Input(shape=(1, 25, 25))
        coarser: PixelUnshuffle(downscale_factor=2)
        conv: Conv2d(out_channels=16, kernel_size=3)
        relu: ReLU
        flat: Flatten
        fc: Linear(out_features=10)
        y: Output
        """,
    ),
    division(
        "mix",
        """
        x: Input(shape=(30, 14, 14))
        squeeze: Conv2d(out_channels=30, kernel_size=1, groups=3)
        relu: ReLU
        mix: ChannelShuffle(groups=4)
        conv: Conv2d(out_channels=30, kernel_size=3, groups=30)
        pool: AdaptiveAvgPool2d(output_size=1)
        flat: Flatten
        fc: Linear(out_features=10)
        y: Output
        """,
    ),
    division(
        "gate",
        """
        row: Input(shape=(12,))
        wide: Linear(out_features=15)
        gate: GLU
        fc: Linear(out_features=3)
        y: Output
        """,
    ),
    division(
        "parts",
        """
        x: Input(shape=(6, 40))
        parts: Chunk(chunks=4)
        a: Conv1d(out_channels=4, kernel_size=3) <- parts.part0
        b: Conv1d(out_channels=4, kernel_size=3) <- parts.part1
        c: Conv1d(out_channels=4, kernel_size=3) <- parts.part2
        d: Conv1d(out_channels=4, kernel_size=3) <- parts.part3
        all: Concat <- a, b, c, d
        relu: ReLU
        flat: Flatten
        fc: Linear(out_features=2)
        y: Output
        """,
    ),
    division(
        "decode",
        """
        source: Input(shape=(9, 64))
        positions: SinusoidalPositions
        target: Input(shape=(5, 64))
        second: SinusoidalPositions
        decode: TransformerDecoderLayer(nhead=6, dim_feedforward=128) <- second, positions
        fc: Linear(out_features=11)
        y: Output
        """,
    ),
    division(
        "grouped",
        """
        sensors: Input(shape=(12, 200))
        grouped: Conv1d(out_channels=20, kernel_size=7, groups=5, bias=False)
        bn: BatchNorm1d
        relu: ReLU
        pool: AdaptiveMaxPool1d(output_size=4)
        flat: Flatten
        fc: Linear(out_features=6)
        y: Output
        """,
    ),
    division(
        "up",
        """
        x: Input(shape=(10, 7, 7))
        up: ConvTranspose2d(out_channels=8, kernel_size=4, stride=2, padding=1, groups=4)
        relu: ReLU
        last: Conv2d(out_channels=1, kernel_size=3, padding=1)
        y: Output(loss="mse_loss")
        """,
    ),
]
