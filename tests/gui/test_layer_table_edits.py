"""The layer table edited with real keys: names, parameters of one layer and of several, also inside blocks."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

import presets
from engine.graph import Graph
from engine.project import to_bytes
from gui.design.layers_model import HEAD
from gui.design.layers_panel import LayersPanel
from gui.document import Document

Table = Callable[[Graph], LayersPanel]


@pytest.fixture
def table(qtbot: QtBot) -> Table:
    def make(graph: Graph) -> LayersPanel:
        panel = LayersPanel(Document(graph))
        qtbot.addWidget(panel)
        panel.resize(1600, 500)
        with qtbot.waitActive(panel):
            panel.show()
            panel.activateWindow()
        return panel

    return make


def cell(panel: LayersPanel, name: str, column: str | int, *, inside: str | None = None) -> QModelIndex:
    """The cell of a layer, by its name and that of the column."""
    proxy = panel.proxy
    number = column if isinstance(column, int) else len(HEAD) + panel.model.common.index(column)
    around = QModelIndex() if inside is None else cell(panel, inside, 0)
    rows = [proxy.index(row, 0, around) for row in range(proxy.rowCount(around))]
    return next(row for row in rows if row.data() == name).siblingAtColumn(number)


def type_into(panel: LayersPanel, index: QModelIndex, text: str) -> None:
    """F2 on the cell, the text, Enter; the table follows once the events are done with."""
    panel.view.setFocus()
    panel.view.setCurrentIndex(index)
    write(panel, text)


def write(panel: LayersPanel, text: str) -> None:
    QTest.keyClick(panel.view, Qt.Key.Key_F2)
    editor = QApplication.focusWidget()
    assert isinstance(editor, QLineEdit)
    editor.selectAll()
    QTest.keyClicks(editor, text)
    QTest.keyClick(editor, Qt.Key.Key_Return)
    QApplication.processEvents()


def test_names_and_parameters_are_edited_in_place_each_as_one_step(table: Table) -> None:
    graph = presets.build("lenet-5")
    panel = table(graph)
    document = panel.document
    assert {"kernel_size", "out_channels", "out_features"} <= set(panel.model.common)
    before = to_bytes(graph)
    type_into(panel, cell(panel, "conv1", 0), "first")
    assert document.history.undo_title == "Rename conv1 to first"
    assert cell(panel, "first", 0).isValid()
    type_into(panel, cell(panel, "first", "out_channels"), "9")
    assert graph.by_name("first").parameters["out_channels"] == 9  # type: ignore[union-attr]
    assert document.history.undo_title == "Set out_channels of first"
    assert panel.view.currentIndex().data() == "9", "the keyboard stays at the cell"
    type_into(panel, cell(panel, "first", "kernel_size"), "50")
    assert any(problem.parameter == "kernel_size" for problem in document.problems())
    while document.history.index:
        document.history.undo()
    assert to_bytes(graph) == before


def test_a_name_that_is_taken_is_refused_with_the_reason(table: Table) -> None:
    panel = table(presets.build("lenet-5"))
    said: list[str] = []
    panel.message.connect(said.append)
    type_into(panel, cell(panel, "conv1", 0), "conv2")
    assert said == ["There is a node named 'conv2' already; choose another name."]
    assert cell(panel, "conv1", 0).isValid()


def test_several_selected_rows_get_a_value_at_once(table: Table) -> None:
    graph = presets.build("lenet-5")
    panel = table(graph)
    panel.view.setFocus()
    panel.view.setCurrentIndex(cell(panel, "conv1", "kernel_size"))
    QTest.keyClick(panel.view, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    write(panel, "3")
    kernels = {node.name: node.parameters.get("kernel_size") for node in graph.nodes.values()}
    assert {name for name, kernel in kernels.items() if kernel == 3} == {"conv1", "conv2", "pool1", "pool2"}
    assert panel.document.history.undo_title == "Set kernel_size of 4 layers"
    QTest.keyClick(panel.view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines[0].split("\t")[:3] == ["Layer", "Type", "Input"]
    assert len(lines) == 1 + panel.proxy.rowCount()


def test_layers_inside_a_block_are_edited_for_all_its_uses(table: Table) -> None:
    graph = presets.build("resnet-18-small")
    panel = table(graph)
    panel.view.expandAll()
    type_into(panel, cell(panel, "conv2", "bias", inside="stage2"), "true")
    block = next(iter(graph.blocks.values()))
    assert block.graph.by_name("conv2").parameters["bias"] is True  # type: ignore[union-attr]
    shown = {cell(panel, "conv2", "bias", inside=f"stage{k}").data() for k in (1, 2, 3, 4)}
    assert len(shown) == 1
    assert panel.document.history.undo_title == "Set bias of conv2"
    type_into(panel, cell(panel, "conv2", 0, inside="stage1"), "second")
    assert block.graph.by_name("second") is not None


def test_what_a_layer_does_not_have_cannot_be_edited_and_columns_sort(table: Table) -> None:
    panel = table(presets.build("lenet-5"))
    assert not cell(panel, "relu1", "kernel_size").flags() & Qt.ItemFlag.ItemIsEditable
    assert not cell(panel, "conv1", 4).flags() & Qt.ItemFlag.ItemIsEditable
    column = len(HEAD) + panel.model.common.index("out_features")
    panel.view.sortByColumn(column, Qt.SortOrder.DescendingOrder)
    assert [panel.proxy.index(row, 0).data() for row in range(3)] == ["fc1", "fc2", "fc3"]
