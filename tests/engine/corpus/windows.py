"""Windows that do not fit, and branches that do not fit together."""

from __future__ import annotations

from tests.engine.corpus.notation import Fault


def window(node: str, network: str) -> Fault:
    return Fault("window larger than its input", "window", node, network)


def mismatch(node: str, network: str) -> Fault:
    return Fault("branches that differ", "mismatch", node, network)


FAULTS = [
    window(
        "pool4",
        """
        x: Input(shape=(1, 28, 28))
        conv1: Conv2d(out_channels=8, kernel_size=3, padding=1)
        pool1: MaxPool2d(kernel_size=2)
        pool2: MaxPool2d(kernel_size=2)
        pool3: MaxPool2d(kernel_size=2)
        pool4: MaxPool2d(kernel_size=5)
        flat: Flatten
        fc: Linear(out_features=10)
        y: Output
        """,
    ),
    window(
        "conv2",
        """
        x: Input(shape=(3, 8, 8))
        conv1: Conv2d(out_channels=16, kernel_size=5)
        relu: ReLU
        conv2: Conv2d(out_channels=32, kernel_size=5)
        relu2: ReLU
        pool: AdaptiveAvgPool2d(output_size=1)
        flat: Flatten
        fc: Linear(out_features=10)
        y: Output
        """,
    ),
    window(
        "conv",
        """
        x: Input(shape=(1, 5))
        conv: Conv1d(out_channels=4, kernel_size=7)
        flat: Flatten
        fc: Linear(out_features=3)
        y: Output
        """,
    ),
    window(
        "stem",
        """
        x: Input(shape=(3, 32, 32))
        stem: Conv2d(out_channels=64, kernel_size=11, stride=4, dilation=4)
        relu: ReLU
        flat: Flatten
        fc: Linear(out_features=10)
        y: Output
        """,
    ),
    window(
        "c4",
        """
        x: Input(shape=(3, 32, 32))
        c1: Conv2d(out_channels=16, kernel_size=3, stride=2)
        r1: ReLU
        c2: Conv2d(out_channels=32, kernel_size=3, stride=2)
        r2: ReLU
        c3: Conv2d(out_channels=64, kernel_size=3, stride=2)
        r3: ReLU
        c4: Conv2d(out_channels=128, kernel_size=5, stride=2)
        flat: Flatten
        fc: Linear(out_features=10)
        y: Output
        """,
    ),
    window(
        "avg",
        """
        x: Input(shape=(1, 8, 8))
        conv: Conv2d(out_channels=8, kernel_size=3)
        relu: ReLU
        avg: AvgPool2d(kernel_size=7)
        flat: Flatten
        fc: Linear(out_features=10)
        y: Output
        """,
    ),
    window(
        "conv2",
        """
        x: Input(shape=(1, 16, 16, 16))
        conv1: Conv3d(out_channels=4, kernel_size=3, stride=4)
        relu: ReLU
        conv2: Conv3d(out_channels=8, kernel_size=5)
        flat: Flatten
        fc: Linear(out_features=2)
        y: Output
        """,
    ),
    window(
        "pool2",
        """
        x: Input(shape=(2, 10))
        conv: Conv1d(out_channels=8, kernel_size=3)
        pool1: MaxPool1d(kernel_size=4)
        pool2: MaxPool1d(kernel_size=4)
        flat: Flatten
        fc: Linear(out_features=2)
        y: Output
        """,
    ),
    window(
        "conv1",
        """
        x: Input(shape=(3, 64, 4))
        conv1: Conv2d(out_channels=16, kernel_size=(3, 7))
        relu: ReLU
        pool: AdaptiveAvgPool2d(output_size=1)
        flat: Flatten
        fc: Linear(out_features=5)
        y: Output
        """,
    ),
    window(
        "wide",
        """
        x: Input(shape=(1, 8, 8))
        a: Conv2d(out_channels=8, kernel_size=1)
        b: Conv2d(out_channels=8, kernel_size=5, padding=2) <- x
        wide: Conv2d(out_channels=8, kernel_size=9) <- x
        cat: Concat <- a, b, wide
        pool: AdaptiveAvgPool2d(output_size=1)
        flat: Flatten
        fc: Linear(out_features=10)
        y: Output
        """,
    ),
    window(
        "lp",
        """
        x: Input(shape=(4, 6, 6))
        lp: LPPool2d(norm_type=2.0, kernel_size=8)
        flat: Flatten
        fc: Linear(out_features=3)
        y: Output
        """,
    ),
    mismatch(
        "add",
        """
        x: Input(shape=(3, 32, 32))
        conv1: Conv2d(out_channels=16, kernel_size=3, padding=1)
        relu: ReLU
        conv2: Conv2d(out_channels=16, kernel_size=3)
        add: Add <- relu, conv2
        pool: AdaptiveAvgPool2d(output_size=1)
        flat: Flatten
        fc: Linear(out_features=10)
        y: Output
        """,
    ),
    mismatch(
        "add",
        """
        x: Input(shape=(16, 16, 16))
        conv1: Conv2d(out_channels=32, kernel_size=3, padding=1, stride=2)
        bn: BatchNorm2d
        relu: ReLU
        conv2: Conv2d(out_channels=32, kernel_size=3, padding=1)
        add: Add <- conv2, x
        pool: AdaptiveAvgPool2d(output_size=1)
        flat: Flatten
        fc: Linear(out_features=10)
        y: Output
        """,
    ),
    mismatch(
        "add",
        """
        x: Input(shape=(3, 32, 32))
        conv1: Conv2d(out_channels=16, kernel_size=3, padding=1)
        add: Add <- conv1, x
        relu: ReLU
        flat: Flatten
        fc: Linear(out_features=10)
        y: Output
        """,
    ),
    mismatch(
        "cat",
        """
        x: Input(shape=(3, 32, 32))
        a: Conv2d(out_channels=16, kernel_size=1)
        b: Conv2d(out_channels=16, kernel_size=5) <- x
        c: MaxPool2d(kernel_size=3, stride=1, padding=1) <- x
        cat: Concat <- a, b, c
        pool: AdaptiveAvgPool2d(output_size=1)
        flat: Flatten
        fc: Linear(out_features=10)
        y: Output
        """,
    ),
    mismatch(
        "skip",
        """
        x: Input(shape=(1, 30, 30))
        down: Conv2d(out_channels=8, kernel_size=3, padding=1)
        relu: ReLU
        pool: MaxPool2d(kernel_size=2)
        deep: Conv2d(out_channels=16, kernel_size=3, padding=1)
        pool2: MaxPool2d(kernel_size=2)
        up: ConvTranspose2d(out_channels=8, kernel_size=2, stride=2)
        skip: Concat <- up, pool
        last: Conv2d(out_channels=1, kernel_size=1)
        y: Output(loss="mse_loss")
        """,
    ),
    mismatch(
        "both",
        """
        picture: Input(shape=(3, 32, 32))
        conv: Conv2d(out_channels=8, kernel_size=3)
        pool: AdaptiveAvgPool2d(output_size=1)
        table: Input(shape=(12,))
        both: Concat <- pool, table
        flat: Flatten
        fc: Linear(out_features=2)
        y: Output
        """,
    ),
    mismatch(
        "sum",
        """
        x: Input(shape=(64,))
        a: Linear(out_features=32)
        relu: ReLU
        b: Linear(out_features=48)
        sum: Add <- b, x
        fc: Linear(out_features=10)
        y: Output
        """,
    ),
    mismatch(
        "scores",
        """
        x: Input(shape=(10, 32))
        q: Linear(out_features=16)
        k: Linear(out_features=16) <- x
        scores: MatMul <- q, k
        soft: Softmax
        flat: Flatten
        fc: Linear(out_features=2)
        y: Output
        """,
    ),
    mismatch(
        "gate",
        """
        x: Input(shape=(32, 8, 8))
        squeeze: AdaptiveAvgPool2d(output_size=1)
        down: Conv2d(out_channels=4, kernel_size=1)
        relu: ReLU
        up: Conv2d(out_channels=16, kernel_size=1)
        sig: Sigmoid
        gate: Multiply <- x, sig
        flat: Flatten
        fc: Linear(out_features=10)
        y: Output
        """,
    ),
    mismatch(
        "difference",
        """
        left: Input(shape=(20,))
        a: Linear(out_features=16)
        right: Input(shape=(20,))
        b: Linear(out_features=8)
        difference: Subtract <- a, b
        fc: Linear(out_features=1)
        y: Output(loss="mse_loss")
        """,
    ),
    mismatch(
        "attend",
        """
        x: Input(shape=(12, 64))
        where: SinusoidalPositions
        other: Input(shape=(7, 48))
        attend: ScaledDotProductAttention <- where, other, other
        mean: Mean(dim=(1,))
        fc: Linear(out_features=4)
        y: Output
        """,
    ),
    mismatch(
        "two",
        """
        a: Input(shape=(6,))
        fa: Linear(out_features=5)
        b: Input(shape=(4, 6))
        fb: Linear(out_features=5)
        two: Bilinear(out_features=3) <- fa, fb
        y: Output
        """,
    ),
]
