"""Layers that put cells around the input, or cut some off where a padding is negative."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from engine.dims import Dim
from engine.layers.layer import Layer, Saves, ShapeError, Stretch, need_numbers
from engine.layers.nature import Sight
from engine.layers.parameters import Whole
from engine.spec import Spec, axis_name, meaning

NEGATIVE = "a negative number cuts cells off"
Pad1d = Annotated[
    Whole | tuple[Whole, Whole],
    Field(description=f"cells added on each side; two numbers are left, right; {NEGATIVE}"),
]
Pad2d = Annotated[
    Whole | tuple[Whole, Whole, Whole, Whole],
    Field(description=f"cells added on each side; four numbers are left, right, top, bottom; {NEGATIVE}"),
]
Pad3d = Annotated[
    Whole | tuple[Whole, Whole, Whole, Whole, Whole, Whole],
    Field(description=f"cells added on each side; six numbers are left, right, top, bottom, front, back; {NEGATIVE}"),
]
LARGEST: dict[str, float] = {"float32": 3.4028234663852886e38, "int64": 2.0**63}
"""The largest number of a dtype; what lies beyond cannot fill cells."""


class _Pad(Layer):
    """What all paddings share: the last axes grow by what is added before and after."""

    family: ClassVar[str] = "Padding"
    sees: ClassVar[Sight] = "cell"
    channels_second: ClassVar[bool] = True
    formula: ClassVar[str] = "out = in + before + after"
    initial: ClassVar[dict[str, object]] = {"padding": 1}
    positional: ClassVar[tuple[str, ...]] = ("padding",)
    stem_name: ClassVar[str] = "pad"
    padded: ClassVar[int]
    """How many axes are padded, the last ones."""

    padding: int | tuple[int, ...]

    def sides(self) -> tuple[tuple[int, int], ...]:
        """(before, behind) of each padded axis in the order of the axes; torch's own tuple begins with the last."""
        given = self.padding
        if isinstance(given, int):
            return ((given, given),) * self.padded
        return tuple(zip(given[::2], given[1::2], strict=True))[::-1]

    def infer(self, *inputs: Spec) -> Spec:
        (x,) = inputs
        self.check_input(x)
        shape = list(x.shape)
        for axis, (before, behind) in zip(range(x.rank - self.padded, x.rank), self.sides(), strict=True):
            size, name = x.shape[axis], meaning(x.axes, axis)
            if isinstance(size, int):
                self.check_axis(size, before, behind, name)
            shape[axis] = size + before + behind
        return x.with_shape(shape, x.axes)

    def receptive_field(
        self, part: Stretch, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...], source: int = 0
    ) -> Stretch | None:
        index = part.axis - inputs[source].rank + self.padded
        before = self.sides()[index][0] if index >= 0 else 0
        return Stretch(part.axis, part.first - before, part.last - before)

    def check_input(self, x: Spec) -> None:
        """Raise ShapeError where the number of axes or the dtype does not fit: a batch, perhaps channels, the axes."""
        least, layout = self.padded + 1, _layout(self.padded)
        if not least <= x.rank <= least + 1:
            raise ShapeError(
                f"gets {x.rank}-D input {x} but needs {least + 1}-D input (N, channels, {layout}) "
                f"or {least}-D input (N, {layout}).",
                port="input",
                code="axes",
            )

    def check_axis(self, size: int, before: int, behind: int, name: str) -> None:
        """Raise ShapeError where an axis of this size cannot be padded so."""
        left = size + before + behind
        if left < 1:
            raise ShapeError(
                f"cuts off too much: {_sum(size, before, behind)} = {_number(left)} cells of {name} are left.",
                port="input",
                parameter="padding",
                code="padding",
            )

    def summary(self) -> str:
        return _number(self.padding) if isinstance(self.padding, int) else ", ".join(map(_number, self.padding))

    def filled(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...]) -> str:
        x, y = inputs[0], outputs[0]
        return "\n".join(
            f"{axis_name(x.axes, axis)} = {_sum(x.shape[axis], *sides)} = {y.shape[axis]}"
            for axis, sides in zip(range(x.rank - self.padded, x.rank), self.sides(), strict=True)
        )


