"""Layers that keep numbers in a good range while training."""

from __future__ import annotations

from tests.engine.cases.case import Case, Trial


def laxer(trial: Trial) -> str:
    shape = trial.bound()[0].shape
    if shape[0] * shape[2] * shape[3] == 1:
        return "one value a channel has no variance: it hangs on the size of the batch, which a shape does not know"
    return ""


CASES = {
    "BatchNorm2d": Case(
        inputs=lambda d: [d.image()],
        asked={"num_features": lambda inputs: inputs[0].shape[1]},
        laxer=laxer,
        open_refused=True,
        left_out={"bias": "newer than torch 2.9, the oldest that Layerloom runs with"},
    ),
}
