"""What is lost on the way: one number for many answers, fewer channels than classes, a softmax between layers."""

from __future__ import annotations

from typing import Any

from tests.engine.corpus.notation import Fault

DIGITS, ROWS, WINE = {"data.dataset": "digits"}, {"data.dataset": "digit_rows"}, {"data.dataset": "wine"}
CANCER, IRIS, SHAPES = {"data.dataset": "breast_cancer"}, {"data.dataset": "iris"}, {"data.dataset": "shapes"}
SERIES, ILLNESS = {"data.dataset": "series"}, {"data.dataset": "diabetes"}
IMAGE = "x: Input(shape=(1, 8, 8)); flat: Flatten; h: Linear(out_features=32); r: ReLU"
MAPS = "x: Input(shape=(1, 8, 8)); c: Conv2d(out_channels=8, kernel_size=3, padding=1); r: ReLU"
TEN, THREE = "fc: Linear(out_features=10); y: Output", "fc: Linear(out_features=3); y: Output"


def one(node: str, width: int, data: dict[str, Any], *parts: str) -> Fault:
    first = f"Set out_{'channels' if node == 'k' else 'features'} to {width}"
    return Fault("one number for many answers", "bottleneck", node, "; ".join(parts), data, first=first)


def pooled(node: str, first: str, data: dict[str, Any], *parts: str) -> Fault:
    return Fault("pooled to fewer numbers than classes", "early-pooling", node, "; ".join(parts), data, first=first)


def between(node: str, first: str, data: dict[str, Any], *parts: str) -> Fault:
    removes = first.startswith("Remove")
    return Fault("softmax between layers", "hidden-softmax", node, "; ".join(parts), data, removes, first)


def fine(code: str, data: dict[str, Any], *parts: str) -> Fault:
    return Fault("nothing is lost on the way", code, None, "; ".join(parts), data)


