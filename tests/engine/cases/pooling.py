"""Layers that keep one number for each window."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.engine.cases.case import Case, Trial

small = st.integers(1, 4)
either = st.one_of(small, st.tuples(small, small))
pads = st.sampled_from([0, 0, 0, 1, 1, 2, (0, 1), (1, 0)])
far = st.sampled_from([None, 1, 2, 3, 4, 5, (1, 4), (5, 2)])
reaching = st.sampled_from([True, True, False])


def stricter(trial: Trial) -> str:
    if trial.inputs[0].rank == 3:
        return "torch takes it for one image without a batch; here the first axis is always the batch"
    if trial.inputs[0].dtype == "int64":
        return "whole numbers are pooled on the CPU only, CUDA refuses them"
    return ""


def adaptive(trial: Trial) -> str:
    if trial.inputs[0].rank not in (3, 4):
        return "where 1×1 is asked for torch takes the mean without counting the axes"
    return stricter(trial) if trial.inputs[0].rank == 3 else ""


CASES = {
    "MaxPool2d": Case(
        likely={
            "kernel_size": either,
            "stride": far,
            "padding": pads,
            "dilation": st.sampled_from([1, 1, 1, 2, (1, 3)]),
            "ceil_mode": reaching,
        },
        inputs=lambda d: [d.image()],
        stricter=stricter,
        draws=600,
    ),
    "AvgPool2d": Case(
        likely={"kernel_size": either, "stride": far, "padding": pads, "ceil_mode": reaching},
        inputs=lambda d: [d.image()],
        stricter=stricter,
        draws=600,
    ),
    "AdaptiveAvgPool2d": Case(inputs=lambda d: [d.image()], stricter=adaptive),
}
