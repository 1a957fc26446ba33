"""Dropout, the batch and states where a block begins or ends."""

from __future__ import annotations

from typing import Any

from tests.engine.corpus.notation import Fault

DIGITS, ROWS = {"data.dataset": "digits"}, {"data.dataset": "digit_rows"}
CONV = "c: Conv2d(out_channels=8, kernel_size=3, padding=1)"
IMAGE, TEN = "x: Input(shape=(1, 8, 8))", "flat: Flatten; fc: Linear(out_features=10); y: Output"


def block(name: str, *parts: str) -> str:
    return f"block {name}; i: BlockInput; {'; '.join(parts)}; o: BlockOutput; end"


def dropped(code: str, node: str, first: str, *parts: str) -> Fault:
    removes = first.startswith("Remove")
    return Fault("dropout across the edge of a block", code, node, "; ".join(parts), DIGITS, removes, first)


def moved(code: str, node: str, first: str, *parts: str) -> Fault:
    removes = first.startswith("Remove")
    return Fault("batch moved inside a block", code, node, "; ".join(parts), ROWS, removes, first)


def stated(first: str, *parts: str) -> Fault:
    return Fault("a state of another shape", "state-shape", "u", "; ".join(parts), ROWS, first=first)


def fine(code: str, data: dict[str, Any], *parts: str) -> Fault:
    return Fault("a block that fits", code, None, "; ".join(parts), data)


