"""Particular words and numbers of padding, resampling and normalization that the property tests do not see."""

from __future__ import annotations

from typing import Any

import pytest

from engine.dims import Size
from engine.graph import Node
from engine.layers.layer import Layer, ShapeError
from engine.layers.normalization import LayerNorm
from engine.layers.resampling import Upsample
from engine.resolve import resolve
from engine.spec import BATCH, IMAGE, Spec

Typed = dict[str, Any]
PICTURE = Spec((BATCH, 3, 9, 8), axes=IMAGE)


def layer(name: str, parameters: Typed) -> Layer:
    found = resolve(Node("n1", name, "a", parameters))
    assert isinstance(found, Layer)
    return found


@pytest.mark.parametrize(
    ("name", "parameters", "parameter", "message"),
    [
        (
            "ReplicationPad2d",
            {"padding": -5},
            "padding",
            "cuts off too much: 9 − 5 − 5 = −1 cells of the height are left.",
        ),
        (
            "ReflectionPad2d",
            {"padding": 8},
            "padding",
            "mirrors 8 cells at the edge of the width, 8; at most 7 can be taken from there.",
        ),
        ("ZeroPad2d", {"padding": (-9, 12, 0, 0)}, "padding", "cuts 9 cells off the width, which has only 8."),
        (
            "Upsample",
            {"scale_factor": 0.1},
            "scale_factor",
            "scales the height to ⌊9 · 0.1⌋ = 0 cells; 1 or more are needed.",
        ),
        (
            "Upsample",
            {"size": (4,)},
            "size",
            "has 1 number in size, but (N, 3, 9, 8) has 2 axes behind the channels.",
        ),
        (
            "PixelShuffle",
            {"upscale_factor": 2},
            "upscale_factor",
            "needs channels in groups of 2² = 4, but (N, 3, 9, 8) has 3 channels, and 3 / 4 is not whole.",
        ),
        (
            "PixelUnshuffle",
            {"downscale_factor": 2},
            "downscale_factor",
            "cuts the height of 9 into pieces of 2, and 9 / 2 is not whole.",
        ),
        (
            "LayerNorm",
            {"last_axes": 4},
            "last_axes",
            "normalizes 4 axes of (N, 3, 9, 8), which has only 3 behind the batch.",
        ),
    ],
)
def test_what_does_not_fit_is_said_with_its_numbers(name: str, parameters: Typed, parameter: str, message: str) -> None:
    with pytest.raises(ShapeError) as caught:
        layer(name, parameters).infer(PICTURE)
    assert str(caught.value) == message
    assert caught.value.parameter == parameter


def test_torchs_order_of_paddings_begins_with_the_last_axis() -> None:
    pad = layer("ZeroPad2d", {"padding": (1, 2, -1, 0)})
    out = pad.infer(PICTURE)
    assert isinstance(out, Spec)
    assert out.shape == (BATCH, 3, 8, 11)
    assert pad.filled((PICTURE,), (out,)) == "height = 9 − 1 + 0 = 8\nwidth = 8 + 1 + 2 = 11"


def test_an_open_size_is_scaled_by_exact_factors_only() -> None:
    sequence = Spec((BATCH, 3, Size("T") * 2 + 1))
    assert Upsample(scale_factor=1.5).infer(sequence).bound({"N": 1, "T": 2}) == (1, 3, 7)
    with pytest.raises(ShapeError, match="an open size needs an exact factor"):
        Upsample(scale_factor=0.3).infer(sequence)


def test_an_expression_for_the_last_axes_stays_out_of_the_source() -> None:
    texts = {"normalized_shape": "features", "last_axes": "count"}
    assert LayerNorm(last_axes=1).module(Spec((BATCH, 7, 16)), texts=texts) == "nn.LayerNorm(features)"
    assert LayerNorm(last_axes=2).module(Spec((BATCH, 7, 16))) == "nn.LayerNorm((7, 16))"