class _ConstantPad(_Pad):
    """Fills with one value; takes any number of axes before the padded ones."""

    saves: ClassVar[Saves] = "nothing"

    def check_input(self, x: Spec) -> None:
        if x.rank <= self.padded:
            raise ShapeError(
                f"gets {x.rank}-D input {x} but needs {self.padded + 1} axes or more (N, …, {_layout(self.padded)}).",
                port="input",
                code="axes",
            )

    def check_axis(self, size: int, before: int, behind: int, name: str) -> None:
        super().check_axis(size, before, behind, name)
        if _kept(size, before, behind) < 0:
            raise ShapeError(
                f"cuts {max(-before, 0) + max(-behind, 0)} cells off {name}, which has only {size}.",
                port="input",
                parameter="padding",
                code="padding",
            )


class _ValuePad(_ConstantPad):
    """Fills with a value that the user chooses."""

    initial: ClassVar[dict[str, object]] = {"padding": 1, "value": 0.0}
    positional: ClassVar[tuple[str, ...]] = ("padding", "value")

    beyond_float: ClassVar[tuple[str, ...]] = ("value",)

    value: float = Field(description="the value of the added cells")

    def check_input(self, x: Spec) -> None:
        super().check_input(x)
        largest = LARGEST.get(x.dtype)
        adds = any(side > 0 for sides in self.sides() for side in sides)
        if largest is not None and abs(self.value) > largest and adds:
            raise ShapeError(
                f"fills {x.dtype} input with {self.value:g}, but {x.dtype} holds numbers up to {largest:.3g} only.",
                port="input",
                parameter="value",
                code="dtype",
            )


class _NumberPad(_Pad):
    """Fills with the input's own numbers."""

    def check_input(self, x: Spec) -> None:
        super().check_input(x)
        need_numbers(x)


class _ReflectionPad(_NumberPad):
    """Fills with the cells next to the edge, mirrored."""

    def check_axis(self, size: int, before: int, behind: int, name: str) -> None:
        _check_taken(
            max(before, behind), size - 1, f"mirrors {max(before, behind)} cells at the edge of {name}, {size}"
        )
        super().check_axis(size, before, behind, name)


class _CircularPad(_Pad):
    """Fills with the cells from the other side."""

    saves: ClassVar[Saves] = "nothing"

    def check_axis(self, size: int, before: int, behind: int, name: str) -> None:
        super().check_axis(size, before, behind, name)
        kept, most = _kept(size, before, behind), max(before, behind)
        cut = f" of which {_number(kept)} are kept" if kept < size else ""
        _check_taken(most, max(kept, 0), f"takes {most} cells from the other side of {name}, {size}{cut}")


class ZeroPad1d(_ConstantPad):
    """Puts zeros in front of and after a sequence."""

    torch: ClassVar[str] = "torch.nn.ZeroPad1d"
    padded: ClassVar[int] = 1

    padding: Pad1d


class ZeroPad2d(_ConstantPad):
    """Puts a frame of zeros around an image, so that a filter also reaches its corners."""

    torch: ClassVar[str] = "torch.nn.ZeroPad2d"
    padded: ClassVar[int] = 2

    padding: Pad2d


class ZeroPad3d(_ConstantPad):
    """Puts zeros around a volume on all six sides."""

    torch: ClassVar[str] = "torch.nn.ZeroPad3d"
    padded: ClassVar[int] = 3

    padding: Pad3d


class ConstantPad1d(_ValuePad):
    """Puts a value of your choice in front of and after a sequence."""

    torch: ClassVar[str] = "torch.nn.ConstantPad1d"
    padded: ClassVar[int] = 1

    padding: Pad1d


class ConstantPad2d(_ValuePad):
    """Puts a frame of one value of your choice around an image."""

    torch: ClassVar[str] = "torch.nn.ConstantPad2d"
    padded: ClassVar[int] = 2

    padding: Pad2d