NORM, POOL, LAST = "dropout-before-norm", "dropout-before-pooling", "dropout-last"
DROP, BEND = "d: Dropout(p=0.5)", "r: ReLU"
DROPPED = [
    dropped(NORM, "d", "Remove d", block("B", "n: BatchNorm2d", BEND), IMAGE, CONV, DROP, "b: B", TEN),
    dropped(NORM, "d", "Remove d", block("B", "n: BatchNorm2d", BEND, CONV), IMAGE, CONV, DROP, "b: B; q: ReLU", TEN),
    dropped(NORM, "b", "Remove d", block("B", CONV, DROP), IMAGE, "b: B; n: BatchNorm2d; r: ReLU", TEN),
    dropped(NORM, "b", "Remove d", block("B", CONV, BEND, DROP), IMAGE, "b: B; n: BatchNorm2d; r: GELU", TEN),
    dropped(
        NORM, "b", "Remove d", block("B", CONV, DROP), block("A", "n: BatchNorm2d", BEND), IMAGE, "b: B; a: A", TEN
    ),
    dropped(
        POOL,
        "d",
        "Change to Dropout2d",
        block("B", "p: MaxPool2d(kernel_size=2)"),
        IMAGE,
        CONV,
        BEND,
        DROP,
        "b: B",
        TEN,
    ),
    dropped(
        POOL, "b", "Change to Dropout2d", block("B", CONV, BEND, DROP), IMAGE, "b: B; p: MaxPool2d(kernel_size=2)", TEN
    ),
    dropped(
        POOL, "b", "Change to Dropout2d", block("B", CONV, BEND, DROP), IMAGE, "b: B; p: AvgPool2d(kernel_size=2)", TEN
    ),
    dropped(
        LAST,
        "b",
        "Move d before l",
        block("B", "l: Linear(out_features=10)", DROP),
        IMAGE,
        "flat: Flatten; h: Linear(out_features=32); r: ReLU; b: B; y: Output",
    ),
    dropped(
        LAST,
        "b",
        "Move d before l",
        block("B", "h: Linear(out_features=32)", BEND, "l: Linear(out_features=10)", DROP),
        IMAGE,
        "flat: Flatten; b: B; y: Output",
    ),
    dropped(
        LAST,
        "b",
        "Move d before l",
        block("B", "flat: Flatten", "l: Linear(out_features=10)", "d: AlphaDropout(p=0.3)"),
        IMAGE,
        CONV,
        BEND,
        "b: B; y: Output",
    ),
    dropped(
        LAST,
        "b",
        "Move d before l",
        block("B", "l: Linear(out_features=10)", DROP),
        IMAGE,
        CONV,
        BEND,
        "flat: Flatten; b: B; y: Output",
    ),
]
TURN = block("Turn", "p: Permute(dims=(1, 0, 2))")
MOVED = [
    moved(
        "shape",
        "y",
        "Remove p in Turn",
        TURN,
        "x: Input(shape=(8, 8)); t: Turn; g: GRU(hidden_size=16); fc: Linear(out_features=10) <- g.last; y: Output",
    ),
    moved(
        "shape",
        "y",
        "Remove p in Turn",
        TURN,
        "x: Input(shape=(8, 8)); t: Turn; g: LSTM(hidden_size=12); fc: Linear(out_features=10) <- g.last; y: Output",
    ),
    moved(
        "open-size",
        "fc",
        "Remove p in Turn",
        block("Turn", "p: Permute(dims=(1, 0, 2))", "l: Linear(out_features=16)"),
        "x: Input(shape=(8, 8)); t: Turn; f: Flatten; fc: Linear(out_features=10); y: Output",
    ),
    moved(
        "open-size",
        "fc",
        "Set dims of p to 0, 2, 1 in Turn",
        block("Turn", "p: Permute(dims=(2, 0, 1))"),
        "x: Input(shape=(8, 8)); t: Turn; f: Flatten; fc: Linear(out_features=10); y: Output",
    ),
    moved(
        "shape",
        "y",
        "Set start_dim of p to 1",
        block("Turn", "p: Flatten(start_dim=0, end_dim=1)", "l: Linear(out_features=10)"),
        "x: Input(shape=(8, 8)); t: Turn; y: Output",
    ),
    moved(
        "shape",
        "y",
        "Set start_dim of p to 1",
        block("Turn", "p: Flatten(start_dim=0, end_dim=1)", BEND),
        "x: Input(shape=(8, 8)); t: Turn; fc: Linear(out_features=10); y: Output",
    ),
    moved(
        "shape",
        "y",
        "Set start_dim of p to 1",
        block("Turn", "h: Linear(out_features=16)", BEND, "p: Flatten(start_dim=0, end_dim=1)"),
        "x: Input(shape=(8, 8)); t: Turn; fc: Linear(out_features=10); y: Output",
    ),
    moved(
        "open-size",
        "fc",
        "Remove p in Turn",
        TURN,
        "x: Input(shape=(8, 8)); t: Turn; h: Linear(out_features=12); "
        "r: ReLU; f: Flatten; fc: Linear(out_features=10); y: Output",
    ),
    moved(
        "axis",
        "m",
        "Remove p in Turn",
        TURN,
        "x: Input(shape=(8, 8)); t: Turn; m: Mean(dim=1); fc: Linear(out_features=10); y: Output",
    ),
    moved(
        "axis",
        "m",
        "Remove p in Turn",
        block("Turn", "p: Permute(dims=(1, 0, 2))", "h: Linear(out_features=12)", BEND),
        "x: Input(shape=(8, 8)); t: Turn; m: Max(dim=1); fc: Linear(out_features=10); y: Output",
    ),
    moved(
        "shape",
        "y",
        "Remove p in Turn",
        block("Turn", "h: Linear(out_features=16)", "p: Permute(dims=(1, 0, 2))"),
        "x: Input(shape=(8, 8)); t: Turn; g: GRU(hidden_size=16); fc: Linear(out_features=10) <- g.last; y: Output",
    ),
    moved(
        "axis",
        "m",
        "Remove p in Turn",
        block("Turn", "r: Tanh", "p: Permute(dims=(1, 0, 2))"),
        "x: Input(shape=(8, 8)); t: Turn; m: Mean(dim=(1,)); fc: Linear(out_features=10); y: Output",
    ),
]
USED = "x: Input(shape=(8, 8)); u: Cell(apply='scan'); f: Flatten; fc: Linear(out_features=10); y: Output"


