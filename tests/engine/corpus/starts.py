"""Starts near zero in deep networks, and those that a norm, a shortcut or few layers make sound; too few steps."""

from __future__ import annotations

from typing import Any

from tests.engine.corpus.notation import Fault

DIGITS, ROWS, WINE = {"data.dataset": "digits"}, {"data.dataset": "digit_rows"}, {"data.dataset": "wine"}
ILLNESS, CANCER, IRIS = {"data.dataset": "diabetes"}, {"data.dataset": "breast_cancer"}, {"data.dataset": "iris"}
FLAT = "x: Input(shape=(1, 8, 8)); flat: Flatten"
TEN, THREE = "fc: Linear(out_features=10); y: Output", "fc: Linear(out_features=3); y: Output"
MSE = "fc: Linear(out_features=1); y: Output(loss='mse_loss')"


def deep(count: int, width: int, bend: str, between: str = "") -> str:
    """So many hidden layers that start as 'normal'."""
    rows = (
        f"h{n}: Linear(out_features={width}, initialization='normal'); {between.format(n)}a{n}: {bend}"
        for n in range(count)
    )
    return "; ".join(rows)


def small(first: str, data: dict[str, Any], *parts: str) -> Fault:
    return Fault("a start near zero in a deep network", "small-start", first, "; ".join(parts), data,
                 first="Reset initialization of ")  # fmt: skip


def fine(code: str, data: dict[str, Any], *parts: str) -> Fault:
    return Fault("a start that suits", code, None, "; ".join(parts), data)


def one_batch(settings: dict[str, Any], *parts: str) -> Fault:
    first = "Set data.batch_size to "
    return Fault("all samples in one batch", "batch-size", None, "; ".join(parts), settings, first=first)


def endless(epochs: int, data: dict[str, Any], *parts: str) -> Fault:
    settings = {**data, "training.epochs": epochs}
    first = "Set training.epochs to 10"
    return Fault("an absurd number of epochs", "setting-range", None, "; ".join(parts), settings, first=first)


CONVS = "; ".join(f"c{n}: Conv2d(out_channels=4, kernel_size=1, initialization='normal'); r{n}: ReLU" for n in range(4))
NETWORKS: list[tuple[dict[str, Any], str]] = [
    (DIGITS, f"{FLAT}; h: Linear(out_features=32); r: ReLU; {TEN}"),
    (DIGITS, "x: Input(shape=(1, 8, 8)); c: Conv2d(out_channels=12, kernel_size=3); r: ReLU; flat: Flatten; " + TEN),
    (ROWS, "x: Input(shape=(8, 8)); g: GRU(hidden_size=24); fc: Linear(out_features=10) <- g.last; y: Output"),
    (WINE, f"x: Input(shape=(13,)); h: Linear(out_features=16); r: Tanh; {THREE}"),
    (ILLNESS, f"x: Input(shape=(10,)); h: Linear(out_features=16); r: ReLU; {MSE}"),
    (CANCER, "x: Input(shape=(30,)); h: Linear(out_features=16); r: ReLU; fc: Linear(out_features=2); y: Output"),
]
EPOCHS = (1_000_000, 2_000_000, 99_999_999, 200_000, 10**9, 500_000)
SMALL = [
    small("h0", DIGITS, FLAT, deep(5, 32, "Tanh"), TEN),
    small("h0", DIGITS, FLAT, deep(7, 32, "ReLU"), TEN),
    small("h0", DIGITS, FLAT, deep(6, 24, "GELU"), TEN),
    small("h0", DIGITS, FLAT, deep(6, 48, "Sigmoid"), TEN),
    small("h0", DIGITS, FLAT, deep(7, 32, "ReLU", "d{}: Dropout(p=0.1); "), TEN),
    small("h0", WINE, "x: Input(shape=(13,))", deep(5, 16, "Tanh"), THREE),
    small("h0", WINE, "x: Input(shape=(13,))", deep(8, 32, "LeakyReLU"), THREE),
    small("h0", IRIS, "x: Input(shape=(4,))", deep(4, 16, "ReLU"), THREE),
    small("h0", ILLNESS, "x: Input(shape=(10,))", deep(6, 32, "SiLU"), MSE),
    small("h0", ILLNESS, "x: Input(shape=(10,))", deep(4, 12, "Tanh"), MSE),
    small("h0", DIGITS, FLAT, "k: Linear(out_features=64); rk: ReLU", deep(6, 32, "Tanh"), TEN),
    small("h0", DIGITS, FLAT, deep(6, 32, "Tanh"), "n: LayerNorm", TEN),
    small("c0", DIGITS, "x: Input(shape=(1, 8, 8))", CONVS, "flat: Flatten", TEN),
    small("h0", DIGITS, FLAT, deep(6, 32, "Tanh"), "fc: Linear(out_features=64, initialization='normal'); "
          "u: Unflatten(dim=1, unflattened_size=(1, 8, 8)); y: Output(loss='mse_loss', field='image')"),
]  # fmt: skip
FAULTS = [
    *SMALL,
    *(one_batch({**data, "data.batch_size": None, "training.epochs": 12}, text) for data, text in NETWORKS),
    *(one_batch({**data, "data.batch_size": None, "training.epochs": 80}, text) for data, text in NETWORKS),
    *(endless(count, data, text) for count, (data, text) in zip(EPOCHS, NETWORKS, strict=True)),
    *(endless(count, data, text) for count, (data, text) in zip(EPOCHS, NETWORKS[::-1], strict=True)),
]
SOUND = [
    fine("small-start", DIGITS, FLAT, deep(2, 64, "ReLU"), TEN),
    fine("small-start", DIGITS, FLAT, deep(7, 32, "ReLU", "n{}: LayerNorm; "), TEN),
    fine("small-start", DIGITS, FLAT, deep(7, 32, "Tanh", "n{}: BatchNorm1d; "), TEN),
    fine("small-start", DIGITS, FLAT, deep(3, 1024, "ReLU"), TEN),
    fine(
        "small-start", DIGITS, FLAT, "h: Linear(out_features=32)",
        "; ".join(f"n{n}: Linear(out_features=32, initialization='normal') <- {'h' if n == 0 else f'a{n - 1}'}; "
                  f"a{n}: Add <- n{n}, {'h' if n == 0 else f'a{n - 1}'}" for n in range(6)), TEN,
    ),
    fine("batch-size", {**IRIS, "data.batch_size": None, "training.epochs": 500}, "x: Input(shape=(4,))", THREE),
    fine("batch-size", {**WINE, "data.batch_size": 32, "training.epochs": 10}, "x: Input(shape=(13,))", THREE),
    fine("setting-range", {**WINE, "training.epochs": 20_000}, "x: Input(shape=(13,))", THREE),
    fine("setting-range", {**IRIS, "training.epochs": 100_000}, "x: Input(shape=(4,))", THREE),
]  # fmt: skip
