"""Layers that keep one number for each window, and the way back."""

from __future__ import annotations

import itertools
import math
from typing import Any

import torch
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from torch import nn

from engine.spec import BATCH, Spec
from tests.engine.cases.case import Case, Drawing, Trial

small = st.integers(1, 4)
reaching = st.sampled_from([True, True, False])


def each(numbers: SearchStrategy[int], axes: int) -> SearchStrategy[Any]:
    """One number, or one an axis."""
    return st.one_of(numbers, numbers, st.tuples(*(numbers,) * axes))


def far(axes: int) -> SearchStrategy[Any]:
    return st.one_of(st.none(), st.none(), each(st.sampled_from([1, 2, 3, 4, 5]), axes))


def pads(axes: int) -> SearchStrategy[Any]:
    return each(st.sampled_from([0, 0, 0, 0, 1, 2]), axes)


def sides(axes: int) -> SearchStrategy[Any]:
    return st.one_of(pads(axes), pads(axes), st.just("same_tf"))


def stricter(trial: Trial) -> str:
    spatial = trial.cls.spatial  # type: ignore[attr-defined]
    if trial.inputs[0].rank == spatial + 1:
        return "torch takes it for one image without a batch; here the first axis is always the batch"
    if trial.inputs[0].dtype == "int64":
        return "integers are pooled on the CPU only, CUDA refuses them"
    return ""


def adaptive(trial: Trial) -> str:
    spatial = trial.cls.spatial  # type: ignore[attr-defined]
    if trial.inputs[0].rank not in (spatial + 1, spatial + 2):
        return "where 1×1 is asked for torch takes the mean without counting the axes"
    return stricter(trial)


def pool(trial: Trial) -> nn.Module:
    """torch's pooling; what TensorFlow pads is seen to by the call."""
    typed = dict(trial.parameters)
    like_tensorflow = typed.get("padding") == "same_tf"
    if like_tensorflow:
        typed["padding"] = 0
    module: nn.Module = getattr(nn, trial.cls.__name__)(**typed)
    module.like_tensorflow, module.axes = like_tensorflow, trial.cls.spatial  # type: ignore[attr-defined,assignment]
    return module


