"""Lengths of vectors, and how near two of them are."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from engine.dims import Dim, product
from engine.layers.axes import behind_batch, broadcast, named
from engine.layers.layer import Layer, Port, Saves, need_float
from engine.layers.nature import Sight
from engine.layers.parameters import Whole
from engine.spec import Spec

Order = Annotated[float, Field(gt=0.0)]
Small = Annotated[float, Field(ge=0.0)]


class Normalize(Layer):
    """Divides vectors by their length, so that all have the length 1: for embeddings that are compared."""

    family: ClassVar[str] = "Normalization"
    sees: ClassVar[Sight] = "cell"
    torch: ClassVar[str] = "torch.nn.functional.normalize"
    formula: ClassVar[str] = "y = x / max(‖x‖ₚ, eps)"

    p: Order = Field(2.0, description="which length: 2 the square root of squares, 1 the sum of absolute values")
    dim: Whole = Field(1, description="the axis along which a vector is; −1 for (N, T, features)")
    eps: Small = Field(1e-12, description="the least that is divided by")

    def infer(self, *inputs: Spec) -> Spec:
        (x,) = inputs
        need_float(x)
        behind_batch(x, self.dim, verb="normalizes along")
        return x

    def together(self, *inputs: Spec) -> Dim | None:
        return inputs[0].shape[self.dim]

    def expression(self, module: str, arguments: list[str]) -> str:
        given = [f"p={self.p}"] * (self.p != 2.0) + [f"dim={self.dim}"] + [f"eps={self.eps}"] * (self.eps != 1e-12)
        return f"nn.functional.normalize({', '.join([*arguments, *given])})"

    def kept(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...]) -> Dim:
        shape = list(inputs[0].shape)
        del shape[self.dim]
        return 8 * product(shape)

    def summary(self) -> str:
        return f"axis {self.dim}" + ("" if self.p == 2 else f", p {self.p:g}")


class _Comparing(Layer):
    """Compares two vectors; an axis of size 1 is repeated to fit the other."""

    family: ClassVar[str] = "Merge"
    inputs: ClassVar[tuple[Port, ...]] = (Port("x1", "the one side"), Port("x2", "the other side"))

    def joined(self, inputs: tuple[Spec, ...]) -> Spec:
        """Both inputs in one shape. Raises ShapeError."""
        for spec, port in zip(inputs, self.inputs, strict=True):
            need_float(spec, port.name)
        shape, axes = broadcast(inputs, "compares", "with")
        return Spec(shape, "float32", axes)


class PairwiseDistance(_Comparing):
    """The distance of two vectors, which are on the last axis."""

    saves: ClassVar[Saves] = "outputs"
    torch: ClassVar[str] = "torch.nn.PairwiseDistance"
    formula: ClassVar[str] = "y = ‖x₁ − x₂ + eps‖ₚ"

    p: float = Field(2.0, description="which length: 2 the square root of squares, 1 the sum of absolute values")
    eps: float = Field(1e-6, description="what is added to each difference, so that no gradient is infinite")
    keepdim: bool = Field(False, description="whether an axis of size 1 is left in place of the vectors")

    def infer(self, *inputs: Spec) -> Spec:
        both = self.joined(inputs)
        behind_batch(both, -1, "p", verb="measures along")
        axes = list(range(both.rank - 1))
        last = (1,) if self.keepdim else ()
        return Spec((*both.shape[:-1], *last), "float32", both.axes if self.keepdim else named(both.axes, *axes))

    def kept(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...]) -> Dim:
        return 4 * product(self.joined(inputs).shape)


class CosineSimilarity(_Comparing):
    """The cosine of the angle between two vectors: 1 where they have one direction, 0 where they are orthogonal."""

    torch: ClassVar[str] = "torch.nn.CosineSimilarity"
    formula: ClassVar[str] = "y = x₁ · x₂ / (max(‖x₁‖, eps) · max(‖x₂‖, eps))"

    dim: Whole = Field(1, description="the axis along which a vector is; −1 for (N, T, features)")
    eps: Small = Field(1e-8, description="the least length that is divided by")

    def infer(self, *inputs: Spec) -> Spec:
        both = self.joined(inputs)
        dim = behind_batch(both, self.dim, verb="compares along")
        axes = [axis for axis in range(both.rank) if axis != dim]
        return both.with_shape((both.shape[axis] for axis in axes), named(both.axes, *axes))

    def kept(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...]) -> Dim:
        return 8 * product(self.joined(inputs).shape) + 16 * product(outputs[0].shape)

    def summary(self) -> str:
        return f"axis {self.dim}"


LAYERS = (Normalize, PairwiseDistance, CosineSimilarity)
