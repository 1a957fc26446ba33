"""File > Load Weights: a file is looked at, corrected by hand, loaded as one step, and taken back."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot
from safetensors.torch import save_file

import presets
from engine import project
from engine.compile import compile_graph
from gui.document import Document
from gui.weights.weights_dialog import WeightsDialog
from gui.weights.weights_table import FROM, WHY

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def file(tmp_path: Path) -> Path:
    torch.manual_seed(1)
    module = compile_graph(presets.build("mlp", classes=4))
    torch.save({f"net.{name.replace('fc', 'layer')}": value for name, value in module.state_dict().items()},
               tmp_path / "four.pth")  # fmt: skip
    return tmp_path / "four.pth"


def looked(qtbot: QtBot, document: Document, file: Path) -> WeightsDialog:
    dialog = WeightsDialog(document)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    dialog.open()
    assert not dialog.load.isEnabled()
    dialog.look(file)
    qtbot.waitUntil(lambda: dialog.report is not None)
    return dialog


def test_weights_are_looked_at_corrected_and_loaded_as_one_step(qtbot: QtBot, file: Path) -> None:
    document = Document(presets.build("mlp"))
    before = project.to_bytes(document.project)
    dialog = looked(qtbot, document, file)
    shown = [[dialog.table.item(row, column).text() for column in range(4)] for row in range(dialog.table.rowCount())]
    assert ["", "(4)", "net.layer3.bias", "no layer has a tensor of (4)"] in shown
    assert not dialog.load.isEnabled()
    qtbot.keyClick(dialog.partial, Qt.Key.Key_Space)
    assert dialog.load.isEnabled()
    row = next(row for row, cells in enumerate(shown) if cells[0] == "fc1.bias")
    dialog.table.item(row, FROM).setText("net.layer1.weight")
    qtbot.waitUntil(lambda: dialog.note.text().startswith("✕"))
    assert "needs (128)" in dialog.note.text()
    assert dialog.report is not None
    assert dialog.report.placed["fc1.bias"] == "net.layer1.bias"
    row = next(row for row in range(dialog.table.rowCount()) if dialog.table.item(row, 0).text() == "fc1.bias")
    dialog.table.item(row, FROM).setText("")
    qtbot.waitUntil(lambda: "fc1.bias" in dialog.report.missing)
    qtbot.mouseClick(dialog.load, LEFT)
    assert len(document.project.settings["training"]["weights"]["map"]) == 3
    document.history.undo()
    assert project.to_bytes(document.project) == before


def test_missing_weights_are_located_or_removed(qtbot: QtBot, file: Path) -> None:
    document = Document(presets.build("mlp", classes=4))
    dialog = looked(qtbot, document, file)
    assert not dialog.remove.isVisible()
    qtbot.mouseClick(dialog.load, LEFT)
    there = file.rename(file.with_name("moved.pth"))
    dialog = WeightsDialog(document)
    qtbot.addWidget(dialog)
    assert dialog.file.text() == "Locate …"
    assert "are not at" in dialog.summary.text()
    before = project.to_bytes(document.project)
    dialog.look(there)  # the very file that was gone: there is nothing left to choose
    qtbot.waitUntil(lambda: document.project.settings["training"]["weights"]["path"] == str(there))
    document.history.undo()
    assert project.to_bytes(document.project) == before
    document.history.redo()
    dialog = WeightsDialog(document)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    dialog.open()
    qtbot.mouseClick(dialog.remove, LEFT)
    assert "weights" not in document.project.settings["training"]


def test_a_guess_is_looked_at_before_it_is_loaded(qtbot: QtBot, tmp_path: Path) -> None:
    graph = presets.build("mlp", hidden=(16, 16, 16))
    state = compile_graph(graph).state_dict()
    layers = list(dict.fromkeys(name.rpartition(".")[0] for name in state))
    path = tmp_path / "renamed.safetensors"
    save_file({f"x{layers.index(n.rpartition('.')[0])}.{n.rpartition('.')[2]}": v for n, v in state.items()}, path)
    document = Document(graph)
    dialog = looked(qtbot, document, path)
    assert dialog.table.item(0, WHY).text() == "a guess: its order among equal shapes"
    assert not dialog.table.item(0, WHY).icon().isNull()
    assert not dialog.load.isEnabled()
    assert dialog.guess.isVisible()
    assert not dialog.partial.isVisible()
    dialog.table.setCurrentCell(0, FROM)
    qtbot.keyClick(dialog.table, Qt.Key.Key_F2)
    (editor,) = dialog.table.findChildren(QLineEdit)
    offered = editor.completer().model()
    names = {offered.index(row, 0).data() for row in range(offered.rowCount())}
    assert editor.text() in names
    assert len(names) > 1
    qtbot.keyClick(editor, Qt.Key.Key_Escape)
    qtbot.keyClick(dialog.guess, Qt.Key.Key_Space)
    qtbot.mouseClick(dialog.load, LEFT)
    assert document.project.settings["training"]["weights"]["keys"] == "nodes"


def test_wrong_files_are_one_sentence_each_and_lose_nothing(qtbot: QtBot, file: Path, tmp_path: Path) -> None:
    document = Document(presets.build("mlp", classes=4))
    before = project.to_bytes(document.project)
    dialog = WeightsDialog(document)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    dialog.open()
    save_file({"a": torch.ones(3)}, tmp_path / "cut.safetensors")
    (tmp_path / "cut.safetensors").write_bytes((tmp_path / "cut.safetensors").read_bytes()[:-4])
    torch.save(torch.nn.Linear(2, 2), tmp_path / "module.pth")
    folder = tmp_path / "sharded"
    folder.mkdir()
    (folder / "model.safetensors.index.json").write_text('{"weight_map": {"a": "gone.safetensors"}}')
    for path, words in (
        (tmp_path / "cut.safetensors", "it is cut off or damaged"),
        (tmp_path / "module.pth", "it holds Python objects, which could run code"),
        (folder, "names 'gone.safetensors', but there is no such file beside it"),
    ):
        dialog.look(path)
        qtbot.waitUntil(lambda words=words: words in dialog.note.text())
        assert dialog.note.text().startswith("✕ ")
        assert dialog.note.text().count(". ") == 0
        assert not dialog.load.isEnabled()
    torch.save({"w": torch.ones(3)}, tmp_path / "other.pth")
    dialog.look(tmp_path / "other.pth")
    qtbot.waitUntil(lambda: "does not fit this network" in dialog.summary.text())
    assert not dialog.load.isEnabled()
    assert project.to_bytes(document.project) == before
    dialog.look(file)
    qtbot.waitUntil(dialog.load.isEnabled)
    assert not dialog.note.isVisible()
