"""Layers that make training harder so that the network learns more robustly."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from engine.layers.layer import Layer, need_float
from engine.layers.parameters import Probability
from engine.spec import Spec


class Dropout(Layer):
    """Sets numbers to zero at random while training, so that no number is relied on alone; does nothing afterwards."""

    family: ClassVar[str] = "Dropout"
    torch: ClassVar[str] = "torch.nn.Dropout"
    formula: ClassVar[str] = "y = x · m / (1 − p),  m = 0 with probability p, else 1"
    reference: ClassVar[str] = "Srivastava et al. 2014, Dropout, https://jmlr.org/papers/v15/srivastava14a.html"
    positional: ClassVar[tuple[str, ...]] = ("p",)

    p: Probability = Field(0.5, description="the share of numbers set to zero")

    def infer(self, *inputs: Spec) -> Spec:
        (x,) = inputs
        need_float(x)
        return x

    def summary(self) -> str:
        return f"p = {self.p:g}"


LAYERS = (Dropout,)
