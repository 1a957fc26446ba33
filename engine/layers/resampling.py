"""Layers that change how finely an image, a sequence or a volume is sampled, and where, without learning anything."""

from __future__ import annotations

import math
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from engine.dims import Dim, product
from engine.layers.layer import Layer, Port, Saves, ShapeError, Stretch, need_float
from engine.layers.nature import Numbers, Sight
from engine.layers.parameters import Positive, unparse
from engine.layers.windows import AXES, resampled
from engine.spec import UNWIRED, Spec, axis_name, meaning

Factor = Annotated[float, Field(gt=0.0)]
Mode = Literal["nearest", "nearest-exact", "area", "linear", "bilinear", "bicubic", "trilinear"]
RANKS: dict[str, int] = {"linear": 3, "bilinear": 4, "bicubic": 4, "trilinear": 5}
"""How many axes the input of an interpolating mode has; the other modes take three to five."""
JADERBERG = "Jaderberg et al. 2015, Spatial Transformer Networks, https://arxiv.org/abs/1506.02025"
CORNERS = "whether −1 and 1 are the centres of the outermost cells; else their outer edges"


class _Resampling(Layer):
    """The same image with more or fewer cells or channels."""

    family: ClassVar[str] = "Resampling"
    channels_second: ClassVar[bool] = True
    keeps_positions: ClassVar[bool] = True
    numbers: ClassVar[Numbers] = "resampled"
    sees: ClassVar[Sight] = "overlap"


class Upsample(_Resampling):
    """Makes an image, a sequence or a volume larger (or smaller) by filling in values between the known ones.

    Give either the size that should come out or the factor by which every axis grows.
    """

    saves: ClassVar[Saves] = "nothing"
    torch: ClassVar[str] = "torch.nn.Upsample"
    formula: ClassVar[str] = "out = size, or ⌊in · scale_factor⌋"
    initial: ClassVar[dict[str, object]] = {"scale_factor": 2.0}
    stem_name: ClassVar[str] = "up"

    size: Positive | tuple[Positive, ...] | None = Field(
        None, description="the size that comes out; one number, or one an axis after the channels"
    )
    scale_factor: Factor | tuple[Factor, ...] | None = Field(
        None, description="by how much the size grows; one number, or one an axis after the channels"
    )
    mode: Mode = Field("nearest", description="how values are filled in: copied, averaged or interpolated")
    align_corners: bool | None = Field(
        None, description="interpolating modes: whether the outermost values stay in the corners; none: no"
    )
    recompute_scale_factor: bool | None = Field(None, description="whether the factor is computed from rounded sizes")

    def check(self) -> None:
        if self.size is None and self.scale_factor is None:
            raise ShapeError("has neither a size nor a scale_factor; give one of them.", parameter="scale_factor")
        if self.size is not None and self.scale_factor is not None:
            raise ShapeError("has both a size and a scale_factor; give only one of them.", parameter="size")
        if self.size is not None and self.recompute_scale_factor:
            message = "has a size, so there is no scale_factor to recompute."
            raise ShapeError(message, parameter="recompute_scale_factor")
        if self.align_corners is not None and self.mode not in RANKS:
            raise ShapeError(
                f"sets align_corners, but mode {self.mode!r} does not interpolate; only {', '.join(RANKS)} do.",
                parameter="align_corners",
            )

    def infer(self, *inputs: Spec) -> Spec:
        (x,) = inputs
        need_float(x)
        self._check_rank(x)
        sizes = []
        for axis, (size, factor) in enumerate(zip(self._sizes(x), self._factors(x), strict=True), 2):
            sizes.append(scaled(x, axis, factor) if size is None else size)
        return x.with_shape((*x.shape[:2], *sizes), x.axes)

    def receptive_field(
        self, part: Stretch, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...], source: int = 0
    ) -> Stretch | None:
        factor = (
            None if self.size is not None or self.recompute_scale_factor else self._factors(inputs[0])[part.axis - 2]
        )
        return resampled(part, inputs[source], outputs[0], self.mode, bool(self.align_corners), factor)

    def _check_rank(self, x: Spec) -> None:
        rank = RANKS.get(self.mode)
        if rank is not None and x.rank != rank:
            raise ShapeError(
                f"gets {x.rank}-D input {x}, but mode {self.mode!r} needs {rank}-D input {_layout(rank)}.",
                port="input",
                parameter="mode",
                code="axes",
            )
        if not 3 <= x.rank <= 5:
            raise ShapeError(
                f"gets {x.rank}-D input {x} but needs 3-D, 4-D or 5-D input (N, channels, and one to three axes).",
                port="input",
                code="axes",
            )
        for name in ("size", "scale_factor"):
            given = getattr(self, name)
            if isinstance(given, tuple) and len(given) != x.rank - 2:
                raise ShapeError(
                    f"has {_numbers(len(given))} in {name}, but {x} has {x.rank - 2} axes after the channels.",
                    port="input",
                    parameter=name,
                    code="axes",
                )

    def _sizes(self, x: Spec) -> tuple[int | None, ...]:
        return self.size if isinstance(self.size, tuple) else (self.size,) * (x.rank - 2)

    def _factors(self, x: Spec) -> tuple[float, ...]:
        factor = 1.0 if self.scale_factor is None else self.scale_factor
        return factor if isinstance(factor, tuple) else (factor,) * (x.rank - 2)

    def summary(self) -> str:
        given: object = self.scale_factor if self.size is None else self.size
        numbers = given if isinstance(given, tuple) else (given,)
        text = "×".join(unparse(number).removesuffix(".0") for number in numbers)
        text = f"{'×' if self.size is None else '→'} {text}"
        return text if self.mode == "nearest" else f"{text} · {self.mode}"

    def filled(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...]) -> str:
        x, y = inputs[0], outputs[0]
        if self.scale_factor is None:
            return ""
        return "\n".join(
            f"{axis_name(x.axes, axis)} = ⌊{x.shape[axis]} · {factor:g}⌋ = {y.shape[axis]}"
            for axis, factor in enumerate(self._factors(x), 2)
        )


