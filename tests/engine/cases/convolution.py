"""Layers that slide learned filters."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.engine.cases.case import Case, Trial

small = st.integers(1, 4)
either = st.one_of(small, st.tuples(small, small))


def stricter(trial: Trial) -> str:
    if trial.inputs[0].rank == 3:
        return "torch takes it for one image without a batch; here the first axis is always the batch"
    return ""


CASES = {
    "Conv2d": Case(
        likely={
            "out_channels": st.sampled_from([6, 6, 12, 12, 2, 3, 4]),
            "groups": st.sampled_from([1, 1, 1, 1, 2, 3]),
            "kernel_size": st.one_of(st.integers(1, 3), st.tuples(small, small)),
            "stride": st.one_of(st.just(1), st.just(1), st.just(1), either),
            "padding": st.one_of(st.just("same"), st.just("valid"), st.integers(0, 2), st.tuples(small, small)),
            "dilation": st.sampled_from([1, 1, 1, 2, 3, (1, 2), (2, 1)]),
        },
        inputs=lambda d: [d.image()],
        asked={"in_channels": lambda inputs: inputs[0].shape[1]},
        stricter=stricter,
        draws=600,
        open_refused=True,
    ),
}
