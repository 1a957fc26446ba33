"""Several layers are changed at once: what they have in common is in the inspector."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

import presets
from engine.graph import Graph
from gui.design.inspector import Inspector
from gui.design.several_form import shared
from gui.document import Document

Make = Callable[..., Inspector]


@pytest.fixture
def inspector(qtbot: QtBot) -> Inspector:
    made = Inspector(Document(presets.build("lenet-5")))
    qtbot.addWidget(made)
    made.show()
    return made


def choose(inspector: Inspector, *names: str) -> list[str]:
    graph = inspector.document.graph
    ids = [node.id for node in graph.nodes.values() if node.name in names]
    inspector.document.select(ids)
    return ids


def type_in(inspector: Inspector, name: str, text: str) -> None:
    form = inspector.several.form
    assert form is not None
    field = form.fields[name]
    line = field if isinstance(field, QLineEdit) else field.findChild(QLineEdit)
    assert line is not None
    line.setFocus()
    line.selectAll()
    QTest.keyClicks(line, text)
    QTest.keyClick(line, Qt.Key.Key_Return)


def test_a_parameter_of_all_is_set_in_one_step(inspector: Inspector) -> None:
    ids = choose(inspector, "conv1", "conv2")
    assert inspector.several.isVisible()
    type_in(inspector, "kernel_size", "3")
    document = inspector.document
    assert [document.graph.nodes[node_id].parameters["kernel_size"] for node_id in ids] == [3, 3]
    assert document.history.undo_title == "Set kernel_size of 2 layers"
    document.history.undo()
    assert [document.graph.nodes[node_id].parameters["kernel_size"] for node_id in ids] == [5, 5]


def test_values_that_differ_are_named(inspector: Inspector) -> None:
    choose(inspector, "conv1", "conv2")
    form = inspector.several.form
    assert form is not None
    assert "6, 16" in form.rows["out_channels"].hint
    assert not form.rows["kernel_size"].hint
    choose(inspector, "fc1", "fc2", "fc3")
    assert inspector.several.form is not None
    assert "120, 84, 10" in inspector.several.form.rows["out_features"].hint


def test_layers_of_other_kinds_share_what_is_alike(inspector: Inspector) -> None:
    choose(inspector, "conv1", "pool1")
    form = inspector.several.form
    assert form is not None
    assert {"kernel_size", "dilation"} <= set(form.rows)
    assert "out_channels" not in form.rows
    choose(inspector, "conv1", "relu1")
    assert not inspector.several.isVisible()


def test_one_layer_and_none_have_no_such_form(inspector: Inspector) -> None:
    choose(inspector, "conv1")
    assert not inspector.several.isVisible()
    choose(inspector)
    assert not inspector.several.isVisible()


def test_layers_that_nobody_has_share_nothing() -> None:
    graph = Graph()
    known = graph.nodes[graph.add("ReLU")]
    from dataclasses import replace

    assert shared(graph, [known, replace(known, id="n9", type="Nobody9")]) == []
