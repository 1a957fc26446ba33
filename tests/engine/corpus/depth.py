"""Maps that are a few cells long before the layers end, and windows wider than their map."""

from __future__ import annotations

from typing import Any

from tests.engine.corpus.notation import Fault

HEAD = "flat: Flatten; fc: Linear(out_features=10); y: Output"
POOLED = "gap: AdaptiveAvgPool2d(output_size=1); flat: Flatten; fc: Linear(out_features=6); y: Output(field='label')"


def conv(*numbers: int, width: int = 16, more: str = "", act: str = "ReLU") -> str:
    return "; ".join(
        f"c{n}: Conv2d(out_channels={width}, kernel_size=3, padding=1{more}); a{n}: {act}" for n in numbers
    )


def pool(n: int, kind: str = "MaxPool2d", size: int = 2) -> str:
    return f"p{n}: {kind}(kernel_size={size})"


def early(node: str, first: str, *parts: str, settings: dict[str, Any] | None = None) -> Fault:
    return Fault("shrunk too early", "early-pooling", node, "; ".join(parts), settings or {}, first=first)


def wide(node: str, first: str, *parts: str) -> Fault:
    return Fault("window wider than its map", "over-padding", node, "; ".join(parts), first=first)


def fine(code: str, *parts: str) -> Fault:
    return Fault("shrunk in time", code, None, "; ".join(parts))


IMAGE, SHAPES = "x: Input(shape=(3, 32, 32))", {"data.dataset": "shapes"}
TINY = f"g: Input(shape=(1, 8, 8)); {conv(1)}; {pool(1)}; {conv(2)}"
UNIT = (
    "block Unit(width=16); x: BlockInput; "
    "c: Conv2d(out_channels={'expr': 'width'}, kernel_size=3, padding=1); r: ReLU; "
    "o: BlockOutput; end"
)
RESIDUAL = (
    "block Res(width=16); x: BlockInput; "
    "c: Conv2d(out_channels={'expr': 'width'}, kernel_size=3, padding=1); r: ReLU; "
    "d: Conv2d(out_channels={'expr': 'width'}, kernel_size=3, padding=1); s: Add <- d, x; q: ReLU; "
    "o: BlockOutput; end"
)
THREE = f"{conv(1)}; {pool(1)}; {conv(2)}; {pool(2)}; {conv(3)}; {pool(3)}"

