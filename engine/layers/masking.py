"""Layers that say where attention must not look, and which steps of a sequence count."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from engine.dims import Dim, product
from engine.layers.axes import named
from engine.layers.layer import Layer, Port, Saves, ShapeError, need_float, need_truth
from engine.layers.parameters import Whole
from engine.spec import UNWIRED, Spec

PADDING = "the number that fills up what is shorter than the others"


class CausalMask(Layer):
    """Says of each pair of steps whether the second lies in the future of the first: there attention is blocked.

    It reads the scores for their size only and gives booleans for MaskedFill.
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
        Port(
            "mask",
            "booleans; where true, the number is replaced; axes of size 1 are repeated; none: all stay",
            optional=True,
        ),
    )

    value: float = Field(-1e9, description="what takes the place of the numbers")

    def infer(self, *inputs: Spec) -> Spec:
        x, mask = inputs
        if x.dtype != "float32":
            raise ShapeError(f"gets {x.dtype} input {x} but fills float32 only.", port="input", code="dtype")
        if mask is UNWIRED:
            return x
        need_truth(mask, "mask", "a mask")
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
        filled = f"{arguments[0]}.masked_fill({arguments[1]}, {self.value!r})"
        return arguments[0] if arguments[1] == "None" else filled

    def kept(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...]) -> Dim:
        return 0

    def summary(self) -> str:
        return f"{self.value:g}"


class _OfTokens(Layer):
    """Reads integers, one of which is padding."""

    family: ClassVar[str] = "Sequence"
    saves: ClassVar[Saves] = "nothing"
    reference: ClassVar[str] = "https://docs.pytorch.org/docs/stable/generated/torch.nn.MultiheadAttention.html"

    padding_idx: Whole = Field(0, description=PADDING)

    def need_tokens(self, x: Spec, least: int) -> None:
        """Raise ShapeError unless these are integers with so many axes."""
        if x.dtype != "int64":
            raise ShapeError(
                f"gets {x.dtype} input {x} but looks for padding among integers (int64).",
                port="input",
                code="dtype",
            )
        if x.rank < least:
            raise ShapeError(f"gets {x} but needs sequences of tokens (N, T).", port="input", code="axes")

    def summary(self) -> str:
        return f"padding {self.padding_idx}"


class PaddingMask(_OfTokens):
    """Says of each token whether it is padding, which attention must not look at and a mean must not count.

    Wire the tokens to it, before the Embedding, and its mask to a port such as key_padding_mask. Those want it true at
    padding; ScaledDotProductAttention wants it true at tokens, with an axis for heads and queries put in (Unsqueeze).
    """

    also_called: ClassVar[str] = "key padding mask tokens"
    formula: ClassVar[str] = "mask(n, t) = (token(n, t) = padding_idx)"
    stem_name: ClassVar[str] = "padding"

    true_at: Literal["padding", "tokens"] = Field("padding", description="where the mask is true")

    def infer(self, *inputs: Spec) -> Spec:
        (x,) = inputs
        self.need_tokens(x, 0)
        return Spec(x.shape, "bool", x.axes)

    def expression(self, module: str, arguments: list[str]) -> str:
        return f"{arguments[0]} {'==' if self.true_at == 'padding' else '!='} {self.padding_idx!r}"


class SequenceLengths(_OfTokens):
    """Counts the tokens of each sample that are no padding: the lengths that recurrent layers stop at.

    Wire the tokens to it and its result to ``lengths`` of an RNN, LSTM or GRU. Padding is taken to lie behind the
    tokens. A sample of padding alone counts as one step, for a recurrent layer takes at least one.
    """

    also_called: ClassVar[str] = "length count tokens"
    formula: ClassVar[str] = "length(n) = max(1, number of t with token(n, t) ≠ padding_idx)"
    stem_name: ClassVar[str] = "lengths"

    def infer(self, *inputs: Spec) -> Spec:
        (x,) = inputs
        self.need_tokens(x, 2)
        return Spec(x.shape[:-1], "int64", named(x.axes, *range(x.rank - 1)))

    def expression(self, module: str, arguments: list[str]) -> str:
        return f"({arguments[0]} != {self.padding_idx!r}).sum(dim=-1).clamp(min=1)"


class MaskedMean(Layer):
    """The mean over the steps of a sequence that are no padding: a whole sequence as one vector."""

    family: ClassVar[str] = "Sequence"
    saves: ClassVar[Saves] = "nothing"
    functions: ClassVar[tuple[str, ...]] = ("masked_mean",)
    formula: ClassVar[str] = "y(n) = Σ x(n, t) / number of t,  over all t that are no padding"
    reference: ClassVar[str] = "Reimers and Gurevych 2019, Sentence-BERT, https://arxiv.org/abs/1908.10084"
    stem_name: ClassVar[str] = "mean"
    inputs: ClassVar[tuple[Port, ...]] = (
        Port("input", "the sequence, (N, T, …)"),
        Port("padding", "booleans, (N, T): where true, a step is padding"),
    )

    def infer(self, *inputs: Spec) -> Spec:
        x, padding = inputs
        need_float(x)
        if x.rank < 2:
            raise ShapeError(f"gets {x} but needs a sequence (N, T, …).", port="input", code="axes")
        need_truth(padding, "padding")
        if padding.shape != x.shape[:2]:
            raise ShapeError(
                f"gets padding {padding} but needs {Spec(x.shape[:2])}: one for each step of {x}.",
                port="padding",
                code="mask",
                needed=x.shape[:2],
            )
        return x.with_shape((x.shape[0], *x.shape[2:]), named(x.axes, 0, *range(2, x.rank)))

    def expression(self, module: str, arguments: list[str]) -> str:
        return f"masked_mean({arguments[0]}, {arguments[1]})"

    def scratch(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...]) -> Dim:
        return 4 * product(inputs[0].shape)


LAYERS = (PaddingMask, SequenceLengths, MaskedMean, CausalMask, MaskedFill)
