"""Two hands on one file: what others do to the open project is noticed, said in a sentence, and lost by neither."""

from __future__ import annotations

import errno
import json
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QInputDialog, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

import presets
from engine import files, project, project_saving
from engine.blocks import library
from engine.edits import RenameGraph
from engine.file_versions import FileLook
from engine.graph import Graph
from engine.home import journals
from engine.open_projects import Claim, Holder, claim
from gui.app import build_window
from gui.canvas import blocks
from gui.conflicts.question import Question
from gui.document import Document
from gui.open_file import watch
from gui.window import MainWindow
from presets.own import save_preset

Made = Callable[[], MainWindow]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "net.loom"
    project.save(Graph("first"), made)
    return made


@pytest.fixture
def window(windows: Made, qtbot: QtBot, path: Path) -> MainWindow:
    return opened(windows(), qtbot, path)


def opened(window: MainWindow, qtbot: QtBot, path: Path) -> MainWindow:
    window.files.open_path(path)
    settle(window, qtbot)
    return window


def settle(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not window.files.busy)


def look(window: MainWindow, qtbot: QtBot) -> str:
    """Come back to the window, as from another program; what the strip says then, empty for nothing."""
    QApplication.sendEvent(window, QEvent(QEvent.Type.ActivationChange))
    settle(window, qtbot)
    return window.files.strip.text.text() if window.files.strip.isVisible() else ""


def question(window: MainWindow) -> Question | None:
    return next((each for each in window.findChildren(Question) if each.isVisible()), None)


def asked(window: MainWindow, qtbot: QtBot) -> Question:
    qtbot.waitUntil(lambda: question(window) is not None)
    found = question(window)
    assert found is not None
    return found


def press(qtbot: QtBot, button: QPushButton) -> None:
    assert button.isVisible()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def answer(window: MainWindow, qtbot: QtBot, text: str) -> None:
    box = asked(window, qtbot)
    press(qtbot, box.buttons[text])
    assert not box.isVisible()
    settle(window, qtbot)


def offered(window: MainWindow) -> list[str]:
    return [text for text, button in window.files.strip.buttons.items() if button.isVisible()]


def name(path: Path) -> str:
    return project.load(path).name


def write(path: Path, title: str) -> None:
    """As another program does."""
    project.save(Graph(title), path)


# -- changed -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("replaced", [True, False])
def test_a_change_is_noticed_as_it_happens_and_taken_by_one_click(
    replaced: bool, window: MainWindow, qtbot: QtBot, path: Path
) -> None:
    if replaced:
        write(path, "theirs")
    else:
        path.write_bytes(project.to_bytes(Graph("theirs")))
    qtbot.waitUntil(window.files.strip.isVisible)
    qtbot.waitUntil(lambda: not window.files.busy)
    assert window.files.strip.text.text() == "net.loom was changed by another program."
    assert offered(window) == ["Show the Difference", "Take Theirs", "Keep Mine", "Save a Copy…"]
    press(qtbot, window.files.strip.buttons["Take Theirs"])
    qtbot.waitUntil(lambda: window.document.project.name == "theirs")
    settle(window, qtbot)
    assert not window.document.unsaved
    assert not window.files.strip.isVisible()
    window.commands.editing.undo()
    assert (window.document.project.name, window.document.unsaved) == ("first", True)
    write(path, "theirs, later")
    qtbot.waitUntil(window.files.strip.isVisible)


def test_a_save_asks_shows_the_difference_and_keeps_both(window: MainWindow, qtbot: QtBot, path: Path) -> None:
    window.document.apply(RenameGraph("mine"))
    write(path, "theirs")
    window.files.save()
    box = asked(window, qtbot)
    assert box.text.text() == "net.loom was changed by another program."
    assert list(box.buttons) == ["Keep Mine", "Take Theirs", "Save a Copy…", "Cancel"]
    press(qtbot, box.show_difference)
    qtbot.waitUntil(lambda: "theirs" in box.view.toPlainText())
    lines = box.view.toPlainText().splitlines()
    assert [line for line in lines if "name" in line] == ['-"name": "theirs",', '+"name": "mine",']
    assert name(path) == "theirs", "nothing is written unasked"
    answer(window, qtbot, "Keep Mine")
    assert (name(path), name(path.with_name("net.loom~"))) == ("mine", "theirs")
    assert not window.document.unsaved
    assert look(window, qtbot) == ""


