"""Layers that keep as many windows as are asked for, whatever the size of what comes in."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from engine.dims import Dim, product
from engine.layers.layer import Saves
from engine.layers.parameters import One, Positive
from engine.layers.pooling import INDICES, Indexed, Pooling
from engine.spec import Spec

SIZE = "the size that comes out"
SIZES = "the size that comes out; none keeps that axis as it is"
LIN = "Lin et al. 2013, Network In Network, https://arxiv.org/abs/1312.4400"


class AdaptivePooling(Pooling):
    """Chooses its windows so that the wished number of them fits."""

    formula: ClassVar[str] = "out = output_size; window i spans ⌊i·in/out⌋ … ⌈(i + 1)·in/out⌉"
    initial: ClassVar[dict[str, object]] = {"output_size": 1}
    positional: ClassVar[tuple[str, ...]] = ("output_size",)
    reference: ClassVar[str] = LIN

    def check(self) -> None:
        """Every size is possible."""

    def wanted(self, sizes: tuple[Dim, ...]) -> tuple[Dim, ...]:
        """The sizes that come out."""
        asked: tuple[int | None, ...] = self.each("output_size")
        return tuple(size if want is None else want for want, size in zip(asked, sizes, strict=True))

    def infer(self, *inputs: Spec) -> Spec | tuple[Spec, ...]:
        (x,) = inputs
        self.need_input(x)
        return x.with_shape((*x.shape[:2], *self.wanted(x.shape[2:])), x.axes)

    def summary(self) -> str:
        asked: tuple[int | None, ...] = self.each("output_size")
        return f"→ {'×'.join('in' if want is None else str(want) for want in asked)}"

    def filled(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...]) -> str:
        return ""


class _AdaptiveAvg(AdaptivePooling):
    """Keeps means."""

    saves: ClassVar[Saves] = "nothing"

    def kept(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...]) -> Dim:
        whole = all(size == 1 for size in outputs[0].shape[2:])  # then it is a plain mean
        return 0 if whole else 4 * product(inputs[0].shape)


class AdaptiveAvgPool1d(_AdaptiveAvg):
    """Keeps the mean of as many stretches as you ask for, whatever the length; 1 is the mean of all."""

    torch: ClassVar[str] = "torch.nn.AdaptiveAvgPool1d"
    spatial: ClassVar[int] = 1

    output_size: One[Positive] = Field(description=SIZE)


class AdaptiveAvgPool2d(_AdaptiveAvg):
    """Keeps the mean of as many windows as you ask for, whatever the size of the image; 1 is global average pooling."""

    torch: ClassVar[str] = "torch.nn.AdaptiveAvgPool2d"
    spatial: ClassVar[int] = 2

    output_size: Positive | tuple[Positive | None, Positive | None] = Field(description=SIZES)


class AdaptiveAvgPool3d(_AdaptiveAvg):
    """Keeps the mean of as many windows as you ask for, whatever the size of the volume; 1 is the mean of all."""

    torch: ClassVar[str] = "torch.nn.AdaptiveAvgPool3d"
    spatial: ClassVar[int] = 3

    output_size: Positive | tuple[Positive | None, Positive | None, Positive | None] = Field(description=SIZES)


class _AdaptiveMax(Indexed, AdaptivePooling):
    """Keeps largest values."""


class AdaptiveMaxPool1d(_AdaptiveMax):
    """Keeps the largest value of as many stretches as you ask for, whatever the length; 1 is the largest of all."""

    torch: ClassVar[str] = "torch.nn.AdaptiveMaxPool1d"
    spatial: ClassVar[int] = 1

    output_size: One[Positive] = Field(description=SIZE)
    return_indices: bool = Field(False, description=INDICES)


class AdaptiveMaxPool2d(_AdaptiveMax):
    """Keeps the largest value of as many windows as you ask for; 1 is global max pooling."""

    torch: ClassVar[str] = "torch.nn.AdaptiveMaxPool2d"
    spatial: ClassVar[int] = 2

    output_size: Positive | tuple[Positive | None, Positive | None] = Field(description=SIZES)
    return_indices: bool = Field(False, description=INDICES)


class AdaptiveMaxPool3d(_AdaptiveMax):
    """Keeps the largest value of as many windows of a volume as you ask for; 1 is the largest of all."""

    torch: ClassVar[str] = "torch.nn.AdaptiveMaxPool3d"
    spatial: ClassVar[int] = 3

    output_size: Positive | tuple[Positive | None, Positive | None, Positive | None] = Field(description=SIZES)
    return_indices: bool = Field(False, description=INDICES)


LAYERS = (
    *(AdaptiveAvgPool1d, AdaptiveAvgPool2d, AdaptiveAvgPool3d),
    *(AdaptiveMaxPool1d, AdaptiveMaxPool2d, AdaptiveMaxPool3d),
)
