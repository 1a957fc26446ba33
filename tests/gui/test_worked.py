"""Worked examples in the window: listed with their numbers, opened as projects, read off wires and boxes."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from gui.app import build_window
from presets.worked import EXAMPLES


def test_an_example_is_chosen_opened_and_read_off(qtbot: QtBot) -> None:
    window = build_window()
    qtbot.addWidget(window)
    window.show()
    window.commands.worked.open()
    dialog = window.commands.worked.dialog
    assert dialog is not None
    assert [dialog.list.item(row).text() for row in range(dialog.list.count())] == [one.title for one in EXAMPLES]
    dialog.list.setFocus()
    QTest.keyClick(dialog.list, Qt.Key.Key_End)
    assert dialog.example.name == "attention"
    cell = dialog.table.item(dialog.table.rowCount() - 1, 2)
    assert cell is not None
    assert cell.text() == "1.2033, 1"
    QTest.keyClick(dialog.list, Qt.Key.Key_Return)
    document, scene = window.document, window.view.canvas
    assert document.project.name == "Attention of one query"
    qtbot.waitUntil(lambda: bool(scene.live._values))
    scene.flush()
    ids = {node.name: node.id for node in document.graph.nodes.values()}
    assert scene.nodes[ids["weights"]].look.shape == "0.4011, 0.1978, 0.4011"
    (wire,) = [item for edge, item in scene.wires.items() if edge.source == ids["mixed"]]
    assert str(wire.value) == "1.203, 1"
    assert window.design.problems.list.count() == 0
    window.values.toggle()
    scene.flush()
    assert scene.nodes[ids["weights"]].look.shape == "3"
    document.discard()
    window.close()
