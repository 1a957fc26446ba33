"""The list of steps: it follows undo and redo, a click goes there, and the saved state is marked."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from engine.graph import Graph
from engine.project import to_bytes
from engine.reading.file_versions import FileVersion
from gui.canvas.commands import layer_commands as commands
from gui.design.history_panel import HistoryPanel
from gui.document import Document


def rows(panel: HistoryPanel) -> list[str]:
    model = panel.model
    return [model.index(row).data().replace("▸", "*").strip() for row in range(model.rowCount())]


def test_a_click_goes_to_a_step_and_the_saved_one_is_marked(qtbot: QtBot, chain: Graph, tmp_path: Path) -> None:
    document = Document(chain)
    panel = HistoryPanel(document)
    qtbot.addWidget(panel)
    panel.show()
    assert rows(panel) == ["* As opened  (saved)"]
    states = [to_bytes(chain)]
    for node_id in ("n4", "n3", "n2"):
        commands.delete(document, [node_id])
        states.append(to_bytes(chain))
        if node_id == "n3":
            document.set_saved(tmp_path / "x.loom", FileVersion.of(document.snapshot(tmp_path / "x.loom")))
    assert rows(panel) == ["As opened", "Delete flatten1", "Delete relu1  (saved)", "* Delete conv1"]
    assert panel.list.currentIndex().row() == 3
    place = panel.list.visualRect(panel.model.index(1)).center()
    qtbot.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert to_bytes(chain) == states[1]
    assert rows(panel) == ["As opened", "* Delete flatten1", "Delete relu1  (saved, undone)", "Delete conv1  (undone)"]
    qtbot.keyClick(panel.list, Qt.Key.Key_Down)
    qtbot.keyClick(panel.list, Qt.Key.Key_Return)
    assert to_bytes(chain) == states[2]
    assert not document.unsaved
    document.history.undo()
    assert rows(panel)[1] == "* Delete flatten1"
    commands.delete(document, ["n1"])
    assert rows(panel) == ["As opened", "Delete flatten1", "* Delete input"]
    said = panel.model.index(2).data(Qt.ItemDataRole.AccessibleTextRole)
    assert said.startswith("Step 2 of 2: Delete ")
    assert said.endswith(", now")
    document.open_graph(Graph("other"))
    assert rows(panel) == ["* As opened  (saved)"]
