"""A run of another computer or person in the window: it says so, and continues in a copy, with progress and Cancel."""

from __future__ import annotations

import shutil
import threading
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from engine.training.loop import Trainer
from engine.training.runs import copying
from engine.training.runs.folder import METRICS
from engine.training.runs.origin import ELSEWHERE, FILE, note_for
from engine.training.runs.run_info import read
from gui.document import Document
from gui.hosts.host import ThreadHost
from gui.training.runs.runs_columns import NAME, NOTE
from tests.engine.stopping import Stopping
from tests.gui.training.boards import Show, choose, click, drawn, rows
from tests.gui.training.test_dashboard_resume import long_network


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = tmp_path_factory.mktemp("own") / "run"
    assert Trainer(long_network(), run, control=Stopping(60)).run().state == "stopped"
    return run


@pytest.fixture
def foreign(stopped: Path, tmp_path: Path, layerloom_home: Path) -> Path:
    """A run among one's own that another installation has written."""
    (layerloom_home / FILE).write_text("b7" * 32, encoding="ascii")
    shutil.copytree(stopped, tmp_path / "theirs")
    return tmp_path / "theirs"


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_it_is_shown_whole_and_the_page_says_whose_it_is(
    qtbot: QtBot, show: Show, foreign: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = content(foreign)
    board = show(Document(long_network()))
    qtbot.waitUntil(lambda: len(rows(board)) == 1)
    monkeypatch.setattr(QFileDialog, "open", lambda dialog: dialog.fileSelected.emit(str(foreign)))
    elsewhere = next(action for action in board.runs.menu.actions() if action.text() == "Show a run elsewhere …")
    elsewhere.trigger()
    qtbot.waitUntil(lambda: any(drawn(board)))
    notes = board.remarks.notes
    assert notes.isVisible()
    assert notes.text.text() == note_for(ELSEWHERE, "stopped")
    assert board.banner.go_on.isVisible()
    assert content(foreign) == before


def test_the_list_says_whose_it_is_and_lets_nobody_describe_it(qtbot: QtBot, show: Show, foreign: Path) -> None:
    board = show(Document(long_network()))
    qtbot.waitUntil(lambda: len(rows(board)) == 1)
    index = board.runs.proxy.index(0, NAME)
    assert note_for(ELSEWHERE, "stopped") in index.data(Qt.ItemDataRole.ToolTipRole)
    assert not board.runs.proxy.index(0, NOTE).flags() & Qt.ItemFlag.ItemIsEditable
    choose(board, 0)
    assert board.runs.go_on.text() == "Resume in a copy"
    assert "copied to your own runs" in board.runs.go_on.toolTip()
    assert not board.runs.rename.isEnabled()
    assert board.runs.remove.isEnabled(), "a copy of a run that lies among one's own may go"


def test_it_goes_on_in_a_copy(qtbot: QtBot, show: Show, foreign: Path, tmp_path: Path) -> None:
    before = content(foreign)
    board = show(Document(long_network()), partial(ThreadHost, root=tmp_path))
    qtbot.waitUntil(lambda: len(rows(board)) == 1)
    choose(board, 0)
    with qtbot.waitSignal(board.run.finished) as ended:
        click(board.runs.go_on)
    copy = ended.args[0].run
    assert (ended.args[0].state, copy.parent, board.run.folder) == ("finished", tmp_path, copy)
    assert content(foreign) == before
    assert (copy / METRICS).read_bytes().startswith((foreign / METRICS).read_bytes())
    assert board.remarks.notes.text.text().startswith(f"{ELSEWHERE}: it is resumed in a copy, ")
    qtbot.waitUntil(lambda: len(rows(board)) == 2)
    board.run.show(copy)
    assert board.remarks.notes.text.text() == copying.NOTE
    assert not [entry for entry in tmp_path.iterdir() if entry.name.startswith(copying.COPYING)]


@pytest.mark.slow
def test_copying_shows_how_far_it_is_and_can_be_cancelled(
    qtbot: QtBot, show: Show, foreign: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, go_on, real = content(foreign), threading.Event(), copying.to_disk
    monkeypatch.setattr(copying, "to_disk", lambda path: (real(path), go_on.wait(60))[0])
    board = show(Document(long_network()), partial(ThreadHost, root=tmp_path))
    board.run.resume(foreign)
    controls = board.controls
    qtbot.waitUntil(lambda: controls.stop.text() == "Cancel")
    qtbot.waitUntil(lambda: controls.progress.value() > 0)
    assert controls.word.text() == "Copying the run …"
    assert controls.progress.maximum() == 1000
    assert controls.facts.text().endswith("%")
    assert controls.stop.accessibleName() == "Cancel"
    assert "the original is unchanged" in controls.stop.toolTip()
    with qtbot.waitSignal(board.run.finished) as ended:
        click(controls.stop)
        go_on.set()
    assert (ended.args[0].state, ended.args[0].run) == ("stopped", foreign)
    assert "nothing of the copy is left" in board.banner.text.text()
    assert board.banner.go_on.isVisible()
    assert controls.stop.text() == "Stop"
    assert (content(foreign), [path.name for path in tmp_path.iterdir() if path.is_dir()]) == (before, ["theirs"])
    with qtbot.waitSignal(board.run.finished) as ended:
        click(board.banner.go_on)
    assert ended.args[0].state == "finished"
    assert read(foreign).state == "stopped"
