"""``--set path=value``: what becomes a parameter, what a property, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from engine.assignments import AssignmentError, edit
from engine.edits import MISSING, SetParameter, SetProperty, SetSetting
from engine.graph import Graph


@pytest.fixture
def graph() -> Graph:
    made = Graph("net")
    block = made.define("Unit", channels=8, stride=1)
    x, conv, y = block.add("BlockInput"), block.add("Conv2d", out_channels=8, kernel_size=1), block.add("BlockOutput")
    block.connect(x, conv)
    block.connect(conv, y)
    made.add("Conv2d", out_channels=8, kernel_size=3)
    made.add("Conv2d", out_channels=8, kernel_size=3)
    made.add("Unit", name="layer1")
    return made


@pytest.mark.parametrize(
    ("assignment", "name", "value"),
    [
        ("nodes.layer1.repeat=3", "repeat", 3),
        ("nodes.layer1.apply=each_step", "apply", "each_step"),
        ("nodes.conv1.frozen=true", "frozen", True),
        ("nodes.conv1.frozen=default", "frozen", MISSING),
        ("nodes.conv2.initialization=zeros", "initialization", "zeros"),
        ("nodes.conv2.weights_of=conv1", "weights_of", "n1"),
        ("nodes.conv2.weights_of=none", "weights_of", None),
    ],
)
def test_what_any_node_may_have_becomes_a_property(graph: Graph, assignment: str, name: str, value: Any) -> None:
    made = edit(graph, assignment)
    assert isinstance(made, SetProperty)
    assert (made.name, made.value) == (name, value)


@pytest.mark.parametrize(
    ("assignment", "value"),
    [
        ("nodes.layer1.stride=2 then 1", {"per_repeat": (2, 1)}),
        ("nodes.layer1.stride= = channels", {"expr": "channels"}),
        ("nodes.conv1.stride=2", 2),
        ("nodes.conv1.colour=2", 2),
    ],
)
def test_everything_else_is_a_parameter(graph: Graph, assignment: str, value: Any) -> None:
    made = edit(graph, assignment)
    assert isinstance(made, SetParameter)
    assert made.value == value


def test_repeats_are_applied_with_values_of_their_own(graph: Graph) -> None:
    for assignment in ("nodes.layer1.repeat=3", "nodes.layer1.stride=2 then 1"):
        edit(graph, assignment).apply(graph)
    node = graph.by_name("layer1")
    assert node is not None
    assert (node.properties, node.parameters) == ({"repeat": 3}, {"stride": {"per_repeat": (2, 1)}})


def test_weights_of_a_node_that_is_not_there(graph: Graph) -> None:
    with pytest.raises(AssignmentError, match="There is no node named 'conv9'"):
        edit(graph, "nodes.conv2.weights_of=conv9")


@pytest.mark.parametrize(
    ("assignment", "path", "value"),
    [
        ("training.optimizer=sgd", ("training", "optimizer"), {"name": "sgd"}),
        ('training.optimizer={"name": "sgd", "lr": 0.1}', ("training", "optimizer"), {"name": "sgd", "lr": 0.1}),
        ("training.ema={}", ("training", "ema"), {}),
        ('data.transforms=[{"name": "standardise"}]', ("data", "transforms"), ({"name": "standardise"},)),
        ("training.metrics=[accuracy, f1]", ("training", "metrics"), ("accuracy", "f1")),
        ('training.metrics=["accuracy", "f1"]', ("training", "metrics"), ("accuracy", "f1")),
        ("training.optimizer=default", ("training", "optimizer"), MISSING),
        ("training.device=cpu", ("training", "device"), "cpu"),
    ],
)
def test_settings_may_be_tables_and_kinds(graph: Graph, assignment: str, path: tuple[str, ...], value: Any) -> None:
    made = edit(graph, assignment)
    assert isinstance(made, SetSetting)
    assert (made.path, made.value) == (path, value)


@pytest.mark.parametrize("table", ["{lr: 0.1}", "{", '{"a": ' * 2000, '{"a": ' * 200 + "1" + "}" * 200])
def test_a_table_that_is_none_is_one_sentence(graph: Graph, table: str) -> None:
    with pytest.raises(AssignmentError, match=r"The table given for training\.ema"):
        edit(graph, f"training.ema={table}")
