"""Layers that bring several branches together."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from engine.dims import Dim
from engine.layers.layer import Layer, Port, ShapeError
from engine.layers.parameters import Whole
from engine.spec import Spec, meaning, promote


class Add(Layer):
    """Adds its inputs number by number: the skip connection of a residual network.

    An axis of size 1 is repeated to fit the others.
    """

    family: ClassVar[str] = "Merge"
    formula: ClassVar[str] = "y = x₀ + x₁ + …"
    reference: ClassVar[str] = "He et al. 2015, Deep Residual Learning, https://arxiv.org/abs/1512.03385"
    inputs: ClassVar[tuple[Port, ...]] = (Port("x", many=True),)

    def infer(self, *inputs: Spec) -> Spec:
        rank = max(spec.rank for spec in inputs)
        shapes = [(1,) * (rank - spec.rank) + spec.shape for spec in inputs]
        axes = next((spec.axes for spec in inputs if spec.rank == rank), None)
        out = []
        for axis, sizes in enumerate(zip(*shapes, strict=True)):
            wide: Dim = next((size for size in sizes if size != 1), 1)
            for place, size in enumerate(sizes):
                if size not in (1, wide):
                    raise ShapeError(
                        f"adds {' + '.join(map(str, inputs))}, but {meaning(axes, axis)} differs: "
                        f"{wide} and {size} are neither equal nor 1.",
                        port=place,
                    )
            out.append(wide)
        return Spec(tuple(out), promote(*(spec.dtype for spec in inputs)), axes)

    def expression(self, module: str, arguments: list[str]) -> str:
        return " + ".join(arguments)


class Concat(Layer):
    """Puts its inputs one behind the other along an axis; all other axes must be equal."""

    family: ClassVar[str] = "Merge"
    torch: ClassVar[str] = "torch.cat"
    formula: ClassVar[str] = "out(dim) = Σ in(dim)"
    reference: ClassVar[str] = "Huang et al. 2016, Densely Connected Networks, https://arxiv.org/abs/1608.06993"
    inputs: ClassVar[tuple[Port, ...]] = (Port("x", many=True),)

    dim: Whole = Field(1, description="the axis along which they are joined; 1 is the channels")

    def infer(self, *inputs: Spec) -> Spec:
        first = inputs[0]
        if not -first.rank <= self.dim < first.rank:
            raise ShapeError(
                f"joins along axis {self.dim}, but {first} has {first.rank} axes, {-first.rank} … {first.rank - 1}.",
                port=0,
                parameter="dim",
            )
        dim = self.dim % first.rank
        for place, other in enumerate(inputs):
            if other.rank != first.rank:
                raise ShapeError(f"joins {first} with {other}: {first.rank} and {other.rank} axes.", port=place)
            for axis, (a, b) in enumerate(zip(first.shape, other.shape, strict=True)):
                if axis != dim and a != b:
                    raise ShapeError(
                        f"joins {first} with {other} along {meaning(first.axes, dim)}, "
                        f"but {meaning(first.axes, axis)} differs: {a} and {b}.",
                        port=place,
                    )
        total: Dim = 0
        for spec in inputs:
            total = total + spec.shape[dim]
        shape = (*first.shape[:dim], total, *first.shape[dim + 1 :])
        return Spec(shape, promote(*(spec.dtype for spec in inputs)), first.axes)

    def expression(self, module: str, arguments: list[str]) -> str:
        return f"torch.cat(({', '.join(arguments)}{',' if len(arguments) == 1 else ''}), dim={self.dim})"

    def summary(self) -> str:
        return f"axis {self.dim}"


LAYERS = (Add, Concat)
