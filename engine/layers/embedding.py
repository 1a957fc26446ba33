"""Layers that look up a vector for each integer: words, tokens, positions."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from engine.dims import Dim
from engine.layers.layer import Layer, Port, ShapeError
from engine.layers.nature import Sight
from engine.layers.parameters import Positive, Whole
from engine.spec import UNWIRED, Spec


class _Table(Layer):
    """A table with a learned row for each number 0 … num_embeddings − 1."""

    family: ClassVar[str] = "Sequence"
    vocabulary_parameter: ClassVar[str] = "num_embeddings"
    width_parameter: ClassVar[str] = "embedding_dim"
    initial: ClassVar[dict[str, object]] = {"num_embeddings": 1000, "embedding_dim": 64}
    positional: ClassVar[tuple[str, ...]] = ("num_embeddings", "embedding_dim")
    reference: ClassVar[str] = "Bengio et al. 2003, A Neural Probabilistic Language Model"

    num_embeddings: Positive = Field(description="how many different numbers there are")
    embedding_dim: Positive = Field(description="how long the vector of each is")

    def weights(self, *inputs: Spec) -> dict[str, tuple[Dim, ...]]:
        return {"weight": (self.num_embeddings, self.embedding_dim)}

    def summary(self) -> str:
        return f"{self.num_embeddings:,} → {self.embedding_dim}"


def need_whole(x: Spec, port: str = "input") -> None:
    """Raise ShapeError unless ``x`` holds integers."""
    if x.dtype != "int64":
        raise ShapeError(f"gets {x.dtype} input {x} but looks up integers (int64).", port=port, code="dtype")


class Embedding(_Table):
    """Looks up a learned vector for each integer, for example a word or a token."""

    sees: ClassVar[Sight] = "cell"
    torch: ClassVar[str] = "torch.nn.Embedding"
    formula: ClassVar[str] = "y = W[x],  weights = num_embeddings · embedding_dim"

    num_embeddings: Positive = Field(description="how many different numbers there are")
    embedding_dim: Positive = Field(description="how long the vector of each is")
    padding_idx: Whole | None = Field(
        None, description="a number whose vector stays 0 and learns nothing; none: all learn"
    )
    max_norm: float | None = Field(None, gt=0.0, description="longer vectors are shortened to this; none: they are not")
    norm_type: float = Field(2.0, gt=0.0, description="which norm max_norm speaks of")
    scale_grad_by_freq: bool = Field(False, description="whether gradients are divided by how often a number occurs")
    sparse: bool = Field(False, description="whether gradients are sparse (only some optimizers take them)")

    def mixes_samples(self, *inputs: Spec) -> bool:
        return self.scale_grad_by_freq  # by how often a number occurs in all samples

    def check(self) -> None:
        check_padding(self.padding_idx, self.num_embeddings)

    def infer(self, *inputs: Spec) -> Spec:
        (x,) = inputs
        need_whole(x)
        axes = ("batch", "time", "features") if x.rank == 2 else None
        return Spec((*x.shape, self.embedding_dim), "float32", axes)


class EmbeddingBag(_Table):
    """Looks up a vector for each integer of a row and boils them down to one: a bag of words."""

    torch: ClassVar[str] = "torch.nn.EmbeddingBag"
    formula: ClassVar[str] = "y = Σ W[xₜ], or their mean, or the largest of each"

    num_embeddings: Positive = Field(description="how many different numbers there are")
    embedding_dim: Positive = Field(description="how long the vector of each is")
    max_norm: float | None = Field(None, gt=0.0, description="longer vectors are shortened to this; none: they are not")
    norm_type: float = Field(2.0, gt=0.0, description="which norm max_norm speaks of")
    scale_grad_by_freq: bool = Field(False, description="whether gradients are divided by how often a number occurs")
    mode: Literal["sum", "mean", "max"] = Field("mean", description="how the vectors are combined")
    sparse: bool = Field(False, description="whether gradients are sparse (only some optimizers take them)")
    padding_idx: Whole | None = Field(None, description="a number that counts for nothing; none: all count")

    def mixes_samples(self, *inputs: Spec) -> bool:
        return self.scale_grad_by_freq  # by how often a number occurs in all samples

    def check(self) -> None:
        check_padding(self.padding_idx, self.num_embeddings)
        if self.mode == "max" and (self.scale_grad_by_freq or self.sparse):
            raise ShapeError("has mode 'max', which goes with neither scale_grad_by_freq nor sparse.", parameter="mode")

    def input_ports(self) -> tuple[Port, ...]:
        weights = Port("per_sample_weights", "how much each number counts", optional=True)
        return (Port("input", "the rows of numbers"), weights) if self.mode == "sum" else self.inputs

    def infer(self, *inputs: Spec) -> Spec:
        x, *rest = inputs
        need_whole(x)
        if x.rank != 2:
            raise ShapeError(f"gets {x.rank}-D input {x} but needs rows of numbers (N, L).", port="input", code="axes")
        for weights in rest:
            if weights is not UNWIRED and (weights.shape != x.shape or weights.dtype != "float32"):
                raise ShapeError(
                    f"gets weights {weights} of {weights.dtype} for numbers {x}: one float is needed for each.",
                    port="per_sample_weights",
                    code="dtype",
                )
        return Spec((x.shape[0], self.embedding_dim), "float32", ("batch", "features"))

    def expression(self, module: str, arguments: list[str]) -> str:
        if len(arguments) > 1 and arguments[1] != "None":
            return f"{module}({arguments[0]}, per_sample_weights={arguments[1]})"
        return f"{module}({arguments[0]})"


def check_padding(padding_idx: int | None, count: int) -> None:
    """Raise ShapeError unless the padding is one of the numbers."""
    if padding_idx is not None and not -count <= padding_idx < count:
        raise ShapeError(
            f"has padding_idx {padding_idx}, but the numbers are 0 … {count - 1}.",
            parameter="padding_idx",
            code="range",
        )


LAYERS = (Embedding, EmbeddingBag)
