"""Activations where none belongs: probabilities for NLL, two in a row."""

from __future__ import annotations

from typing import Any

from tests.engine.corpus.notation import Fault

DIGITS, ROWS, WINE = {"data.dataset": "digits"}, {"data.dataset": "digit_rows"}, {"data.dataset": "wine"}
CANCER, IRIS, SHAPES = {"data.dataset": "breast_cancer"}, {"data.dataset": "iris"}, {"data.dataset": "shapes"}


def nll(node: str, network: str, settings: dict[str, Any] | None = None, first: str = "Change to LogSoftmax") -> Fault:
    return Fault("softmax before NLL", "softmax-before-nll", node, network, settings or {}, first=first)


def twice(node: str, network: str, settings: dict[str, Any] | None = None, first: str = "Remove") -> Fault:
    kind = "two activations in a row"
    return Fault(kind, "redundant-activation", node, network, settings or {}, removes=True, first=first)


NLL = [
    nll(
        "prob",
        "x: Input(shape=(13,)); fc: Linear(out_features=3); prob: Softmax(dim=1); y: Output(loss='nll_loss')",
        WINE,
    ),
    nll(
        "softmax",
        """
        image: Input(shape=(1, 8, 8)); conv: Conv2d(out_channels=8, kernel_size=3, padding=1); act: ReLU;
        flat: Flatten; fc: Linear(out_features=10); softmax: Softmax; y: Output(loss='nll_loss')
        """,
        DIGITS,
    ),
    nll(
        "sm",
        """
        x: Input(shape=(8, 8)); gru: GRU(hidden_size=24); fc: Linear(out_features=10) <- gru.last;
        drop: Dropout(p=0.2); sm: Softmax(dim=-1); y: Output(loss='nll_loss')
        """,
        ROWS,
    ),
    nll(
        "softmax",
        """
        x: Input(shape=(3, 32, 32)); c1: Conv2d(out_channels=16, kernel_size=3, padding=1); r1: ReLU;
        c2: Conv2d(out_channels=7, kernel_size=1); softmax: Softmax2d;
        y: Output(loss='nll_loss', field='mask')
        """,
        SHAPES,
        "Change to LogSoftmax(1)",
    ),
    nll(
        "probs",
        """
        text: Input(shape=(64,), dtype='int64'); emb: Embedding(num_embeddings=96, embedding_dim=16);
        lstm: LSTM(hidden_size=32); fc: Linear(out_features=8); probs: Softmax(dim=-1);
        y: Output(loss='nll_loss')
        """,
    ),
    nll(
        "s",
        """
        a: Input(shape=(6,)); b: Input(shape=(9,)) <- -; fa: Linear(out_features=16) <- a;
        fb: Linear(out_features=16) <- b; both: Concat(dim=1) <- fa, fb; r: ReLU; head: Linear(out_features=5);
        s: Softmax(dim=1); y: Output(loss='nll_loss')
        """,
    ),
    nll(
        "smin",
        "x: Input(shape=(4,)); fc: Linear(out_features=3); smin: Softmin(dim=1); y: Output(loss='nll_loss')",
        IRIS,
    ),
    nll(
        "prob",
        """
        block Head(classes=10); x: BlockInput; fc: Linear(out_features={'expr': 'classes'}); y: BlockOutput;
        end; x: Input(shape=(1, 8, 8)); flat: Flatten; hidden: Linear(out_features=32); act: Tanh;
        head: Head(classes=10); prob: Softmax(dim=1); y: Output(loss='nll_loss')
        """,
        DIGITS,
    ),
    nll(
        "soft",
        """
        x: Input(shape=(3, 16, 16)); conv: Conv2d(out_channels=6, kernel_size=3); relu: ReLU;
        gap: AdaptiveAvgPool2d(output_size=1); flat: Flatten; soft: Softmax(dim=1); id: Identity;
        y: Output(loss='nll_loss')
        """,
    ),
    nll(
        "p",
        """
        x: Input(shape=(1, 28, 28)); flat: Flatten; a: Linear(out_features=64); r: ReLU;
        fc: Linear(out_features=10); p: Softmax(dim=1); again: Unsqueeze(dim=1); back: Squeeze(dim=1);
        y: Output(loss='nll_loss', class_weights=(1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 2.0))
        """,
    ),
    nll(
        "soft",
        """
        x: Input(shape=(30,)); fc: Linear(out_features=2); soft: Softmax(dim=-1);
        main: Output(loss='nll_loss'); show: Output(loss=None) <- soft
        """,
        CANCER,
    ),
    nll(
        "teacher",
        """
        x: Input(shape=(20,)); h: Linear(out_features=32); r: ReLU; fc: Linear(out_features=7);
        teacher: Softmax(dim=1); y: Output(loss='kl_div')
        """,
    ),
    nll(
        "soft1",
        """
        x: Input(shape=(12, 6)); conv: Conv1d(out_channels=8, kernel_size=3); r: ReLU;
        soft: AdaptiveMaxPool1d(output_size=1); flat: Flatten; fc: Linear(out_features=4);
        soft1: Softmax(dim=1); y: Output(loss='nll_loss'); aux: Linear(out_features=4) <- flat;
        lsm: LogSoftmax(dim=1); y2: Output(loss='nll_loss')
        """,
    ),
]

