"""Inputs far out of scale, on board and of one's own, and networks in which they do no harm."""

from __future__ import annotations

from typing import Any

from tests.engine.corpus.notation import Fault

SHAPES, WINE, CANCER = {"data.dataset": "shapes"}, {"data.dataset": "wine"}, {"data.dataset": "breast_cancer"}
DIABETES, CIFAR = {"data.dataset": "diabetes"}, {"data.dataset": "cifar_10"}


def houses(*columns: tuple[str, float, float], missing: str = "fill") -> dict[str, Any]:
    """A table of one's own with columns of these ranges, and prices to be predicted."""
    given = [{"name": name, "least": low, "greatest": high, "missing": missing} for name, low, high in columns]
    target = {"name": "price", "role": "target", "least": 0.4, "greatest": 9.5}
    options = {"columns": [*given, target], "samples": 900}
    return {"data.source": {"kind": "table", "path": "/data/houses.csv", "options": options}}


def arrays(shape: tuple[int, ...], low: float, high: float) -> dict[str, Any]:
    given = {"name": "x", "shape": shape, "least": low, "greatest": high}
    target = {"name": "y", "role": "target", "classes": ["no", "yes"]}
    options = {"fields": [given, target], "samples": 4000}
    return {"data.source": {"kind": "arrays", "path": "/data/scans.npz", "options": options}}


def raw(node: str, network: str, settings: dict[str, Any], first: str = "Standardise ") -> Fault:
    return Fault("inputs out of scale", "input-scale", node, network, settings, first=first)


def fine(network: str, settings: dict[str, Any]) -> Fault:
    return Fault("inputs in scale", "input-scale", None, network, settings)


END = "flat: Flatten\nfc: Linear(out_features=6)\ny: Output(field='label')"
IMAGE = "x: Input(shape=(3, 32, 32))"
LENET = f"{IMAGE}\nc1: Conv2d(out_channels=6, kernel_size=5)\nt1: ReLU\np1: MaxPool2d(kernel_size=2)\n{END}"
IMAGENET = {"name": "standardise", "field": "image", "mean": (0.485, 0.456, 0.406), "std": (0.229, 0.224, 0.225)}
BYTES = {"name": "standardise", "field": "image", "mean": (127.0,) * 3, "std": (64.0,) * 3}
AREA = (("area", 20.0, 350.0), ("rooms", 1.0, 9.0), ("year", 1890.0, 2020.0))

