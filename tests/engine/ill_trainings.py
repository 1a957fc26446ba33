"""Small trainings with one fault each, and their sound twins: what the diagnosis is measured on.

Each learns data on board in a few seconds on one thread. ``code`` is the diagnosis that names the fault; the twin
differs in the fault alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from engine.graph import Graph
from tests.engine.test_training_learning import table

Layers = tuple[tuple[str, dict[str, Any]], ...]
Given: TypeAlias = dict[str, Any]


@dataclass(frozen=True)
class Pair:
    """A training with a fault, and what is otherwise in its sound twin: arguments of `table`.

    ``node`` is the name of the layer at fault; empty where it is a setting.
    """

    code: str
    name: str
    common: Given
    fault: Given
    sound: Given
    node: str = ""

    def ill(self, seed: int = 0) -> Graph:
        """The faulty training."""
        return table(**{**self.common, **self.fault, "seed": seed})

    def well(self, seed: int = 0) -> Graph:
        """Its sound twin."""
        return table(**{**self.common, **self.sound, "seed": seed})

    def __str__(self) -> str:
        return f"{self.code}: {self.name}"


def hidden(*widths: int, activation: str = "ReLU") -> Layers:
    """Weighted sums with an activation after each."""
    return tuple(step for width in widths for step in (("Linear", {"out_features": width}), (activation, {})))


def dropped(*widths: int, p: float) -> Given:
    """The same with dropout after each."""
    return {"layers": tuple(step for width in widths for step in (*hidden(width), ("Dropout", {"p": p})))}


def scaled(factor: float, *, before: Layers = (), after: Layers = ()) -> Given:
    """Layers with numbers multiplied between them."""
    return {"layers": (*before, ("Scale", {"factor": factor}), *after)}


def sgd(lr: float, momentum: float = 0.0) -> Given:
    return {"optimizer": {"name": "sgd", "lr": lr, "momentum": momentum}}


def adamw(lr: float, **more: float) -> Given:
    return {"optimizer": {"lr": lr, **more}}


IRIS: Final[Given] = {"layers": hidden(16, activation="Tanh"), "epochs": 20}
WINE: Final[Given] = {"dataset": "wine", "layers": hidden(32), "epochs": 20}
CANCER: Final[Given] = {"dataset": "breast_cancer", "last": 2, "layers": hidden(16, activation="Tanh"), "epochs": 12}
DIABETES: Final[Given] = {
    **{"dataset": "diabetes", "last": 1, "loss": "mse_loss", "standardise": ("features", "target")},
    **{"layers": hidden(32), "epochs": 15},
}
DIGITS: Final[Given] = {
    **{"dataset": "digits", "last": 10, "standardise": ("image",), "data": {"batch_size": 32}},
    **{"layers": (("Flatten", {}), *hidden(64)), "epochs": 8},
}
SIGMOIDS, RELUS = hidden(*[16] * 8, activation="Sigmoid"), hidden(*[16] * 8)
FLAT: Final[Layers] = (("Flatten", {}),)
SIGMOID: Final[Layers] = (("Linear", {"out_features": 16}), ("Sigmoid", {}))
FEW: Final[Given] = {"data": {"split": {"train": 0.1, "validation": 0.6, "test": 0.3}, "batch_size": 16}}
GROWING: Final[Layers] = (
    ("Scale", {"factor": 1e-5}),
    *(("Linear", {"out_features": 16}), ("Scale", {"factor": 20.0})) * 4,
    ("Linear", {"out_features": 16}),
)
UNSHUFFLED: Final[Given] = {"data": {"shuffle": False, "split": {"train": 1.0, "validation": 0.0, "test": 0.0}}}
SHUFFLED: Final[Given] = {"data": {"split": {"train": 1.0, "validation": 0.0, "test": 0.0}}}

PAIRS: Final[tuple[Pair, ...]] = (
    Pair("input-scale", "wine", WINE | adamw(0.01), {"standardise": ()}, {}, "in"),
    Pair("input-scale", "wine, tanh", {**WINE, **IRIS} | adamw(0.01), {"standardise": ()}, {}, "in"),
    Pair("input-scale", "cancer", CANCER | adamw(0.01), {"standardise": ()}, {}, "in"),
    Pair("input-scale", "diabetes", DIABETES | adamw(0.003), {"standardise": ("target",)}, {}, "in"),
    Pair("target-scale", "diabetes", DIABETES | adamw(0.003), {"standardise": ("features",)}, {}, "output"),
    Pair("oscillating-loss", "iris", IRIS, sgd(3.0), sgd(0.1)),
    Pair("oscillating-loss", "wine", WINE, adamw(0.3), adamw(0.01)),
    Pair("oscillating-loss", "cancer", {**CANCER, "layers": hidden(32, 32)}, adamw(0.1) | {"data": {"batch_size": 2}},
         {}),
    Pair("slow-convergence", "iris", IRIS, sgd(0.002), sgd(0.1)),
    Pair("slow-convergence", "digits", DIGITS, adamw(3e-5), adamw(1e-3)),
    Pair("slow-convergence", "digits, sgd", DIGITS, sgd(0.0003), sgd(0.05)),
    Pair("slow-convergence", "wine", WINE, adamw(5e-5), adamw(3e-3)),
    Pair("slow-convergence", "diabetes", DIABETES, adamw(3e-5), adamw(3e-3)),
    Pair("too-few-epochs", "digits", DIGITS | adamw(3e-4), {"epochs": 2}, {"epochs": 20}),
    Pair("too-few-epochs", "iris", IRIS | adamw(2e-3), {"epochs": 5}, {"epochs": 60}),
    Pair("too-few-epochs", "wine", WINE | adamw(1e-3), {"epochs": 3}, {"epochs": 40}),
    Pair("too-few-epochs", "diabetes", DIABETES | adamw(1e-3), {"epochs": 2}, {"epochs": 20}),
    Pair("too-much-dropout", "digits", DIGITS, {"layers": FLAT + dropped(64, 64, p=0.9)["layers"]},
         {"layers": FLAT + dropped(64, 64, p=0.2)["layers"]}, "dropout1"),
    Pair("too-much-dropout", "wine", WINE | adamw(0.005), dropped(32, 32, p=0.9), dropped(32, 32, p=0.2), "dropout1"),
    Pair("too-much-dropout", "diabetes", DIABETES | adamw(0.002), dropped(64, p=0.95), dropped(64, p=0.1), "dropout1"),
    Pair("too-much-dropout", "cancer", CANCER | adamw(3e-3), dropped(16, 16, p=0.95), dropped(16, 16, p=0.2),
         "dropout1"),
    Pair("vanishing-gradients", "wine", WINE | adamw(0.003), {"layers": SIGMOIDS}, {"layers": RELUS}, "sigmoid1"),
    Pair("vanishing-gradients", "digits", DIGITS | adamw(3e-3),
         {"layers": FLAT + hidden(*[32] * 6, activation="Sigmoid")}, {"layers": FLAT + hidden(*[32] * 6)}, "sigmoid1"),
    Pair("vanishing-gradients", "one layer", DIGITS, scaled(1e-4, before=FLAT + hidden(32), after=hidden(32)),
         scaled(1.0, before=FLAT + hidden(32), after=hidden(32)), "scale1"),
    Pair("dead-units", "negative", WINE | adamw(0.01), scaled(-1.0, before=SIGMOID, after=(("ReLU", {}),)),
         scaled(1.0, before=SIGMOID, after=(("ReLU", {}),)), "scale1"),
    Pair("dead-units", "by the rate", {**DIGITS, "layers": FLAT + hidden(64, 64)}, sgd(2.0), sgd(0.1), "fc1"),
    Pair("saturated-units", "wine", WINE | adamw(0.003),
         scaled(100.0, before=SIGMOID[:1], after=(("Tanh", {}), *hidden(16, activation="Tanh"))),
         {"layers": hidden(16, 16, activation="Tanh")}, "scale1"),
    Pair("exploding-gradients", "wine", WINE, {"layers": GROWING}, {"layers": hidden(16, 16)} | adamw(0.01), "scale2"),
    Pair("rate-too-high", "digits", DIGITS, adamw(1.0), adamw(3e-3)),
    Pair("rate-too-high", "digits, sgd", DIGITS, sgd(1.0, 0.9), sgd(0.05, 0.9)),
    Pair("rate-too-high", "wine", {**WINE, "layers": hidden(16, activation="Tanh")}, sgd(100.0), sgd(0.1)),
    Pair("rate-too-high", "diabetes", {**DIABETES, "layers": ()}, sgd(0.3), sgd(0.01)),
    Pair("rate-too-low", "digits", DIGITS, adamw(1e-7), adamw(1e-3)),
    Pair("rate-too-low", "iris", IRIS, sgd(1e-6), sgd(0.1)),
    Pair("overfitting", "wine", {**WINE, "layers": hidden(256, 256)} | adamw(0.005), FEW, {"layers": hidden(16)}),
    Pair("overfitting", "diabetes", DIABETES | adamw(5e-3), {"layers": hidden(256, 256), **FEW}, {"layers": hidden(8)}),
    Pair("unshuffled", "iris", IRIS | adamw(0.01), UNSHUFFLED, SHUFFLED),
    Pair("stuck", "diabetes", DIABETES | adamw(0.01), scaled(0.0, after=hidden(16)), scaled(1.0, after=hidden(16))),
    Pair("stuck", "iris", IRIS | adamw(0.01), scaled(0.0, after=hidden(16)), scaled(1.0, after=hidden(16))),
)  # fmt: skip