TWICE = [
    twice(
        "r2",
        """
        x: Input(shape=(4,)); fc: Linear(out_features=16); r: ReLU; r2: ReLU; end1: Linear(out_features=3);
        y: Output
        """,
        IRIS,
        "Remove r2",
    ),
    twice(
        "again",
        """
        x: Input(shape=(3, 32, 32)); conv: Conv2d(out_channels=16, kernel_size=3); bn: BatchNorm2d; relu: ReLU;
        pool: MaxPool2d(kernel_size=2); again: ReLU; conv2: Conv2d(out_channels=16, kernel_size=3);
        relu3: ReLU; flat: Flatten; fc: Linear(out_features=10); y: Output
        """,
        first="Remove again",
    ),
    twice(
        "sig",
        """
        x: Input(shape=(30,)); fc: Linear(out_features=1); tanh: Tanh; sig: Sigmoid;
        y: Output(loss='binary_cross_entropy')
        """,
        CANCER,
        "Remove tanh",
    ),
    twice(
        "t2",
        """
        x: Input(shape=(10,)); fc: Linear(out_features=24); t1: Tanh; drop: Dropout(p=0.3); t2: Tanh;
        out: Linear(out_features=1); y: Output(loss='mse_loss')
        """,
        {"data.dataset": "diabetes"},
        "Remove t2",
    ),
    twice(
        "soft",
        """
        x: Input(shape=(1, 8, 8)); flat: Flatten; fc: Linear(out_features=10); relu: ReLU;
        soft: LogSoftmax(dim=1); y: Output(loss='nll_loss')
        """,
        DIGITS,
        "Remove relu",
    ),
    twice(
        "leaky",
        """
        x: Input(shape=(1, 16, 16)); conv: Conv2d(out_channels=8, kernel_size=5); relu: ReLU; flat: Flatten;
        leaky: LeakyReLU(negative_slope=0.2); fc: Linear(out_features=5); y: Output
        """,
        first="Remove leaky",
    ),
    twice(
        "gelu2",
        """
        tokens: Input(shape=(12, 32)); pos: SinusoidalPositions;
        att: TransformerEncoderLayer(nhead=4, dim_feedforward=64); fc: Linear(out_features=32); gelu: GELU;
        gelu2: GELU; mean: Mean(dim=1); head: Linear(out_features=2); y: Output
        """,
        first="Remove gelu2",
    ),
    twice(
        "cell",
        """
        block Layer(width=16); x: BlockInput; fc: Linear(out_features={'expr': 'width'}); elu: ELU; relu: SiLU;
        silu: SiLU; y: BlockOutput; end; x: Input(shape=(13,)); cell: Layer(width=24, repeat=2);
        head: Linear(out_features=3); y: Output
        """,
        WINE,
        "Remove silu",
    ),
    twice(
        "s2",
        """
        x: Input(shape=(13,)); fc: Linear(out_features=3); s1: Softmax(dim=1); s2: LogSoftmax(dim=1);
        y: Output(loss='nll_loss')
        """,
        WINE,
        "Remove s1",
    ),
    twice(
        "soft",
        """
        x: Input(shape=(8, 8)); lstm: LSTM(hidden_size=16); fc: Linear(out_features=10) <- lstm.last;
        sig: Sigmoid; soft: Softmax(dim=1); y: Output(loss='multi_margin_loss')
        """,
        ROWS,
    ),
    twice(
        "tanh",
        """
        z: Input(shape=(32,)); fc: Linear(out_features=128); relu: ReLU;
        image: Unflatten(dim=1, unflattened_size=(8, 4, 4));
        up: ConvTranspose2d(out_channels=1, kernel_size=4, stride=2, padding=1); sig: Sigmoid; tanh: Tanh;
        y: Output(loss='mse_loss')
        """,
        first="Remove sig",
    ),
    twice(
        "relu6",
        """
        x: Input(shape=(3, 24, 24)); conv: Conv2d(out_channels=8, kernel_size=3); hard: Hardsigmoid;
        pool: AvgPool2d(kernel_size=2); relu6: ReLU6; flat: Flatten; fc: Linear(out_features=4); y: Output
        """,
        first="Remove relu6",
    ),
    twice(
        "sig",
        """
        x: Input(shape=(16, 5)); conv: Conv1d(out_channels=8, kernel_size=3, padding=1); plus: Softplus;
        sig: Sigmoid; flat: Flatten; fc: Linear(out_features=2); y: Output
        """,
        first="Remove plus",
    ),
    twice(
        "b2",
        """
        a: Input(shape=(6,)); b: Input(shape=(6,)) <- -; sum: Add <- a, b; fc: Linear(out_features=12);
        b1: PReLU; b2: PReLU; fc2: Linear(out_features=4); y: Output
        """,
        first="Remove b2",
    ),
]

JOINED = [
    twice(
        "r",
        """
        x: Input(shape=(3, 24, 24)); a: Conv2d(out_channels=8, kernel_size=3, padding=1); ra: ReLU;
        b: Conv2d(out_channels=8, kernel_size=5, padding=2) <- x; rb: ReLU; both: Concat(dim=1) <- ra, rb; r: ReLU;
        f: Flatten; o: Linear(out_features=4); y: Output
        """,
        first="Remove r",
    ),
    twice(
        "again",
        """
        a: Input(shape=(6,)); b: Input(shape=(9,)) <- -; fa: Linear(out_features=8) <- a; sa: Sigmoid;
        fb: Linear(out_features=8) <- b; rb: ReLU; d: Dropout(p=0.1); both: Concat(dim=1) <- sa, d; again: LeakyReLU;
        o: Linear(out_features=2); y: Output
        """,
        first="Remove again",
    ),
]

FAULTS = [*JOINED, *NLL, *TWICE]
