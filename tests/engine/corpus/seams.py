"""Faults across the edge of a block or between its repeats: no activation, or two of them."""

from __future__ import annotations

from typing import Any

from tests.engine.corpus.notation import Fault

DIGITS, ROWS, WINE = {"data.dataset": "digits"}, {"data.dataset": "digit_rows"}, {"data.dataset": "wine"}
SHAPES, CANCER = {"data.dataset": "shapes"}, {"data.dataset": "breast_cancer"}


def linear(node: str, network: str, settings: dict[str, Any] | None = None) -> Fault:
    return Fault("no activation across a block", "no-activation", node, network, settings or {}, first="Insert ReLU")


def twice(node: str, network: str, settings: dict[str, Any] | None = None, first: str = "Remove") -> Fault:
    kind = "two activations across a block"
    return Fault(kind, "redundant-activation", node, network, settings or {}, removes=True, first=first)


def sound(code: str, network: str, settings: dict[str, Any] | None = None) -> Fault:
    return Fault(f"not {code}", code, None, network, settings or {})


LINEAR = [
    linear(
        "stage",
        """
        block Stage; x: BlockInput; c: Conv2d(out_channels=16, kernel_size=3, padding=1); b: BatchNorm2d;
        p: MaxPool2d(kernel_size=2); y: BlockOutput; end; x: Input(shape=(3, 32, 32)); stage: Stage(repeat=3);
        f: Flatten; h: ReLU; o: Linear(out_features=6); y: Output
        """,
        SHAPES,
    ),
    linear(
        "fc",
        """
        block Body(width=32); x: BlockInput; a: Linear(out_features={'expr': 'width'}); r: ReLU;
        b: Linear(out_features={'expr': 'width'}); y: BlockOutput; end; x: Input(shape=(13,)); body: Body;
        fc: Linear(out_features=3); y: Output
        """,
        WINE,
    ),
    linear(
        "body",
        """
        block Body(width=32); x: BlockInput; a: Linear(out_features={'expr': 'width'}); r: ReLU;
        y: BlockOutput; end; x: Input(shape=(13,)); first: Linear(out_features=24); body: Body;
        o: Linear(out_features=3); y: Output
        """,
        WINE,
    ),
    linear(
        "layer",
        """
        block Layer(width=32); x: BlockInput; a: Linear(out_features={'expr': 'width'}); d: Dropout(p=0.1);
        y: BlockOutput; end; x: Input(shape=(30,)); layer: Layer(repeat=2); r: ReLU; o: Linear(out_features=2);
        y: Output
        """,
        CANCER,
    ),
    linear(
        "b",
        """
        block Conv(width=8); x: BlockInput; c: Conv2d(out_channels={'expr': 'width'}, kernel_size=3);
        n: BatchNorm2d; y: BlockOutput; end; x: Input(shape=(3, 24, 24)); a: Conv(width=8); b: Conv(width=16);
        r: ReLU; f: Flatten; o: Linear(out_features=4); y: Output
        """,
    ),
    linear(
        "c2",
        """
        block Stem; x: BlockInput; c: Conv2d(out_channels=8, kernel_size=5); n: GroupNorm(num_groups=2);
        y: BlockOutput; end; x: Input(shape=(1, 28, 28)); s: Stem; p: MaxPool2d(kernel_size=2);
        c2: Conv2d(out_channels=16, kernel_size=3); r: ReLU; f: Flatten; o: Linear(out_features=10); y: Output
        """,
    ),
    linear(
        "tower",
        """
        block Conv(width=8); x: BlockInput;
        c: Conv1d(out_channels={'expr': 'width'}, kernel_size=3, padding=1); y: BlockOutput; end;
        x: Input(shape=(2, 60)); tower: Conv(width=8, repeat=4); r: ReLU; f: Flatten;
        o: Linear(out_features=3); y: Output
        """,
    ),
    linear(
        "head",
        """
        block Head; x: BlockInput; f: Flatten; a: Linear(out_features=32); r: ReLU; o: Linear(out_features=10);
        y: BlockOutput; end; x: Input(shape=(1, 8, 8)); c: Conv2d(out_channels=8, kernel_size=3); head: Head;
        y: Output
        """,
        DIGITS,
    ),
    linear(
        "o",
        """
        block Mix; x: BlockInput; n: LayerNorm; a: Linear(out_features=32); r: GELU;
        b: Linear(out_features=16); y: BlockOutput; end; x: Input(shape=(12, 16)); p: SinusoidalPositions;
        m: Mix; o: Linear(out_features=4); k: Mean(dim=1); y: Output
        """,
    ),
    linear(
        "outer",
        """
        block Inner; x: BlockInput; a: Linear(out_features=20); y: BlockOutput; end; block Outer;
        x: BlockInput; i: Inner; d: Dropout(p=0.1); y: BlockOutput; end; x: Input(shape=(13,));
        outer: Outer(repeat=2); t: Tanh; o: Linear(out_features=3); y: Output
        """,
        WINE,
    ),
    linear(
        "fc",
        """
        block Read; x: BlockInput; g: GRU(hidden_size=16); m: Mean(dim=1) <- g.output;
        a: Linear(out_features=16) <- m; y: BlockOutput; end; x: Input(shape=(8, 8)); read: Read;
        d: Dropout(p=0.2); fc: Linear(out_features=10); y: Output
        """,
        ROWS,
    ),
    linear(
        "up",
        """
        block Up(width=8); x: BlockInput;
        u: ConvTranspose2d(out_channels={'expr': 'width'}, kernel_size=2, stride=2); b: BatchNorm2d;
        y: BlockOutput; end; z: Input(shape=(8, 4, 4)); up: Up(repeat=3); r: ReLU;
        o: Conv2d(out_channels=3, kernel_size=1); y: Output(loss='mse_loss')
        """,
    ),
]


