"""Layers that tell the steps of a sequence apart: attention by itself does not see their order."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from engine.dims import Dim, product
from engine.layers.layer import Layer, Port, Saves, ShapeError, need_float, need_rank
from engine.layers.parameters import Positive
from engine.spec import UNWIRED, Spec

STEPS = "(N, T, features)"
Base = Annotated[float, Field(gt=1.0)]


def need_features(x: Spec) -> int:
    """The size of the last axis. Raises ShapeError where it is open."""
    features = x.shape[-1]
    if not isinstance(features, int):
        raise ShapeError(
            f"gets {x}, whose last axis {features} is open; it needs a fixed number.", port="input", code="open-size"
        )
    return features


class _Sequence(Layer):
    """Works on a sequence of vectors."""

    family: ClassVar[str] = "Sequence"
    saves: ClassVar[Saves] = "nothing"

    def infer(self, *inputs: Spec) -> Spec:
        (x,) = inputs
        need_rank(x, 3, STEPS)
        need_float(x)
        need_features(x)
        return x


class SinusoidalPositions(_Sequence):
    """Adds a fixed pattern of waves to each step, so that it knows its position; works for any length."""

    own: ClassVar[str] = "SinusoidalPositions"
    formula: ClassVar[str] = "p(t, 2i) = sin(t / base^(2i/d)),  p(t, 2i + 1) = cos(t / base^(2i/d))"
    reference: ClassVar[str] = "Vaswani et al. 2017, Attention Is All You Need, https://arxiv.org/abs/1706.03762"
    stem_name: ClassVar[str] = "positions"

    base: Base = Field(10000.0, description="the longest wave is 2π times this long")

    def orders_steps(self) -> bool:
        return True


class LearnedPositions(_Sequence):
    """Adds a learned vector to each position, so that a step knows its position; up to a greatest length."""

    own: ClassVar[str] = "LearnedPositions"
    formula: ClassVar[str] = "y(t) = x(t) + p(t),  weights = max_length · features"
    reference: ClassVar[str] = (
        "Dosovitskiy et al. 2020, An Image is Worth 16x16 Words, https://arxiv.org/abs/2010.11929"
    )
    initial: ClassVar[dict[str, object]] = {"max_length": 512}
    positional: ClassVar[tuple[str, ...]] = ("features", "max_length")
    stem_name: ClassVar[str] = "positions"

    max_length: Positive = Field(description="how many positions there are; no sequence may be longer")

    def orders_steps(self) -> bool:
        return True

    def infer(self, *inputs: Spec) -> Spec:
        x = super().infer(*inputs)
        if isinstance(x.shape[1], int) and x.shape[1] > self.max_length:
            raise ShapeError(
                f"has {self.max_length} positions, but gets {x.shape[1]} steps: {x}.",
                port="input",
                parameter="max_length",
                code="sizes",
            )
        return x

    def inferred(self, *inputs: Spec) -> dict[str, object]:
        return {"features": inputs[0].shape[-1]}

    def weights(self, *inputs: Spec) -> dict[str, tuple[Dim, ...]]:
        return {"table": (self.max_length, inputs[0].shape[-1])}

    def summary(self) -> str:
        return f"≤ {self.max_length}"


class RotaryPositions(Layer):
    """Turns pairs of features by an angle that grows with the position: put it on queries and keys.

    Then their products depend on how far apart two steps are, not on where they are. The models differ in what is a
    pair: two neighbours (RoFormer, GPT-J) or the same place in both halves (GPT-NeoX, LLaMA).
    """

    family: ClassVar[str] = "Sequence"
    own: ClassVar[str] = "RotaryPositions"
    saves: ClassVar[Saves] = "nothing"
    formula: ClassVar[str] = "(a, b) → (a·cos θ − b·sin θ, a·sin θ + b·cos θ),  θ = t / base^(2i/d)"
    reference: ClassVar[str] = (
        "Su et al. 2021, RoFormer, https://arxiv.org/abs/2104.09864; in halves: Black et al. 2022, GPT-NeoX-20B, "
        "https://arxiv.org/abs/2204.06745"
    )
    stem_name: ClassVar[str] = "rotary"

    base: Base = Field(10000.0, description="the slowest turn takes 2π times this many steps")
    interleaved: bool = Field(
        True, description="whether neighbours are a pair; else a feature and the one half of the features later"
    )

    def orders_steps(self) -> bool:
        return True

    def infer(self, *inputs: Spec) -> Spec:
        (x,) = inputs
        need_float(x)
        if x.rank < 3:
            raise ShapeError(f"gets {x} but needs at least (N, T, features).", port="input", code="axes")
        if need_features(x) % 2:
            raise ShapeError(
                f"turns features in pairs, but gets {x.shape[-1]} of them: {x}.", port="input", code="division"
            )
        return x

    def summary(self) -> str:
        return "" if self.interleaved else "halves"


class RelativePositionBias(Layer):
    """A learned number for each head and each distance of two steps: wire it to attn_mask, which adds it to the scores.

    It reads sequences for their lengths only. Small distances have a number each; larger ones share it in ranges that
    grow. One such layer may serve all attentions of a stack, as in T5.
    """

    family: ClassVar[str] = "Sequence"
    own: ClassVar[str] = "RelativePositionBias"
    saves: ClassVar[Saves] = "nothing"
    formula: ClassVar[str] = "y(h, t, s) = W[bucket(s − t), h],  weights = num_buckets · num_heads"
    reference: ClassVar[str] = (
        "Raffel et al. 2019, Exploring the Limits of Transfer Learning with a Unified Text-to-Text Transformer, "
        "https://arxiv.org/abs/1910.10683"
    )
    initial: ClassVar[dict[str, object]] = {"num_heads": 4}
    positional: ClassVar[tuple[str, ...]] = ("num_heads",)
    stem_name: ClassVar[str] = "distances"
    inputs: ClassVar[tuple[Port, ...]] = (
        Port("query", "the sequence that asks, (N, T, …)"),
        Port("key", "the sequence that is looked at, (N, S, …); without a wire the query itself", optional=True),
    )

    num_heads: Positive = Field(description="how many heads of attention there are")
    num_buckets: Positive = Field(32, description="how many numbers each head has")
    max_distance: Positive = Field(128, description="from this distance on all share one number")
    bidirectional: bool = Field(
        True, description="whether steps ahead have numbers of their own; else they count as distance 0"
    )

    def orders_steps(self) -> bool:
        return True

    @property
    def _exact(self) -> int:
        """How many distances in one direction have a number each."""
        return self.num_buckets // (4 if self.bidirectional else 2)

    def check(self) -> None:
        least = 4 if self.bidirectional else 2
        if self.num_buckets < least or (self.bidirectional and self.num_buckets % 2):
            even = "an even number, " if self.bidirectional else ""
            raise ShapeError(
                f"shares {self.num_buckets} buckets among the distances; it needs {even}{least} or more.",
                parameter="num_buckets",
                code="range",
            )
        if self.max_distance <= self._exact:
            raise ShapeError(
                f"has numbers for the distances 0 … {self._exact - 1} and ranges after them, but max_distance is "
                f"{self.max_distance}; set more than {self._exact}.",
                parameter="max_distance",
                code="range",
            )

    def infer(self, *inputs: Spec) -> Spec:
        for port, x in zip(self.inputs, inputs, strict=True):
            if x is not UNWIRED and x.rank < 2:
                raise ShapeError(f"gets {x} but needs a sequence (N, T, …).", port=port.name, code="axes")
        query, key = inputs
        return Spec((self.num_heads, query.shape[1], (query if key is UNWIRED else key).shape[1]))

    def weights(self, *inputs: Spec) -> dict[str, tuple[Dim, ...]]:
        return {"weight": (self.num_buckets, self.num_heads)}

    def kept(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...]) -> Dim:
        return 8 * product(outputs[0].shape[1:])  # the buckets

    def scratch(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...]) -> Dim:
        return 4 * 8 * product(outputs[0].shape[1:])

    def summary(self) -> str:
        return f"{self.num_heads} heads · {self.num_buckets} buckets"


class ClassToken(_Sequence):
    """Puts one learned token before the sequence; what the network makes of it is the answer (select position 0)."""

    own: ClassVar[str] = "ClassToken"
    formula: ClassVar[str] = "(N, T, d) → (N, T + 1, d)"
    reference: ClassVar[str] = "Devlin et al. 2018, BERT, https://arxiv.org/abs/1810.04805"
    positional: ClassVar[tuple[str, ...]] = ("features",)
    stem_name: ClassVar[str] = "token"

    def infer(self, *inputs: Spec) -> Spec:
        x = super().infer(*inputs)
        return x.with_shape((x.shape[0], x.shape[1] + 1, x.shape[2]), x.axes)

    def inferred(self, *inputs: Spec) -> dict[str, object]:
        return {"features": inputs[0].shape[-1]}

    def weights(self, *inputs: Spec) -> dict[str, tuple[Dim, ...]]:
        return {"token": (inputs[0].shape[-1],)}


LAYERS = (SinusoidalPositions, LearnedPositions, RotaryPositions, RelativePositionBias, ClassToken)
