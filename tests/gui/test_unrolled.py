"""The unrolled view of a scan: its steps, its states and the numbers on the wires."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from engine.compile import compile_graph
from engine.graph import Graph
from gui.document import Document
from gui.unrolled.commands import UnrolledCommands
from presets.blocks import rnn_cell


def test_a_scan_is_drawn_step_by_step_with_its_numbers_and_opens_as_a_project(qtbot: QtBot) -> None:
    graph = Graph("numbers")
    use = graph.add(rnn_cell.define(graph), name="cell", apply="scan", hidden=2)
    start = graph.add("Input", shape=(6, 2), example=tuple(map(float, range(12))))
    graph.connect(start, use)
    graph.connect(use, graph.add("Output", loss="mse_loss"))
    parent, said, opened = QWidget(), list[str](), list[Graph]()
    qtbot.addWidget(parent)
    document = Document(graph)

    def run() -> Path | None:
        return None

    commands = UnrolledCommands(document, parent, run, opened.append, said.append)
    document.select([start])
    assert not commands.possible
    commands.open()
    assert said == ["Select a scan first."]
    document.select([use])
    assert commands.possible
    commands.open()
    dialog = commands.dialog
    assert dialog is not None
    qtbot.waitUntil(lambda: not dialog._work.busy)
    live = dialog.view.canvas.live
    assert str(live.value_of(dialog.unrolled.given[0, 1, 0], "output")) == "2, 3"
    assert dialog.words.text().startswith("The first 4 of 6 steps.")
    dialog.steps.setFocus()
    qtbot.keyClick(dialog.steps, Qt.Key.Key_Up)
    qtbot.keyClick(dialog.steps, Qt.Key.Key_Up)
    qtbot.keyClick(dialog.steps, Qt.Key.Key_Up)
    assert dialog.unrolled.steps == 6
    qtbot.waitUntil(lambda: not dialog._work.busy)
    (button,) = [each for each in dialog.findChildren(QPushButton) if each.text() == "Open as Project"]
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert [node.name for node in opened[0].of_type("block.rnn_cell")] == [f"step_{step}" for step in range(1, 7)]
    assert len(list(compile_graph(opened[0]).parameters())) == 4, "all steps have the same weights"
    assert commands.dialog is None