TWICE = [
    twice(
        "late",
        """
        block Cell; x: BlockInput; a: Linear(out_features=12); t: Tanh; d: Dropout(p=0.1); y: BlockOutput; end;
        x: Input(shape=(13,)); c: Cell(repeat=2); late: Tanh; o: Linear(out_features=3); y: Output
        """,
        WINE,
        "Remove late",
    ),
    twice(
        "g2",
        """
        block Conv; x: BlockInput; c: Conv1d(out_channels=8, kernel_size=3, padding=1); g: GELU; y: BlockOutput; end;
        x: Input(shape=(4, 30)); c: Conv; i: Identity; g2: GELU; f: Flatten; o: Linear(out_features=3); y: Output
        """,
        None,
        "Remove g2",
    ),
    twice(
        "r",
        """
        block Body(width=32); x: BlockInput; a: Linear(out_features={'expr': 'width'}); r: ReLU;
        y: BlockOutput; end; x: Input(shape=(13,)); body: Body; r: ReLU; fc: Linear(out_features=3); y: Output
        """,
        WINE,
        "Remove r",
    ),
    twice(
        "net",
        """
        block Net; x: BlockInput; r: ReLU; a: Linear(out_features=16); t: Tanh; o: Linear(out_features=3);
        y: BlockOutput; end; x: Input(shape=(13,)); a: Linear(out_features=24); r: ReLU; net: Net; y: Output
        """,
        WINE,
        "Remove r",
    ),
    twice(
        "s",
        """
        block Head; x: BlockInput; o: Linear(out_features=3); s: Softmax(dim=1); y: BlockOutput; end;
        x: Input(shape=(13,)); h: Head; s: Softmax(dim=1); y: Output(loss='mse_loss')
        """,
    ),
    twice(
        "sig",
        """
        block Head; x: BlockInput; o: Linear(out_features=1); r: ReLU; y: BlockOutput; end;
        x: Input(shape=(30,)); h: Head; sig: Sigmoid; y: Output(loss='binary_cross_entropy')
        """,
        CANCER,
    ),
    twice(
        "a2",
        """
        block Conv(width=8); x: BlockInput; c: Conv2d(out_channels={'expr': 'width'}, kernel_size=3);
        r: LeakyReLU; y: BlockOutput; end; x: Input(shape=(3, 16, 16)); c: Conv; d: Dropout2d(p=0.1);
        a2: LeakyReLU; f: Flatten; o: Linear(out_features=3); y: Output
        """,
        None,
        "Remove a2",
    ),
    twice(
        "c2",
        """
        block Pre(width=8); x: BlockInput; r: GELU; c: Conv2d(out_channels={'expr': 'width'}, kernel_size=3);
        y: BlockOutput; end; x: Input(shape=(3, 16, 16)); c1: Conv2d(out_channels=8, kernel_size=3); g: GELU;
        c2: Pre; r: ReLU; f: Flatten; o: Linear(out_features=3); y: Output
        """,
        None,
        "Remove g",
    ),
    twice(
        "t",
        """
        block Cell; x: BlockInput; a: Linear(out_features=12); s: Sigmoid; y: BlockOutput; end;
        x: Input(shape=(10,)); c: Cell; t: Tanh; o: Linear(out_features=1); y: Output(loss='mse_loss')
        """,
    ),
    twice(
        "soft",
        """
        block Score; x: BlockInput; a: Linear(out_features=5); t: Tanh; y: BlockOutput; end;
        x: Input(shape=(10,)); c: Score; soft: Softmax(dim=1); y: Output(loss='mse_loss')
        """,
    ),
    twice(
        "relu",
        """
        block Outer; x: BlockInput; i: Linear(out_features=8); r: ELU; y: BlockOutput; end; block Wrap;
        x: BlockInput; o: Outer; y: BlockOutput; end; x: Input(shape=(13,)); w: Wrap; relu: ELU;
        o: Linear(out_features=3); y: Output
        """,
        WINE,
        "Remove relu",
    ),
    twice(
        "end1",
        """
        block Pool; x: BlockInput; c: Conv2d(out_channels=8, kernel_size=3); r: SiLU; f: Flatten;
        y: BlockOutput; end; x: Input(shape=(1, 8, 8)); p: Pool; end1: SiLU; o: Linear(out_features=10);
        y: Output
        """,
        DIGITS,
        "Remove end1",
    ),
]

