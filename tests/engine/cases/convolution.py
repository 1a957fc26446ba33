"""Layers that slide learned filters, and those that paint them."""

from __future__ import annotations

from typing import Any

import torch
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from torch import nn

from tests.engine.cases.case import Case, Trial

small = st.integers(1, 4)


def each(numbers: SearchStrategy[int], axes: int) -> SearchStrategy[Any]:
    """One number, or one an axis."""
    return st.one_of(numbers, numbers, st.tuples(*(numbers,) * axes))


def stricter(trial: Trial) -> str:
    if trial.inputs[0].rank == trial.cls.spatial + 1:  # type: ignore[attr-defined]
        return "torch takes it for one image without a batch; here the first axis is always the batch"
    return ""


def emptied(trial: Trial) -> str:
    """Whether torch gives a tensor without a number."""
    if reason := stricter(trial):
        return reason
    typed, axes = trial.parameters, trial.cls.spatial  # type: ignore[attr-defined]

    def value(name: str, default: int, axis: int) -> int:
        given = typed.get(name, default)
        return given[axis] if isinstance(given, tuple) else given  # type: ignore[no-any-return]

    for axis, size in enumerate(trial.bound()[0].shape[2 : axes + 2]):
        grown = (int(size) - 1) * value("stride", 1, axis) - 2 * value("padding", 0, axis)  # type: ignore[call-overload]
        reach = value("dilation", 1, axis) * (value("kernel_size", 1, axis) - 1)
        if grown + reach + value("output_padding", 0, axis) + 1 == 0:
            return "a tensor without a number is of no use to a network"
    return ""


def channels() -> dict[str, SearchStrategy[Any]]:
    return {"out_channels": st.sampled_from([6, 6, 12, 12, 2, 3, 4]), "groups": st.sampled_from([1, 1, 1, 1, 2, 3])}


def convolution(trial: Trial) -> nn.Module:
    """torch's convolution; what TensorFlow pads is put around its input by the call."""
    typed = dict(trial.parameters)
    like_tensorflow = typed.get("padding") == "same_tf"
    if like_tensorflow:
        typed["padding"] = 0
    cls = getattr(nn, trial.cls.__name__)
    module: nn.Module = cls(in_channels=trial.bound()[0].shape[1], **typed)
    module.like_tensorflow = like_tensorflow
    return module


def convolve(module: Any, values: list[torch.Tensor | None]) -> Any:
    (x,) = values
    if not module.like_tensorflow:
        return module(x)
    assert x is not None
    for axis in range(2, x.ndim):
        size, stride = x.shape[axis], module.stride[axis - 2]
        reach = (module.kernel_size[axis - 2] - 1) * module.dilation[axis - 2] + 1
        last = range(0, size, stride)[-1]  # where the last window begins, counted from the first
        added = max(0, last + reach - size)
        sides = [0] * (2 * (x.ndim - 1 - axis)) + [added // 2, (added + 1) // 2]
        sides += [0] * (2 * (x.ndim - 2) - len(sides))
        mode = module.padding_mode
        x = nn.functional.pad(x, sides, "constant" if mode == "zeros" else mode)
    return module(x)


def slid(axes: int) -> Case:
    return Case(
        likely=channels()
        | {
            "kernel_size": each(st.integers(1, 3), axes),
            "stride": st.one_of(st.just(1), st.just(1), st.just(1), each(small, axes)),
            "padding": st.one_of(
                st.sampled_from(["same", "same_tf"]),
                st.sampled_from(["valid", "same_tf"]),
                each(st.integers(0, 2), axes),
            ),
            "dilation": each(st.sampled_from([1, 1, 1, 2, 3]), axes),
        },
        inputs=lambda d: [d.image(axes)],
        asked={"in_channels": lambda inputs: inputs[0].shape[1]},
        module=convolution,
        call=convolve,
        stricter=stricter,
        open_refused=True,
    )


def painted(axes: int) -> Case:
    return Case(
        likely=channels()
        | {
            "kernel_size": each(st.integers(1, 3), axes),
            "stride": each(st.sampled_from([1, 2, 2, 3]), axes),
            "padding": each(st.sampled_from([0, 0, 0, 1, 1, 2]), axes),
            "output_padding": each(st.sampled_from([0, 0, 0, 1]), axes),
            "dilation": each(st.sampled_from([1, 1, 1, 2]), axes),
            "padding_mode": st.just("zeros"),
        },
        inputs=lambda d: [d.image(axes)],
        asked={"in_channels": lambda inputs: inputs[0].shape[1]},
        stricter=emptied,
        open_refused=True,
    )


CASES = {f"Conv{axes}d": slid(axes) for axes in (1, 2, 3)} | {
    f"ConvTranspose{axes}d": painted(axes) for axes in (1, 2, 3)
}
