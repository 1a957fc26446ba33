"""Faults of what a layer sees: windows, steps of time, positions, the batch."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from tests.engine.twins.design import Design, step
from tests.engine.twins.fault import IMAGES, ROWS, fault, first


@fault("gaps between windows", "gaps", families=("convolution", "along_time"), checked=True)
def gaps(design: Design, random: Random) -> Design | None:
    place = first(design, "Conv2d", "Conv1d")
    assert place is not None
    if len(design.where("MaxPool2d")) > 1:
        return None  # they would shrink the image to nothing
    return design.exchange(place, design.steps[place].having(kernel_size=2, stride=3, padding=0))


@fault(
    "pooled to one number too early",
    "narrow-view",
    "early-pooling",
    families=IMAGES,
    checked=True,
)
def early_pooling(design: Design, random: Random) -> Design | None:
    place = first(design, "MaxPool2d")
    assert place is not None
    design = design.exchange(place, step("AdaptiveAvgPool2d", output_size=1))
    if design.family == "residual":
        return design
    rest = design.steps[place + 1 :]
    kept = tuple(each for each in rest if each.type in ("Flatten", "Linear"))
    return replace(design, steps=(*design.steps[: place + 1], *kept))


@fault("axes exchanged by reshape", "axes-by-reshape", families=("along_time",), checked=True)
def reshaped(design: Design, random: Random) -> Design | None:
    place = first(design, "Permute")
    return None if place is None else design.exchange(place, step("Reshape", shape=(8, 8)))


@fault(
    "the batch taken for time",
    "batch-as-time",
    "batch-mixed",
    "batch-moved",
    families=("recurrent", "attention"),
    checked=True,
)
def batch_as_time(design: Design, random: Random) -> Design | None:
    place = first(design, "LSTM", "GRU", "TransformerEncoderLayer")
    return None if place is None else design.exchange(place, design.steps[place].having(batch_first=False))


@fault("the last step of both directions", "last-of-both", families=("recurrent",), checked=True)
def last_of_both(design: Design, random: Random) -> Design | None:
    place = first(design, "LSTM", "GRU")
    assert place is not None
    read = design.steps[place].having(bidirectional=True)
    return replace(design, steps=(read, step("Select", dim=1, index=-1), step("Linear", out_features=10)))


@fault("attention without positions", "no-positions", families=("attention",), checked=True)
def no_positions(design: Design, random: Random) -> Design | None:
    place = first(design, "SinusoidalPositions", "LearnedPositions")
    return None if place is None else design.exchange(place)


@fault(
    "samples of a batch mixed",
    "batch-mixed",
    "batch-moved",
    families=("digit_perceptron", *ROWS),
    checked=True,
)
def batch_mixed(design: Design, random: Random) -> Design | None:
    return design.insert(design.last, step("Softmax", dim=0))


@fault(
    "only the first step is read",
    "first-step",
    "narrow-view",
    "last-of-both",
    families=("recurrent",),
    checked=True,
)
def first_step(design: Design, random: Random) -> Design | None:
    place = first(design, "LSTM", "GRU")
    assert place is not None
    return replace(design, steps=(design.steps[place], step("Select", dim=1, index=0), step("Linear", out_features=10)))


@fault("a Linear layer on an image", "linear-on-image", families=("digit_perceptron",), checked=True)
def linear_on_image(design: Design, random: Random) -> Design | None:
    rows = (step("Linear", out_features=24), step("ReLU"), step("Mean", dim=(2,)), step("Flatten"))
    return replace(design, steps=(*rows, design.steps[-1]))


@fault("columns that no window reaches", "unused-columns", families=("convolution",), checked=True)
def unused_columns(design: Design, random: Random) -> Design | None:
    place = first(design, "Conv2d")
    assert place is not None
    return design.exchange(place, design.steps[place].having(kernel_size=3, stride=3, padding=0))


@fault(
    "the batch moved from the front",
    "batch-moved",
    "batch-as-time",
    "batch-mixed",
    families=("attention",),
    checked=True,
)
def batch_moved(design: Design, random: Random) -> Design | None:
    place = first(design, "TransformerEncoderLayer")
    assert place is not None
    turned = step("Permute", dims=(1, 0, 2))
    return design.insert(place, turned).insert(place + 2, turned)
