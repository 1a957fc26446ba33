"""The way back from max pooling: the largest values return to where they were."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from engine.dims import Dim, product
from engine.layers.layer import Port, Saves, ShapeError, Stretch
from engine.layers.nature import Sight
from engine.layers.parameters import NonNegative, One, OneOrThree, OneOrTwo, Positive
from engine.layers.pooling import KERNEL, STRIDE, THREE, TWO, Pooling
from engine.layers.windows import AXES, Window
from engine.spec import Spec

PADDING = "the padding that the max pooling had"


class _MaxUnpool(Pooling):
    """Puts values back."""

    saves: ClassVar[Saves] = "nothing"
    sees: ClassVar[Sight] = "overlap"
    formula: ClassVar[str] = "out = (in − 1)·stride − 2·padding + kernel_size"
    reference: ClassVar[str] = "Zeiler and Fergus 2013, Visualizing Convolutional Networks, arxiv.org/abs/1311.2901"
    inputs: ClassVar[tuple[Port, ...]] = (
        Port("input", "the values that max pooling kept"),
        Port("indices", "where they were: the second output of that max pooling"),
    )
    stem_name: ClassVar[str] = "unpool"

    def windows(self) -> tuple[Window, ...]:
        return ()  # it gives more cells than it gets

    def check(self) -> None:
        """Any padding can be taken back."""

    def infer(self, *inputs: Spec) -> Spec:
        x, indices = inputs
        self.need_input(x)
        if indices.dtype != "int64" or indices.shape != x.shape:
            raise ShapeError(
                f"gets {x} with indices {indices} of {indices.dtype}: each value needs one integer (int64).",
                port="indices",
                code="dtype",
            )
        sizes: list[Dim] = []
        for axis, (size, window) in enumerate(zip(x.shape[2:], self.sliding, strict=True)):
            out = (size - 1) * window.stride - 2 * window.before + window.kernel
            if isinstance(out, int) and out < 1:
                raise ShapeError(
                    f"gives nothing along the {AXES[self.spatial][axis]}: ({size} − 1)·{window.stride} − "
                    f"2·{window.before} + {window.kernel} = {str(out).replace('-', '−')}.",
                    port="input",
                    parameter="padding",
                    code="window",
                )
            sizes.append(out)
        return x.with_shape((*x.shape[:2], *sizes), x.axes)

    def receptive_field(
        self, part: Stretch, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...], source: int = 0
    ) -> Stretch | None:
        return self.windows()[part.axis - 2].painted_from(part) if part.axis > 1 else None

    def kept(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...]) -> Dim:
        return 8 * product(inputs[0].shape)

    def filled(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...]) -> str:
        return ""


class MaxUnpool1d(_MaxUnpool):
    """Puts the values that max pooling kept back to where they were, zeros around them."""

    torch: ClassVar[str] = "torch.nn.MaxUnpool1d"
    spatial: ClassVar[int] = 1

    kernel_size: One[Positive] = Field(description=KERNEL.format(""))
    stride: One[Positive] | None = Field(None, description=STRIDE)
    padding: One[NonNegative] = Field(0, description=PADDING)


class MaxUnpool2d(_MaxUnpool):
    """Puts the values that max pooling kept back to where they were, zeros around them."""

    torch: ClassVar[str] = "torch.nn.MaxUnpool2d"
    spatial: ClassVar[int] = 2

    kernel_size: OneOrTwo[Positive] = Field(description=KERNEL.format(TWO))
    stride: OneOrTwo[Positive] | None = Field(None, description=STRIDE)
    padding: OneOrTwo[NonNegative] = Field(0, description=PADDING)


class MaxUnpool3d(_MaxUnpool):
    """Puts the values that max pooling kept back to where they were, zeros around them."""

    torch: ClassVar[str] = "torch.nn.MaxUnpool3d"
    spatial: ClassVar[int] = 3

    kernel_size: OneOrThree[Positive] = Field(description=KERNEL.format(THREE))
    stride: OneOrThree[Positive] | None = Field(None, description=STRIDE)
    padding: OneOrThree[NonNegative] = Field(0, description=PADDING)


LAYERS = (MaxUnpool1d, MaxUnpool2d, MaxUnpool3d)