class PixelShuffle(_Resampling):
    """Turns channels into a finer image: of every r² channels one is made that is r times as high and as wide.

    After a convolution it enlarges an image by learned values instead of copies.
    """

    saves: ClassVar[Saves] = "nothing"
    channels_last_from: ClassVar[tuple[float, float]] = (0, math.inf)
    torch: ClassVar[str] = "torch.nn.PixelShuffle"
    formula: ClassVar[str] = "(C·r², H, W) → (C, H·r, W·r)"
    reference: ClassVar[str] = "Shi et al. 2016, Efficient Sub-Pixel Convolution, https://arxiv.org/abs/1609.05158"
    initial: ClassVar[dict[str, object]] = {"upscale_factor": 2}
    positional: ClassVar[tuple[str, ...]] = ("upscale_factor",)
    stem_name: ClassVar[str] = "shuffle"

    upscale_factor: Positive = Field(description="how many times as high and as wide the image becomes")

    def infer(self, *inputs: Spec) -> Spec:
        (x,) = inputs
        _need_image(x)
        (*front, channels, height, width), factor = x.shape, self.upscale_factor
        if not _divides(factor**2, channels):
            raise ShapeError(
                f"needs channels in groups of {factor}² = {factor**2}, but {x} has {channels} channels, "
                f"and {channels} / {factor**2} is not {_whole(channels)}.",
                port="input",
                parameter="upscale_factor",
                code="division",
            )
        return x.with_shape((*front, channels // factor**2, height * factor, width * factor), x.axes)

    def summary(self) -> str:
        return f"× {self.upscale_factor}"


class PixelUnshuffle(_Resampling):
    """Turns a fine image into more channels: every square of r × r cells becomes r² channels of one cell.

    Nothing is lost, so it shrinks an image more gently than pooling.
    """

    saves: ClassVar[Saves] = "nothing"
    channels_last_from: ClassVar[tuple[float, float]] = (0, math.inf)
    torch: ClassVar[str] = "torch.nn.PixelUnshuffle"
    formula: ClassVar[str] = "(C, H·r, W·r) → (C·r², H, W)"
    reference: ClassVar[str] = PixelShuffle.reference
    initial: ClassVar[dict[str, object]] = {"downscale_factor": 2}
    positional: ClassVar[tuple[str, ...]] = ("downscale_factor",)
    stem_name: ClassVar[str] = "unshuffle"

    downscale_factor: Positive = Field(description="how many times as low and as narrow the image becomes")

    def infer(self, *inputs: Spec) -> Spec:
        (x,) = inputs
        _need_image(x)
        *front, channels, height, width = x.shape
        factor = self.downscale_factor
        for axis, size in ((x.rank - 2, height), (x.rank - 1, width)):
            if not _divides(factor, size):
                raise ShapeError(
                    f"cuts {meaning(x.axes, axis)} of {size} into pieces of {factor}, "
                    f"and {size} / {factor} is not {_whole(size)}.",
                    port="input",
                    parameter="downscale_factor",
                    code="division",
                )
        return x.with_shape((*front, channels * factor**2, height // factor, width // factor), x.axes)

    def summary(self) -> str:
        return f"/ {self.downscale_factor}"


class ChannelShuffle(_Resampling):
    """Mixes the channels of several groups, so that grouped convolutions after one another see all of them."""

    saves: ClassVar[Saves] = "nothing"
    torch: ClassVar[str] = "torch.nn.ChannelShuffle"
    formula: ClassVar[str] = "(groups, C / groups) → (C / groups, groups), read as one row of C channels"
    reference: ClassVar[str] = "Zhang et al. 2017, ShuffleNet, https://arxiv.org/abs/1707.01083"
    initial: ClassVar[dict[str, object]] = {"groups": 2}
    positional: ClassVar[tuple[str, ...]] = ("groups",)
    stem_name: ClassVar[str] = "shuffle"

    groups: Positive = Field(description="how many groups the channels are dealt from")

    def infer(self, *inputs: Spec) -> Spec:
        (x,) = inputs
        if x.rank < 3:
            raise ShapeError(
                f"gets {x.rank}-D input {x} but needs 3 axes or more (N, channels, …).", port="input", code="axes"
            )
        channels = x.shape[1]
        if not _divides(self.groups, channels):
            raise ShapeError(
                f"splits {channels} channels into {self.groups} groups, and {channels} / {self.groups} is not "
                f"{_whole(channels)}.",
                port="input",
                parameter="groups",
                code="division",
            )
        return x

    def summary(self) -> str:
        return f"{self.groups} groups"


class AffineGrid(Layer):
    """Says where each cell of a new image is taken from in an old one that is moved, turned, sheared or scaled.

    Each sample has a matrix of its own, mostly made by layers. The grid goes to GridSample, which takes the values.
    """

    saves: ClassVar[Saves] = "nothing"
    family: ClassVar[str] = "Resampling"
    torch: ClassVar[str] = "torch.nn.functional.affine_grid"
    formula: ClassVar[str] = "grid[y, x] = θ · (x, y, 1),  x and y from −1 to 1"
    reference: ClassVar[str] = JADERBERG
    initial: ClassVar[dict[str, object]] = {"size": (32, 32)}
    inputs: ClassVar[tuple[Port, ...]] = (
        Port("theta", "a matrix for each sample, (N, 2, 3) for images, (N, 3, 4) for volumes"),
        Port("image", "an image or a volume whose size the grid gets, in place of the parameter size", optional=True),
    )
    stem_name: ClassVar[str] = "grid"

    size: tuple[Positive, Positive] | tuple[Positive, Positive, Positive] | None = Field(
        None, description="height and width of the grid, before them the depth of a volume; none: those of the image"
    )
    align_corners: bool = Field(False, description=CORNERS)

    def infer(self, *inputs: Spec) -> Spec:
        theta, image = inputs
        if theta.shape[1:] not in ((2, 3), (3, 4)):
            needs = "a matrix for each sample, (N, 2, 3) for images or (N, 3, 4) for volumes"
            raise ShapeError(f"gets {theta} but needs {needs}.", port="theta", code="axes")
        need_float(theta, "theta")
        batch, space = theta.shape[0], 2 if theta.shape[1] == 2 else 3
        if (self.size is None) == (image is UNWIRED):
            words = "neither a size nor an image" if self.size is None else "both a size and an image"
            raise ShapeError(f"has {words} to take the size from; give one of them.", port="image", parameter="size")
        if self.size is not None and len(self.size) != space:
            words = f"has {len(self.size)} numbers in size, but matrices {theta} turn {space} axes."
            raise ShapeError(words, parameter="size")
        if image is not UNWIRED and (image.rank != space + 2 or image.shape[0] != batch):
            words = f"gets {image}, but matrices {theta} turn images ({batch}, channels, {', '.join(AXES[space])})."
            raise ShapeError(words, port="image", code="axes" if image.rank != space + 2 else "mismatch")
        sizes = image.shape[2:] if self.size is None else self.size
        return theta.with_shape((batch, *sizes, space), ("batch", *AXES[space], "coordinates"))

    def multiply_adds(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...]) -> Dim:
        return product(outputs[0].shape) * inputs[0].shape[2]

    def expression(self, module: str, arguments: list[str]) -> str:
        theta, image = arguments
        size = f"{image}.shape"
        if self.size is not None:
            size = f"({theta}.shape[0], 1, {', '.join(map(repr, self.size))})"
        return f"nn.functional.affine_grid({theta}, {size}, align_corners={self.align_corners!r})"

    def summary(self) -> str:
        return "" if self.size is None else f"→ {'×'.join(map(str, self.size))}"


class GridSample(Layer):
    """Takes each cell of a new image from where a grid says, between the cells of the input; the grid learns, too.

    With AffineGrid it turns and scales images; with a grid of its own for each cell it bends them.
    """

    family: ClassVar[str] = "Resampling"
    channels_second: ClassVar[bool] = True
    torch: ClassVar[str] = "torch.nn.functional.grid_sample"
    formula: ClassVar[str] = "out[n, c, i, j] = input[n, c, y, x],  (x, y) = grid[n, i, j] from −1 to 1"
    reference: ClassVar[str] = JADERBERG
    inputs: ClassVar[tuple[Port, ...]] = (
        Port("input", "an image (N, C, H, W) or a volume (N, C, D, H, W)"),
        Port("grid", "where to look, (N, H', W', 2) with (x, y), or (N, D', H', W', 3) with (x, y, z)"),
    )
    stem_name: ClassVar[str] = "sample"

    mode: Literal["bilinear", "nearest", "bicubic"] = Field(
        "bilinear", description="how values between the cells are found; bicubic is for images only"
    )
    padding_mode: Literal["zeros", "border", "reflection"] = Field(
        "zeros", description="what lies beyond the edge: zeros, the outermost cells, or the image mirrored"
    )
    align_corners: bool = Field(False, description=CORNERS)

    def infer(self, *inputs: Spec) -> Spec:
        x, grid = inputs
        if x.rank not in (4, 5):
            words = f"gets {x.rank}-D input {x} but needs 4-D input {_layout(4)} or 5-D input {_layout(5)}."
            raise ShapeError(words, port="input", code="axes")
        need_float(x)
        need_float(grid, "grid")
        space = x.rank - 2
        if grid.rank != x.rank or grid.shape[-1] != space or grid.shape[0] != x.shape[0]:
            words = f"gets a grid {grid} for {x}; it needs ({x.shape[0]}, {', '.join(AXES[space])}, {space})."
            raise ShapeError(words, port="grid", code="axes" if grid.rank != x.rank else "mismatch")
        if self.mode == "bicubic" and space == 3:
            raise ShapeError(
                f"gets {x}, but mode 'bicubic' is for images {_layout(4)}.", port="input", parameter="mode", code="axes"
            )
        return x.with_shape((*x.shape[:2], *grid.shape[1:-1]), x.axes)

    def expression(self, module: str, arguments: list[str]) -> str:
        modes = [f"{name}={getattr(self, name)!r}" for name in ("mode", "padding_mode", "align_corners")]
        return f"nn.functional.grid_sample({', '.join(arguments + modes)})"

    def summary(self) -> str:
        return self.mode if self.padding_mode == "zeros" else f"{self.mode} · {self.padding_mode}"


def _layout(rank: int) -> str:
    axes = {3: "length", 4: "height, width", 5: "depth, height, width"}
    return f"(N, channels, {axes[rank]})"


def _numbers(count: int) -> str:
    return "1 number" if count == 1 else f"{count} numbers"


def _need_image(x: Spec) -> None:
    if x.rank < 4:
        words = f"gets {x.rank}-D input {x} but needs 4 axes or more (N, …, channels, height, width)."
        raise ShapeError(words, port="input", code="axes")


def _divides(divisor: int, size: Dim) -> bool:
    """Whether a size is a multiple of ``divisor``, whatever an open one turns out to be."""
    return not (size % divisor if isinstance(size, int) else size.scale % divisor or size.offset % divisor)


def _whole(size: Dim) -> str:
    return "an integer" if isinstance(size, int) else f"an integer for every {size.symbol}"


def scaled(x: Spec, axis: int, factor: float, parameter: str = "scale_factor") -> Dim:
    """⌊size · factor⌋, computed in floats as torch does. Raises ShapeError where nothing is left."""
    size = x.shape[axis]
    if isinstance(size, int):
        if not 1 <= size * factor < 2**63:
            count = " = 0 cells; 1 or more are needed" if size * factor < 1 else " cells, more than torch can count"
            raise ShapeError(
                f"scales {meaning(x.axes, axis)} to ⌊{size} · {factor:g}⌋{count}.",
                port="input",
                parameter=parameter,
                code="window",
            )
        return math.floor(size * factor)
    above, below = factor.as_integer_ratio()
    if below > 2**20:  # then the float is rounded, and so is the product
        raise ShapeError(
            f"scales {meaning(x.axes, axis)} of {size} by {factor:g}, which has to be rounded; "
            "an open size needs an exact factor such as 0.25, 1.5 or 2.",
            port="input",
            parameter=parameter,
            code="open-size",
        )
    return (size * above) // below


LAYERS = (Upsample, PixelShuffle, PixelUnshuffle, ChannelShuffle, AffineGrid, GridSample)
