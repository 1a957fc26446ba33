"""What people type into a field, what the field makes of it, and what it says when it cannot."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import layers
from engine.expressions import is_expression, per_repeat
from engine.graph import Node
from engine.layers.layer import Layer
from engine.layers.parameters import parameters, parse, unparse
from engine.literals import unstorable
from engine.resolve import Fault, resolve
from tests.engine import draws


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5", 5),
        (" -3 ", -3),
        ("0.5", 0.5),
        ("1e-3", 0.001),
        ("true", True),
        ("False", False),
        ("none", None),
        ("", None),
        ("same", "same"),
        ("3, 3", (3, 3)),
        ("3x3", (3, 3)),
        ("3 × 5", (3, 5)),
        ("1x28x28", (1, 28, 28)),
        ("(3, 5)", (3, 5)),
        ("[3,]", (3,)),
        ("(3)", (3,)),
        ("()", ()),
        ("none, 7", (None, 7)),
        ("T, 8", ("T", 8)),
        ("'5'", "5"),
        ("nan", "nan"),
        ("-inf", "-inf"),
        ("1e999", "1e999"),
        ("9" * 30, "9" * 30),
        ("9" * 5000, "9" * 5000),
        ("(" * 5000 + ")" * 5000, "(" * 5000 + ")" * 5000),
        ("= channels * 4", {"expr": "channels * 4"}),
        ("=a", {"expr": "a"}),
        ("=", {"expr": ""}),
        ("2 then 1", {"per_repeat": (2, 1)}),
        ("(2 then 1)", {"per_repeat": (2, 1)}),
        ("3, 3 then 1", {"per_repeat": ((3, 3), 1)}),
        ("= a then = a * 2 then 7", {"per_repeat": ({"expr": "a"}, {"expr": "a * 2"}, 7)}),
        ("(= min(a, b), 3)", ({"expr": "min(a, b)"}, 3)),
        ('"= a"', "= a"),
        ('"first then second"', "first then second"),
        ('"a then b" then c', {"per_repeat": ("a then b", "c")}),
        ("then", "then"),
        ('{"per_repeat": [2, {"expr": "a"}]}', {"per_repeat": (2, {"expr": "a"})}),
        ('{"per_repeat": [NaN]}', '{"per_repeat": [NaN]}'),
        ('{"a": 1}', '{"a": 1}'),
    ],
    ids=lambda item: str(item)[:12],
)
def test_what_a_person_means(text: str, value: Any) -> None:
    assert (type(parse(text)), parse(text)) == (type(value), value)


@settings(max_examples=500)
@given(st.one_of(st.text(max_size=60), st.text(alphabet="0123456789.,x×()[]-+eE 'nT\"={} then", max_size=60)))
def test_anything_typed_is_a_literal_that_a_project_can_hold(text: str) -> None:
    value = parse(text)
    assert unstorable(value) is None
    assert isinstance(value, (str, int, float, tuple, type(None))) or is_expression(value) or per_repeat(value)


@pytest.mark.parametrize("cls", layers.all(), ids=lambda cls: cls.__name__)
def test_what_a_field_shows_is_read_back_as_its_value(cls: type[Layer], scale: int) -> None:
    texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)

    @settings(max_examples=25 * scale)
    @given(st.data())
    def check(data: st.DataObject) -> None:
        for name, info in cls.model_fields.items():
            drawn = texts if "str" in str(info.annotation) else draws.values(info.annotation, tuple(info.metadata))
            value = data.draw(drawn, name)
            assert parse(unparse(value)) == value, unparse(value)

    check()


WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    ["a then b", "= a", " a", '"', "'b'", '5" then "6', "min(a, b)", "then", "a*2", "5", ""]
)
RECKONED = st.builds(lambda text: {"expr": text}, WORDS)
ONE = (
    st.integers(-9, 9) | st.booleans() | st.none() | st.tuples(st.integers(0, 9), st.integers(0, 9)) | WORDS | RECKONED
)


@settings(max_examples=400)
@given(
    RECKONED | st.builds(lambda values: {"per_repeat": tuple(values)}, st.lists(ONE, min_size=1, max_size=4)) | WORDS
)
def test_expressions_and_values_per_repeat_are_read_back(value: Any) -> None:
    assert parse(unparse(value)) == value, unparse(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"expr": "channels * 4"}, "= channels * 4"),
        ({"per_repeat": (2, 1)}, "2 then 1"),
        ({"per_repeat": ((3, 3), {"expr": "a"})}, "3, 3 then = a"),
        ({"per_repeat": ("5", "6")}, '("5" then "6")'),
        (({"expr": "min(a, b)"}, 1), "(= min(a, b), 1)"),
        ("= a", '"= a"'),
        ("first then second", '"first then second"'),
    ],
)
def test_how_reckoned_values_are_written(value: Any, text: str) -> None:
    assert unparse(value) == text
    assert parse(text) == value


def test_the_form_of_a_field() -> None:
    of = {parameter.name: parameter for parameter in parameters(layers.get("Conv2d"))}
    assert (of["out_channels"].kind, of["out_channels"].required, of["out_channels"].minimum) == ("int", True, 1)
    assert of["out_channels"].type == "an integer ≥ 1"
    assert (of["bias"].kind, of["bias"].default) == ("bool", True)
    assert of["padding_mode"].choices == ("zeros", "reflect", "replicate", "circular")
    assert of["kernel_size"].type == "an integer ≥ 1, or two of them"
    assert of["padding"].type == "an integer ≥ 0, or two of them, or 'same' or 'valid' or 'same_tf'"
    dropout = parameters(layers.get("Dropout"))[0]
    assert (dropout.kind, dropout.type, dropout.minimum, dropout.maximum) == ("float", "a number from 0 to 1", 0, 1)
    loss = {parameter.name: parameter for parameter in parameters(layers.get("Output"))}["loss"]
    assert loss.choices[:2] == (None, "cross_entropy")


@pytest.mark.parametrize("cls", layers.all(), ids=lambda cls: cls.__name__)
def test_every_field_has_a_form_and_help(cls: type[Layer]) -> None:
    for parameter in parameters(cls):
        assert parameter.help
        assert parameter.type
        assert parameter.required or resolve(Node("n1", cls.__name__, "a", dict(cls.initial)))


WRONG: list[Any] = [
    None,
    True,
    0,
    -1,
    2**31,
    1.5,
    "",
    "three",
    (),
    (1,),
    (1, 2, 3),
    (0, 0),
    ("a", "b"),
    {"expr": "x"},
    ((1,),),
]


@pytest.mark.parametrize("cls", layers.all(), ids=lambda cls: cls.__name__)
def test_a_wrong_value_is_a_fault_that_names_parameter_and_value(cls: type[Layer]) -> None:
    for name in (*cls.model_fields, "colour"):
        refused = 0
        for value in WRONG:
            layer = resolve(Node("n1", cls.__name__, "a", {**cls.initial, name: value}))
            if isinstance(layer, Fault):
                refused += 1
                wanted = {"expression"} if isinstance(value, dict) else {"parameter", "padding", "output-padding"}
                assert layer.code in wanted
                assert layer.parameter
                assert layer.message.endswith(".")
                if layer.parameter == name and layer.message.startswith("needs"):
                    assert layer.message.startswith(f"needs {name} to be ")
                    assert layer.message.endswith(f", not {value!r}.")
        assert refused >= 5, name


@pytest.mark.parametrize(
    ("node", "message"),
    [
        (Node("n1", "Conv2d", "a", {"kernel_size": 3}), "needs a value for out_channels (an integer ≥ 1)."),
        (Node("n1", "Linear", "a", {"out_features": "x"}), "needs out_features to be an integer ≥ 1, not 'x'."),
        (Node("n1", "Dropout", "a", {"p": 1.5}), "needs p to be a number from 0 to 1, not 1.5."),
        (Node("n1", "ReLU", "a", {"inplace": True}), "has no parameter 'inplace'; its parameters are: none."),
        (Node("n1", "BatchNorm2d", "a", {"eps": 0.0}), "needs eps to be a number > 0, not 0.0."),
        (
            Node("n1", "Conv2d", "a", {"out_channels": 6, "kernel_size": 3, "groups": 4}),
            "splits 6 output channels into 4 groups, and 6 / 4 is not an integer.",
        ),
        (
            Node("n1", "Conv2d", "a", {"out_channels": 6, "kernel_size": 3, "padding": "same", "stride": 2}),
            "has padding 'same' with stride 2; 'same' keeps the size and needs stride 1.",
        ),
        (
            Node("n1", "MaxPool2d", "a", {"kernel_size": 2, "padding": 2}),
            "pads 2 cells to a window of 2 along the height; at most half the window, 1, is allowed.",
        ),
        (
            Node("n1", "Input", "a", {"shape": ("N", 3)}),
            "names a size N, but N is the batch axis and comes in front by itself; take another letter.",
        ),
        (
            Node("n1", "Conv2", "a"),
            "cannot be used: there is no layer named 'Conv2'; did you mean 'Conv2d'?",
        ),
    ],
)
def test_the_words_of_a_fault(node: Node, message: str) -> None:
    fault = resolve(node)
    assert isinstance(fault, Fault)
    assert fault.message == message
