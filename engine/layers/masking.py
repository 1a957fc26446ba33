"""Layers that keep attention from looking where it must not, for attention drawn from its parts."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from engine.dims import Dim
from engine.layers.layer import Layer, Port, Saves, ShapeError
from engine.spec import Spec


class CausalMask(Layer):
    """Says of each pair of steps whether the second lies in the future of the first: there one may not look.

    It reads the scores for their size only and gives truth values for MaskedFill.
    """

    family: ClassVar[str] = "Attention"
    saves: ClassVar[Saves] = "nothing"
    formula: ClassVar[str] = "mask(t, s) = s > t"
    reference: ClassVar[str] = "Vaswani et al. 2017, Attention Is All You Need, https://arxiv.org/abs/1706.03762"
    stem_name: ClassVar[str] = "causal"

    def infer(self, *inputs: Spec) -> Spec:
        (scores,) = inputs
        if scores.rank < 3:
            raise ShapeError(
                f"gets {scores} but needs scores (N, …, T, S) of every step for every step.", port="input", code="axes"
            )
        return Spec(scores.shape, "bool")

    def expression(self, module: str, arguments: list[str]) -> str:
        return f"torch.ones_like({arguments[0]}, dtype=torch.bool).triu(diagonal=1)"


class MaskedFill(Layer):
    """Replaces the numbers where a mask is true: a very small score gets no share of the attention."""

    family: ClassVar[str] = "Attention"
    saves: ClassVar[Saves] = "nothing"
    torch: ClassVar[str] = "torch.Tensor.masked_fill"
    formula: ClassVar[str] = "y = value where mask, else x"
    inputs: ClassVar[tuple[Port, ...]] = (
        Port("input", "the numbers"),
        Port("mask", "truth values; where true, the number is replaced; axes of size 1 are repeated"),
    )

    value: float = Field(-1e9, description="what takes the place of the numbers")

    def infer(self, *inputs: Spec) -> Spec:
        x, mask = inputs
        if x.dtype != "float32":
            raise ShapeError(f"gets {x.dtype} input {x} but fills float32 only.", port="input", code="dtype")
        if mask.dtype != "bool":
            raise ShapeError(
                f"gets a mask {mask} of {mask.dtype}; truth values (bool) are needed.", port="mask", code="dtype"
            )
        rank = max(x.rank, mask.rank)
        out: list[Dim] = []
        for a, b in zip(*((1,) * (rank - spec.rank) + spec.shape for spec in (x, mask)), strict=True):
            if a != b and 1 not in (a, b):
                raise ShapeError(
                    f"fills {x} where {mask} is true, but {a} and {b} are neither equal nor 1.",
                    port="mask",
                    code="mask",
                )
            out.append(b if a == 1 else a)
        return x.with_shape(out, x.axes if rank == x.rank else None)

    def expression(self, module: str, arguments: list[str]) -> str:
        return f"{arguments[0]}.masked_fill({arguments[1]}, {self.value!r})"

    def kept(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...]) -> Dim:
        return 0

    def summary(self) -> str:
        return f"{self.value:g}"


LAYERS = (CausalMask, MaskedFill)