FAULTS = [
    early("p3", "Set stride of p3 to 1", IMAGE, THREE, conv(4, 5, 6, 7, 8), HEAD),
    early("p3", "Set stride of p3 to 1", IMAGE, THREE, conv(4, 5, 6, 7, 8, width=24), POOLED, settings=SHAPES),
    early("c3", "Set stride of c3 to 1", IMAGE, conv(1, 2, 3, more=", stride=2"), conv(4, 5, 6, 7), HEAD),
    early(
        "stem",
        "Set stride of stem to 1",
        IMAGE,
        "stem: Conv2d(out_channels=32, kernel_size=8, stride=8); r: GELU",
        conv(1, 2, 3, 4, width=32, act="GELU"),
        HEAD,
    ),
    early("p1", "Set output_size to 8", IMAGE, conv(1), "p1: AdaptiveAvgPool2d(output_size=4)", conv(2, 3, 4, 5), HEAD),
    early("p2", "Set stride of p2 to 1", IMAGE, conv(1), pool(1, size=4), conv(2), pool(2), conv(3, 4, 5, 6), HEAD),
    early("p3", "Set stride of p3 to 1", UNIT, IMAGE, THREE, "deep: Unit(repeat=6)", HEAD),
    early("p3", "Set stride of p3 to 1", RESIDUAL, IMAGE, THREE, "deep: Res(repeat=4)", HEAD),
    early(
        "p3",
        "Set stride of p3 to 1",
        "x: Input(shape=(1, 28, 28))",
        THREE.replace("MaxPool", "AvgPool"),
        conv(4, 5, 6, 7, act="Tanh"),
        HEAD,
    ),
    early(
        "p2",
        "Set stride of p2 to 1",
        "signal: Input(shape=(2, 64))",
        "c1: Conv1d(out_channels=8, kernel_size=5, padding=2); a1: ReLU; p1: MaxPool1d(kernel_size=4)",
        "c2: Conv1d(out_channels=8, kernel_size=5, padding=2); a2: ReLU; p2: MaxPool1d(kernel_size=4)",
        "; ".join(f"c{n}: Conv1d(out_channels=8, kernel_size=3, padding=1); a{n}: ReLU" for n in (3, 4, 5, 6)),
        HEAD,
    ),
    early(
        "p3",
        "Set stride of p3 to 1",
        IMAGE,
        THREE,
        conv(4, 5, 6),
        "left: Conv2d(out_channels=8, kernel_size=3, padding=1); la: ReLU",
        "right: Conv2d(out_channels=8, kernel_size=3, padding=1) <- a6; ra: ReLU; both: Add <- la, ra",
        HEAD,
    ),
    early(
        "p3",
        "Set stride of p3 to 1",
        f"{IMAGE}; table: Input(shape=(5,))",
        THREE.replace(
            "c1: Conv2d(out_channels=16, kernel_size=3, padding=1)",
            "c1: Conv2d(out_channels=16, kernel_size=3, padding=1) <- x",
        ),
        conv(4, 5, 6, 7),
        "flat: Flatten; h: Linear(out_features=8); ha: ReLU; t: Linear(out_features=8) <- table; ta: ReLU",
        "sum: Add <- ha, ta; fc: Linear(out_features=3); y: Output",
    ),
    early(
        "p4", "Set stride of p4 to 1", "x: Input(shape=(3, 64, 64))", THREE, conv(4), pool(4), conv(5, 6, 7, 8, 9), HEAD
    ),
    wide(
        "k",
        "Set stride of p1, p2 to 1",
        TINY,
        pool(2),
        "k: Conv2d(out_channels=8, kernel_size=5, padding=2); ka: ReLU",
        HEAD,
    ),
    wide(
        "k",
        "Set stride of p1, p2 to 1",
        TINY,
        pool(2, "AvgPool2d"),
        "k: Conv2d(out_channels=8, kernel_size=5, padding=2); ka: ELU",
        HEAD,
    ),
    wide(
        "k",
        "Set stride of p3 to 1",
        IMAGE,
        THREE,
        "k: Conv2d(out_channels=8, kernel_size=9, padding=4); ka: ReLU",
        HEAD,
    ),
    wide(
        "k",
        "Set stride of p3 to 1",
        IMAGE,
        THREE,
        "k: Conv2d(out_channels=8, kernel_size=7, padding=3); ka: ReLU",
        HEAD,
    ),
    wide(
        "k",
        "Set stride of p1, p2 to 1",
        "x: Input(shape=(1, 4, 4))",
        conv(1),
        pool(1),
        conv(2),
        pool(2),
        "k: Conv2d(out_channels=8, kernel_size=3, padding=1); ka: ReLU",
        HEAD,
    ),
    wide(
        "k",
        "Set kernel_size to 3",
        "x: Input(shape=(12, 3, 3))",
        "k: Conv2d(out_channels=8, kernel_size=7, padding=3); ka: ReLU",
        HEAD,
    ),
    wide(
        "k",
        "Set kernel_size to 1",
        "x: Input(shape=(12, 1, 1))",
        "k: Conv2d(out_channels=8, kernel_size=3, padding=1); ka: ReLU",
        HEAD,
    ),
    wide(
        "k",
        "Set stride of p1 to 1",
        "x: Input(shape=(4, 12))",
        "c1: Conv1d(out_channels=8, kernel_size=3, padding=1); a: ReLU; p1: MaxPool1d(kernel_size=4)",
        "k: Conv1d(out_channels=8, kernel_size=7, padding=3); ka: ReLU",
        HEAD,
    ),
    wide(
        "k",
        "Set kernel_size to 1",
        IMAGE,
        conv(1),
        "gap: AdaptiveAvgPool2d(output_size=1); k: Conv2d(out_channels=8, kernel_size=3, padding=1); ka: ReLU",
        HEAD,
    ),
    wide(
        "k",
        "Set stride of c3 to 1",
        IMAGE,
        conv(1, 2, 3, more=", stride=2"),
        "k: Conv2d(out_channels=8, kernel_size=11, padding=5); ka: ReLU",
        HEAD,
    ),
    wide(
        "k",
        "Set stride of p1, p2 to 1",
        TINY,
        "n: BatchNorm2d",
        pool(2),
        "drop: Dropout2d(p=0.1); k: Conv2d(out_channels=8, kernel_size=5, padding='same'); ka: ReLU",
        HEAD,
    ),
    wide(
        "k",
        "Set kernel_size to 1",
        UNIT,
        IMAGE,
        "u: Unit(repeat=2); gap: AdaptiveMaxPool2d(output_size=1); "
        "k: Conv2d(out_channels=8, kernel_size=5, padding=2); ka: ReLU",
        HEAD,
    ),
]
SOUND = [
    fine("early-pooling", IMAGE, THREE, conv(4), HEAD),
    fine("early-pooling", IMAGE, conv(1, 2), pool(1), conv(3, 4), pool(2), conv(5, 6), pool(3), conv(7, 8, 9), HEAD),
    fine("early-pooling", "x: Input(shape=(16, 4, 4))", conv(1, 2), HEAD),
    fine(
        "early-pooling",
        IMAGE,
        THREE,
        "c4: Conv2d(out_channels=32, kernel_size=1); r4: ReLU; "
        "c5: Conv2d(out_channels=32, kernel_size=1); r5: ReLU; "
        "c6: Conv2d(out_channels=8, kernel_size=1); r6: ReLU; c7: Conv2d(out_channels=8, kernel_size=1); "
        "r7: ReLU",
        HEAD,
    ),
    fine("early-pooling", IMAGE, THREE, conv(4, 5, 6, 7, 8, more=", groups=16"), HEAD),
    fine("over-padding", TINY, pool(2), conv(3), HEAD),
    fine("over-padding", "x: Input(shape=(8, 4, 4))", "w: Conv2d(out_channels=8, kernel_size=4); a: ReLU", HEAD),
    fine(
        "over-padding",
        "x: Input(shape=(8, 4, 4)); s: Conv2d(out_channels=8, kernel_size=1); sa: ReLU; "
        "b: Conv2d(out_channels=4, kernel_size=1); ba: ReLU; "
        "k: Conv2d(out_channels=4, kernel_size=7, padding=3); ka: ReLU; "
        "o: Conv2d(out_channels=4, kernel_size=1) <- sa; oa: ReLU; both: Concat <- ka, oa",
        HEAD,
    ),
    fine(
        "gaps",
        IMAGE,
        "c: Conv2d(out_channels=8, kernel_size=1, stride=2); r: ReLU; "
        "d: Conv2d(out_channels=8, kernel_size=3, stride=2, padding=1) <- x; s: Add <- r, d; q: ReLU",
        HEAD,
    ),
]