def cell(shape: str, *parts: str, ends: str = "t") -> str:
    head = f"block Cell; i: BlockInput; h: BlockInput(state=True, shape=({shape},))"
    return "; ".join((head, *parts, f"o: BlockOutput <- {ends}; n: BlockOutput(state='h') <- {ends}; end"))


STATES = [
    stated("Set shape of h to 16 in Cell", cell("8", "j: Concat <- i, h; l: Linear(out_features=16); t: Tanh"), USED),
    stated("Set shape of h to 32 in Cell", cell("16", "j: Concat <- i, h; l: Linear(out_features=32); t: ReLU"), USED),
    stated("Set shape of h to 12 in Cell", cell("8", "j: Concat <- i, h; t: Linear(out_features=12)"), USED),
    stated("Set shape of h to 4 in Cell", cell("8", "j: Concat <- i, h; l: Linear(out_features=4); t: Sigmoid"), USED),
    stated("Set shape of h to 10 in Cell", cell("1", "j: Concat <- i, h; l: Linear(out_features=10); t: Tanh"), USED),
    stated("Set shape of h to 24 in Cell", cell("42", "j: Concat <- i, h; l: Linear(out_features=24); t: Tanh"), USED),
    stated(
        "Set shape of h to 16 in Cell",
        cell("8", "j: Concat <- i, h; k: Linear(out_features=20); r: ReLU; l: Linear(out_features=16); t: Tanh"),
        USED,
    ),
    stated(
        "Set shape of h to 16 in Cell",
        cell("8", "a: Linear(out_features=16) <- i; b: Linear(out_features=16) <- h; s: Add <- a, b; t: Tanh"),
        USED,
    ),
    stated(
        "Set shape of h to 8 in Cell",
        cell(
            "5", "a: Linear(out_features=8) <- i; b: Linear(out_features=8) <- h; s: Add <- a, b; m: LayerNorm; t: Tanh"
        ),
        USED,
    ),
    stated(
        "Set shape of h to 16 in Cell",
        cell("8", "j: Concat <- i, h; l: Linear(out_features=16); d: Dropout(p=0.1); t: Tanh"),
        USED,
    ),
    stated(
        "Set shape of h to 16 in Cell",
        cell("8", "j: Concat <- i, h; l: Linear(out_features=16); t: Tanh"),
        "x: Input(shape=(8, 8)); e: Linear(out_features=8); u: Cell(apply='scan'); m: Mean(dim=1); "
        "fc: Linear(out_features=10); y: Output",
    ),
    stated(
        "Set shape of h to 6 in Cell",
        cell("7", "j: Concat <- i, h; l: Linear(out_features=6); t: GELU"),
        "x: Input(shape=(8, 8)); u: Cell(apply='scan'); m: Max(dim=1); fc: Linear(out_features=10); y: Output",
    ),
]
FAULTS = [*DROPPED, *MOVED, *STATES]
SOUND = [
    fine(NORM, DIGITS, block("B", "n: BatchNorm2d", BEND, DROP), IMAGE, CONV, "b: B", TEN),
    fine(NORM, DIGITS, block("B", CONV, "n: BatchNorm2d", BEND), IMAGE, DROP, "b: B", TEN),
    fine(NORM, DIGITS, block("B", CONV, "d: Dropout(p=0.0)"), IMAGE, "b: B; n: BatchNorm2d; r: ReLU", TEN),
    fine(POOL, DIGITS, block("B", CONV, BEND, "d: Dropout2d(p=0.2)"), IMAGE, "b: B; p: MaxPool2d(kernel_size=2)", TEN),
    fine(LAST, DIGITS, block("B", DROP, "l: Linear(out_features=10)"), IMAGE, "flat: Flatten; b: B; y: Output"),
    fine("state-shape", ROWS, cell("16", "j: Concat <- i, h; l: Linear(out_features=16); t: Tanh"), USED),
]
