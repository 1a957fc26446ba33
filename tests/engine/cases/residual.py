"""Layers that residual networks are made of."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.engine.cases.case import Case, Trial, Typed


def one_value_a_channel(trial: Trial) -> str:
    batch, _, height, width = trial.bound()[0].shape
    stride = trial.parameters.get("stride", 1)
    if batch * ((height - 1) // stride + 1) * ((width - 1) // stride + 1) == 1:
        return "one value a channel has no variance: it depends on the size of the batch, which a shape does not know"
    return ""


def without_batch(trial: Trial) -> str:
    spec = trial.inputs[0]
    if spec.rank == 3:
        return "torch takes it for one image without a batch; here the first axis is always the batch"
    return "our module hands its input on unseen" if spec.rank != 4 or spec.dtype != "float32" else ""


def no_batch(trial: Trial) -> str:
    dim, rank = trial.parameters.get("dim", -1), trial.inputs[0].rank
    if dim % rank == 0:
        return "the batch is not an axis of channels"
    return "the factors make floats of integers" if trial.inputs[0].dtype != "float32" else ""


def scaled(trial: Trial) -> Typed:
    axis = trial.parameters.get("dim", -1)
    return {"channels": trial.bound()[0].shape[axis]} | trial.parameters


def whole_numbers(trial: Trial) -> str:
    return "whether integers pass depends on p and on the mode" if trial.inputs[0].dtype != "float32" else ""


CASES = {
    "Shortcut": Case(
        likely={"out_channels": st.sampled_from([6, 6, 12, 3]), "stride": st.sampled_from([1, 1, 2, 3])},
        inputs=lambda d: [d.image()],
        asked={"in_channels": lambda inputs: inputs[0].shape[1]},
        stricter=without_batch,
        laxer=one_value_a_channel,
        open_refused=True,
    ),
    "StochasticDepth": Case(stricter=whole_numbers),
    "LayerScale": Case(
        likely={"dim": st.sampled_from([-1, -1, 1, 1, -2, 2, 0, 3, -4])},
        built=scaled,
        stricter=no_batch,
        open_refused=True,
    ),
}
