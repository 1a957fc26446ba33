"""Layers that keep as many windows as are asked for, whatever the size of what comes in: evenly or at random."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import Field

from engine.dims import Dim, product
from engine.layers.layer import Saves, ShapeError, Stretch, shared_part
from engine.layers.nature import Numbers, Sight
from engine.layers.parameters import One, OneOrThree, OneOrTwo, Positive
from engine.layers.pooling import INDICES, KERNEL, THREE, TWO, Indexed, Pooling
from engine.layers.resampling import scaled
from engine.layers.windows import AXES, Window, spread
from engine.spec import Spec

SIZE = "the size that comes out"
SIZES = "the size that comes out; none keeps that axis as it is"
RATIO = "the share of the size that comes out, more than 0 and less than 1; none: by output_size"
Ratio = Annotated[float, Field(gt=0.0, lt=1.0)]
LIN = "Lin et al. 2013, Network In Network, https://arxiv.org/abs/1312.4400"


class AdaptivePooling(Pooling):
    """Chooses its windows so that the wished number of them fits."""

    sees: ClassVar[Sight] = "share"
    formula: ClassVar[str] = "out = output_size; window i spans ⌊i·in/out⌋ … ⌈(i + 1)·in/out⌉"
    initial: ClassVar[dict[str, object]] = {"output_size": 1}
    positional: ClassVar[tuple[str, ...]] = ("output_size",)
    reference: ClassVar[str] = LIN

    def windows(self) -> tuple[Window, ...]:
        return ()  # they differ in size

    def check(self) -> None:
        """Every size is possible."""

    def wanted(self, x: Spec) -> tuple[Dim, ...]:
        """The sizes that come out."""
        asked: tuple[int | None, ...] = self.each("output_size")
        return tuple(size if want is None else want for want, size in zip(asked, x.shape[2:], strict=True))

    def infer(self, *inputs: Spec) -> Spec | tuple[Spec, ...]:
        (x,) = inputs
        self.need_input(x)
        return x.with_shape((*x.shape[:2], *self.wanted(x)), x.axes)

    def receptive_field(
        self, part: Stretch, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...], source: int = 0
    ) -> Stretch | None:
        return shared_part(part, inputs[source], outputs[0])

    def summary(self) -> str:
        asked: tuple[int | None, ...] = self.each("output_size")
        return f"→ {'×'.join('in' if want is None else str(want) for want in asked)}"

    def filled(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...]) -> str:
        return ""


class _AdaptiveAvg(AdaptivePooling):
    """Keeps means."""

    numbers: ClassVar[Numbers] = "averaged"
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

    also_called: ClassVar[str] = "global average pooling gap"
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

    numbers: ClassVar[Numbers] = "pooled"


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


class _FractionalMaxPool(Indexed, AdaptivePooling):
    """Keeps the largest values of windows whose distances are drawn at random."""

    numbers: ClassVar[Numbers] = "pooled"
    formula: ClassVar[str] = (
        "out = output_size, or ⌊in · output_ratio⌋; window i begins at ⌊α·(i + u)⌋ − ⌊α·u⌋, u drawn from 0 … 1"
    )
    initial: ClassVar[dict[str, object]] = {"kernel_size": 2, "output_ratio": 0.5}
    positional: ClassVar[tuple[str, ...]] = ("kernel_size",)
    reference: ClassVar[str] = "Graham 2014, Fractional Max-Pooling, https://arxiv.org/abs/1412.6071"
    spare: ClassVar[int] = 0
    """How many cells torch wants beside those that the windows need."""

    if TYPE_CHECKING:
        output_size: Any
        output_ratio: Any

    def draws(self) -> bool:
        return True

    def check(self) -> None:
        if self.output_size is None and self.output_ratio is None:
            raise ShapeError(
                "has neither an output_size nor an output_ratio; give one of them.", parameter="output_ratio"
            )
        if self.output_size is not None and self.output_ratio is not None:
            raise ShapeError(
                "has both an output_size and an output_ratio; give only one of them.", parameter="output_size"
            )

    def wanted(self, x: Spec) -> tuple[Dim, ...]:
        """The sizes that come out. Raises ShapeError where so many windows have no room."""
        found: list[Dim] = []
        ratios = spread(self.output_ratio, self.spatial)
        for axis, (name, kernel) in enumerate(zip(AXES[self.spatial], self.each("kernel_size"), strict=True)):
            size, ratio = x.shape[axis + 2], ratios[axis]
            out = self.each("output_size")[axis] if ratio is None else scaled(x, axis + 2, ratio, "output_ratio")
            needed = out + (kernel - 1 + self.spare)
            if isinstance(size, int) and isinstance(needed, int) and needed > size:
                more = " and one cell to spare" if self.spare else ""
                raise ShapeError(
                    f"finds no room for {out} windows of {kernel} along the {name}: with each a cell further they need "
                    f"{out} + {kernel} − 1 cells{more}, and there are {size}.",
                    port="input",
                    parameter="output_size" if ratio is None else "output_ratio",
                    code="window",
                )
            found.append(out)
        return tuple(found)

    def summary(self) -> str:
        name, sign = ("output_ratio", "×") if self.output_size is None else ("output_size", "→")
        numbers = "×".join(f"{number:g}" for number in dict.fromkeys(spread(getattr(self, name), self.spatial)))
        return f"{'×'.join(map(str, self.each('kernel_size')))} {sign} {numbers}"


class FractionalMaxPool2d(_FractionalMaxPool):
    """Keeps the largest value of windows that lie at random distances, so that an image shrinks by any factor.

    The windows are drawn again at each step, after training, too: a little noise that works against overfitting.
    """

    torch: ClassVar[str] = "torch.nn.FractionalMaxPool2d"
    spatial: ClassVar[int] = 2

    kernel_size: OneOrTwo[Positive] = Field(description=KERNEL.format(TWO))
    output_size: OneOrTwo[Positive] | None = Field(None, description=f"{SIZE}; none: by output_ratio")
    output_ratio: OneOrTwo[Ratio] | None = Field(None, description=RATIO)
    return_indices: bool = Field(False, description=INDICES)


class FractionalMaxPool3d(_FractionalMaxPool):
    """Keeps the largest value of windows that lie at random distances, so that a volume shrinks by any factor.

    The windows are drawn again at each step, after training, too: a little noise that works against overfitting.
    """

    torch: ClassVar[str] = "torch.nn.FractionalMaxPool3d"
    spatial: ClassVar[int] = 3
    spare: ClassVar[int] = 1

    kernel_size: OneOrThree[Positive] = Field(description=KERNEL.format(THREE))
    output_size: OneOrThree[Positive] | None = Field(None, description=f"{SIZE}; none: by output_ratio")
    output_ratio: OneOrThree[Ratio] | None = Field(None, description=RATIO)
    return_indices: bool = Field(False, description=INDICES)


LAYERS = (
    *(AdaptiveAvgPool1d, AdaptiveAvgPool2d, AdaptiveAvgPool3d),
    *(AdaptiveMaxPool1d, AdaptiveMaxPool2d, AdaptiveMaxPool3d),
    *(FractionalMaxPool2d, FractionalMaxPool3d),
)