def test_take_theirs_at_a_save_is_one_step_back_to_mine(window: MainWindow, qtbot: QtBot, path: Path) -> None:
    window.document.apply(RenameGraph("mine"))
    write(path, "theirs")
    window.files.save()
    answer(window, qtbot, "Take Theirs")
    assert (window.document.project.name, window.document.unsaved, name(path)) == ("theirs", False, "theirs")
    assert window.actions_table["edit.undo"].text() == "Undo: Take the version on disk"
    window.commands.editing.undo()
    assert window.document.project.name == "mine"
    window.files.save()
    settle(window, qtbot)
    assert name(path) == "mine", "it was taken knowingly, so nobody asks again"


def test_cancel_leaves_everything_as_it_is(window: MainWindow, qtbot: QtBot, path: Path) -> None:
    window.document.apply(RenameGraph("mine"))
    write(path, "theirs")
    window.files.save()
    box = asked(window, qtbot)
    qtbot.keyClick(box, Qt.Key.Key_Escape)
    assert not box.isVisible()
    settle(window, qtbot)
    assert (window.document.project.name, window.document.unsaved, name(path)) == ("mine", True, "theirs")


def test_closing_saves_after_the_question_is_answered(window: MainWindow, qtbot: QtBot, path: Path) -> None:
    window.document.apply(RenameGraph("mine"))
    write(path, "theirs")
    window.close()
    box = next(each for each in window.findChildren(QMessageBox) if each.isVisible())
    press(qtbot, box.button(QMessageBox.StandardButton.Save))  # type: ignore[arg-type]
    answer(window, qtbot, "Keep Mine")
    qtbot.waitUntil(lambda: not window.isVisible())
    assert name(path) == "mine"


def test_a_broken_version_cannot_be_taken_and_harms_nothing(window: MainWindow, qtbot: QtBot, path: Path) -> None:
    path.write_bytes(b"{")
    assert look(window, qtbot) != ""
    press(qtbot, window.files.strip.buttons["Take Theirs"])
    assert asked(window, qtbot).text.text().startswith("net.loom is not a whole project")
    answer(window, qtbot, "OK")
    assert window.document.project.name == "first"
    assert window.files.strip.isVisible()


def test_a_save_of_ones_own_is_no_news_however_often(window: MainWindow, qtbot: QtBot, path: Path) -> None:
    for number in range(5):
        window.document.apply(RenameGraph(f"number {number}"))
        window.files.save()
    settle(window, qtbot)
    assert (name(path), window.document.unsaved) == ("number 4", False)
    assert look(window, qtbot) == ""
    assert question(window) is None


def test_what_was_hidden_stays_hidden_until_something_new_happens(window: MainWindow, qtbot: QtBot, path: Path) -> None:
    write(path, "theirs")
    assert look(window, qtbot) != ""
    qtbot.mouseClick(window.files.strip.away, Qt.MouseButton.LeftButton)
    assert look(window, qtbot) == ""
    write(path, "theirs, later")
    assert look(window, qtbot) != ""


def test_a_file_in_other_words_is_as_it_was_opened(windows: Made, qtbot: QtBot, path: Path) -> None:
    path.write_text(json.dumps(json.loads(path.read_bytes()), indent=4), encoding="utf-8")
    window = opened(windows(), qtbot, path)
    assert look(window, qtbot) == ""
    window.close()
    other = build_window((project.load(path), path))
    qtbot.addWidget(other)
    other.show()
    settle(other, qtbot)
    assert look(other, qtbot) == ""
    other.document.apply(RenameGraph("mine"))
    other.files.save()
    qtbot.waitUntil(lambda: not other.document.unsaved)
    assert name(path) == "mine"


# -- gone, out of reach, read-only, full -------------------------------------------------------------------------------


def test_a_file_that_is_gone_counts_as_unsaved_and_can_be_written_again(
    window: MainWindow, qtbot: QtBot, path: Path
) -> None:
    path.unlink()
    assert look(window, qtbot) == "net.loom was moved or deleted. The project is still open here."
    assert window.document.unsaved, "nobody else has it"
    assert offered(window) == ["Save Here Again", "Save As…"]
    press(qtbot, window.files.strip.buttons["Save Here Again"])
    qtbot.waitUntil(lambda: not window.document.unsaved)
    assert name(path) == "first"
    assert not window.files.strip.isVisible()


def test_a_file_that_comes_back_is_no_longer_missed(window: MainWindow, qtbot: QtBot, path: Path) -> None:
    path.rename(path.with_suffix(".away"))
    assert look(window, qtbot) != ""
    path.with_suffix(".away").rename(path)
    assert look(window, qtbot) == ""
    assert not window.document.unsaved


