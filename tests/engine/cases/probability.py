"""Layers that turn numbers into probabilities."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.engine.cases.case import Case, Trial

AXES = st.integers(-4, 4)


def without_batch(trial: Trial) -> str:
    return "torch takes three axes for one image without a batch" if trial.inputs[0].rank == 3 else ""


CASES = {
    # torch's default is none: it guesses an axis, which is deprecated
    **{name: Case(likely={"dim": AXES}, other_defaults={"dim": -1}) for name in ("Softmax", "LogSoftmax", "Softmin")},
    "Softmax2d": Case(inputs=lambda d: [d.image()], stricter=without_batch),
}
