"""What Layerloom is told of the module: parameters, shape rule, words."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from engine.dims import Dim
from engine.layers.layer import Layer, need_float
from engine.spec import Spec


class ScaledTanh(Layer):
    """Squeezes numbers like tanh, but between −scale and scale, which is learned."""

    family: ClassVar[str] = "Activation"
    own: ClassVar[str] = "ScaledTanhModule"
    imported_from: ClassVar[str] = "acme_layers"
    formula: ClassVar[str] = "y = scale · tanh(x)"
    reference: ClassVar[str] = "LeCun et al. 1998, Efficient BackProp"

    scale: float = Field(1.7159, gt=0.0, description="what the scale starts with")

    def infer(self, *inputs: Spec) -> Spec:
        (x,) = inputs
        need_float(x)
        return x

    def weights(self, *inputs: Spec) -> dict[str, tuple[Dim, ...]]:
        return {"scale": ()}
