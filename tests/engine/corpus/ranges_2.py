"""Bounded answers behind a Scale, and autoencoders whose answers cannot reach standardised images."""

from __future__ import annotations

from typing import Any

from tests.engine.corpus.notation import Fault
from tests.engine.corpus.ranges import FEATURES, ILLNESS, MSE, OWN, PAST, ROW, SCALED, SERIES, own

IMAGES: dict[str, Any] = {
    "data.dataset": "digits",
    "data.transforms": [{"name": "standardise", "field": "image"}],
}
CODE = "x: Input(shape=(1, 8, 8)); flat: Flatten; h: Linear(out_features=24); r: ReLU; k: Linear(out_features=64)"
BACK = "u: Unflatten(dim=1, unflattened_size=(1, 8, 8))"
SAME = "y: Output(loss='mse_loss', field='image')"


def scaled(data: dict[str, Any], first: str, *parts: str) -> Fault:
    removes = first.startswith("Remove")
    return Fault("bounded answer behind a Scale", "answer-range", "a", "; ".join(parts), data, removes, first)


def squashed(*parts: str) -> Fault:
    return Fault(
        "autoencoder that squashes its answer", "answer-range", "a", "; ".join(parts), IMAGES, True, "Remove a"
    )


def fine(data: dict[str, Any], *parts: str) -> Fault:
    return Fault("answer that reaches its target", "answer-range", None, "; ".join(parts), data)


SET = "Set factor of s to "
FAULTS = [
    scaled(ILLNESS, SET, ROW, "a: Sigmoid; s: Scale(factor=100.0)", MSE),
    scaled(ILLNESS, SET, ROW, "a: Sigmoid; s: Scale(factor=0.5)", MSE),
    scaled(ILLNESS, SET, ROW, "a: Tanh; s: Scale(factor=200.0)", MSE),
    scaled(ILLNESS, SET, ROW, "a: Hardtanh; s: Scale(factor=10.0, shift=100.0)", MSE),
    scaled(ILLNESS, SET, ROW, "a: Hardsigmoid; s: Scale(factor=300.0)", MSE),
    scaled(ILLNESS, "Remove a", ROW, "a: ReLU; s: Scale(factor=-1.0)", MSE),
    scaled(SCALED, "Remove a", ROW, "a: Sigmoid; s: Scale(factor=0.5)", MSE),
    scaled(SCALED, "Remove a", ROW, "a: Tanh; s: Scale(factor=0.9)", MSE),
    scaled(SCALED, "Remove a", ROW, "a: ReLU; s: Scale(factor=2.0)", MSE),
    scaled(own(-40.0, 85.0), SET, OWN, "a: Sigmoid; s: Scale(factor=85.0)", MSE),
    scaled(own(0.0, 12.0), SET, OWN, "a: Tanh; s: Scale(factor=6.0)", MSE),
    scaled(own(0.0, 250.0), SET, OWN, "a: Sigmoid; s: Scale(factor=100.0); t: Scale(factor=2.0)", MSE),
    scaled(SERIES, SET, PAST, "n: Linear(out_features=12); a: Sigmoid; s: Scale(factor=0.1)", MSE),
    squashed(CODE, "a: Sigmoid", BACK, SAME),
    squashed(CODE, BACK, "a: Sigmoid", SAME),
    squashed(CODE, "a: Tanh", BACK, SAME),
    squashed(CODE, BACK, "a: Tanh", SAME),
    squashed(CODE, "a: ReLU", BACK, SAME),
    squashed(CODE, BACK, "a: ReLU", SAME),
    squashed(CODE, BACK, "a: Hardtanh", SAME),
    squashed(CODE, "a: Hardsigmoid", BACK, SAME),
    squashed(CODE, BACK, "a: Softplus", SAME),
    squashed(CODE, "a: ReLU6; q: Dropout(p=0.0)", BACK, SAME),
    squashed(
        "x: Input(shape=(1, 8, 8)); c: Conv2d(out_channels=8, kernel_size=3, stride=2, padding=1); r: ReLU; "
        "t: ConvTranspose2d(out_channels=1, kernel_size=2, stride=2); a: Sigmoid",
        SAME,
    ),
    squashed(
        "x: Input(shape=(1, 8, 8)); c: Conv2d(out_channels=8, kernel_size=3, padding=1); r: GELU; "
        "t: Conv2d(out_channels=1, kernel_size=3, padding=1); a: Tanh",
        "y: Output(loss='l1_loss', field='image')",
    ),
]
SOUND = [
    fine(ILLNESS, ROW, "a: Sigmoid; s: Scale(factor=400.0)", MSE),
    fine(ILLNESS, ROW, "a: Tanh; s: Scale(factor=200.0, shift=190.0)", MSE),
    fine(ILLNESS, ROW, "s: Scale(factor=100.0)", MSE),
    fine(SCALED, ROW, "a: Tanh; s: Scale(factor=5.0)", MSE),
    fine(own(0.0, 12.0), OWN, "a: Sigmoid; s: Scale(factor=12.0)", MSE),
    fine({"data.dataset": "digits"}, CODE, BACK, SAME),
    fine({**IMAGES, "data.transforms": [{**FEATURES, "field": "image"}]}, CODE, BACK, SAME),
]
