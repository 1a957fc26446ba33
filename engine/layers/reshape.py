"""Layers that arrange the same numbers differently."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from engine.dims import Dim, product
from engine.layers.layer import Layer, ShapeError
from engine.layers.parameters import Whole
from engine.spec import Spec


class Flatten(Layer):
    """Puts several axes into one: an image becomes one long row of numbers, ready for a Linear layer."""

    family: ClassVar[str] = "Shape"
    torch: ClassVar[str] = "torch.nn.Flatten"
    formula: ClassVar[str] = "out = size(start_dim) · … · size(end_dim)"

    start_dim: Whole = Field(1, description="the first axis to be put together; 0 is the batch")
    end_dim: Whole = Field(-1, description="the last axis to be put together")

    def infer(self, *inputs: Spec) -> Spec:
        (x,) = inputs
        start, end = (self._axis(x, name) for name in ("start_dim", "end_dim"))
        if start > end:
            raise ShapeError(f"begins at axis {self.start_dim}, behind its end {self.end_dim}.", parameter="start_dim")
        merged: tuple[Dim, ...] = (*x.shape[:start], product(x.shape[start : end + 1]), *x.shape[end + 1 :])
        axes = ("batch", "features") if (start, end) == (1, x.rank - 1) else None
        return x.with_shape(merged, axes)

    def _axis(self, x: Spec, name: str) -> int:
        value: int = getattr(self, name)
        if not -x.rank <= value < x.rank:
            raise ShapeError(
                f"has {name} {value}, but {x} has {x.rank} axes, {-x.rank} … {x.rank - 1}.",
                port="input",
                parameter=name,
            )
        return value % x.rank

    def filled(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...]) -> str:
        x = inputs[0]
        start, end = self.start_dim % x.rank, self.end_dim % x.rank
        return f"{' · '.join(map(str, x.shape[start : end + 1]))} = {outputs[0].shape[start]}"

    def summary(self) -> str:
        return "" if (self.start_dim, self.end_dim) == (1, -1) else f"axes {self.start_dim} … {self.end_dim}"


LAYERS = (Flatten,)
