"""Fine-tuning in the window and on the command line: freeze, unfreeze, a new head, a smaller rate, a lost file."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QFileDialog, QLineEdit, QMenu
from pytestqt.qtbot import QtBot
from safetensors.torch import load_file, save_file

import presets
from engine import project
from engine.compile import compile_graph
from engine.training.runs.folder import WEIGHTS
from engine.weights import match
from engine.weights.chosen import choose
from gui.cli import main
from gui.window import MainWindow

LEFT = Qt.MouseButton.LeftButton


def named(window: MainWindow, name: str) -> str:
    node = window.document.graph.by_name(name)
    assert node is not None
    return node.id


def pick(qtbot: QtBot, window: MainWindow, menu: str, title: str) -> None:
    """Click an entry of the menu bar."""
    bar = window.menuBar()
    entry = next(action for action in bar.actions() if action.text().replace("&", "") == menu)
    qtbot.mouseClick(bar, LEFT, pos=bar.actionGeometry(entry).center())
    shown = entry.menu()
    assert isinstance(shown, QMenu)
    qtbot.waitUntil(shown.isVisible)
    wanted = next(action for action in shown.actions() if action.text().replace("&", "") == title)
    assert wanted.isEnabled(), title
    qtbot.mouseClick(shown, LEFT, pos=shown.actionGeometry(wanted).center())


def click_node(qtbot: QtBot, window: MainWindow, name: str) -> None:
    view = window.view
    view.canvas.flush()
    item = view.canvas.nodes[named(window, name)]
    qtbot.mouseClick(view.viewport(), LEFT, pos=view.mapFromScene(item.box.center() + QPoint(20, 0)))
    assert window.document.selection == (named(window, name),)


@pytest.fixture
def opened(windows: Callable[[], MainWindow], tmp_path: Path) -> MainWindow:
    """A small network whose weights come from a file."""
    window = windows()
    graph = presets.build("mlp")
    save_file(compile_graph(graph).state_dict(), tmp_path / "w.safetensors")
    choose(match(graph, tmp_path / "w.safetensors")).apply(graph)
    window.document.open_graph(graph)
    window.pages.show_design()
    window.view.zooming.fit_all()
    return window


def test_layers_are_frozen_and_learn_again_by_the_menu(qtbot: QtBot, opened: MainWindow) -> None:
    document = opened.document
    click_node(qtbot, opened, "fc2")
    pick(qtbot, opened, "Canvas", "Freeze Up to Here")
    looks = {name: opened.view.canvas.nodes[named(opened, name)].look for name in ("fc1", "fc2", "fc3")}
    assert [look.frozen for look in looks.values()] == [True, True, False]
    assert looks["fc1"].summary.startswith("❄ frozen")
    click_node(qtbot, opened, "fc1")
    pick(qtbot, opened, "Canvas", "Freeze Up to Here")
    assert [opened.view.canvas.nodes[named(opened, name)].look.frozen for name in looks] == [True, False, False]
    document.history.undo()
    assert document.graph.nodes[named(opened, "fc2")].properties == {"frozen": True}
    click_node(qtbot, opened, "fc2")
    pick(qtbot, opened, "Canvas", "Unfreeze")
    pick(qtbot, opened, "Canvas", "Unfreeze All")
    assert not any(node.properties for node in document.graph.nodes.values())
    click_node(qtbot, opened, "relu1")
    assert not opened.actions_table["canvas.unfreeze"].isEnabled()


def test_a_new_head_and_a_smaller_rate_are_shown_where_one_trains(qtbot: QtBot, opened: MainWindow) -> None:
    pick(qtbot, opened, "Canvas", "New Head")
    opened.pages.show_training()
    panel = opened.pages.training.settings.beginning
    qtbot.waitUntil(lambda: "begins at random" in panel.weights.text())
    assert panel.weights.text() == "w.safetensors: 4 of 6 tensors are loaded. fc3 begins at random."
    line = panel.form.fields["lr_multiplier"].findChild(QLineEdit)
    assert line is not None
    line.setFocus()
    line.selectAll()
    qtbot.keyClicks(line, "0.1")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    rates = [node.properties.get("lr_multiplier") for node in opened.document.graph.of_type("Linear")]
    assert rates == [0.1, 0.1, None]
    opened.document.history.undo()
    assert not any(node.properties for node in opened.document.graph.of_type("Linear"))


def test_a_file_that_is_gone_is_located_from_its_problem(qtbot: QtBot, opened: MainWindow, tmp_path: Path) -> None:
    there = (tmp_path / "w.safetensors").rename(tmp_path / "moved.safetensors")
    opened.document.open_graph(opened.document.project)
    opened.pages.show_design()
    panel = opened.design.problems
    qtbot.waitUntil(lambda: panel.card.problem is not None and panel.card.problem.code == "weights-missing")
    qtbot.mouseClick(panel.card.locate, LEFT)
    dialog = opened.commands.weights.dialog
    assert dialog is not None
    chooser = dialog.findChild(QFileDialog)
    assert chooser is not None
    chooser.fileSelected.emit(str(there))
    chooser.close()
    qtbot.waitUntil(lambda: opened.document.project.settings["training"]["weights"]["path"] == str(there))
    assert "weights-missing" not in {problem.code for problem in opened.document.all_problems()}


def test_weights_that_are_gone_can_be_done_without(opened: MainWindow, tmp_path: Path) -> None:
    (tmp_path / "w.safetensors").unlink()
    opened.document.open_graph(opened.document.project)
    (lost,) = [problem for problem in opened.document.all_problems() if problem.code == "weights-missing"]
    (without,) = lost.fixes
    opened.document.fix(lost, without)
    assert "weights" not in opened.document.project.settings["training"]
    assert "weights-missing" not in {problem.code for problem in opened.document.all_problems()}


def test_the_command_line_freezes_and_replaces_the_head(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    state = compile_graph(presets.build("mlp", classes=7)).state_dict()
    save_file(state, "w.safetensors")
    told = ["train", "mlp", "--weights", "w.safetensors", "--epochs", "1", "--run-dir", "run", "--json"]
    assert main([*told, "--new-head", "--freeze-to", "fc1", "--lr-multiplier", "0.1"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["state"] == "finished"
    trained = load_file(Path("run") / WEIGHTS)
    assert trained["fc1.weight"].equal(state["fc1.weight"])
    assert not trained["fc2.weight"].equal(state["fc2.weight"])
    properties = {node.name: node.properties for node in project.load(Path("run/project.loom")).of_type("Linear")}
    assert properties == {"fc1": {"frozen": True, "lr_multiplier": 0.1}, "fc2": {"lr_multiplier": 0.1}, "fc3": {}}
    for wrong, words in (
        (["--freeze-to", "nobody"], "there is no layer 'nobody'"),
        (["--freeze-to", "image"], "nothing to freeze"),
        (["--lr-multiplier", "0"], "above 0"),
    ):
        assert main(["train", "mlp", "--weights", "w.safetensors", "--partial", *wrong]) == 2
        assert words in capsys.readouterr().err
