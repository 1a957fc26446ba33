"""Activations that are missing around a pooling or norm, and those of one number alone; what only looks so."""

from __future__ import annotations

from typing import Any

from tests.engine.corpus.notation import Fault

DIGITS, ROWS, WINE = {"data.dataset": "digits"}, {"data.dataset": "digit_rows"}, {"data.dataset": "wine"}
CANCER, IRIS, SHAPES = {"data.dataset": "breast_cancer"}, {"data.dataset": "iris"}, {"data.dataset": "shapes"}


def windows(node: str, network: str, settings: dict[str, Any] | None = None) -> Fault:
    kind = "no activation around a pooling or norm"
    return Fault(kind, "no-activation", node, network, settings or {}, first="Insert ReLU")


def alone(node: str, network: str, first: str, settings: dict[str, Any] | None = None) -> Fault:
    removes = first.startswith("Remove")
    kind = "softmax or norm over one number"
    return Fault(kind, "constant-answer", node, network, settings or {}, removes=removes, first=first)


WINDOWS = [
    windows(
        "c2",
        """
        x: Input(shape=(1, 28, 28)); c1: Conv2d(out_channels=16, kernel_size=3);
        pool: MaxPool2d(kernel_size=2); c2: Conv2d(out_channels=32, kernel_size=3);
        pool2: MaxPool2d(kernel_size=2); relu: ReLU; flat: Flatten; fc: Linear(out_features=10); y: Output
        """,
    ),
    windows(
        "conv2",
        """
        image: Input(shape=(3, 32, 32)); conv1: Conv2d(out_channels=16, kernel_size=5, padding=2);
        bn1: BatchNorm2d; pool1: AvgPool2d(kernel_size=2);
        conv2: Conv2d(out_channels=32, kernel_size=5, padding=2); bn2: BatchNorm2d; act: ReLU;
        gap: AdaptiveAvgPool2d(output_size=1); flat: Flatten; fc: Linear(out_features=6);
        y: Output(field='label')
        """,
        SHAPES,
    ),
    windows(
        "c2",
        """
        x: Input(shape=(4, 100)); c1: Conv1d(out_channels=16, kernel_size=7); pool: MaxPool1d(kernel_size=4);
        drop: Dropout(p=0.1); c2: Conv1d(out_channels=16, kernel_size=5); relu: ReLU;
        gap: AdaptiveAvgPool1d(output_size=1); flat: Flatten; fc: Linear(out_features=2); y: Output
        """,
    ),
    windows(
        "second",
        """
        x: Input(shape=(1, 12, 12, 12)); first: Conv3d(out_channels=8, kernel_size=3);
        pool: MaxPool3d(kernel_size=2); second: Conv3d(out_channels=8, kernel_size=3); relu: ReLU;
        flat: Flatten; fc: Linear(out_features=2); y: Output
        """,
    ),
    windows(
        "c2",
        """
        x: Input(shape=(3, 48, 48)); c1: Conv2d(out_channels=12, kernel_size=3, bias=False);
        norm: GroupNorm(num_groups=4); c2: Conv2d(out_channels=12, kernel_size=3);
        norm2: GroupNorm(num_groups=4); relu: ReLU; pool: AdaptiveAvgPool2d(output_size=4); flat: Flatten;
        fc: Linear(out_features=3); y: Output
        """,
    ),
    windows(
        "c2",
        """
        x: Input(shape=(3, 24, 24)); c1: Conv2d(out_channels=8, kernel_size=3); norm: InstanceNorm2d;
        pad: ReflectionPad2d(padding=1); c2: Conv2d(out_channels=8, kernel_size=3); relu: LeakyReLU;
        flat: Flatten; fc: Linear(out_features=3); y: Output
        """,
    ),
    windows(
        "stage",
        """
        block Stage(channels=16); x: BlockInput;
        c1: Conv2d(out_channels={'expr': 'channels'}, kernel_size=3, padding=1);
        pool: MaxPool2d(kernel_size=2);
        c2: Conv2d(out_channels={'expr': 'channels'}, kernel_size=3, padding=1); relu: ReLU; y: BlockOutput;
        end; x: Input(shape=(3, 32, 32)); stage: Stage(channels=24, repeat=2); flat: Flatten;
        fc: Linear(out_features=10); y: Output
        """,
    ),
    windows(
        "b2",
        """
        x: Input(shape=(3, 32, 32)); a1: Conv2d(out_channels=8, kernel_size=3, padding=1); ra: ReLU;
        a2: MaxPool2d(kernel_size=2); b1: Conv2d(out_channels=8, kernel_size=5, padding=2) <- x;
        bp: MaxPool2d(kernel_size=2); b2: Conv2d(out_channels=8, kernel_size=3, padding=1); rb: ReLU;
        both: Concat(dim=1) <- a2, rb; flat: Flatten; fc: Linear(out_features=10); y: Output
        """,
    ),
    windows(
        "c2",
        """
        x: Input(shape=(1, 8, 8)); c1: Conv2d(out_channels=8, kernel_size=3, padding=1);
        pool: AdaptiveMaxPool2d(output_size=4); c2: Conv2d(out_channels=10, kernel_size=4); flat: Flatten;
        y: Output
        """,
        DIGITS,
    ),
    windows(
        "fc2",
        """
        x: Input(shape=(30,)); fc1: Linear(out_features=32); norm: LayerNorm; fc2: Linear(out_features=32);
        relu: ReLU; fc3: Linear(out_features=2); y: Output
        """,
        CANCER,
    ),
    windows(
        "fc",
        """
        x: Input(shape=(1, 8, 8)); conv: Conv2d(out_channels=12, kernel_size=3);
        pool: MaxPool2d(kernel_size=2); drop: Dropout(p=0.25); flat: Flatten; fc: Linear(out_features=10);
        y: Output
        """,
        DIGITS,
    ),
    windows(
        "up2",
        """
        z: Input(shape=(16, 4, 4)); up1: ConvTranspose2d(out_channels=12, kernel_size=2, stride=2);
        bn: BatchNorm2d; pad: ZeroPad2d(padding=1);
        up2: ConvTranspose2d(out_channels=3, kernel_size=3, padding=1); y: Output(loss='mse_loss')
        """,
    ),
    windows(
        "c2",
        """
        x: Input(shape=(2, 64, 64)); c1: Conv2d(out_channels=8, kernel_size=3); lrn: LocalResponseNorm(size=5);
        pool: MaxPool2d(kernel_size=3, stride=2); c2: Conv2d(out_channels=8, kernel_size=3); relu: ReLU;
        pool2: AdaptiveMaxPool2d(output_size=1); flat: Flatten; fc: Linear(out_features=3); y: Output
        """,
    ),
]

