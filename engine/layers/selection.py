"""Layers that take a part of a tensor, or cut it into parts."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from engine.dims import Dim, ceil_div
from engine.layers.axes import axis_of, behind_batch, named
from engine.layers.layer import Layer, Port, Saves, ShapeError, Stretch
from engine.layers.nature import Numbers, Sight
from engine.layers.parameters import Positive, Whole
from engine.spec import Spec, meaning

MOST_PARTS = 64


class Slice(Layer):
    """Takes a range of an axis, for example all steps but the last."""

    saves: ClassVar[Saves] = "nothing"
    views: ClassVar[bool] = True
    family: ClassVar[str] = "Shape"
    sees: ClassVar[Sight] = "cell"
    numbers: ClassVar[Numbers] = "chosen"
    formula: ClassVar[str] = "out = ⌈(stop − start) / step⌉"
    initial: ClassVar[dict[str, object]] = {"stop": -1}

    dim: Whole = Field(1, description="the axis the range is taken of")
    start: Whole | None = Field(None, description="the first index; negative ones count from the end; none: the first")
    stop: Whole | None = Field(None, description="the index after the last; none: to the end")
    step: Positive = Field(1, description="every how many positions one is taken")

    def infer(self, *inputs: Spec) -> Spec:
        (x,) = inputs
        dim = behind_batch(x, self.dim, verb="cuts")
        size = x.shape[dim]
        first, last = (self._offset(size, value) for value in (self.start or 0, self.stop))
        if isinstance(size, int):
            assert isinstance(first, int)
            assert isinstance(last, int)
            first, last = min(max(first, 0), size), min(max(last, 0), size)
        count: Dim = ceil_div(last - first, self.step)
        if isinstance(count, int) and count < 1:
            raise ShapeError(
                f"takes nothing: along {meaning(x.axes, dim)} of {x} there are the indices 0 … {size - 1}, "
                f"and none of them from {first} up to {last}.",
                port="input",
                parameter="stop",
                code="range",
            )
        if not isinstance(size, int) and not (isinstance(first, int) and not isinstance(last, int)):
            raise ShapeError(
                f"cuts {meaning(x.axes, dim)} of {x}, which is open: only a start counted from the beginning and a "
                "stop counted from the end are known for every size.",
                port="input",
                parameter="dim",
                code="open-size",
            )
        return x.with_shape((*x.shape[:dim], count, *x.shape[dim + 1 :]), x.axes)

    def receptive_field(
        self, part: Stretch, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...], source: int = 0
    ) -> Stretch | None:
        x = inputs[source]
        if part.axis != axis_of(x, self.dim):
            return part
        size = x.shape[part.axis]
        assert isinstance(size, int)
        start = self.start or 0
        start = max(start + size, 0) if start < 0 else start
        return Stretch(part.axis, start + part.first * self.step, start + part.last * self.step)

    def _offset(self, size: Dim, value: int | None) -> Dim:
        if value is None:
            return size
        return size + value if value < 0 else value

    def expression(self, module: str, arguments: list[str]) -> str:
        parts = ["" if value is None else str(value) for value in (self.start, self.stop)]
        text = ":".join(parts) + (f":{self.step}" if self.step != 1 else "")
        if self.dim >= 0:
            return f"{arguments[0]}[{', '.join([':'] * self.dim + [text])}]"
        return f"{arguments[0]}[{', '.join(['...', text] + [':'] * (-self.dim - 1))}]"

    def summary(self) -> str:
        text = ":".join("" if value is None else str(value) for value in (self.start, self.stop))
        return f"axis {self.dim}: {text}" + (f":{self.step}" if self.step != 1 else "")


class Select(Layer):
    """Takes one position of an axis, which is gone then: the last step of a sequence (−1), or the first token (0)."""

    saves: ClassVar[Saves] = "nothing"
    views: ClassVar[bool] = True
    family: ClassVar[str] = "Shape"
    numbers: ClassVar[Numbers] = "chosen"
    torch: ClassVar[str] = "torch.select"
    formula: ClassVar[str] = "y = x(…, index, …)"
    initial: ClassVar[dict[str, object]] = {"index": -1}

    dim: Whole = Field(1, description="the axis a position is taken of; 1 is the time of (N, T, features)")
    index: Whole = Field(description="which position: 0 the first, −1 the last")

    def infer(self, *inputs: Spec) -> Spec:
        (x,) = inputs
        dim = behind_batch(x, self.dim, verb="takes one position of")
        size = x.shape[dim]
        if isinstance(size, int) and not -size <= self.index < size:
            raise ShapeError(
                f"takes index {self.index}, but along {meaning(x.axes, dim)} of {x} there are {-size} … {size - 1}.",
                port="input",
                parameter="index",
                code="range",
            )
        if not isinstance(size, int) and self.index not in (0, -1):
            raise ShapeError(
                f"takes index {self.index}, but {meaning(x.axes, dim)} of {x} is open: only the first, 0, and the "
                "last, −1, are there for every size.",
                port="input",
                parameter="index",
                code="open-size",
            )
        axes = [axis for axis in range(x.rank) if axis != dim]
        return x.with_shape((x.shape[axis] for axis in axes), named(x.axes, *axes))

    def expression(self, module: str, arguments: list[str]) -> str:
        if self.dim >= 0:
            return f"{arguments[0]}[{', '.join([':'] * self.dim + [str(self.index)])}]"
        return f"{arguments[0]}[{', '.join(['...', str(self.index)] + [':'] * (-self.dim - 1))}]"

    def summary(self) -> str:
        return f"axis {self.dim}, index {self.index}"


class Split(Layer):
    """Cuts an axis into parts of the sizes you give, one output each."""

    saves: ClassVar[Saves] = "nothing"
    views: ClassVar[bool] = True
    family: ClassVar[str] = "Shape"
    numbers: ClassVar[Numbers] = "chosen"
    torch: ClassVar[str] = "torch.split"
    formula: ClassVar[str] = "size(dim) = Σ split_sizes"
    initial: ClassVar[dict[str, object]] = {"split_sizes": (1, 1)}

    split_sizes: tuple[Positive, ...] = Field(
        min_length=1, max_length=MOST_PARTS, description="the size of each part; together the whole axis"
    )
    dim: Whole = Field(1, description="the axis that is cut")

    def output_ports(self) -> tuple[Port, ...]:
        return tuple(Port(f"part{index}", "a part") for index in range(len(self.split_sizes)))

    def infer(self, *inputs: Spec) -> tuple[Spec, ...]:
        (x,) = inputs
        dim = behind_batch(x, self.dim, verb="cuts")
        if sum(self.split_sizes) != x.shape[dim]:
            raise ShapeError(
                f"cuts {meaning(x.axes, dim)} of {x} into {' + '.join(map(str, self.split_sizes))} = "
                f"{sum(self.split_sizes)}, but its size is {x.shape[dim]}.",
                port="input",
                parameter="split_sizes",
                code="sizes",
            )
        return tuple(x.with_shape((*x.shape[:dim], n, *x.shape[dim + 1 :]), x.axes) for n in self.split_sizes)

    def receptive_field(
        self, part: Stretch, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...], source: int = 0
    ) -> Stretch | None:
        return None if part.axis == axis_of(inputs[source], self.dim) else part

    def statements(self, module: str, arguments: list[str], targets: list[str]) -> list[str]:
        return [f"{_unpacked(targets)} = {arguments[0]}.split({self.split_sizes}, dim={self.dim})"]

    def summary(self) -> str:
        return f"axis {self.dim}: {' + '.join(map(str, self.split_sizes))}"


class Chunk(Layer):
    """Cuts an axis into parts of equal size, one output each; the last may be smaller."""

    saves: ClassVar[Saves] = "nothing"
    views: ClassVar[bool] = True
    family: ClassVar[str] = "Shape"
    numbers: ClassVar[Numbers] = "chosen"
    torch: ClassVar[str] = "torch.chunk"
    formula: ClassVar[str] = "out = ⌈size(dim) / chunks⌉"
    initial: ClassVar[dict[str, object]] = {"chunks": 2}

    chunks: Annotated[int, Field(ge=1, le=MOST_PARTS)] = Field(description="into how many parts")
    dim: Whole = Field(1, description="the axis that is cut")

    def output_ports(self) -> tuple[Port, ...]:
        return tuple(Port(f"part{index}", "a part") for index in range(self.chunks))

    def infer(self, *inputs: Spec) -> tuple[Spec, ...]:
        (x,) = inputs
        dim = behind_batch(x, self.dim, verb="cuts")
        size = x.shape[dim]
        part: Dim = ceil_div(size, self.chunks)
        if isinstance(size, int):
            assert isinstance(part, int)
            sizes: list[Dim] = [min(part, size - part * index) for index in range(ceil_div(size, part))]  # type: ignore[arg-type]
        elif size.scale % self.chunks == 0 and size.offset % self.chunks == 0:
            sizes = [part] * self.chunks
        else:
            sizes = []
        if len(sizes) != self.chunks:
            got = f"gives only {len(sizes)}" if sizes else "depends on the size"
            raise ShapeError(
                f"cuts {meaning(x.axes, dim)} of {x}, {size}, into {self.chunks} parts of {part}, which {got}.",
                port="input",
                parameter="chunks",
                code="division",
            )
        return tuple(x.with_shape((*x.shape[:dim], n, *x.shape[dim + 1 :]), x.axes) for n in sizes)

    def receptive_field(
        self, part: Stretch, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...], source: int = 0
    ) -> Stretch | None:
        return None if part.axis == axis_of(inputs[source], self.dim) else part

    def statements(self, module: str, arguments: list[str], targets: list[str]) -> list[str]:
        return [f"{_unpacked(targets)} = {arguments[0]}.chunk({self.chunks}, dim={self.dim})"]

    def summary(self) -> str:
        return f"{self.chunks} along axis {self.dim}"


def _unpacked(targets: list[str]) -> str:
    """The left side of an assignment that takes a tuple apart, also one of a single part."""
    return ", ".join(targets) if len(targets) > 1 else f"({targets[0]},)"


LAYERS = (Slice, Select, Split, Chunk)
