"""Random parameters and inputs for any layer of the catalogue, read off its fields: a new layer is drawn by existing.

A layer whose draws rarely fit (or never misfit) gets an entry in its family's file in `cases`; the test counts both.
"""

from __future__ import annotations

import types
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import annotated_types
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from engine import layers
from engine.layers.layer import Layer
from engine.spec import UNWIRED, DType, Spec
from tests.engine.cases import Drawing, Trial, case

COMPUTING = [cls for cls in layers.all() if cls.family != "Input and output"]
"""The layers that compute; the others only mark points."""
DTYPES: tuple[DType, ...] = get_args(DType)


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


@cache
def parameters(cls: type[Layer], said: bool = False) -> SearchStrategy[dict[str, Any]]:
    """Values for the fields of a layer; those with a default are left out now and then, or all are ``said``."""
    likely = case(cls).likely
    fields = {
        name: likely[name] if name in likely else values(info.annotation, tuple(info.metadata))
        for name, info in cls.model_fields.items()
    }
    if said:
        return st.fixed_dictionaries({n: drawn.filter(lambda item: item is not None) for n, drawn in fields.items()})
    required = {name for name, info in cls.model_fields.items() if info.is_required()}
    return st.fixed_dictionaries(
        {name: drawn for name, drawn in fields.items() if name in required},
        optional={name: drawn for name, drawn in fields.items() if name not in required},
    )


@st.composite
def trials(draw: st.DrawFn, cls: type[Layer], *, symbols: bool = True, spoil: bool = True, said: bool = False) -> Trial:
    """A layer with parameters and inputs, half of them spoiled on purpose; with all fields where they are ``said``."""
    sizes = {symbol: draw(st.integers(1, 6)) for symbol in ("N", "T", "U")}
    typed = draw(parameters(cls, said))
    drawing = Drawing(draw, typed, sizes, symbols)
    inputs = case(cls).inputs
    specs = list(inputs(drawing)) if inputs is not None else [drawing.any_floats()]
    harm = draw(st.sampled_from(["", "", "", "", "dtype", "rank", "axis", "unknown", "unknown"])) if spoil else ""
    wired = [index for index, spec in enumerate(specs) if spec is not UNWIRED]
    if harm == "unknown":
        typed["colour"] = 1
    elif harm and wired:
        index = draw(st.sampled_from(wired))
        spec = specs[index]
        shape = list(spec.shape)
        dtype = spec.dtype
        if harm == "dtype":
            dtype = draw(st.sampled_from([other for other in DTYPES if other != dtype]))
        elif harm == "axis":
            if shape:  # a single number has no axis
                shape[draw(st.integers(0, len(shape) - 1))] = drawing.axis()
        elif draw(st.booleans()):
            shape = shape[:-1]
        else:
            shape = [*shape, drawing.axis()]
        specs[index] = Spec(tuple(shape), dtype)
    return Trial(cls, typed, tuple(specs), sizes)
