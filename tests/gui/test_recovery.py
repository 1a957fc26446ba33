"""No edit is lost: what was left by a window that was killed is offered, and gone once it is saved or discarded."""

from __future__ import annotations

import os
import random
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

import presets
from engine import project
from engine.edits import RenameGraph
from engine.graph import Graph
from engine.home import journals
from engine.journals.journal import FILE, Journal, JournalError
from engine.journals.recovery import Restored, abandoned, take
from engine.reading.file_versions import FileVersion
from gui import recovery
from gui.document import Document
from gui.journal_keeper import JournalKeeper
from gui.window import MainWindow
from tests.gui.editing import edit_once

ROOT = Path(__file__).resolve().parents[2]
Made = Callable[[], MainWindow]


def left(path: Path | None = None, names: tuple[str, ...] = ("rat",), saved: str = "mouse") -> Journal:
    """What a killed window has left: a network that was renamed again and again."""
    graph = Graph(saved)
    if path is not None:
        project.save(graph, path)
    written = Journal.begin(project.to_bytes(graph), path, saved)
    for name in names:
        written.append(RenameGraph(name))
    written.close()
    return written


def offered(window: MainWindow, qtbot: QtBot) -> str:
    """What a start offers; empty for nothing."""
    window.recovery.find()
    qtbot.waitUntil(lambda: not window.recovery._background.busy)
    return window.recovery.strip.text.text() if window.recovery.strip.isVisible() else ""


def press(qtbot: QtBot, button: QAbstractButton) -> None:
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def settled(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not window.recovery._background.busy)


def answer(window: MainWindow, qtbot: QtBot, which: QMessageBox.StandardButton) -> None:
    box = next(box for box in window.findChildren(QMessageBox) if box.isVisible())
    press(qtbot, box.button(which))


def test_a_start_without_anything_left_offers_nothing(windows: Made, qtbot: QtBot) -> None:
    assert offered(windows(), qtbot) == ""


def test_it_is_offered_and_nothing_is_replayed_by_itself(windows: Made, qtbot: QtBot, tmp_path: Path) -> None:
    left(tmp_path / "<b>mouse.loom", ("rat", "cat"))
    window = windows()
    text = offered(window, qtbot)
    assert text.startswith("“<b>mouse.loom” was not saved when Layerloom ended: 2 edits, the last on ")
    assert (window.document.project.name, window.document.unsaved) == ("untitled", False)


