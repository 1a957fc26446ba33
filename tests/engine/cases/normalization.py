"""Layers that keep numbers in a good range while training."""

from __future__ import annotations

import inspect
from math import prod
from typing import Any

from hypothesis import strategies as st
from torch import nn

from engine.spec import BATCH, Spec
from tests.engine.cases.case import Case, Drawing, Trial

HAS_BIAS = "bias" in inspect.signature(nn.GroupNorm).parameters
NEWER = {} if HAS_BIAS else {"bias": "newer than the torch that is installed"}
PER_CHANNEL = {"num_features": lambda inputs: inputs[0].shape[1]}
LATER = "one value a {} has no variance: it depends on the size of the batch, which a shape does not know"


def one_a_channel(trial: Trial) -> str:
    batch, _, *space = trial.bound()[0].shape
    return LATER.format("channel") if batch * prod(space) == 1 else ""


def one_a_group(trial: Trial) -> str:
    batch, channels, *space = trial.bound()[0].shape
    alone = batch * (channels // trial.parameters["num_groups"]) * prod(space) == 1
    return LATER.format("group") if alone else ""


def no_batch(rank: int, what: str) -> Any:
    def stricter(trial: Trial) -> str:
        if trial.inputs[0].rank == rank - 1:
            return f"torch takes it for one {what} without a batch; here the first axis is always the batch"
        return ""

    return stricter


def instance(rank: int, what: str) -> Case:
    return Case(
        inputs=lambda d: [d.image(rank - 2)],
        asked=PER_CHANNEL,
        stricter=no_batch(rank, what),
        open_refused=True,
        ours=NEWER,
    )


def batch(*ranks: int) -> Case:
    return Case(
        inputs=lambda d: [d.image(d.draw(st.sampled_from(ranks)) - 2)],
        asked=PER_CHANNEL,
        laxer=one_a_channel,
        open_refused=True,
        ours=NEWER,
    )


def grouped(d: Drawing) -> list[Spec]:
    return [d.image(d.draw(st.integers(0, 3)), 6, 6, 12, 4)]


def normalized(trial: Trial) -> dict[str, Any]:
    """torch asks for the sizes of the last axes."""
    typed, shape = dict(trial.parameters), trial.bound()[0].shape
    count = typed.pop("last_axes", 1)
    if count > len(shape):
        raise ValueError(f"{shape} has no {count} axes")
    return {"normalized_shape": shape[-count:], **typed}


def with_the_batch(trial: Trial) -> str:
    if trial.parameters.get("last_axes", 1) == trial.inputs[0].rank:
        return "the batch axis cannot be normalized: its size would have to be fixed"
    return ""


LAST_AXES = Case(
    likely={"last_axes": st.sampled_from([1, 1, 1, 2, 2, 3, 4])},
    inputs=lambda d: [d.batched(*(d.axis() for _ in range(d.draw(st.integers(1, 3)))), d.axis(open_=False))],
    built=normalized,
    stricter=with_the_batch,
    open_refused=True,
    left_out={"normalized_shape": "it is read off the input"},
    ours={"last_axes": "how many axes are meant, where torch asks for their sizes"},
)


def local_response(trial: Trial) -> str:
    if trial.inputs[0].dtype == "int64":
        return "torch computes the mean of integers by a division that drops the rest"
    return ""


CASES = {
    "BatchNorm1d": batch(2, 3),
    "BatchNorm2d": batch(4),
    "BatchNorm3d": batch(5),
    "InstanceNorm1d": instance(3, "sequence"),
    "InstanceNorm2d": instance(4, "image"),
    "InstanceNorm3d": instance(5, "volume"),
    "GroupNorm": Case(
        likely={"num_groups": st.sampled_from([1, 2, 2, 3, 4, 6])},
        inputs=grouped,
        asked={"num_channels": lambda inputs: inputs[0].shape[1]},
        laxer=one_a_group,
        open_refused=True,
        ours=NEWER,
    ),
    "LayerNorm": LAST_AXES,
    "LayerNorm2d": Case(
        likely={"eps": st.sampled_from([1e-6, 1e-3, 0.5])},  # with two channels and less the gradient is rounding alone
        inputs=lambda d: [d.image()],
        asked={"normalized_shape": lambda inputs: inputs[0].shape[1]},
        open_refused=True,
        exemplar=(Spec((BATCH, 6, 9, 9)),),
    ),
    "RMSNorm": LAST_AXES,
    "LocalResponseNorm": Case(
        inputs=lambda d: [d.batched(*(d.axis() for _ in range(d.draw(st.integers(2, 4)))))],
        stricter=local_response,
    ),
}