FAULTS = [*LINEAR, *TWICE]

SOUND = [
    sound(
        "no-activation",
        """
        block Stage; x: BlockInput; c: Conv2d(out_channels=16, kernel_size=3, padding=1); b: BatchNorm2d;
        r: ReLU; y: BlockOutput; end; x: Input(shape=(3, 32, 32)); stage: Stage(repeat=3); f: Flatten;
        o: Linear(out_features=6); y: Output
        """,
        SHAPES,
    ),
    sound(
        "no-activation",
        """
        block Pre; x: BlockInput; b: BatchNorm2d; r: ReLU;
        c: Conv2d(out_channels=16, kernel_size=3, padding=1); y: BlockOutput; end; x: Input(shape=(3, 32, 32));
        s: Conv2d(out_channels=16, kernel_size=3); stage: Pre(repeat=3); r: ReLU; f: Flatten;
        o: Linear(out_features=6); y: Output
        """,
        SHAPES,
    ),
    sound(
        "no-activation",
        """
        block Residual; x: BlockInput; n: LayerNorm; a: Linear(out_features=16); g: GELU;
        b: Linear(out_features=16); s: Add <- b, x; y: BlockOutput; end; x: Input(shape=(16,));
        e: Linear(out_features=16); body: Residual(repeat=4); o: Linear(out_features=3); y: Output
        """,
    ),
    sound(
        "no-activation",
        """
        block Low; x: BlockInput; a: Linear(out_features=16); y: BlockOutput; end; x: Input(shape=(16,));
        l: Low; s: Add <- l, x; o: Linear(out_features=3); y: Output
        """,
    ),
    sound(
        "redundant-activation",
        """
        block Unit; x: BlockInput; a: Linear(out_features=16); r: ReLU; y: BlockOutput; end;
        x: Input(shape=(16,)); u: Unit(repeat=3); a: Linear(out_features=8); r: ReLU;
        o: Linear(out_features=3); y: Output
        """,
    ),
    sound(
        "redundant-activation",
        """
        block Unit; x: BlockInput; a: Linear(out_features=16); r: ReLU; s: Add <- r, x; y: BlockOutput; end;
        x: Input(shape=(16,)); u: Unit; r: ReLU; o: Linear(out_features=3); y: Output
        """,
    ),
    sound(
        "heads-behind-steps",
        """
        x: Input(shape=(20, 32)); q: Linear(out_features=32); h: Unflatten(dim=2, unflattened_size=(4, 8));
        p: Permute(dims=(0, 2, 1, 3)); s: MatMul(transpose=True) <- a=p, b=p; a: Softmax(dim=-1);
        v: MatMul <- a=a, b=p; b: Permute(dims=(0, 2, 1, 3)); j: Reshape(shape=(20, 32)); m: Mean(dim=1);
        o: Linear(out_features=3); y: Output
        """,
    ),
    sound(
        "heads-behind-steps",
        """
        x: Input(shape=(64, 16)); w: Reshape(shape=(8, 8, 16));
        a: ScaledDotProductAttention <- query=w, key=w, value=w; j: Reshape(shape=(64, 16)); m: Mean(dim=1);
        o: Linear(out_features=3); y: Output
        """,
    ),
]