NARROW = [
    one("n", 32, DIGITS, IMAGE, "n: Linear(out_features=1); a: ReLU", TEN),
    one("n", 32, DIGITS, IMAGE, "n: Linear(out_features=1); a: Tanh; d: Dropout(p=0.1)", TEN),
    one("n", 32, DIGITS, IMAGE, "n: Linear(out_features=1); w: Linear(out_features=64); a: GELU", TEN),
    one("n", 13, WINE, "x: Input(shape=(13,)); n: Linear(out_features=1); a: ReLU", THREE),
    one("n", 16, IRIS, "x: Input(shape=(4,)); h: Linear(out_features=16); r: Tanh; n: Linear(out_features=1)", THREE),
    one("n", 24, ROWS, "x: Input(shape=(8, 8)); g: GRU(hidden_size=24); n: Linear(out_features=1) <- g.last", TEN),
    one(
        "n",
        16,
        ROWS,
        "x: Input(shape=(8, 8)); c: Conv1d(out_channels=16, kernel_size=3, padding=1); r: ReLU; m: Mean(dim=2); "
        "n: Linear(out_features=1); a: ReLU",
        TEN,
    ),
    one(
        "n", 32, DIGITS, MAPS, "p: MaxPool2d(kernel_size=2); flat: Flatten; n: Linear(out_features=1); s: Sigmoid", TEN
    ),
    one(
        "n",
        32,
        DIGITS,
        IMAGE,
        "n: Linear(out_features=1); a: ReLU; w: Linear(out_features=32); b: ReLU; d: Linear(out_features=64); "
        "u: Unflatten(dim=1, unflattened_size=(1, 8, 8)); y: Output(loss='mse_loss', field='image')",
    ),
    one(
        "n",
        24,
        SERIES,
        "x: Input(shape=(48, 2)); g: LSTM(hidden_size=24); n: Linear(out_features=1) <- g.last; a: Tanh; "
        "fc: Linear(out_features=12); y: Output(loss='mse_loss')",
    ),
    one(
        "n",
        32,
        DIGITS,
        IMAGE,
        "n: Linear(out_features=1); a: Linear(out_features=16); ra: ReLU; b: Linear(out_features=16) <- n; rb: Tanh; "
        "both: Concat <- ra, rb",
        TEN,
    ),
    one(
        "k",
        8,
        DIGITS,
        MAPS,
        "p: AdaptiveAvgPool2d(output_size=1); k: Conv2d(out_channels=1, kernel_size=1); q: ReLU; flat: Flatten",
        TEN,
    ),
    one(
        "n",
        32,
        CANCER,
        "x: Input(shape=(30,)); h: Linear(out_features=32); r: ReLU; n: Linear(out_features=1); a: ELU; "
        "fc: Linear(out_features=3); y: Output",
    ),
]
POOLED = [
    pooled("p", "Set output_size to 4", DIGITS, MAPS, "p: AdaptiveAvgPool2d(output_size=1); flat: Flatten", TEN),
    pooled("p", "Set output_size to 4", DIGITS, MAPS, "p: AdaptiveMaxPool2d(output_size=1); flat: Flatten", TEN),
    pooled(
        "p",
        "Set output_size to 4",
        DIGITS,
        MAPS,
        "n: BatchNorm2d; p: AdaptiveAvgPool2d(output_size=(1, 1)); flat: Flatten",
        TEN,
    ),
    pooled("p", "Set kernel_size to 2", DIGITS, MAPS, "p: AvgPool2d(kernel_size=8); flat: Flatten", TEN),
    pooled("p", "Set kernel_size to 2", DIGITS, MAPS, "p: MaxPool2d(kernel_size=8); flat: Flatten", TEN),
    pooled(
        "p",
        "Set output_size to 4",
        DIGITS,
        MAPS,
        "d: Conv2d(out_channels=8, kernel_size=3, padding=1); a: Add <- d, r; s: ReLU; "
        "p: AdaptiveAvgPool2d(output_size=1); flat: Flatten",
        TEN,
    ),
    pooled(
        "p",
        "Set output_size to 4",
        DIGITS,
        "x: Input(shape=(1, 8, 8)); c: Conv2d(out_channels=6, kernel_size=3, padding=1); n: BatchNorm2d; r: GELU; "
        "d: Conv2d(out_channels=6, kernel_size=3, padding=1); a: Add <- d, r; p: AdaptiveAvgPool2d(output_size=1); "
        "flat: Flatten; drop: Dropout(p=0.2)",
        TEN,
    ),
    pooled(
        "p",
        "Set output_size to 4",
        DIGITS,
        "x: Input(shape=(1, 8, 8)); c: Conv2d(out_channels=4, kernel_size=5, padding=2); r: ReLU; "
        "p: AdaptiveAvgPool2d(output_size=1); flat: Flatten; h: Linear(out_features=64); q: ReLU",
        TEN,
    ),
    pooled(
        "p",
        "Set output_size to 2",
        DIGITS,
        "x: Input(shape=(1, 8, 8)); c: Conv2d(out_channels=4, kernel_size=3, padding=1); r: ReLU; "
        "m: MaxPool2d(kernel_size=2); d: Conv2d(out_channels=8, kernel_size=3, padding=1); q: ReLU; "
        "p: AdaptiveAvgPool2d(output_size=1); flat: Flatten",
        TEN,
    ),
    pooled(
        "p",
        "Set output_size to 4",
        SHAPES,
        "x: Input(shape=(3, 32, 32)); c: Conv2d(out_channels=4, kernel_size=3, padding=1); n: BatchNorm2d; r: ReLU; "
        "d: Conv2d(out_channels=4, kernel_size=3, padding=1); q: ReLU; p: AdaptiveAvgPool2d(output_size=1); "
        "flat: Flatten; fc: Linear(out_features=5); y: Output(field='label')",
    ),
    pooled(
        "p",
        "Set output_size to 4",
        SHAPES,
        "x: Input(shape=(3, 32, 32)); c: Conv2d(out_channels=4, kernel_size=3, stride=2, padding=1); n: BatchNorm2d; "
        "r: ReLU; p: AdaptiveAvgPool2d(output_size=1); flat: Flatten; fc: Linear(out_features=5); "
        "y: Output(field='label')",
    ),
    pooled(
        "p",
        "Set output_size to 4",
        DIGITS,
        "x: Input(shape=(1, 8, 8)); a: Conv2d(out_channels=4, kernel_size=3, padding=1); b: Conv2d(out_channels=4, "
        "kernel_size=5, padding=2) <- x; j: Concat(dim=1) <- a, b; r: ReLU; p: AdaptiveAvgPool2d(output_size=1); "
        "flat: Flatten",
        TEN,
    ),
    pooled(
        "p",
        "Set output_size to 4",
        DIGITS,
        "x: Input(shape=(1, 8, 8)); c: Conv2d(out_channels=10, kernel_size=3, padding=1); r: ReLU; "
        "p: AdaptiveAvgPool2d(output_size=1); flat: Flatten",
        TEN,
    ),
]
SUMMED = [
    between(
        "s",
        "Change to ReLU",
        DIGITS,
        "x: Input(shape=(1, 8, 8)); flat: Flatten; h: Linear(out_features=32); s: Softmax(dim=1)",
        TEN,
    ),
    between(
        "s",
        "Change to ReLU",
        DIGITS,
        "x: Input(shape=(1, 8, 8)); flat: Flatten; h: Linear(out_features=32); s: Softmax(dim=-1); d: Dropout(p=0.2)",
        TEN,
    ),
    between("s", "Remove s", DIGITS, IMAGE, "s: Softmax(dim=1)", TEN),
    between("s", "Change to ReLU", WINE, "x: Input(shape=(13,)); h: Linear(out_features=24); s: Softmax(dim=1)", THREE),
    between(
        "s", "Change to ReLU", WINE, "x: Input(shape=(13,)); h: Linear(out_features=24); s: LogSoftmax(dim=1)", THREE
    ),
    between("s", "Change to ReLU", IRIS, "x: Input(shape=(4,)); h: Linear(out_features=16); s: Softmin(dim=1)", THREE),
    between("s", "Remove s", ROWS, "x: Input(shape=(8, 8)); g: GRU(hidden_size=24); s: Softmax(dim=1) <- g.last", TEN),
    between(
        "s",
        "Remove s",
        ROWS,
        "x: Input(shape=(8, 8)); g: LSTM(hidden_size=16); s: Softmax(dim=-1) <- g.last; "
        "h: Linear(out_features=16); r: ReLU",
        TEN,
    ),
    between(
        "s",
        "Change to ReLU",
        ILLNESS,
        "x: Input(shape=(10,)); h: Linear(out_features=16); s: Softmax(dim=1); "
        "fc: Linear(out_features=1); y: Output(loss='mse_loss')",
    ),
    between(
        "s",
        "Change to ReLU",
        DIGITS,
        "x: Input(shape=(1, 8, 8)); c: Conv2d(out_channels=8, kernel_size=3, "
        "padding=1); s: Softmax(dim=1); d: Conv2d(out_channels=16, kernel_size=3, padding=1); r: ReLU; "
        "flat: Flatten",
        TEN,
    ),
    between(
        "s",
        "Change to ReLU",
        CANCER,
        "x: Input(shape=(30,)); h: Linear(out_features=16); s: Softmax(dim=1); "
        "k: Linear(out_features=8); r: ReLU; fc: Linear(out_features=2); y: Output",
    ),
    between(
        "s",
        "Change to ReLU",
        CANCER,
        "x: Input(shape=(30,)); h: Linear(out_features=16); r: ReLU; "
        "k: Linear(out_features=8); s: Softmax(dim=1); fc: Linear(out_features=1); "
        "y: Output(loss='binary_cross_entropy_with_logits')",
    ),
    between(
        "s",
        "Change to ReLU",
        SERIES,
        "x: Input(shape=(48, 2)); h: Linear(out_features=16); s: Softmax(dim=2); "
        "g: Flatten; fc: Linear(out_features=12); y: Output(loss='mse_loss')",
    ),
    between(
        "s",
        "Remove s",
        ROWS,
        "x: Input(shape=(8, 8)); p: SinusoidalPositions; e: TransformerEncoderLayer(nhead=2); m: Mean(dim=1); "
        "s: Softmax(dim=1)",
        TEN,
    ),
]
FAULTS = [*NARROW, *POOLED, *SUMMED]
SOUND = [
    fine(
        "early-pooling",
        DIGITS,
        MAPS,
        "p: AdaptiveAvgPool2d(output_size=1); flat: Flatten; d: Linear(out_features=64); "
        "u: Unflatten(dim=1, unflattened_size=(1, 8, 8)); y: Output(loss='mse_loss', field='image')",
    ),
    fine("hidden-softmax", WINE, "x: Input(shape=(13,)); s: Softmax(dim=1)", THREE),
    fine(
        "bottleneck",
        WINE,
        "x: Input(shape=(13,)); h: Linear(out_features=16); r: ReLU; one: Linear(out_features=1); "
        "at: Parameter(shape=(1, 3)) <- -; y0: Add <- one, at; y: Output",
    ),
    fine(
        "bottleneck",
        CANCER,
        "x: Input(shape=(30,)); h: Linear(out_features=16); r: ReLU; fc: Linear(out_features=1); "
        "y: Output(loss='binary_cross_entropy_with_logits')",
    ),
    fine(
        "bottleneck",
        ILLNESS,
        "x: Input(shape=(10,)); h: Linear(out_features=16); r: ReLU; fc: Linear(out_features=1); "
        "s: Scale(factor=10.0); y: Output(loss='mse_loss')",
    ),
    fine("bottleneck", DIGITS, IMAGE, "n: Linear(out_features=2); a: Tanh; w: Linear(out_features=32); b: ReLU", TEN),
    fine("bottleneck", DIGITS, IMAGE, "n: Linear(out_features=1); s: Sigmoid; m: Multiply <- r, s", TEN),
    fine("bottleneck", DIGITS, IMAGE, "n: Linear(out_features=1); w: Linear(out_features=32); a: Add <- w, r", TEN),
    fine("bottleneck", ROWS, "x: Input(shape=(8, 8)); n: Linear(out_features=1); r: Tanh; g: Flatten", TEN),
    fine(
        "bottleneck",
        ROWS,
        "x: Input(shape=(8, 8)); g: GRU(hidden_size=16); n: Linear(out_features=1); "
        "w: Softmax(dim=1); m: Multiply <- g, w; t: Sum(dim=1)",
        TEN,
    ),
    fine(
        "early-pooling",
        DIGITS,
        "x: Input(shape=(1, 8, 8)); c: Conv2d(out_channels=16, kernel_size=3, padding=1); "
        "r: ReLU; p: AdaptiveAvgPool2d(output_size=1); flat: Flatten",
        TEN,
    ),
    fine(
        "early-pooling",
        DIGITS,
        "x: Input(shape=(1, 8, 8)); c: Conv2d(out_channels=10, kernel_size=3, padding=1); "
        "p: AdaptiveAvgPool2d(output_size=1); flat: Flatten; y: Output",
    ),
    fine(
        "early-pooling",
        DIGITS,
        MAPS,
        "p: AdaptiveAvgPool2d(output_size=1); g: Conv2d(out_channels=8, kernel_size=1); "
        "s: Sigmoid; m: Multiply <- r, s; flat: Flatten",
        TEN,
    ),
    fine(
        "early-pooling",
        DIGITS,
        MAPS,
        "p: AdaptiveAvgPool2d(output_size=1); a: Flatten; b: Flatten <- r; j: Concat <- a, b",
        TEN,
    ),
    fine(
        "hidden-softmax",
        ROWS,
        "x: Input(shape=(8, 8)); q: Linear(out_features=8); a: MatMul(transpose=True) <- a=q, "
        "b=x; s: Softmax(dim=-1); v: MatMul <- a=s, b=x; g: Flatten",
        TEN,
    ),
    fine(
        "hidden-softmax",
        DIGITS,
        "x: Input(shape=(1, 8, 8)); flat: Flatten; g: Linear(out_features=4); "
        "s: Softmax(dim=1); e: Linear(out_features=4) <- flat; m: Multiply <- s, e",
        TEN,
    ),
    fine(
        "hidden-softmax", DIGITS, IMAGE, "fc: Linear(out_features=10); s: LogSoftmax(dim=1); y: Output(loss='nll_loss')"
    ),
]