def test_a_folder_that_is_gone_leads_to_another_name(window: MainWindow, qtbot: QtBot, path: Path) -> None:
    window.document.apply(RenameGraph("mine"))
    path.parent.rename(path.parent.with_name("away"))
    window.files.save()
    folder = path.parent.name
    text = f"net.loom was moved or deleted: the folder {folder} is not there any more."
    assert asked(window, qtbot).text.text() == text
    answer(window, qtbot, "Save As…")
    chooser = next(each for each in window.findChildren(QFileDialog) if each.isVisible())
    chooser.close()
    assert window.document.unsaved


def test_a_network_that_does_not_answer_holds_up_nobody(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = threading.Event()

    def slow(*_args: object) -> FileLook:
        answers.wait()
        return FileLook("unreachable", "Stale file handle")

    monkeypatch.setattr(watch, "look", slow)
    QApplication.sendEvent(window, QEvent(QEvent.Type.ActivationChange))
    assert window.files.busy
    window.document.apply(RenameGraph("mine"))
    assert window.windowTitle().startswith("• ")
    answers.set()
    qtbot.waitUntil(window.files.strip.isVisible)
    text = "net.loom cannot be reached: Stale file handle. The project is still open here."
    assert window.files.strip.text.text() == text


def test_a_file_for_reading_only_is_said_and_saved_under_another_name(windows: Made, qtbot: QtBot, path: Path) -> None:
    path.chmod(0o444)
    window = opened(windows(), qtbot, path)
    assert look(window, qtbot) == "Nothing is written to net.loom: it is read-only. Save asks for another name."
    assert window.windowTitle() == "net.loom (read-only) – Layerloom"
    window.document.apply(RenameGraph("mine"))
    window.files.save()
    chooser = next(each for each in window.findChildren(QFileDialog) if each.isVisible())
    chooser.setDirectory(str(path.parent))
    chooser.selectFile("other.loom")
    chooser.accept()
    qtbot.waitUntil(lambda: not window.document.unsaved)
    assert (name(path), name(path.with_name("other.loom"))) == ("first", "mine")
    assert window.windowTitle() == "other.loom – Layerloom"
    assert not window.files.strip.isVisible()


def test_a_file_that_became_read_only_is_not_replaced(window: MainWindow, qtbot: QtBot, path: Path) -> None:
    window.document.apply(RenameGraph("mine"))
    path.chmod(0o444)
    window.files.save()
    qtbot.waitUntil(lambda: any(each.isVisible() for each in window.findChildren(QFileDialog)))
    next(each for each in window.findChildren(QFileDialog) if each.isVisible()).close()
    assert (name(path), window.document.unsaved) == ("first", True)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS])
def test_a_save_that_fails_says_why_and_offers_a_copy(
    number: int, window: MainWindow, qtbot: QtBot, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(_path: Path) -> None:
        raise OSError(number, os.strerror(number))

    window.document.apply(RenameGraph("mine"))
    with monkeypatch.context() as full:
        full.setattr(files, "to_disk", refused)
        window.files.save()
        assert asked(window, qtbot).text.text() == f"{path} cannot be written: {os.strerror(number)}."
        assert (name(path), window.document.unsaved) == ("first", True)
        assert {entry.name for entry in path.parent.iterdir()} == {"net.loom"}
        answer(window, qtbot, "Save a Copy…")
        chooser = next(each for each in window.findChildren(QFileDialog) if each.isVisible())
        chooser.close()
        window.files.save()
        assert asked(window, qtbot).isVisible()
    answer(window, qtbot, "Try Again")
    assert (name(path), window.document.unsaved) == ("mine", False)


def test_what_is_edited_while_the_disk_writes_is_unsaved_and_in_the_journal(
    window: MainWindow, qtbot: QtBot, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written, go_on, real = threading.Event(), threading.Event(), project.write

    def slow(content: bytes, to: Path) -> None:
        written.set()
        go_on.wait()
        real(content, to)

    monkeypatch.setattr(project_saving.project, "write", slow)
    window.document.apply(RenameGraph("saved"))
    window.files.save()
    written.wait()
    window.document.history.undo()
    window.document.apply(RenameGraph("later"))
    go_on.set()
    settle(window, qtbot)
    assert (name(path), window.document.project.name, window.document.unsaved) == ("saved", "later", True)
    assert len(list(journals().iterdir())) == 1
    window.document.history.undo()
    assert window.document.unsaved, "what was saved is not among the steps any more"


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
