"""Linear layers that work along the rows of an image, and axes of a sequence that are not there."""

from __future__ import annotations

from typing import Any

from tests.engine.corpus.notation import Fault

DIGITS, SHAPES, ROWS = ({"data.dataset": name} for name in ("digits", "shapes", "digit_rows"))
GREY, COLOUR = "x: Input(shape=(1, 8, 8))", "x: Input(shape=(3, 32, 32))"
TEN, FIVE = "fc: Linear(out_features=10); y: Output", "fc: Linear(out_features=5); y: Output(field='label')"
ONE, TWO = (
    "l: Linear(out_features=24); r: ReLU",
    "l: Linear(out_features=24); r: ReLU; k: Linear(out_features=16); q: Tanh",
)


def on_image(first: str, data: dict[str, Any], *parts: str) -> Fault:
    network, removes = "; ".join(parts), "remove" in first
    return Fault("a Linear on an image", "linear-on-image", "l", network, data, removes, f"Insert Flatten{first}")


def no_axis(node: str, first: str, *parts: str) -> Fault:
    return Fault("an axis that is not there", "axis", node, "; ".join(parts), ROWS, first=first)


X, STEPS, FEATURES = "x: Input(shape=(8, 8))", "Set dim to 1", "Set dim to 2"
FAULTS = [
    on_image(" and remove m", DIGITS, GREY, ONE, "m: Mean(dim=(2, 3))", TEN),
    on_image(" and remove m", DIGITS, GREY, ONE, "m: Max(dim=(1, 2))", TEN),
    on_image(" and remove m", DIGITS, GREY, ONE, "d: Dropout(p=0.1); m: Sum(dim=(1, 2))", TEN),
    on_image(" and remove m", DIGITS, GREY, "n: BatchNorm2d", ONE, "m: Mean(dim=(-2, -3))", TEN),
    on_image(" and remove m", DIGITS, GREY, TWO, "m: Mean(dim=(1, 2))", TEN),
    on_image(" and remove m", DIGITS, GREY, TWO, "m: Mean(dim=(2, 3))", TEN),
    on_image("", DIGITS, GREY, ONE, "f: Flatten", TEN),
    on_image("", DIGITS, GREY, TWO, "f: Flatten", TEN),
    on_image("", DIGITS, GREY, "c: Conv2d(out_channels=4, kernel_size=3)", "r0: ReLU", ONE, "f: Flatten", TEN),
    on_image("", SHAPES, COLOUR, "c: Conv2d(out_channels=4, kernel_size=3, stride=4)", "r0: ReLU", ONE, "f: Flatten",
             FIVE),
    on_image(" and remove m", SHAPES, COLOUR, "c: Conv2d(out_channels=8, kernel_size=3, stride=4); r0: ReLU", ONE,
             "m: Mean(dim=(1, 2))", FIVE),
    on_image(" and remove m", SHAPES, COLOUR, "p: AvgPool2d(kernel_size=4)", TWO, "m: Max(dim=(2, 3))", FIVE),
    no_axis("m", STEPS, X, "g: LSTM(hidden_size=16); m: Max(dim=3)", TEN),
    no_axis("m", STEPS, X, "g: GRU(hidden_size=16); m: Mean(dim=(3,))", TEN),
    no_axis("m", STEPS, X, "p: SinusoidalPositions; t: TransformerEncoderLayer(nhead=2); m: Mean(dim=4)", TEN),
    no_axis("m", STEPS, X, "h: Linear(out_features=16); r: ReLU; m: Sum(dim=(-4,))", TEN),
    no_axis("m", FEATURES, X, "c: Conv1d(out_channels=16, kernel_size=3); r: ReLU; m: Mean(dim=(3,))", TEN),
]  # fmt: skip