def pooled(module: Any, values: list[torch.Tensor | None]) -> Any:
    """Window by window where TensorFlow pads: the largest or the mean of the cells that are there."""
    (x,) = values
    if not module.like_tensorflow:
        return module(x)
    assert x is not None
    if not x.is_floating_point() or x.ndim != module.axes + 2:
        raise RuntimeError("not an image of floats")
    whole = [value if isinstance(value, tuple) else (value,) * (x.ndim - 2) for value in steps(module)]
    shape = [-(-size // stride) for size, stride in zip(x.shape[2:], whole[1], strict=True)]
    places = []
    for axis, (size, kernel, stride, gap) in enumerate(zip(x.shape[2:], *whole, strict=True)):
        total = max(0, (shape[axis] - 1) * stride + (kernel - 1) * gap + 1 - size)
        starts = [index * stride - total // 2 for index in range(shape[axis])]
        places.append([[c for c in range(s, s + (kernel - 1) * gap + 1, gap) if 0 <= c < size] for s in starts])
    cells = math.prod(whole[0])
    rows = []
    for window in itertools.product(*places):
        result = x
        for axis, seen in enumerate(window):
            result = result.index_select(axis + 2, torch.tensor(seen, dtype=torch.int64))
        flat = result.flatten(2)
        if hasattr(module, "return_indices"):
            rows.append(flat.amax(2) if flat.shape[2] else torch.full(flat.shape[:2], -math.inf, dtype=x.dtype))
            continue
        divisor = getattr(module, "divisor_override", None) or (cells if module.count_include_pad else flat.shape[2])
        rows.append(flat.sum(2) / divisor)
    return torch.stack(rows, 2).unflatten(2, shape)


def steps(module: Any) -> tuple[Any, Any, Any]:
    """Kernel, stride and dilation as they are typed."""
    return module.kernel_size, module.stride, getattr(module, "dilation", 1)


def numbers_of_added_cells(trial: Trial) -> str:
    if trial.parameters.get("padding") == "same_tf" and trial.parameters.get("return_indices"):
        return "the indices would count the cells that TensorFlow adds"
    return stricter(trial)


def largest(axes: int) -> Case:
    return Case(
        likely={
            "kernel_size": each(small, axes),
            "stride": far(axes),
            "padding": sides(axes),
            "dilation": each(st.sampled_from([1, 1, 1, 2, 3]), axes),
            "ceil_mode": reaching,
        },
        inputs=lambda d: [d.image(axes)],
        module=pool,
        call=pooled,
        stricter=numbers_of_added_cells,
    )


def mean(axes: int) -> Case:
    return Case(
        likely={"kernel_size": each(small, axes), "stride": far(axes), "padding": sides(axes), "ceil_mode": reaching},
        inputs=lambda d: [d.image(axes)],
        module=pool,
        call=pooled,
        stricter=stricter,
    )


def powers(trial: Trial) -> str:
    if trial.inputs[0].dtype != "float32":
        return "powers of integers and booleans come out as floats of no use"
    return stricter(trial)


def power(axes: int) -> Case:
    return Case(
        likely={
            "norm_type": st.sampled_from([1.0, 2.0, 2.0, 3.0, 0.0]),
            "kernel_size": each(small, axes) if axes > 1 else small,
            "stride": far(axes) if axes > 1 else st.sampled_from([None, 1, 2, 3]),
            "ceil_mode": reaching,
        },
        inputs=lambda d: [d.image(axes)],
        stricter=powers,
    )


def windows(trial: Trial) -> tuple[list[int], list[int], list[int]]:
    """Kernel, stride and padding along each axis."""
    axes = trial.cls.spatial  # type: ignore[attr-defined]
    kernel = trial.parameters["kernel_size"]
    stride = trial.parameters.get("stride")
    found = [kernel, kernel if stride is None else stride, trial.parameters.get("padding", 0)]
    spread = [list(value) if isinstance(value, tuple) else [value] * axes for value in found]
    return spread[0], spread[1], spread[2]


def within(trial: Trial, generator: torch.Generator) -> list[torch.Tensor | None]:
    """Values, and for each an index within the image they come from; two of the same index have the same value.

    Else the value that stays would be a matter of which thread of torch comes last.
    """
    x, given = trial.bound()
    room = 1
    for size, kernel, stride, padding in zip(x.shape[2:], *windows(trial), strict=False):
        room *= (int(size) - 1) * stride - 2 * padding + kernel  # type: ignore[call-overload]
    indices = torch.randint(0, max(room, 1), given.shape, generator=generator)  # type: ignore[arg-type]
    made = torch.randn(x.shape, generator=generator)  # type: ignore[arg-type]
    if made.shape == indices.shape and made.dim() > 2:
        plane = torch.randn((*indices.shape[:2], max(room, 1)), generator=generator)
        made = plane.gather(2, indices.flatten(2)).view(indices.shape)
    return [made.to(getattr(torch, x.dtype)), indices.to(getattr(torch, given.dtype))]


def emptied(trial: Trial) -> str:
    """Whether torch gives a tensor without a number."""
    shape = trial.bound()[0].shape[2:]
    sizes = zip(shape, *windows(trial), strict=False)
    if any((int(size) - 1) * stride - 2 * padding + kernel == 0 for size, kernel, stride, padding in sizes):  # type: ignore[call-overload]
        return "a tensor without a number is of no use to a network"
    return stricter(trial)


def unpooled(axes: int) -> Case:
    def inputs(drawing: Drawing) -> list[Spec]:
        image = drawing.image(axes)
        return [image, Spec(image.shape, "int64")]

    return Case(
        likely={
            "kernel_size": each(small, axes),
            "stride": st.one_of(st.none(), st.none(), each(st.sampled_from([1, 2, 3]), axes)),
            "padding": each(st.sampled_from([0, 0, 0, 0, 0, 1]), axes),
        },
        inputs=inputs,
        tensors=within,
        stricter=emptied,
        open_refused=True,
        exemplar=(Spec((BATCH, 6, *(4,) * axes)), Spec((BATCH, 6, *(4,) * axes), "int64")),
    )


def no_cell(trial: Trial) -> str:
    """Where the rule refuses an axis without a cell."""
    ratio, space = trial.parameters.get("output_ratio"), trial.bound()[0].shape[2:]
    ratios = ratio if isinstance(ratio, tuple) else (ratio,) * len(space)
    if any(each is not None and size * each < 1 for size, each in zip(space, ratios, strict=False)):
        return "a tensor without a number is of no use to a network"
    return stricter(trial)


def fractional(axes: int) -> Case:
    """Mostly a size or a ratio, in which so many windows have room."""

    def inputs(drawing: Drawing) -> list[Spec]:
        if drawing.draw(st.integers(0, 7)):
            if drawing.typed.get("output_size") is not None:
                drawing.typed.pop("output_ratio", None)
            elif drawing.typed.get("output_ratio") is None:
                drawing.typed["output_ratio"] = 0.5
        return [drawing.batched(drawing.draw(small), *(drawing.axis(4, 5, 6, 7, 8, 9) for _ in range(axes)))]

    ratios = st.sampled_from([0.25, 0.5, 0.5, 0.75, 0.3, 0.7])
    return Case(
        likely={
            "kernel_size": each(st.sampled_from([1, 1, 2, 2, 3]), axes),
            "output_size": st.one_of(st.none(), each(st.sampled_from([1, 2, 3, 4]), axes)),
            "output_ratio": st.one_of(st.none(), st.one_of(ratios, st.tuples(*(ratios,) * axes))),
        },
        inputs=inputs,
        stricter=no_cell,
        open_refused=True,
        left_out={"_random_samples": "torch draws them itself"},
    )


CASES = (
    {f"FractionalMaxPool{axes}d": fractional(axes) for axes in (2, 3)}
    | {f"MaxPool{axes}d": largest(axes) for axes in (1, 2, 3)}
    | {f"AvgPool{axes}d": mean(axes) for axes in (1, 2, 3)}
    | {f"LPPool{axes}d": power(axes) for axes in (1, 2, 3)}
    | {
        f"Adaptive{kind}Pool{axes}d": Case(inputs=lambda d, axes=axes: [d.image(axes)], stricter=adaptive)
        for kind in ("Avg", "Max")
        for axes in (1, 2, 3)
    }
    | {f"MaxUnpool{axes}d": unpooled(axes) for axes in (1, 2, 3)}
)
