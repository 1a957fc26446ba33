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
