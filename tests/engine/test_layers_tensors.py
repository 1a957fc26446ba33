"""Particular lines, words and meanings of the layers in `engine.layers.tensors`, beside what the property tests see."""

from __future__ import annotations

from typing import Any

import pytest

from engine.dims import Size
from engine.graph import Node
from engine.layers.layer import Layer, ShapeError
from engine.resolve import Fault, resolve
from engine.spec import BATCH, IMAGE, UNWIRED, Spec

Typed = dict[str, Any]
PICTURE = Spec((BATCH, 3, 9, 8), axes=IMAGE)
TOKENS = Spec((BATCH, Size("T")), "int64", axes=("batch", "time"))
SEQUENCE = Spec((BATCH, Size("T"), 16), axes=("batch", "time", "features"))


def layer(name: str, parameters: Typed) -> Layer:
    found = resolve(Node("n1", name, "a", parameters))
    assert isinstance(found, Layer), found
    return found


@pytest.mark.parametrize(
    ("name", "parameters", "given", "line"),
    [
        ("Clamp", {"min": 0}, ["x"], "y = torch.clamp(x, min=0)"),
        ("Clamp", {"min": -0.5, "max": 2.0}, ["x"], "y = torch.clamp(x, min=-0.5, max=2.0)"),
        ("Neg", {}, ["x"], "y = -x"),
        ("Pow", {"exponent": -0.5}, ["x", "None"], "y = x ** -0.5"),
        ("Pow", {"exponent": -0.5}, ["x", "z"], "y = x ** z"),
        ("Equal", {}, ["x", "None"], "y = x == 0"),
        ("Less", {"other": 0.5}, ["x", "None"], "y = x < 0.5"),
        ("GreaterEqual", {}, ["x", "z"], "y = x >= z"),
        ("And", {}, ["x", "z"], "y = torch.logical_and(x, z)"),
        ("Expand", {}, ["x", "z"], "y = x.expand_as(z)"),
        ("Expand", {"sizes": (4, -1)}, ["x", "z"], "y = x.expand(z.shape[0], 4, -1)"),
        ("Expand", {"sizes": (4, -1)}, ["x", "None"], "y = x.expand(-1, 4, -1)"),
        ("Roll", {"shifts": (1, -2), "dims": (1, 2)}, ["x"], "y = x.roll((1, -2), dims=(1, 2))"),
    ],
)
def test_a_line_of_the_forward_pass(name: str, parameters: Typed, given: list[str], line: str) -> None:
    assert layer(name, parameters).statements("self.a", given, ["y"]) == [line]


@pytest.mark.parametrize(
    ("name", "parameters", "inputs", "port", "message"),
    [
        (
            "Clamp",
            {"max": 2.5},
            (TOKENS,),
            "input",
            "limits the integers of (N, T) by max = 2.5; write an integer, without a decimal point.",
        ),
        (
            "Less",
            {},
            (PICTURE, Spec((BATCH, 3, 9, 7))),
            1,
            "compares (N, 3, 9, 8) < (N, 3, 9, 7), but along the width they differ: 8 and 7 are neither equal nor 1.",
        ),
        (
            "Where",
            {},
            (PICTURE, PICTURE, PICTURE),
            "condition",
            "gets a condition (N, 3, 9, 8) of float32; truth values (bool) are needed.",
        ),
        (
            "Expand",
            {"sizes": (5, -1)},
            (Spec((BATCH, 4, 16)), UNWIRED),
            "input",
            "expands (N, 4, 16) to (N, 5, -1), but axis 1 has the size 4; only a size of 1 can be repeated.",
        ),
        (
            "Expand",
            {"sizes": (5, -1)},
            (Spec((16,)), UNWIRED),
            "input",
            "has 2 sizes for the 0 axes of (16,) behind the first; give one for each, or wire a tensor that has the "
            "batch to like.",
        ),
        (
            "Expand",
            {"sizes": (-1, 16)},
            (Spec((16,)), PICTURE),
            "input",
            "expands (16,) to (N, -1, 16), but axis 1 is new, so it has no size to keep.",
        ),
        ("Tile", {"dims": (2, 1, 1)}, (SEQUENCE,), "input", "would repeat the batch; use 1 for it, or leave it out."),
        (
            "Pow",
            {},
            (PICTURE, Spec((BATCH, 3, 9, 8), "bool")),
            "exponent",
            "gets bool exponents (N, 3, 9, 8) but needs numbers.",
        ),
    ],
)
def test_what_does_not_fit_is_said_with_its_numbers(
    name: str, parameters: Typed, inputs: tuple[Spec, ...], port: str | int, message: str
) -> None:
    with pytest.raises(ShapeError) as caught:
        layer(name, parameters).infer(*inputs)
    assert (str(caught.value), caught.value.port) == (message, port)


@pytest.mark.parametrize(
    ("name", "parameters", "message"),
    [
        ("Clamp", {}, "has neither min nor max; set at least one of them."),
        ("Clamp", {"min": 2, "max": 1.5}, "has min 2 above max 1.5."),
        ("Roll", {"shifts": 1, "dims": (1, 2)}, "has 1 in shifts, but 2 in dims; give one shift for each axis."),
    ],
)
def test_parameters_that_make_no_layer_are_named(name: str, parameters: Typed, message: str) -> None:
    fault = resolve(Node("n1", name, "a", parameters))
    assert isinstance(fault, Fault)
    assert fault.message == message


def test_a_comparison_keeps_the_meaning_of_the_axes() -> None:
    padding = layer("Equal", {}).infer(TOKENS, UNWIRED)
    assert isinstance(padding, Spec)
    assert (padding, padding.axes) == (Spec((BATCH, Size("T")), "bool"), TOKENS.axes)


@pytest.mark.parametrize(
    ("name", "parameters", "given", "shape"),
    [
        ("Expand", {"sizes": (-1, -1)}, (Spec((1, 16)), SEQUENCE), (BATCH, 1, 16)),
        ("Expand", {}, (Spec((16,)), SEQUENCE), SEQUENCE.shape),
        ("Tile", {"dims": (3, 1)}, (Spec((4, 16)),), (12, 16)),
        ("Flip", {"dims": (0,)}, (Spec((4, 16)),), (4, 16)),
        ("Mean", {"dim": 0}, (Spec((4, 16)),), (16,)),
        ("Select", {"dim": 0, "index": 3}, (Spec((4, 16)),), (16,)),
        ("Add", {}, (SEQUENCE, Spec((16,))), SEQUENCE.shape),
        ("MatMul", {"transpose": True}, (SEQUENCE, Spec((10, 16))), (BATCH, Size("T"), 10)),
    ],
)
def test_a_tensor_without_a_batch_is_taken(
    name: str, parameters: Typed, given: tuple[Spec, ...], shape: tuple[Any, ...]
) -> None:
    result = layer(name, parameters).infer(*given)
    assert isinstance(result, Spec)
    assert result.shape == shape
