"""What layers of shapes, parts and merging say beyond numbers: the meaning of axes, the guilty port, short texts."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from engine.dims import Size
from engine.graph import Node
from engine.layers.convolution import Conv2d
from engine.layers.layer import Layer, ShapeError
from engine.layers.windows import Window
from engine.resolve import resolve
from engine.spec import BATCH, IMAGE, Axes, Spec

Typed = dict[str, Any]
PICTURE = Spec((BATCH, 3, 9, 8), axes=IMAGE)
SEQUENCE = Spec((BATCH, Size("T"), 16), axes=("batch", "time", "features"))


def layer(name: str, parameters: Typed) -> Layer:
    found = resolve(Node("n1", name, "a", parameters))
    assert isinstance(found, Layer)
    return found


@pytest.mark.parametrize(
    ("name", "parameters", "given", "axes"),
    [
        ("Permute", {"dims": (0, 2, 3, 1)}, PICTURE, ("batch", "height", "width", "channels")),
        ("Permute", {"dims": (1, 0, -1)}, SEQUENCE, ("time", "batch", "features")),
        ("Squeeze", {"dim": 2}, Spec((BATCH, 3, 1, 8), axes=IMAGE), ("batch", "channels", "width")),
        ("Select", {"index": -1}, SEQUENCE, ("batch", "features")),
        ("Slice", {"stop": -1}, SEQUENCE, SEQUENCE.axes),
        ("Split", {"split_sizes": (1, 2)}, PICTURE, IMAGE),
        ("Chunk", {"chunks": 2, "dim": -1}, SEQUENCE, SEQUENCE.axes),
        ("Mean", {"dim": (-2, -1)}, PICTURE, ("batch", "channels")),
        ("Max", {"dim": 1, "keepdim": True}, SEQUENCE, SEQUENCE.axes),
        ("GLU", {}, SEQUENCE, SEQUENCE.axes),
        ("Reshape", {"shape": (-1,)}, PICTURE, None),
    ],
)
def test_an_axis_keeps_its_meaning_where_it_goes(name: str, parameters: Typed, given: Spec, axes: Axes | None) -> None:
    result = layer(name, parameters).infer(given)
    specs = result if isinstance(result, tuple) else (result,)
    assert [spec.axes for spec in specs] == [axes] * len(specs)


@pytest.mark.parametrize(
    ("name", "parameters", "inputs", "port", "message"),
    [
        (
            "Select",
            {"index": 3},
            (SEQUENCE,),
            "input",
            "takes index 3, but the time of (N, T, 16) is open: only the first, 0, and the last, −1, are there for "
            "every size.",
        ),
        (
            "Slice",
            {"start": 5},
            (PICTURE,),
            "input",
            "takes nothing: along the channels of (N, 3, 9, 8) there are the indices 0 … 2, "
            "and none of them from 3 up to 3.",
        ),
        (
            "Chunk",
            {"chunks": 4, "dim": 2},
            (PICTURE,),
            "input",
            "cuts the height of (N, 3, 9, 8), 9, into 4 parts of 3, which gives only 3.",
        ),
        (
            "Reshape",
            {"shape": (7, -1)},
            (SEQUENCE,),
            "input",
            "puts 16·T numbers of (N, T, 16) into 7 · ? positions, but 16·T / 7 is not an integer.",
        ),
        (
            "PReLU",
            {"num_parameters": 4},
            (PICTURE,),
            "input",
            "learns 4 slopes, one a channel, but gets (N, 3, 9, 8): the size of the channels is 3.",
        ),
        ("Stack", {"dim": 9}, (PICTURE,), 0, "stacks along axis 9, but (N, 3, 9, 8) has 4 axes, -5 … 4."),
        ("Mean", {"dim": 0}, (PICTURE,), "input", "would reduce the batch; choose other axes."),
    ],
)
def test_what_does_not_fit_is_said_with_its_numbers(
    name: str, parameters: Typed, inputs: tuple[Spec, ...], port: str | int, message: str
) -> None:
    with pytest.raises(ShapeError) as caught:
        layer(name, parameters).infer(*inputs)
    assert (str(caught.value), caught.value.port) == (message, port)


@pytest.mark.parametrize(
    ("name", "parameters", "targets", "line"),
    [
        ("Split", {"split_sizes": (6,)}, ["y"], "(y,) = x.split((6,), dim=1)"),
        ("Split", {"split_sizes": (2, 4), "dim": -1}, ["y", "_"], "y, _ = x.split((2, 4), dim=-1)"),
        ("Chunk", {"chunks": 1}, ["y"], "(y,) = x.chunk(1, dim=1)"),
        ("Slice", {"dim": -2, "start": 1, "step": 2}, ["y"], "y = x[..., 1::2, :]"),
        ("Scale", {"factor": -0.5, "shift": -2.0}, ["y"], "y = x * -0.5 - 2.0"),
    ],
)
def test_a_line_of_the_forward_pass(name: str, parameters: Typed, targets: list[str], line: str) -> None:
    assert layer(name, parameters).statements("self.a", ["x"], targets) == [line]


def test_the_summary_of_a_negative_shift_has_one_sign() -> None:
    assert layer("Scale", {"factor": 0.5, "shift": -2.0}).summary() == "· 0.5 − 2"
    assert layer("Scale", {"factor": 2.0, "shift": 1.0}).summary() == "· 2 + 1"


def test_a_window_that_lies_in_the_padding_alone_is_found() -> None:
    """Against counting, for all small windows that torch takes."""
    for size, kernel, stride, dilation, ceil in product(range(1, 6), range(1, 6), (1, 2, 3), (1, 2, 3), (False, True)):
        for padding in range(kernel // 2 + 1):
            window = Window(kernel, stride, padding, padding, dilation, ceil)
            count = window.slide(size)
            assert isinstance(count, int)
            cells = [range(n * stride - padding, n * stride - padding + window.reach, dilation) for n in range(count)]
            assert window.misses(size) == any(not set(each) & set(range(size)) for each in cells), window


def test_tensorflows_same_rounds_up_and_pads_an_odd_cell_behind() -> None:
    """MobileNet's first convolution sees 224 pixels: TensorFlow pads none before and one after them."""
    conv = layer("Conv2d", {"out_channels": 32, "kernel_size": 3, "stride": 2, "padding": "same_tf"})
    assert isinstance(conv, Conv2d)
    out = conv.infer(Spec((BATCH, 3, 224, Size("T"))))
    assert isinstance(out, Spec)
    assert str(out) == "(N, 32, 112, ⌊(T + 1)/2⌋)"
    assert (
        conv.filled((Spec((BATCH, 3, 224, 5)),), (Spec((BATCH, 32, 112, 3)),))
        == "height = ⌈224/2⌉ = 112\nwidth = ⌈5/2⌉ = 3"
    )
    assert conv.windows()[0].pads(224) == (0, 1)
    assert conv.windows()[0].pads(5) == (1, 1)
    one = Window(1, 2, same=True)
    assert (one.pads(4), one.slide(4), one.pads(5), one.slide(5)) == ((0, 0), 2, (0, 0), 3)
