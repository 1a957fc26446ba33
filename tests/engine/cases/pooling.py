"""Layers that keep one number for each window, and the way back."""

from __future__ import annotations

from typing import Any

import torch
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

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


def stricter(trial: Trial) -> str:
    spatial = trial.cls.spatial  # type: ignore[attr-defined]
    if trial.inputs[0].rank == spatial + 1:
        return "torch takes it for one image without a batch; here the first axis is always the batch"
    if trial.inputs[0].dtype == "int64":
        return "whole numbers are pooled on the CPU only, CUDA refuses them"
    return ""


def adaptive(trial: Trial) -> str:
    spatial = trial.cls.spatial  # type: ignore[attr-defined]
    if trial.inputs[0].rank not in (spatial + 1, spatial + 2):
        return "where 1×1 is asked for torch takes the mean without counting the axes"
    return stricter(trial)


def largest(axes: int) -> Case:
    return Case(
        likely={
            "kernel_size": each(small, axes),
            "stride": far(axes),
            "padding": pads(axes),
            "dilation": each(st.sampled_from([1, 1, 1, 2, 3]), axes),
            "ceil_mode": reaching,
        },
        inputs=lambda d: [d.image(axes)],
        stricter=stricter,
    )


def mean(axes: int) -> Case:
    return Case(
        likely={"kernel_size": each(small, axes), "stride": far(axes), "padding": pads(axes), "ceil_mode": reaching},
        inputs=lambda d: [d.image(axes)],
        stricter=stricter,
    )


def powers(trial: Trial) -> str:
    if trial.inputs[0].dtype != "float32":
        return "powers of whole numbers and truth values come out as floats of no use"
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


CASES = (
    {f"MaxPool{axes}d": largest(axes) for axes in (1, 2, 3)}
    | {f"AvgPool{axes}d": mean(axes) for axes in (1, 2, 3)}
    | {f"LPPool{axes}d": power(axes) for axes in (1, 2, 3)}
    | {
        f"Adaptive{kind}Pool{axes}d": Case(inputs=lambda d, axes=axes: [d.image(axes)], stricter=adaptive)
        for kind in ("Avg", "Max")
        for axes in (1, 2, 3)
    }
    | {f"MaxUnpool{axes}d": unpooled(axes) for axes in (1, 2, 3)}
)