def test_restored_it_is_unsaved_and_saving_removes_the_journal(windows: Made, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "mouse.loom"
    left(path, ("rat", "cat"))
    window = windows()
    offered(window, qtbot)
    press(qtbot, window.recovery.strip.button)
    qtbot.waitUntil(lambda: window.document.project.name == "cat")
    assert (window.document.path, window.document.unsaved) == (path, True)
    assert project.load(path).name == "mouse", "the file is not touched"
    assert not window.recovery.strip.isVisible()
    window.files.save()
    qtbot.waitUntil(lambda: not window.document.unsaved)
    assert project.load(path).name == "cat"
    assert list(journals().iterdir()) == []


def test_killed_again_after_restoring_nothing_is_lost(windows: Made, qtbot: QtBot) -> None:
    left(names=("rat", "cat"))
    first = windows()
    offered(first, qtbot)
    press(qtbot, first.recovery.strip.button)
    qtbot.waitUntil(lambda: first.document.project.name == "cat")
    second = windows()
    assert offered(second, qtbot) == "", "another window has it"
    first.document.apply(RenameGraph("dog"))
    first.end_unasked()
    assert "3 edits" in offered(second, qtbot)
    press(qtbot, second.recovery.strip.button)
    qtbot.waitUntil(lambda: second.document.project.name == "dog")


def test_what_cannot_be_read_any_more_is_said(windows: Made, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "mouse.loom"
    with (left(path).folder / FILE).open("ab") as file:
        file.write(b"half")
    project.save(Graph("another"), path)
    window = windows()
    offered(window, qtbot)
    with qtbot.waitSignal(window.recovery.message) as said:
        press(qtbot, window.recovery.strip.button)
    assert said.args == [
        "Restored one edit of “mouse.loom”. mouse.loom is not as it was any more: this is a copy without a file. "
        "The end of the journal is damaged and left out."
    ]
    assert window.document.path is None


def test_unsaved_changes_of_the_open_project_are_asked_about_first(windows: Made, qtbot: QtBot) -> None:
    left()
    window = windows()
    offered(window, qtbot)
    window.document.apply(RenameGraph("mine"))
    press(qtbot, window.recovery.strip.button)
    answer(window, qtbot, QMessageBox.StandardButton.Cancel)
    assert window.document.project.name == "mine"
    assert window.recovery.strip.isVisible()


@pytest.mark.parametrize("presses", [1, 2])
def test_what_is_edited_while_a_journal_is_read_is_asked_about(
    presses: int, windows: Made, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    left(names=("rat", "cat"))
    window, answers = windows(), threading.Event()
    offered(window, qtbot)

    def slow(folder: Path) -> Restored:
        answers.wait()
        return take(folder)

    monkeypatch.setattr(recovery, "take", slow)
    for _ in range(presses):
        press(qtbot, window.recovery.strip.button)
    window.document.apply(RenameGraph("mine"))
    answers.set()
    qtbot.waitUntil(lambda: any(box.isVisible() for box in window.findChildren(QMessageBox)))
    assert window.document.project.name == "mine"
    answer(window, qtbot, QMessageBox.StandardButton.Cancel)
    settled(window, qtbot)
    assert (window.document.project.name, len(abandoned())) == ("mine", 1), "it can still be restored"
    press(qtbot, window.recovery.strip.button)
    answer(window, qtbot, QMessageBox.StandardButton.Discard)
    qtbot.waitUntil(lambda: window.document.project.name == "cat")
    assert not [box for box in window.findChildren(QMessageBox) if box.isVisible()]


@pytest.mark.parametrize("sure", [True, False])
def test_discarded_it_is_gone(windows: Made, qtbot: QtBot, sure: bool) -> None:
    left(saved="one")
    window = windows()
    offered(window, qtbot)
    press(qtbot, window.recovery.strip.discard)
    answer(window, qtbot, QMessageBox.StandardButton.Discard if sure else QMessageBox.StandardButton.Cancel)
    if sure:
        qtbot.waitUntil(lambda: not window.recovery.strip.isVisible())
    assert len(list(journals().iterdir())) == (0 if sure else 1)
    assert window.recovery.strip.isVisible() is not sure


def test_a_copy_holds_the_edits_and_the_journal_is_gone(windows: Made, qtbot: QtBot, tmp_path: Path) -> None:
    left(names=("rat",))
    window = windows()
    offered(window, qtbot)
    press(qtbot, window.recovery.strip.copy)
    chooser = next(dialog for dialog in window.findChildren(QFileDialog) if dialog.isVisible())
    chooser.setDirectory(str(tmp_path))
    chooser.selectFile("copy")
    with qtbot.waitSignal(window.recovery.message):
        chooser.accept()
    assert project.load(tmp_path / "copy.loom").name == "rat"
    assert list(journals().iterdir()) == []
    assert window.document.project.name == "untitled"


def test_not_now_leaves_it_for_the_next_start(windows: Made, qtbot: QtBot) -> None:
    left()
    window = windows()
    offered(window, qtbot)
    press(qtbot, window.recovery.strip.away)
    assert not window.recovery.strip.isVisible()
    assert offered(windows(), qtbot)


def test_several_are_offered_one_after_the_other(windows: Made, qtbot: QtBot) -> None:
    for name, when in (("older", 1000), ("newer", 2000)):
        os.utime(left(saved=name).folder / FILE, (when, when))
    window = windows()
    text = offered(window, qtbot)
    assert text.startswith("“newer” was not saved")
    assert text.endswith(" One more project has unsaved edits.")
    press(qtbot, window.recovery.strip.button)
    qtbot.waitUntil(lambda: window.recovery.strip.text.text().startswith("“older” was not saved"))


# -- the journal follows the document --------------------------------------------------------------------------------


@pytest.fixture
def document(qtbot: QtBot) -> Iterator[Document]:
    """An open project with a keeper."""
    made = Document(presets.build("mlp"))
    keeper = JournalKeeper(made, made)
    yield made
    keeper.close()


def kept() -> int:
    return len(list(journals().glob(f"*/{FILE}")))


def test_there_is_a_journal_while_something_is_unsaved(document: Document, tmp_path: Path) -> None:
    assert kept() == 0
    document.apply(RenameGraph("one"))
    assert kept() == 1
    document.history.undo()
    assert kept() == 0, "it is as it was opened"
    document.history.redo()
    assert kept() == 1
    document.snapshot(tmp_path / "one.loom")
    document.set_saved(tmp_path / "one.loom", FileVersion.of(b""))
    assert kept() == 0
    document.history.undo()
    assert kept() == 1
    document.open_graph(Graph("another"))
    assert kept() == 0
    document.apply(RenameGraph("two"))
    document.discard()
    assert kept() == 0
    assert list(journals().iterdir()) == []


def test_saving_keeps_the_version_before_as_a_backup(windows: Made, qtbot: QtBot, tmp_path: Path) -> None:
    path, backup, window = tmp_path / "one.loom", tmp_path / "one.loom~", windows()
    project.save(Graph("one"), path)
    window.files.open_path(path)
    qtbot.waitUntil(lambda: window.document.path == path)
    window.document.apply(RenameGraph("two"))
    window.files.save()
    qtbot.waitUntil(lambda: not window.document.unsaved)
    assert (project.load(path).name, project.load(backup).name) == ("two", "one")
    backup.unlink()
    backup.mkdir()
    window.document.apply(RenameGraph("three"))
    window.files.save()
    qtbot.waitUntil(lambda: not window.document.unsaved)
    assert project.load(path).name == "three"
    assert window.status.currentMessage() == (
        f"Saved one.loom. Its previous version was not kept: {backup} cannot be written: it is a folder."
    )


def test_after_any_edits_what_was_left_is_what_was_open(qtbot: QtBot) -> None:
    for seed in range(3):
        rng, made = random.Random(seed), Document(presets.build("mlp"))
        keeper = JournalKeeper(made)
        for _ in range(rng.randrange(1, 120)):
            edit_once(made, rng)
        keeper.close()
        if made.unsaved:
            (found,) = abandoned()
            restored = take(found.folder)
            assert project.to_bytes(restored.graph) == project.to_bytes(made.project)
            restored.journal.remove()
        assert abandoned() == []


def test_one_that_is_full_begins_over_and_loses_nothing(monkeypatch: pytest.MonkeyPatch, document: Document) -> None:
    monkeypatch.setattr("engine.journals.journal.FULL", 1000)
    for number in range(40):
        document.apply(RenameGraph(f"name {number}"))
    (folder,) = journals().iterdir()
    assert (folder / FILE).stat().st_size < 1000 + 3000
    monkeypatch.undo()


def test_a_full_disk_is_said_once_and_made_good_when_there_is_room(
    monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    made = Document(Graph("a"))
    keeper, said = JournalKeeper(made), list[str]()
    keeper.failed.connect(said.append)
    made.apply(RenameGraph("b"))

    def full(*_args: object) -> None:
        raise JournalError("There is no room.")

    with monkeypatch.context() as patch:
        patch.setattr(Journal, "_write", full)
        made.apply(RenameGraph("c"))
        made.apply(RenameGraph("d"))
    assert said == ["There is no room."]
    made.apply(RenameGraph("e"))
    keeper.close()
    (found,) = abandoned()
    assert found.edits == 4
    restored = take(found.folder)
    assert restored.graph.name == "e"
    restored.journal.remove()


def test_the_disk_is_asked_to_have_it_after_a_second(monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> None:
    synced = list[int]()
    monkeypatch.setattr("engine.system.sync_file", synced.append)
    made = Document(Graph("a"))
    keeper = JournalKeeper(made)
    made.apply(RenameGraph("b"))
    assert synced == [], "typing does not wait for the disk"
    qtbot.waitUntil(lambda: bool(synced))
    qtbot.waitUntil(lambda: not keeper._background.busy)
    made.discard()
    keeper.close()
