"""One file in two windows, and what several windows store under one name."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QInputDialog, QMessageBox
from pytestqt.qtbot import QtBot

import presets
from engine import project
from engine.blocks import library
from engine.edits import RenameGraph
from engine.graph import Graph
from engine.saving.open_projects import Claim, Holder, claim
from gui.app import build_window
from gui.canvas import blocks
from gui.document import Document
from gui.open_file import opening
from gui.open_file.reading import ReadFile
from gui.window import MainWindow
from presets.own import save_preset
from tests.gui.open_files import Made, answer, asked, look, name, opened, press, question, settle, write


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "net.loom"
    project.save(Graph("first"), made)
    return made


@pytest.fixture
def window(windows: Made, qtbot: QtBot, path: Path) -> MainWindow:
    return opened(windows(), qtbot, path)


# -- open in two windows -----------------------------------------------------------------------------------------------


def test_the_second_window_is_told_and_may_read(windows: Made, window: MainWindow, qtbot: QtBot, path: Path) -> None:
    second = windows()
    second.files.open_path(path)
    box = asked(second, qtbot)
    assert box.text.text().startswith("net.loom is open in another window on this computer since ")
    assert list(box.buttons) == ["Open Read-Only", "Open a Copy", "Open Anyway", "Cancel"]
    answer(second, qtbot, "Open Read-Only")
    assert second.windowTitle() == "net.loom (read-only) – Layerloom"
    assert look(second, qtbot) == (
        "Nothing is written to net.loom: it is open in another window. Save asks for another name."
    )
    assert look(window, qtbot) == ""


def test_a_copy_has_no_file_and_is_unsaved(windows: Made, window: MainWindow, qtbot: QtBot, path: Path) -> None:
    second = windows()
    second.files.open_path(path)
    answer(second, qtbot, "Open a Copy")
    assert (second.document.path, second.document.unsaved, second.document.project.name) == (None, True, "first")
    second.files.open_path(path)
    answer(second, qtbot, "Cancel")
    assert second.document.path is None


def test_opened_anyway_the_one_who_saves_second_is_asked(
    windows: Made, window: MainWindow, qtbot: QtBot, path: Path
) -> None:
    second = windows()
    second.files.open_path(path)
    answer(second, qtbot, "Open Anyway")
    second.document.apply(RenameGraph("second"))
    second.files.save()
    settle(second, qtbot)
    assert name(path) == "second", "it is not asked about the other window again"
    window.document.apply(RenameGraph("window"))
    window.files.save()
    answer(window, qtbot, "Keep Mine")
    assert (name(path), name(path.with_name("net.loom~"))) == ("window", "second")
    assert look(second, qtbot) != ""


def test_a_window_that_has_closed_or_gone_on_holds_nothing(
    windows: Made, window: MainWindow, qtbot: QtBot, path: Path
) -> None:
    assert isinstance(claim(path), Holder)
    opened(window, qtbot, path)
    assert question(window) is None, "its own file can be opened again"
    window.files.new()
    free = claim(path)
    assert isinstance(free, Claim)
    free.release()
    opened(window, qtbot, path)
    window.close()
    opened(windows(), qtbot, path)


@pytest.mark.parametrize("choice", ["Save", "Cancel"])
def test_what_is_opened_is_claimed_whatever_is_asked_before(
    choice: str, window: MainWindow, qtbot: QtBot, path: Path
) -> None:
    other = path.with_name("other.loom")
    write(other, "other")
    window.document.apply(RenameGraph("mine"))
    window.files.open_path(other)
    settle(window, qtbot)
    box = next(each for each in window.findChildren(QMessageBox) if each.isVisible())
    press(qtbot, box.button(getattr(QMessageBox.StandardButton, choice)))
    settle(window, qtbot)
    here, away = (other, path) if choice == "Save" else (path, other)
    assert window.document.path == here
    assert isinstance(claim(here), Holder)
    free = claim(away)
    assert isinstance(free, Claim)
    free.release()


@pytest.mark.parametrize("sound", [True, False])
def test_a_file_that_is_read_slowly_comes_not_after_another_project_was_opened(
    sound: bool, window: MainWindow, qtbot: QtBot, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other, answers, read = path.with_name("other.loom"), threading.Event(), opening.read

    def slow(*arguments: Any) -> ReadFile:
        answers.wait()
        return read(*arguments)

    monkeypatch.setattr(opening, "read", slow)
    write(other, "other") if sound else other.write_bytes(b"{")
    window.files.open_path(other)
    window.files.new()
    answers.set()
    settle(window, qtbot)
    assert (window.document.project.name, window.document.path) == ("untitled", None)
    assert not [each for each in window.findChildren(QMessageBox) if each.isVisible()]
    free = claim(other)
    assert isinstance(free, Claim)
    free.release()
    window.files.open_path(other)
    settle(window, qtbot)
    assert window.document.path == (other if sound else None), "one that is asked for later comes"


def test_of_two_files_that_are_asked_for_at_once_the_one_that_is_not_shown_is_free(
    window: MainWindow, qtbot: QtBot, path: Path
) -> None:
    other, broken = path.with_name("other.loom"), path.with_name("broken.loom")
    write(other, "other")
    broken.write_bytes(b"{")
    window.files.open_path(other)
    window.files.open_path(broken)
    settle(window, qtbot)
    assert window.document.path == path
    free = claim(other)
    assert isinstance(free, Claim)
    free.release()


def test_a_file_that_is_open_elsewhere_is_not_replaced_by_save_as(
    windows: Made, window: MainWindow, qtbot: QtBot, path: Path
) -> None:
    second = windows()
    second.document.apply(RenameGraph("second"))
    second.files.saver.save(path)
    assert asked(second, qtbot).text.text().startswith("net.loom is open in another window")
    assert name(path) == "first"
    answer(second, qtbot, "Replace It Anyway")
    assert (name(path), second.document.path) == ("second", path)
    assert look(window, qtbot) != ""


def test_a_project_shown_at_the_start_is_asked_about_as_well(window: MainWindow, qtbot: QtBot, path: Path) -> None:
    other = build_window((project.load(path), path))
    qtbot.addWidget(other, before_close_func=lambda w: w.document.discard())
    other.show()
    answer(other, qtbot, "Make It a Copy")
    assert (other.document.path, other.document.unsaved) == (None, True)


# -- presets and blocks ------------------------------------------------------------------------------------------------


def test_a_preset_of_another_window_is_not_replaced_unasked(window: MainWindow, qtbot: QtBot) -> None:
    theirs = save_preset(presets.build("mlp"), "Mine").build.args[0]  # type: ignore[attr-defined]
    window.files.ask_save_preset()
    dialog = next(each for each in window.findChildren(QInputDialog) if each.isVisible())
    dialog.setTextValue("Mine")
    dialog.accept()
    assert asked(window, qtbot).text.text() == "There is another preset Mine already."
    assert project.load(theirs).nodes
    answer(window, qtbot, "Replace")
    assert not project.load(theirs).nodes
    assert project.load(theirs.with_name("mine.loom~")).nodes


def test_a_block_of_another_window_is_not_replaced_unasked(window: MainWindow, qtbot: QtBot) -> None:
    window.files.show_graph(presets.build("resnet-18"))
    block = next(iter(window.document.project.blocks.values()))
    path = library.save(block)
    theirs = path.read_bytes().replace(b"Conv2d", b"Linear")
    path.write_bytes(theirs)
    window.document.open_definition(block.id)
    assert blocks.chosen_block(window.document) == block
    window.actions_table["canvas.keep_block"].trigger()
    answer(window, qtbot, "Cancel")
    assert path.read_bytes() == theirs
    window.actions_table["canvas.keep_block"].trigger()
    answer(window, qtbot, "Replace")
    assert b"Conv2d" in path.read_bytes()
    assert window.status.currentMessage() == f"{block.name} is in your library now."


# -- the step ----------------------------------------------------------------------------------------------------------


def test_taking_another_version_inside_a_block_and_back(qtbot: QtBot) -> None:
    document = Document(presets.build("resnet-18"))
    before = project.to_bytes(document.project)
    use = next(node.id for node in document.project.nodes.values() if document.project.blocks.of_type(node.type))
    document.open_block((use,))
    assert document.graph is not document.project
    theirs = presets.build("lenet-5")
    document.take(theirs, document.version, "Take")  # type: ignore[arg-type]
    assert project.to_bytes(document.project) == project.to_bytes(theirs)
    assert document.graph is document.project
    document.history.undo()
    assert project.to_bytes(document.project) == before
    document.open_block((use,))
    document.history.redo()
    assert project.to_bytes(document.project) == project.to_bytes(theirs)
    assert document.graph is document.project
