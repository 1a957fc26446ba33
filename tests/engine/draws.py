"""Random parameters and inputs for any layer of the catalogue, read off its fields: a new layer is drawn by existing.

A layer whose draws rarely fit (or never misfit) gets a line in the tables below; the test counts both kinds.
"""

from __future__ import annotations

import types
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import annotated_types
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from engine import layers
from engine.dims import Dim, Size
from engine.layers.layer import Layer
from engine.spec import BATCH, DType, Spec

COMPUTING = [cls for cls in layers.all() if cls.__name__ not in ("Input", "Output")]
"""The layers that compute; Input and Output only mark places."""

RANKS = {"Conv2d": 4, "MaxPool2d": 4, "AvgPool2d": 4, "AdaptiveAvgPool2d": 4, "BatchNorm2d": 4}
"""The rank a layer insists on; the others take any."""

small = st.integers(1, 4)
either = st.one_of(small, st.tuples(small, small))
pads = st.sampled_from([0, 0, 0, 1, 1, 2, (0, 1), (1, 0)])
far = st.sampled_from([None, 1, 2, 3, 4, 5, (1, 4), (5, 2)])
reaching = st.sampled_from([True, True, False])
BIAS: dict[str, dict[str, SearchStrategy[Any]]] = {
    "Conv2d": {
        "out_channels": st.sampled_from([6, 6, 12, 12, 2, 3, 4]),
        "groups": st.sampled_from([1, 1, 1, 1, 2, 3]),
        "kernel_size": st.one_of(st.integers(1, 3), st.tuples(small, small)),
        "stride": st.one_of(st.just(1), st.just(1), st.just(1), either),
        "padding": st.one_of(st.just("same"), st.just("valid"), st.integers(0, 2), st.tuples(small, small)),
        "dilation": st.sampled_from([1, 1, 1, 2, 3, (1, 2), (2, 1)]),
    },
    "MaxPool2d": {
        "kernel_size": either,
        "stride": far,
        "padding": pads,
        "dilation": st.sampled_from([1, 1, 1, 2, (1, 3)]),
        "ceil_mode": reaching,
    },
    "AvgPool2d": {"kernel_size": either, "stride": far, "padding": pads, "ceil_mode": reaching},
    "Flatten": {"start_dim": st.integers(-3, 3), "end_dim": st.sampled_from([-1, -1, -2, -3, 1, 2, 3])},
    "Softmax": {"dim": st.integers(-4, 4)},
    "Concat": {"dim": st.integers(-3, 3)},
}
"""Likelier values for a field than its type alone suggests."""


@dataclass(frozen=True)
class Trial:
    """One experiment: a layer as typed, what flows in, and what the symbols stand for."""

    cls: type[Layer]
    parameters: dict[str, Any]
    inputs: tuple[Spec, ...]
    sizes: dict[str, int]

    def bound(self) -> tuple[Spec, ...]:
        """The inputs in numbers."""
        return tuple(Spec(spec.bound(self.sizes), spec.dtype) for spec in self.inputs)


