"""Layers that multiply by one weight matrix."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from engine.dims import Dim, product
from engine.layers.layer import Layer, Port, ShapeError, Stretch, need_float
from engine.layers.parameters import Positive
from engine.spec import Spec


class Linear(Layer):
    """A fully connected layer: every output is a weighted sum of all inputs, plus a bias.

    It works on the last axis and repeats itself over all others, so flatten an image first to let it see the whole.
    """

    family: ClassVar[str] = "Linear"
    also_called: ClassVar[str] = "fully connected fc dense"
    width_parameter: ClassVar[str] = "out_features"
    linear_map: ClassVar[bool] = True
    torch: ClassVar[str] = "torch.nn.Linear"
    formula: ClassVar[str] = "y = x·Wᵀ + b,  weights = in_features · out_features + out_features"
    initial: ClassVar[dict[str, object]] = {"out_features": 64}
    positional: ClassVar[tuple[str, ...]] = ("in_features", "out_features")
    stem_name: ClassVar[str] = "fc"

    out_features: Positive = Field(description="how many numbers come out")
    bias: bool = Field(True, description="whether a learned constant is added to each output")

    def infer(self, *inputs: Spec) -> Spec:
        (x,) = inputs
        need_float(x)
        if x.rank < 2:
            raise ShapeError(f"gets {x} but needs at least one axis besides the batch.", port="input", code="axes")
        if not isinstance(x.shape[-1], int):
            raise ShapeError(
                f"gets {x}, whose last axis {x.shape[-1]} is open; a weight matrix needs a fixed number there.",
                port="input",
                code="open-size",
            )
        return x.with_shape((*x.shape[:-1], self.out_features), x.axes)

    def receptive_field(
        self, part: Stretch, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...], source: int = 0
    ) -> Stretch | None:
        return None if part.axis == inputs[0].rank - 1 else part

    def inferred(self, *inputs: Spec) -> dict[str, object]:
        return {"in_features": inputs[0].shape[-1]}

    def weights(self, *inputs: Spec) -> dict[str, tuple[Dim, ...]]:
        weights: dict[str, tuple[Dim, ...]] = {"weight": (self.out_features, inputs[0].shape[-1])}
        return weights | ({"bias": (self.out_features,)} if self.bias else {})

    def multiply_adds(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...]) -> Dim:
        return product(outputs[0].shape) * inputs[0].shape[-1]

    def summary(self) -> str:
        return f"→ {self.out_features}" + ("" if self.bias else " · no bias")

    def filled(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...]) -> str:
        wide, out = inputs[0].shape[-1], self.out_features
        return (
            f"weights = {wide} · {out}"
            + (f" + {out}" if self.bias else "")
            + f" = {wide * out + (out if self.bias else 0)}"
        )


class Bilinear(Layer):
    """Every output weighs every product of a number of the one input with a number of the other."""

    family: ClassVar[str] = "Linear"
    width_parameter: ClassVar[str] = "out_features"
    linear_map: ClassVar[bool] = True
    torch: ClassVar[str] = "torch.nn.Bilinear"
    formula: ClassVar[str] = "y = x₁ᵀ·A·x₂ + b,  weights = out_features · in1_features · in2_features + out_features"
    initial: ClassVar[dict[str, object]] = {"out_features": 16}
    positional: ClassVar[tuple[str, ...]] = ("in1_features", "in2_features", "out_features")
    inputs: ClassVar[tuple[Port, ...]] = (Port("input1", "the one side"), Port("input2", "the other side"))

    out_features: Positive = Field(description="how many numbers come out")
    bias: bool = Field(True, description="whether a learned constant is added to each output")

    def infer(self, *inputs: Spec) -> Spec:
        for index, x in enumerate(inputs):
            need_float(x, f"input{index + 1}")
            if x.rank < 2 or not isinstance(x.shape[-1], int):
                raise ShapeError(
                    f"gets {x}, but needs a last axis of a fixed size after the batch.", port=index, code="open-size"
                )
        a, b = inputs
        if a.shape[:-1] != b.shape[:-1]:
            raise ShapeError(f"gets {a} and {b}, which differ before their last axis.", port=1, code="mismatch")
        return a.with_shape((*a.shape[:-1], self.out_features), a.axes)

    def inferred(self, *inputs: Spec) -> dict[str, object]:
        return {"in1_features": inputs[0].shape[-1], "in2_features": inputs[1].shape[-1]}

    def weights(self, *inputs: Spec) -> dict[str, tuple[Dim, ...]]:
        weights: dict[str, tuple[Dim, ...]] = {"weight": (self.out_features, inputs[0].shape[-1], inputs[1].shape[-1])}
        return weights | ({"bias": (self.out_features,)} if self.bias else {})

    def multiply_adds(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...]) -> Dim:
        return product(outputs[0].shape) * inputs[0].shape[-1] * inputs[1].shape[-1]

    def summary(self) -> str:
        return f"→ {self.out_features}" + ("" if self.bias else " · no bias")


LAYERS = (Linear, Bilinear)
