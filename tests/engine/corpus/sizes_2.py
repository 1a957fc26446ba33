"""Numbers of a layer that do not go together: 'same' with a stride, output_padding above the stride."""

from __future__ import annotations

from tests.engine.corpus.notation import Fault


def same(node: str, network: str) -> Fault:
    return Fault("'same' with a stride", "same-stride", node, network)


def more(node: str, network: str) -> Fault:
    return Fault("output_padding too large", "output-padding", node, network)


FAULTS = [
    same(
        "down",
        """
        x: Input(shape=(3, 32, 32))
        down: Conv2d(out_channels=16, kernel_size=3, stride=2, padding="same")
        relu: ReLU
        flat: Flatten
        fc: Linear(out_features=10)
        y: Output
        """,
    ),
    same(
        "conv2",
        """
        x: Input(shape=(1, 28, 28))
        conv1: Conv2d(out_channels=8, kernel_size=5, padding="same")
        relu1: ReLU
        conv2: Conv2d(out_channels=16, kernel_size=5, stride=(2, 2), padding="same")
        relu2: ReLU
        flat: Flatten
        fc: Linear(out_features=10)
        y: Output
        """,
    ),
    same(
        "stem",
        """
        beats: Input(shape=(12, 1000))
        stem: Conv1d(out_channels=32, kernel_size=15, stride=5, padding="same", bias=False)
        bn: BatchNorm1d
        relu: ReLU
        pool: AdaptiveAvgPool1d(output_size=1)
        flat: Flatten
        fc: Linear(out_features=9)
        y: Output
        """,
    ),
    same(
        "conv",
        """
        clip: Input(shape=(3, 16, 28, 28))
        conv: Conv3d(out_channels=8, kernel_size=3, stride=2, padding="same")
        relu: ReLU
        pool: AdaptiveAvgPool3d(output_size=1)
        flat: Flatten
        fc: Linear(out_features=5)
        y: Output
        """,
    ),
    same(
        "narrow",
        """
        spectrum: Input(shape=(1, 80, 120))
        narrow: Conv2d(out_channels=8, kernel_size=(3, 9), stride=(1, 3), padding="same")
        act: ELU
        pool: AdaptiveMaxPool2d(output_size=4)
        flat: Flatten
        fc: Linear(out_features=12)
        y: Output
        """,
    ),
    same(
        "a1",
        """
        x: Input(shape=(32, 16, 16))
        a1: Conv2d(out_channels=64, kernel_size=3, stride=2, padding="same", bias=False)
        bn: BatchNorm2d
        relu: ReLU
        a2: Conv2d(out_channels=64, kernel_size=3, padding="same")
        short: Conv2d(out_channels=64, kernel_size=1, stride=2) <- x
        add: Add <- a2, short
        relu2: ReLU
        pool: AdaptiveAvgPool2d(output_size=1)
        flat: Flatten
        fc: Linear(out_features=10)
        y: Output
        """,
    ),
    same(
        "apart",
        """
        wave: Input(shape=(1, 4000))
        near: Conv1d(out_channels=16, kernel_size=3, padding="same")
        relu: ReLU
        apart: Conv1d(out_channels=16, kernel_size=3, stride=4, dilation=8, padding="same")
        relu2: ReLU
        mean: Mean(dim=2)
        fc: Linear(out_features=3)
        y: Output
        """,
    ),
    same(
        "depthwise",
        """
        x: Input(shape=(24, 56, 56))
        depthwise: Conv2d(out_channels=24, kernel_size=3, stride=2, padding="same", groups=24, bias=False)
        bn: BatchNorm2d
        relu: ReLU6
        pointwise: Conv2d(out_channels=48, kernel_size=1)
        relu2: ReLU6
        pool: AdaptiveAvgPool2d(output_size=1)
        flat: Flatten
        fc: Linear(out_features=20)
        y: Output
        """,
    ),
    same(
        "wide",
        """
        x: Input(shape=(3, 40, 40))
        tight: MaxPool2d(kernel_size=2)
        wide: Conv2d(out_channels=13, kernel_size=3, stride=2, padding="same") <- x
        both: Concat <- tight, wide
        relu: ReLU
        pool: AdaptiveAvgPool2d(output_size=1)
        flat: Flatten
        fc: Linear(out_features=10)
        y: Output
        """,
    ),
    same(
        "code",
        """
        x: Input(shape=(1, 28, 28))
        code: Conv2d(out_channels=4, kernel_size=4, stride=2, padding="same")
        relu: ReLU
        back: ConvTranspose2d(out_channels=1, kernel_size=2, stride=2)
        sig: Sigmoid
        y: Output(loss="mse_loss")
        """,
    ),
    same(
        "frames",
        """
        words: Input(shape=(60,), dtype="int64")
        vectors: Embedding(num_embeddings=900, embedding_dim=32)
        turned: Permute(dims=(0, 2, 1))
        frames: Conv1d(out_channels=48, kernel_size=5, stride=3, padding="same")
        relu: ReLU
        most: Max(dim=2)
        fc: Linear(out_features=2)
        y: Output
        """,
    ),
    same(
        "slices",
        """
        scan: Input(shape=(1, 20, 32, 32))
        slices: Conv3d(out_channels=6, kernel_size=(3, 5, 5), stride=(1, 2, 2), padding="same")
        norm: GroupNorm(num_groups=2)
        act: LeakyReLU
        pool: AdaptiveAvgPool3d(output_size=2)
        flat: Flatten
        fc: Linear(out_features=2)
        y: Output
        """,
    ),
    more(
        "up",
        """
        x: Input(shape=(16, 7, 7))
        up: ConvTranspose2d(out_channels=8, kernel_size=3, stride=2, padding=1, output_padding=2)
        relu: ReLU
        last: Conv2d(out_channels=1, kernel_size=3, padding=1)
        y: Output(loss="mse_loss")
        """,
    ),
    more(
        "up",
        """
        x: Input(shape=(8, 14, 14))
        up: ConvTranspose2d(out_channels=4, kernel_size=3, output_padding=1)
        relu: ReLU
        last: Conv2d(out_channels=1, kernel_size=1)
        y: Output(loss="mse_loss")
        """,
    ),
    more(
        "longer",
        """
        code: Input(shape=(32, 25))
        longer: ConvTranspose1d(out_channels=16, kernel_size=8, stride=4, padding=2, output_padding=4)
        act: LeakyReLU
        wave: Conv1d(out_channels=1, kernel_size=7, padding=3)
        y: Output(loss="l1_loss")
        """,
    ),
    more(
        "grow",
        """
        x: Input(shape=(8, 4, 4, 4))
        grow: ConvTranspose3d(out_channels=4, kernel_size=3, stride=2, padding=1, output_padding=3)
        relu: ReLU
        last: Conv3d(out_channels=1, kernel_size=1)
        y: Output(loss="mse_loss")
        """,
    ),
    more(
        "up2",
        """
        noise: Input(shape=(64,))
        fc: Linear(out_features=784)
        relu: ReLU
        image: Reshape(shape=(16, 7, 7))
        up1: ConvTranspose2d(out_channels=8, kernel_size=3, stride=2, padding=1, output_padding=1)
        relu2: ReLU
        up2: ConvTranspose2d(out_channels=1, kernel_size=5, stride=2, padding=2, output_padding=2)
        tanh: Tanh
        y: Output(loss="mse_loss")
        """,
    ),
    more(
        "skewed",
        """
        x: Input(shape=(6, 10, 20))
        skewed: ConvTranspose2d(out_channels=6, kernel_size=(3, 5), stride=(1, 2), padding=(1, 2), output_padding=1)
        relu: ReLU
        pool: AdaptiveAvgPool2d(output_size=1)
        flat: Flatten
        fc: Linear(out_features=3)
        y: Output
        """,
    ),
    more(
        "grow",
        """
        x: Input(shape=(1, 28, 28))
        shrink: Conv2d(out_channels=8, kernel_size=4, stride=3)
        relu: ReLU
        grow: ConvTranspose2d(out_channels=1, kernel_size=4, stride=3, output_padding=3)
        sig: Sigmoid
        y: Output(loss="mse_loss")
        """,
    ),
    more(
        "spread",
        """
        x: Input(shape=(4, 12, 12))
        spread: ConvTranspose2d(out_channels=8, kernel_size=3, dilation=2, output_padding=2)
        relu: ReLU
        pool: AdaptiveAvgPool2d(output_size=1)
        flat: Flatten
        fc: Linear(out_features=4)
        y: Output
        """,
    ),
    more(
        "up",
        """
        x: Input(shape=(1, 32, 32))
        c1: Conv2d(out_channels=8, kernel_size=3, padding=1)
        r1: ReLU
        pool: MaxPool2d(kernel_size=2)
        c2: Conv2d(out_channels=16, kernel_size=3, padding=1)
        r2: ReLU
        up: ConvTranspose2d(out_channels=8, kernel_size=2, stride=2, output_padding=2)
        skip: Concat <- up, r1
        last: Conv2d(out_channels=1, kernel_size=1)
        y: Output(loss="mse_loss")
        """,
    ),
    more(
        "finer",
        """
        seconds: Input(shape=(5, 60))
        finer: ConvTranspose1d(out_channels=10, kernel_size=3, stride=2, output_padding=(2,))
        tanh: Tanh
        flat: Flatten
        fc: Linear(out_features=1)
        y: Output(loss="mse_loss")
        """,
    ),
    more(
        "deep",
        """
        x: Input(shape=(2, 6, 10, 10))
        conv: Conv3d(out_channels=8, kernel_size=3, stride=(1, 2, 2), padding=1)
        relu: ReLU
        deep: ConvTranspose3d(out_channels=2, kernel_size=3, stride=(1, 2, 2), padding=1, output_padding=(1, 1, 1))
        y: Output(loss="mse_loss")
        """,
    ),
    more(
        "fine",
        """
        x: Input(shape=(12, 8, 8))
        coarse: Upsample(scale_factor=2.0)
        fine: ConvTranspose2d(out_channels=6, kernel_size=4, stride=2, padding=1, output_padding=5, bias=False)
        bn: BatchNorm2d
        relu: ReLU
        last: Conv2d(out_channels=3, kernel_size=1)
        y: Output(loss="mse_loss")
        """,
    ),
]