def values(annotation: Any, facts: tuple[Any, ...] = ()) -> SearchStrategy[Any]:
    """Values that a field of this type and range accepts, small ones."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return values(arguments[0], (*facts, *arguments[1:]))
    if origin is Literal:
        return st.sampled_from(arguments)
    if origin in (Union, types.UnionType):
        return st.one_of(*(values(item, facts) for item in arguments))
    if origin is tuple and arguments[-1] is Ellipsis:
        return st.lists(values(arguments[0]), max_size=3).map(tuple)
    if origin is tuple:
        return st.tuples(*map(values, arguments))
    if annotation is type(None):
        return st.none()
    if annotation is bool:
        return st.booleans()
    facts = tuple(inner for fact in facts for inner in (fact, *getattr(fact, "metadata", ())))
    low = next((f.ge for f in facts if isinstance(f, annotated_types.Ge)), None)
    above = next((f.gt for f in facts if isinstance(f, annotated_types.Gt)), None)
    high = next((f.le for f in facts if isinstance(f, annotated_types.Le)), None)
    if annotation is int:
        first = max(-5, low if low is not None else -5)  # type: ignore[call-overload]
        return st.integers(first, max(first, 5))
    if annotation is float:
        least: Any = above if above is not None else low if low is not None else -2.0
        most: Any = high if high is not None else least + 2.0
        return st.floats(least, most, exclude_min=above is not None, width=32).map(float)
    raise TypeError(f"draws.values knows no {annotation}: add it")


def parameters(cls: type[Layer]) -> SearchStrategy[dict[str, Any]]:
    """Values for the fields of a layer; those with a default are left out now and then."""
    bias = BIAS.get(cls.__name__, {})
    fields = {n: bias.get(n, values(info.annotation, tuple(info.metadata))) for n, info in cls.model_fields.items()}
    required = {name for name, info in cls.model_fields.items() if info.is_required()}
    return st.fixed_dictionaries(
        {name: drawn for name, drawn in fields.items() if name in required},
        optional={name: drawn for name, drawn in fields.items() if name not in required},
    )


@st.composite
def axis(draw: st.DrawFn, sizes: dict[str, int], open_: bool = True) -> Dim:
    """A size: mostly a number, sometimes ``a·T + b`` or ``a·U + b``."""
    if open_ and draw(st.integers(0, 4)) == 0:
        size = Size(draw(st.sampled_from(["T", "U"]))) * draw(st.sampled_from([1, 1, 2, 3]))
        offset = draw(st.integers(-1, 2))
        if isinstance(size, Size) and size.scale * sizes[size.symbol] + offset > 0:
            return size + offset
    return draw(st.sampled_from([1, 2, 3, 4, 5, 5, 6, 7, 8, 9, 12]))


@st.composite
def trials(draw: st.DrawFn, cls: type[Layer], *, symbols: bool = True, spoil: bool = True) -> Trial:
    """A layer with parameters and inputs, one in three spoiled on purpose."""
    sizes = {symbol: draw(st.integers(1, 6)) for symbol in ("N", "T", "U")}
    typed = draw(parameters(cls))
    rank = RANKS.get(cls.__name__) or draw(st.integers(2, 4))
    channels = draw(st.sampled_from([6, 6, 12, 12, 1, 2, 3, 4]))
    shape: list[Dim] = [BATCH, *(draw(axis(sizes, symbols)) for _ in range(rank - 1))]
    if rank == 4 and draw(st.integers(0, 15)):
        shape[1] = channels
    dtype: DType = "float32"
    shapes = [shape]
    if cls.inputs and cls.inputs[0].many:
        along = typed.get("dim", 1) % rank if cls.__name__ == "Concat" else draw(st.integers(0, rank - 1))
        count = draw(st.sampled_from([0, 1, 1, 2]))
        shapes += [_sibling(draw, cls, shape, along, sizes, symbols) for _ in range(count)]
    dtypes: list[DType] = [dtype] * len(shapes)
    harm = draw(st.sampled_from(["", "", "", "dtype", "rank", "unknown", "unknown"])) if spoil else ""
    place = draw(st.integers(0, len(shapes) - 1))
    if harm == "dtype":
        dtypes[place] = draw(st.sampled_from(["int64", "bool"]))
    elif harm == "rank" and draw(st.booleans()):
        shapes[place] = shapes[place][:-1]
    elif harm == "rank":
        shapes[place] = [*shapes[place], draw(axis(sizes, symbols))]
    elif harm == "unknown":
        typed["colour"] = 1
    inputs = tuple(Spec(tuple(shape), kind) for shape, kind in zip(shapes, dtypes, strict=True))
    return Trial(cls, typed, inputs, sizes)


def _sibling(
    draw: st.DrawFn, cls: type[Layer], shape: list[Dim], along: int, sizes: dict[str, int], symbols: bool
) -> list[Dim]:
    """A shape that mostly fits the first input of a merging layer: it may differ ``along`` an axis."""
    other = list(shape)
    how = draw(st.integers(0, 5))
    if how < 3:
        other[along] = 1 if cls.__name__ == "Add" else draw(axis(sizes, symbols))
    elif how == 3:
        other[draw(st.integers(0, len(shape) - 1))] = draw(axis(sizes, symbols))
    elif how == 4 and cls.__name__ == "Add":
        other = other[draw(st.integers(0, len(other) - 1)) :]
    return other
