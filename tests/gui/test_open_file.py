"""Two hands on one file: what others do to the open project is noticed, said in a sentence, and lost by neither."""

from __future__ import annotations

import errno
import json
import os
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from engine import files, project
from engine.edits import RenameGraph
from engine.graph import Graph
from engine.home import journals
from engine.reading.file_versions import FileLook
from engine.saving import project_saving
from gui.app import build_window
from gui.open_file import opening, watch
from gui.window import MainWindow
from tests.gui.open_files import Made, answer, asked, look, name, offered, opened, press, question, settle, write


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "net.loom"
    project.save(Graph("first"), made)
    return made


@pytest.fixture
def window(windows: Made, qtbot: QtBot, path: Path) -> MainWindow:
    return opened(windows(), qtbot, path)


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


@pytest.mark.parametrize("leaving", ["close", "new"])
def test_what_is_edited_while_the_disk_writes_is_asked_about_before_it_goes(
    leaving: str, window: MainWindow, qtbot: QtBot, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def boxes() -> list[QMessageBox]:
        return [each for each in window.findChildren(QMessageBox) if each.isVisible()]

    def press_save() -> None:
        qtbot.waitUntil(lambda: len(boxes()) == 1)
        press(qtbot, boxes()[0].button(QMessageBox.StandardButton.Save))

    go_on, real = threading.Event(), project.write
    monkeypatch.setattr(project_saving.project, "write", lambda *arguments: (go_on.wait(), real(*arguments))[1])
    window.document.apply(RenameGraph("saved"))
    window.close() if leaving == "close" else window.files.new()
    press_save()
    window.document.apply(RenameGraph("later"))
    go_on.set()
    qtbot.waitUntil(lambda: len(boxes()) == 1)
    assert (name(path), window.document.project.name, window.isVisible()) == ("saved", "later", True)
    press_save()
    qtbot.waitUntil(lambda: window.document.project.name == "untitled" or not window.isVisible())
    assert name(path) == "later"


def test_a_copy_under_the_name_of_the_open_file_is_a_save(window: MainWindow, qtbot: QtBot, path: Path) -> None:
    window.document.apply(RenameGraph("mine"))
    window.files.ask_save_copy()
    chooser = next(each for each in window.findChildren(QFileDialog) if each.isVisible())
    chooser.setOption(QFileDialog.Option.DontConfirmOverwrite)
    chooser.fileSelected.emit(str(path))
    chooser.reject()
    settle(window, qtbot)
    assert (name(path), window.document.unsaved, look(window, qtbot)) == ("mine", False, "")


def test_what_is_learned_late_of_a_file_undoes_no_save(
    windows: Made, qtbot: QtBot, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window, go_on, real = windows(), threading.Event(), opening.facts_of
    monkeypatch.setattr(opening, "facts_of", lambda *arguments: (go_on.wait(), real(*arguments))[1])
    window.files.show_graph(project.load(path), path)
    window.document.apply(RenameGraph("mine"))
    window.files.save()
    qtbot.waitUntil(lambda: not window.files.saver.busy)
    assert (name(path), window.document.unsaved) == ("mine", False)
    go_on.set()
    settle(window, qtbot)
    assert look(window, qtbot) == ""
    window.document.apply(RenameGraph("later"))
    window.files.save()
    settle(window, qtbot)
    assert (name(path), question(window)) == ("later", None)