ALONE = [
    alone(
        "weights",
        """
        x: Input(shape=(20, 8)); lstm: LSTM(hidden_size=16); tanh: Tanh; score: Linear(out_features=1);
        weights: Softmax(dim=-1); seen: Multiply <- lstm, weights; context: Sum(dim=1);
        fc: Linear(out_features=3); y: Output
        """,
        "Set dim to 1",
    ),
    alone(
        "alpha",
        """
        x: Input(shape=(30,), dtype='int64'); emb: Embedding(num_embeddings=200, embedding_dim=24);
        gru: GRU(hidden_size=16, bidirectional=True); score: Linear(out_features=1); alpha: Softmax(dim=2);
        drop: Dropout(p=0.1); row: Permute(dims=(0, 2, 1)); context: MatMul <- a=row, b=gru;
        one: Squeeze(dim=1); fc: Linear(out_features=4); y: Output
        """,
        "Set dim to 1",
    ),
    alone(
        "map",
        """
        x: Input(shape=(3, 32, 32)); conv: Conv2d(out_channels=8, kernel_size=3, padding=1); relu: ReLU;
        one: Conv2d(out_channels=1, kernel_size=1); map: Softmax2d; seen: Multiply <- relu, map; flat: Flatten;
        fc: Linear(out_features=3); y: Output
        """,
        "Change to Sigmoid",
    ),
    alone(
        "mask",
        """
        x: Input(shape=(3, 64, 64)); conv: Conv2d(out_channels=8, kernel_size=3, padding=1); relu: ReLU;
        head: Conv2d(out_channels=1, kernel_size=1); mask: Softmax(dim=1);
        y: Output(loss='binary_cross_entropy')
        """,
        "Change to Sigmoid",
    ),
    alone(
        "norm",
        """
        x: Input(shape=(13,)); fc1: Linear(out_features=32); norm: GroupNorm(num_groups=32); relu: ReLU;
        fc: Linear(out_features=3); y: Output
        """,
        "Set num_groups to 16",
        WINE,
    ),
    alone(
        "norm",
        """
        x: Input(shape=(40, 1)); norm: LayerNorm; lstm: LSTM(hidden_size=16);
        fc: Linear(out_features=1) <- lstm.last; y: Output(loss='mse_loss')
        """,
        "Remove norm",
    ),
    alone(
        "norm",
        """
        x: Input(shape=(1, 28, 28)); norm: LayerNorm2d; conv: Conv2d(out_channels=8, kernel_size=3);
        relu: ReLU; flat: Flatten; fc: Linear(out_features=10); y: Output
        """,
        "Remove norm",
    ),
    alone(
        "unit",
        """
        x: Input(shape=(10,)); fc1: Linear(out_features=16); relu: ReLU; fc: Linear(out_features=1);
        unit: Normalize(dim=1); y: Output(loss='mse_loss')
        """,
        "Remove unit",
    ),
    alone(
        "head",
        """
        block Head; x: BlockInput; fc: Linear(out_features=1); soft: Softmax(dim=1); y: BlockOutput; end;
        x: Input(shape=(30,)); fc: Linear(out_features=16); relu: ReLU; head: Head;
        y: Output(loss='binary_cross_entropy')
        """,
        "Change to Sigmoid",
        CANCER,
    ),
    alone(
        "rms",
        """
        a: Input(shape=(12, 4)); b: Input(shape=(3,)) <- -; gru: GRU(hidden_size=8) <- a;
        both: Concat(dim=1) <- gru.last, b; fc: Linear(out_features=1); rms: RMSNorm;
        y: Output(loss='mse_loss')
        """,
        "Remove rms",
    ),
    alone(
        "soft",
        """
        x: Input(shape=(6, 1, 10)); soft: Softmax(dim=-2); flat: Flatten; fc: Linear(out_features=10);
        y: Output
        """,
        "Change to Sigmoid",
    ),
    alone(
        "norm",
        """
        x: Input(shape=(8, 16, 16)); conv: Conv2d(out_channels=48, kernel_size=3);
        pool: AdaptiveMaxPool2d(output_size=1); norm: GroupNorm(num_groups=48); relu: ReLU; flat: Flatten;
        fc: Linear(out_features=4); y: Output
        """,
        "Set num_groups to 16",
    ),
]