class ConstantPad3d(_ValuePad):
    """Puts one value of your choice around a volume on all six sides."""

    torch: ClassVar[str] = "torch.nn.ConstantPad3d"
    padded: ClassVar[int] = 3

    padding: Pad3d


class ReflectionPad1d(_ReflectionPad):
    """Continues a sequence by its mirror image at both ends: 1 2 3 becomes 2 1 2 3 2."""

    torch: ClassVar[str] = "torch.nn.ReflectionPad1d"
    padded: ClassVar[int] = 1

    padding: Pad1d


class ReflectionPad2d(_ReflectionPad):
    """Continues an image by its mirror image, so that no hard edge appears; usual in networks that paint images."""

    torch: ClassVar[str] = "torch.nn.ReflectionPad2d"
    padded: ClassVar[int] = 2

    padding: Pad2d


class ReflectionPad3d(_ReflectionPad):
    """Continues a volume by its mirror image on all six sides."""

    torch: ClassVar[str] = "torch.nn.ReflectionPad3d"
    padded: ClassVar[int] = 3

    padding: Pad3d


class ReplicationPad1d(_NumberPad):
    """Repeats the first and the last value of a sequence: 1 2 3 becomes 1 1 2 3 3."""

    torch: ClassVar[str] = "torch.nn.ReplicationPad1d"
    padded: ClassVar[int] = 1

    padding: Pad1d


class ReplicationPad2d(_NumberPad):
    """Repeats the cells at the edge of an image outwards."""

    torch: ClassVar[str] = "torch.nn.ReplicationPad2d"
    padded: ClassVar[int] = 2

    padding: Pad2d


class ReplicationPad3d(_NumberPad):
    """Repeats the cells at the faces of a volume outwards."""

    torch: ClassVar[str] = "torch.nn.ReplicationPad3d"
    padded: ClassVar[int] = 3

    padding: Pad3d


class CircularPad1d(_CircularPad):
    """Continues a sequence as if it were a ring: 1 2 3 becomes 3 1 2 3 1."""

    torch: ClassVar[str] = "torch.nn.CircularPad1d"
    padded: ClassVar[int] = 1

    padding: Pad1d


class CircularPad2d(_CircularPad):
    """Continues an image at each edge by its other side, for example a map of the globe from west to east."""

    torch: ClassVar[str] = "torch.nn.CircularPad2d"
    padded: ClassVar[int] = 2

    padding: Pad2d


class CircularPad3d(_CircularPad):
    """Continues a volume at each face by its opposite side, for example a crystal that repeats itself."""

    torch: ClassVar[str] = "torch.nn.CircularPad3d"
    padded: ClassVar[int] = 3

    padding: Pad3d


def _layout(padded: int) -> str:
    return ", ".join(("depth", "height", "width")[-padded:]) if padded > 1 else "length"


def _number(value: int) -> str:
    return str(value).replace("-", "−")


def _sum(size: Dim, before: int, behind: int) -> str:
    """``28 + 1 − 2``."""
    return " ".join([str(size), *(f"{'−' if side < 0 else '+'} {abs(side)}" for side in (before, behind))])


def _kept(size: int, before: int, behind: int) -> int:
    """What is left of an axis when the negative sides are cut off; only then cells are added."""
    return size + min(before, 0) + min(behind, 0)


def _check_taken(wanted: int, most: int, what: str) -> None:
    if wanted > most:
        raise ShapeError(
            f"{what}; at most {most} can be taken from there.", port="input", parameter="padding", code="padding"
        )


LAYERS = (
    ZeroPad1d,
    ZeroPad2d,
    ZeroPad3d,
    ConstantPad1d,
    ConstantPad2d,
    ConstantPad3d,
    ReflectionPad1d,
    ReflectionPad2d,
    ReflectionPad3d,
    ReplicationPad1d,
    ReplicationPad2d,
    ReplicationPad3d,
    CircularPad1d,
    CircularPad2d,
    CircularPad3d,
)
