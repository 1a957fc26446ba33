"""The window: files and the question about unsaved changes, pages, actions, themes, drops."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QInputDialog, QMessageBox
from pytestqt.qtbot import QtBot

import presets
from engine import project
from engine.edits import AddNode, Connect, RenameGraph, SetParameter
from engine.graph import Edge, Node
from gui.actions import ACTIONS
from gui.app import build_window
from gui.icons import NAMES
from gui.keys.keymap import defaults
from gui.start.card_grid import GAP
from gui.theme import theme
from gui.window import MainWindow
from tests.gui.open_files import opened, settle

T = TypeVar("T", bound=QDialog)


@pytest.fixture
def window(qtbot: QtBot) -> MainWindow:
    QApplication.setStyle("Fusion")
    made = build_window()
    qtbot.addWidget(made, before_close_func=lambda w: w.document.discard())
    with qtbot.waitExposed(made):
        made.show()
    return made


def dialog(window: MainWindow, kind: type[T]) -> T:
    return next(d for d in window.findChildren(kind) if d.isVisible())


def change(window: MainWindow) -> None:
    """Open LeNet and change it."""
    window.files.show_graph(presets.build("lenet-5"))
    node = window.document.graph.by_name("conv1")
    assert node is not None
    window.document.apply(SetParameter(node.id, "out_channels", 7))


def test_a_card_of_the_gallery_opens_its_preset(qtbot: QtBot, window: MainWindow) -> None:
    card = next(card for card in window.start.gallery.cards.values() if card.preset.name == "mlp")
    qtbot.mouseClick(card, Qt.MouseButton.LeftButton)
    assert window.pages.currentWidget() is window.design
    assert window.document.graph.name == "MLP"
    assert not window.document.unsaved
    assert window.windowTitle() == "MLP – Layerloom"


def test_a_preset_opens_laid_out_with_what_is_inside_its_blocks(window: MainWindow) -> None:
    window.files.open_preset(presets.get("resnet-50"))
    document = window.document
    order = document.graph.order()
    assert order == sorted(order, key=lambda node: document.graph.positions[node]), "down, then on to the right"
    assert not document.unsaved
    stage = document.graph.by_name("stage1")
    assert stage is not None
    document.open_block((stage.id,))
    block = document.graph
    place = {node.name: block.positions[node.id] for node in block.nodes.values()}
    assert {place[name][0] for name in ("conv1", "bn1", "relu1", "conv2", "bn2", "relu2", "conv3", "bn3")} == {
        place["x"][0]
    }
    assert place["shortcut"][0] != place["x"][0]
    assert place["x"][1] < place["shortcut"][1] < place["add1"][1]


def test_the_gallery_says_how_large_every_network_is(qtbot: QtBot, window: MainWindow) -> None:
    cards = window.start.gallery.cards
    qtbot.waitUntil(lambda: "272,474 parameters" in cards["cifar-resnet-20"].accessibleDescription())
    qtbot.waitUntil(lambda: all("parameters" in card.accessibleDescription() for card in cards.values()))


def test_the_title_says_that_there_are_unsaved_changes(window: MainWindow) -> None:
    change(window)
    assert window.windowTitle() == "• LeNet-5 – Layerloom"
    window.commands.editing.undo()
    assert window.windowTitle() == "LeNet-5 – Layerloom"


def test_undo_is_named_and_gives_back_the_same_bytes(window: MainWindow) -> None:
    window.pages.show_design()  # the sheet has its size: it is laid out for that each time
    window.files.show_graph(presets.build("lenet-5"))
    opened = project.to_bytes(window.document.graph)
    change(window)
    changed = project.to_bytes(window.document.graph)
    assert window.actions_table["edit.undo"].text() == "Undo: Set out_channels of conv1"
    window.commands.editing.undo()
    assert project.to_bytes(window.document.graph) == opened
    assert window.actions_table["edit.redo"].text() == "Redo: Set out_channels of conv1"
    window.commands.editing.redo()
    assert project.to_bytes(window.document.graph) == changed


def answer(window: MainWindow, qtbot: QtBot, which: QMessageBox.StandardButton) -> None:
    box = dialog(window, QMessageBox)
    qtbot.mouseClick(box.button(which), Qt.MouseButton.LeftButton)


def test_new_asks_before_changes_are_lost(qtbot: QtBot, window: MainWindow) -> None:
    change(window)
    window.files.new()
    answer(window, qtbot, QMessageBox.StandardButton.Cancel)
    assert window.document.graph.name == "LeNet-5"
    window.files.new()
    answer(window, qtbot, QMessageBox.StandardButton.Discard)
    assert window.document.graph.nodes == {}


def test_save_as_then_close_in_one_go(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    change(window)
    window.close()
    assert window.isVisible()
    answer(window, qtbot, QMessageBox.StandardButton.Save)
    chooser = dialog(window, QFileDialog)
    assert chooser.selectedFiles()[0].endswith("lenet-5.loom")
    chooser.setDirectory(str(tmp_path))
    chooser.selectFile("mine")
    chooser.accept()
    qtbot.waitUntil(lambda: not window.document.unsaved)
    assert (tmp_path / "mine.loom").exists()
    assert window.preferences.recent() == [tmp_path / "mine.loom"]


def save_as(window: MainWindow, qtbot: QtBot, path: Path) -> None:
    """Through the dialog, as a person does."""
    window.actions_table["file.save_as"].trigger()
    asking = dialog(window, QFileDialog)
    asking.fileSelected.emit(str(path))
    asking.reject()
    settle(window, qtbot)


def test_a_project_is_called_as_its_file_unless_somebody_has_named_it(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    document = window.document
    window.files.new()
    document.apply(AddNode(Node("n1", "Input", "image", {}), (0.0, 0.0)))
    assert document.project.name == "untitled"
    save_as(window, qtbot, tmp_path / "mouse.loom")
    assert (document.project.name, document.unsaved) == ("mouse", False)
    assert project.load(tmp_path / "mouse.loom").name == "mouse"
    save_as(window, qtbot, tmp_path / "rat.loom")
    assert project.load(tmp_path / "rat.loom").name == "rat"
    assert document.titles()[0][0] == window.design.inspector.network_page.name() == "rat"
    window.commands.editing.undo()
    assert document.project.name == "mouse"
    document.apply(RenameGraph("A mouse of my own"))
    save_as(window, qtbot, tmp_path / "vole.loom")
    assert document.project.name == "A mouse of my own"
    window.files.show_graph(presets.build("lenet-5"))
    save_as(window, qtbot, tmp_path / "mole.loom")
    assert document.project.name == "LeNet-5", "a preset has a name"


def test_another_file_opened_as_a_project_is_said_to_be_one(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    path = tmp_path / "mice.csv"
    path.write_text("weight,length\n20,9\n22,10\n")
    opened(window, qtbot, path)
    box = dialog(window, QMessageBox)
    assert "it seems to be a table (CSV)" in box.informativeText()
    assert "data are chosen on the Data page" in box.informativeText()
    box.reject()


def test_a_refusal_is_said_until_something_else_is_done(window: MainWindow) -> None:
    change(window)
    view, status = window.view, window.status
    refuse = Connect(Edge("n4", "output", "n2", "input"))
    for go_on in (
        lambda: QTest.mousePress(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(3, 3)),
        lambda: window.document.apply(RenameGraph("renamed")),
        window.commands.editing.undo,
        lambda: window.files.show_graph(presets.build("mlp")),
    ):
        assert not view.apply(refuse)
        refused = status.currentMessage()
        assert "has a wire already" in refused
        go_on()
        assert status.currentMessage() != refused
        QTest.mouseRelease(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(3, 3))


@pytest.mark.parametrize("far", [(0.0, 9000.0), (-7000.0, -20.0)])
def test_a_layer_that_a_step_adds_is_in_sight(window: MainWindow, far: tuple[float, float]) -> None:
    change(window)
    view = window.view

    def seen() -> bool:
        return view.viewport().rect().contains(view.mapFromScene(view.canvas.nodes["new"].box).boundingRect())

    window.document.apply(AddNode(Node("new", "Output", "answer", {}), far))
    assert seen()
    window.document.history.undo()
    view.zooming.fit_all()
    window.document.history.redo()
    assert seen()


def test_a_file_that_cannot_be_read_leaves_the_document_alone(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    change(window)
    before = project.to_bytes(window.document.graph)
    broken = tmp_path / "broken.loom"
    broken.write_text('{"format": "layerloom"')
    window.files.open_path(broken)
    qtbot.waitUntil(lambda: not window.files.busy)
    box = dialog(window, QMessageBox)
    assert "broken.loom" in box.informativeText()
    box.close()
    assert project.to_bytes(window.document.graph) == before
    assert window.document.history.undo_title


def test_a_file_dropped_on_the_window_opens(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    file = tmp_path / "dropped.loom"
    project.save(presets.build("mlp"), file)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file))])
    both = (Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    enter = QDragEnterEvent(QPoint(50, 50), Qt.DropAction.CopyAction, data, *both)
    QApplication.sendEvent(window, enter)
    assert enter.isAccepted()
    window.pages.show_design()
    over = QDragEnterEvent(QPoint(50, 50), Qt.DropAction.CopyAction, data, *both)
    QApplication.sendEvent(window.view.viewport(), over)
    assert over.isAccepted(), "the canvas lets a file through to the window"
    QApplication.sendEvent(window, QDropEvent(QPointF(50, 50), Qt.DropAction.CopyAction, data, *both))
    qtbot.waitUntil(lambda: window.document.path == file)
    other = QMimeData()
    other.setUrls([QUrl("https://example.org/notes.txt")])
    refused = QDragEnterEvent(QPoint(50, 50), Qt.DropAction.CopyAction, other, *both)
    refused.ignore()
    QApplication.sendEvent(window, refused)
    assert not refused.isAccepted()


def test_a_network_of_ones_own_shows_in_the_gallery(qtbot: QtBot, window: MainWindow) -> None:
    change(window)
    window.files.ask_save_preset()
    asking = dialog(window, QInputDialog)
    asking.setTextValue("Seven filters")
    asking.accept()
    assert window.start.gallery.grid.rows[-1][-1].preset.title == "Seven filters"
    assert cards_drawn(window)


def cards_drawn(window: MainWindow) -> bool:
    window.pages.show_start()
    return all(not card.grab().isNull() for card in window.start.gallery.cards.values())


def test_recent_files_stand_on_the_start_page(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    file = tmp_path / "lately.loom"
    project.save(presets.build("mlp"), file)
    window.files.open_path(file)
    qtbot.waitUntil(lambda: window.document.path == file)
    window.files.new()
    window.pages.show_start()
    button = window.start.recent.rows[file]
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.document.path == file)


@pytest.mark.parametrize("width", [900, 1280, 1680])
def test_cards_stand_side_by_side_at_every_width(window: MainWindow, width: int) -> None:
    for size in (1000, width):
        window.resize(size, 800)
        QApplication.processEvents()
    grid = window.start.gallery.grid
    row = [card.geometry() for card in grid.rows[0]]
    assert len(row) > 1
    assert {right.left() - left.right() for left, right in pairwise(row)} == {GAP + 1}
    assert grid.width() - len(row) <= row[-1].right() < grid.width()


def test_every_action_is_whole() -> None:
    ids = [action.id for action in ACTIONS]
    assert len(set(ids)) == len(ids)
    assert set(defaults()) <= set(ids)
    for action in ACTIONS:
        assert action.title
        assert action.help
        assert action.icon in NAMES


def test_every_action_calls_something_that_is_there(window: MainWindow) -> None:
    for action in ACTIONS:
        target: object = window.commands
        for name in action.call.__code__.co_names:
            target = getattr(target, name)
        assert isinstance(target, Callable)  # type: ignore[arg-type]


def test_no_key_means_two_things() -> None:
    keys = [QKeySequence(key).toString() for keys in defaults().values() for key in keys]
    assert "" not in keys
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("name", ["light", "dark"])
def test_every_token_is_in_both_themes_and_readable(qtbot: QtBot, window: MainWindow, name: str) -> None:
    tokens = json.loads(files("resources").joinpath("themes/tokens.json").read_text())
    assert set(tokens["light"]) == set(tokens["dark"])
    theme.set(name)  # type: ignore[arg-type]
    for text, ground in (("text", "window"), ("muted", "window"), ("text", "base"), ("muted", "base"),
                         ("error", "base"), ("warning", "base"), ("hint", "base"), ("on_accent", "accent"),
                         ("node_text", "node"), ("node_muted", "node")):  # fmt: skip
        assert contrast(text, ground) >= 4.5, f"{text} on {ground} in the {name} theme"
    theme.set("light")


def contrast(text: str, ground: str) -> float:
    """The contrast ratio of two tokens (WCAG 2.1, relative luminance)."""

    def luminance(token: str) -> float:
        color = theme.color(token)
        parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
                 for c in (color.redF(), color.greenF(), color.blueF())]  # fmt: skip
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    light, dark = sorted((luminance(text), luminance(ground)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_theme_is_kept_between_starts(window: MainWindow) -> None:
    window.preferences.switch_theme()
    assert theme.name == window.preferences.theme == "dark"
    window.preferences.switch_theme()
    assert theme.name == "light"


def test_problems_lead_to_their_layer(qtbot: QtBot, window: MainWindow) -> None:
    window.files.show_graph(presets.build("lenet-5"))
    conv2 = window.document.graph.by_name("conv2")
    assert conv2 is not None
    window.document.apply(SetParameter(conv2.id, "kernel_size", 50))
    listed = window.design.problems.list
    qtbot.waitUntil(lambda: "1 error" in window.status.problems.text())
    assert listed.count() == 1
    qtbot.mouseClick(window.status.problems, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(listed.viewport(), Qt.MouseButton.LeftButton, pos=listed.visualItemRect(listed.item(0)).center())
    assert window.document.selection == (conv2.id,)
    assert window.design.inspector.form is not None
    field = window.design.inspector.form.fields["kernel_size"]
    assert "conv2 (Conv2d) slides a 50×50 window" in field.accessibleDescription()


def test_the_code_panel_shows_what_is_trained_and_knows_its_layers(qtbot: QtBot, window: MainWindow) -> None:
    from engine.source import write

    window.files.show_graph(presets.build("lenet-5"))
    code = window.design.code
    window.design.tabs.setCurrentWidget(code)  # it writes only while it is seen
    qtbot.waitUntil(lambda: code.source is not None)
    assert code.text.toPlainText() == write(window.document.graph)
    node = window.document.graph.by_name("fc2")
    assert node is not None
    window.document.select([node.id])
    marked = [mark.cursor.block().text() for mark in code.text.extraSelections()]
    assert [text.split()[0] for text in marked] == ["self.fc2", "x"]
    window.document.apply(SetParameter(node.id, "out_features", "many"))
    qtbot.waitUntil(lambda: code.source is None)
    assert "fc2 (Linear) needs out_features" in code.state.text()


def test_none_is_not_used_up_by_repaints(qtbot: QtBot, window: MainWindow) -> None:
    """PySide6 6.12 gives back one reference to None too many at each repaint, until Python 3.11 aborts."""
    window.files.show_graph(presets.build("lenet-5"))
    window.grab()
    before = sys.getrefcount(None)
    for _ in range(20):
        window.grab()
    assert abs(sys.getrefcount(None) - before) < 20