FAULTS = [*WINDOWS, *ALONE]


def sound(code: str, network: str, settings: dict[str, Any] | None = None) -> Fault:
    return Fault(f"not {code}", code, None, network, settings or {})


SOUND = [
    sound(  # one of the branches may give numbers below 0
        "redundant-activation",
        """
        x: Input(shape=(3, 24, 24)); a: Conv2d(out_channels=8, kernel_size=3, padding=1); ra: ReLU;
        b: Conv2d(out_channels=8, kernel_size=5, padding=2) <- x; both: Concat(dim=1) <- ra, b; r: ReLU;
        f: Flatten; o: Linear(out_features=4); y: Output
        """,
    ),
    sound(
        "constant-answer",
        "x: Input(shape=(4,)); fc: Linear(out_features=1); bn: BatchNorm1d; y: Output(loss='mse_loss')",
    ),
    sound(
        "constant-answer",
        """
        x: Input(shape=(1, 8, 8)); norm: GroupNorm(num_groups=1); flat: Flatten; fc: Linear(out_features=10);
        y: Output
        """,
        DIGITS,
    ),
    sound(
        "constant-answer",
        """
        x: Input(shape=(20, 8)); score: Linear(out_features=1); weights: Softmax(dim=1);
        seen: Multiply <- x, weights; context: Sum(dim=1); fc: Linear(out_features=3); y: Output
        """,
    ),
    sound(
        "no-probability",
        """
        x: Input(shape=(4,)); fc: Linear(out_features=3); s: Softmax(dim=1); log: Log;
        y: Output(loss='nll_loss')
        """,
        IRIS,
    ),
    sound(
        "softmax-before-nll",
        "x: Input(shape=(4,)); fc: Linear(out_features=3); s: LogSoftmax(dim=1); y: Output(loss='nll_loss')",
        IRIS,
    ),
    sound(
        "softmax-before-nll",
        "x: Input(shape=(4,)); fc: Linear(out_features=3); s: Softmax(dim=1); y: Output(loss='mse_loss')",
    ),
    sound(  # Mish by hand
        "redundant-activation",
        """
        x: Input(shape=(13,)); fc: Linear(out_features=16); plus: Softplus; tanh: Tanh;
        gate: Multiply <- fc, tanh; out: Linear(out_features=3); y: Output
        """,
        WINE,
    ),
    sound(  # graph attention
        "redundant-activation",
        """
        x: Input(shape=(12, 16)); score: Linear(out_features=12); leaky: LeakyReLU(negative_slope=0.2);
        soft: Softmax(dim=-1); mixed: MatMul <- a=soft, b=x; mean: Mean(dim=1); fc: Linear(out_features=3);
        y: Output
        """,
    ),
    sound(  # a residual sum lies between
        "redundant-activation",
        """
        x: Input(shape=(8,)); a: Linear(out_features=8); r: ReLU; b: Linear(out_features=8); sum: Add <- b, x;
        r2: ReLU; tanh: Linear(out_features=3); y: Output
        """,
    ),
    sound(  # numbers below 0 come back by the norm
        "redundant-activation",
        """
        x: Input(shape=(3, 16, 16)); conv: Conv2d(out_channels=8, kernel_size=3); r: ReLU; bn: BatchNorm2d;
        r2: ReLU; flat: Flatten; fc: Linear(out_features=3); y: Output
        """,
    ),
    sound(  # a gate of squeeze and excitation
        "redundant-activation",
        """
        x: Input(shape=(8, 16, 16)); gap: AdaptiveAvgPool2d(output_size=1);
        down: Conv2d(out_channels=4, kernel_size=1); r: ReLU; up: Conv2d(out_channels=8, kernel_size=1);
        sig: Sigmoid; gate: Multiply <- x, sig; flat: Flatten; fc: Linear(out_features=3); y: Output
        """,
    ),
    sound(  # depthwise and pointwise filters are one convolution
        "no-activation",
        """
        x: Input(shape=(8, 32, 32)); depth: Conv2d(out_channels=8, kernel_size=3, groups=8);
        point: Conv2d(out_channels=16, kernel_size=1); r: ReLU; pool: MaxPool2d(kernel_size=2);
        c: Conv2d(out_channels=16, kernel_size=3); r2: ReLU; flat: Flatten; fc: Linear(out_features=3);
        y: Output
        """,
    ),
    sound(  # a ReLU after the pooling is one between the convolutions
        "no-activation",
        """
        x: Input(shape=(1, 28, 28)); c1: Conv2d(out_channels=8, kernel_size=5); pool: MaxPool2d(kernel_size=2);
        relu: ReLU; c2: Conv2d(out_channels=8, kernel_size=5); pool2: MaxPool2d(kernel_size=2); relu2: ReLU;
        flat: Flatten; fc: Linear(out_features=10); y: Output
        """,
    ),
    sound(  # its result is added to another branch
        "no-activation",
        """
        x: Input(shape=(4, 16, 16)); a: Conv2d(out_channels=8, kernel_size=3, padding=1);
        b: Conv2d(out_channels=8, kernel_size=3, padding=1) <- x; bn: BatchNorm2d; sum: Add <- a, bn;
        c: Conv2d(out_channels=8, kernel_size=3); r: ReLU; flat: Flatten; fc: Linear(out_features=3);
        y: Output
        """,
    ),
]