FAULTS = [
    raw(
        "x",
        "x: Input(shape=(13,))\nfc1: Linear(out_features=32)\nr: ReLU\nfc2: Linear(out_features=3)\ny: Output",
        WINE,
    ),
    raw("row", "row: Input(shape=(13,))\nfc: Linear(out_features=3)\ny: Output", WINE),
    raw(
        "cells",
        "cells: Input(shape=(30,))\ndrop: Dropout(p=0.1)\nfc1: Linear(out_features=20)\nbn: BatchNorm1d\nact: GELU\n"
        "one: Linear(out_features=1)\ny: Output(loss='binary_cross_entropy_with_logits')",
        CANCER,
    ),
    raw(
        "x",
        "x: Input(shape=(30,))\nleft: Linear(out_features=8)\nl: Tanh\nright: Linear(out_features=8) <- x\nr: SiLU\n"
        "both: Concat <- l, r\nfc: Linear(out_features=2)\ny: Output",
        CANCER,
    ),
    raw(
        "serum",
        "serum: Input(shape=(10,))\nhidden: Linear(out_features=64)\nrelu: ReLU\nfc: Linear(out_features=1)\n"
        "y: Output(loss='l1_loss')",
        DIABETES,
    ),
    raw("x", LENET, SHAPES),
    raw(
        "x",
        f"{IMAGE}\nf: Flatten\nh: Linear(out_features=64)\nact: Sigmoid\n"
        "fc: Linear(out_features=6)\ny: Output(field='label')",
        SHAPES,
    ),
    raw(
        "photo",
        "photo: Input(shape=(3, 32, 32))\nedge: ZeroPad2d(padding=2)\nc: Conv2d(out_channels=8, kernel_size=5)\n"
        "r: ELU\n"
        "c2: Conv2d(out_channels=10, kernel_size=3, stride=2)\nr2: ELU\nm: Mean(dim=(2, 3))\n"
        "fc: Linear(out_features=10)\ny: Output",
        CIFAR,
    ),
    raw(
        "x",
        f"{IMAGE}\nsmall: AvgPool2d(kernel_size=2)\na: Conv2d(out_channels=8, kernel_size=3, padding=1)\nr: ReLU\n"
        f"b: Conv2d(out_channels=8, kernel_size=3, padding=1)\nsum: Add <- b, r\nr2: ReLU\n{END}",
        SHAPES,
    ),
    raw("x", LENET, {**SHAPES, "data.transforms": [IMAGENET]}, "Standardise image by its own mean"),
    raw(
        "x",
        LENET.replace("32, 32", "24, 24"),
        {**SHAPES, "data.transforms": [{"name": "resize", "field": "image", "size": (24, 24)}]},
    ),
    raw(
        "flats",
        "flats: Input(shape=(3,))\nh: Linear(out_features=16)\nr: ReLU\n"
        "fc: Linear(out_features=1)\ny: Output(loss='mse_loss')",
        houses(*AREA),
    ),
    raw(
        "flats",
        "flats: Input(shape=(2,))\nh: Linear(out_features=16)\nr: Softplus\n"
        "fc: Linear(out_features=1)\ny: Output(loss='mse_loss')",
        houses(("distance", 0.0, 0.02), ("rooms", 1.0, 40.0)),
    ),
    raw(
        "flats",
        "flats: Input(shape=(4,))\nh: Linear(out_features=12)\nr: ReLU\n"
        "fc: Linear(out_features=1)\ny: Output(loss='mse_loss')",
        houses(("income", 300.0, 98_000.0), ("age", 18.0, 90.0), missing="indicate"),
    ),
    raw(
        "scan",
        "scan: Input(shape=(1, 64, 64))\nc: Conv2d(out_channels=8, kernel_size=7, stride=2)\nr: ReLU\n"
        "p: AdaptiveMaxPool2d(output_size=4)\nf: Flatten\nfc: Linear(out_features=2)\ny: Output",
        arrays((1, 64, 64), -1024.0, 3071.0),
    ),
    raw(
        "signal",
        "signal: Input(shape=(50, 4))\ngru: GRU(hidden_size=16)\nfc: Linear(out_features=2) <- gru.last\ny: Output",
        arrays((50, 4), -32_768.0, 32_767.0),
    ),
]
SOUND = [
    fine("x: Input(shape=(13,))\nbn: BatchNorm1d\nfc: Linear(out_features=3)\ny: Output", WINE),
    fine("x: Input(shape=(13,))\nnm: LayerNorm\nfc: Linear(out_features=3)\ny: Output", WINE),
    fine(
        "x: Input(shape=(13,))\nfc: Linear(out_features=3)\ny: Output",
        {**WINE, "data.transforms": [{"name": "standardise", "field": "features"}]},
    ),
    fine("x: Input(shape=(4,))\nfc: Linear(out_features=3)\ny: Output", {"data.dataset": "iris"}),
    fine(
        "x: Input(shape=(1, 8, 8))\nc: Conv2d(out_channels=4, kernel_size=3)\nf: Flatten\nfc: Linear(out_features=10)\n"
        "y: Output",
        {"data.dataset": "digits"},
    ),
    fine(f"{IMAGE}\nc: Conv2d(out_channels=8, kernel_size=3, bias=False)\nbn: BatchNorm2d\nr: ReLU\n{END}", SHAPES),
    fine(f"{IMAGE}\nby: Scale(factor=0.00392)\nc: Conv2d(out_channels=8, kernel_size=3)\nr: ReLU\n{END}", SHAPES),
    fine(LENET, {**SHAPES, "data.transforms": [BYTES]}),
    fine(LENET, {}),
    fine(
        "words: Input(shape=(11,), dtype='int64')\ntable: Embedding(num_embeddings=30, embedding_dim=8)\n"
        "m: Max(dim=1)\nfc: Linear(out_features=6)\ny: Output(field='label')",
        SHAPES,
    ),
    fine(
        "x: Input(shape=(2,))\nh: Linear(out_features=9)\nr: ReLU\nfc: Linear(out_features=1)\n"
        "y: Output(loss='mse_loss')",
        houses(("rooms", 1.0, 9.0), ("floor", 0.0, 30.0)),
    ),
    fine(
        "x: Input(shape=(5,))\nlogs: Log\nh: Linear(out_features=9)\ny: Output",
        arrays((5,), 1.0, 20_000.0),
    ),
]
