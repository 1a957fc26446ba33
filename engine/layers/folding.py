"""Layers that cut an image into patches, and paste patches to an image."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from engine.dims import Dim, product
from engine.layers.layer import Layer, Saves, ShapeError, need_float, need_rank
from engine.layers.parameters import NonNegative, OneOrTwo, Positive
from engine.layers.windows import Window, slide, spread
from engine.spec import Spec

KERNEL = "the size of a patch; two numbers are height and width"
DILATION = "the distance between the cells of a patch"
STRIDE = "how far apart the patches lie"


class _Patches(Layer):
    """What cutting and pasting share."""

    family: ClassVar[str] = "Resampling"
    saves: ClassVar[Saves] = "nothing"

    def windows(self) -> tuple[Window, ...]:
        """The patch along height and width."""
        names = ("kernel_size", "stride", "padding", "dilation")
        return tuple(
            Window(k, s, p, p, d)
            for k, s, p, d in zip(*(spread(getattr(self, name), 2) for name in names), strict=True)
        )

    def cells(self) -> int:
        """How many cells a patch has."""
        kernel = spread(getattr(self, "kernel_size"), 2)  # noqa: B009 - the classes declare it
        return int(kernel[0] * kernel[1])


class Unfold(_Patches):
    """Cuts an image into patches: each becomes a column of numbers, one after the other."""

    torch: ClassVar[str] = "torch.nn.Unfold"
    formula: ClassVar[str] = "(N, C, H, W) → (N, C · cells of a patch, number of patches)"
    initial: ClassVar[dict[str, object]] = {"kernel_size": 2, "stride": 2}
    positional: ClassVar[tuple[str, ...]] = ("kernel_size",)

    kernel_size: OneOrTwo[Positive] = Field(description=KERNEL)
    dilation: OneOrTwo[Positive] = Field(1, description=DILATION)
    padding: OneOrTwo[NonNegative] = Field(0, description="zeros added on each side of the image")
    stride: OneOrTwo[Positive] = Field(1, description=STRIDE)

    def infer(self, *inputs: Spec) -> Spec:
        (x,) = inputs
        need_rank(x, 4, "(N, channels, height, width)")
        need_float(x)
        count = slide(self.windows(), x.shape[2:], "cuts")
        return Spec((x.shape[0], x.shape[1] * self.cells(), product(count)))

    def summary(self) -> str:
        return "×".join(map(str, spread(self.kernel_size, 2)))


class Fold(_Patches):
    """Pastes patches to an image; where they overlap they add up. The way back from Unfold."""

    torch: ClassVar[str] = "torch.nn.Fold"
    formula: ClassVar[str] = "(N, C · cells of a patch, number of patches) → (N, C, H, W)"
    initial: ClassVar[dict[str, object]] = {"output_size": 8, "kernel_size": 2, "stride": 2}
    positional: ClassVar[tuple[str, ...]] = ("output_size", "kernel_size")

    output_size: OneOrTwo[Positive] = Field(description="the size of the image; two numbers are height and width")
    kernel_size: OneOrTwo[Positive] = Field(description=KERNEL)
    dilation: OneOrTwo[Positive] = Field(1, description=DILATION)
    padding: OneOrTwo[NonNegative] = Field(0, description="cells cut off on each side of the image")
    stride: OneOrTwo[Positive] = Field(1, description=STRIDE)

    def infer(self, *inputs: Spec) -> Spec:
        (x,) = inputs
        need_rank(x, 3, "(N, channels · cells of a patch, number of patches)")
        need_float(x)
        size = spread(self.output_size, 2)
        cells, rows = self.cells(), x.shape[1]
        whole = rows % cells == 0 if isinstance(rows, int) else rows.scale % cells == 0 == rows.offset % cells
        if not whole:
            raise ShapeError(
                f"pastes patches of {cells} cells, but gets columns of {rows} numbers: {x}.",
                port="input",
                parameter="kernel_size",
                code="sizes",
            )
        count: Dim = product(slide(self.windows(), size, "pastes"))
        if x.shape[2] != count:
            raise ShapeError(
                f"needs {count} patches for an image of {size[0]}×{size[1]}, but gets {x.shape[2]}: {x}.",
                port="input",
                parameter="output_size",
                code="sizes",
            )
        return Spec((x.shape[0], rows // cells, *size), "float32", ("batch", "channels", "height", "width"))

    def summary(self) -> str:
        return f"→ {'×'.join(map(str, spread(self.output_size, 2)))}"


LAYERS = (Unfold, Fold)
