"""Columns of the table of runs, the run that is being trained in it, and what else of a ticked run can be looked at."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from engine.edits import SetSetting
from engine.training.runs import catalogue
from engine.training.runs.folder import METRICS
from engine.training.runs.lines import line
from engine.training.runs.run import Run
from engine.training.runs.run_info import read
from gui.document import Document
from gui.preferences import Preferences
from gui.training.dashboard import Dashboard
from gui.training.results.confusion_page import ConfusionPage
from gui.training.runs.runs_columns import LR, NAME, RESULT, STATE
from gui.training.runs.runs_list import AWAITED
from tests.gui.training.boards import Show, host_of, network, rows, tick
from tests.gui.training.test_dashboard_runs import earlier
from tests.gui.training.test_dashboard_table import listed

CLIP = "training.clip_norm"


def different(root: Path, lr: float, clip: float | None = None) -> Path:
    graph = network()
    SetSetting(("training", "optimizer", "lr"), lr).apply(graph)
    if clip is not None:
        SetSetting(("training", "clip_norm"), clip).apply(graph)
    return earlier(root, graph)


def heads(board: Dashboard) -> list[str]:
    return [board.runs.model.columns[column].title for column in board.runs.table.seen()]


def cells(board: Dashboard, key: str) -> list[str]:
    """The texts of a column, as sorted."""
    column = next(index for index, known in enumerate(board.runs.model.columns) if known.key == key)
    return [row[column] for row in rows(board)]


def click_head(board: Dashboard, key: str) -> None:
    table = board.runs.table
    column = next(index for index, known in enumerate(board.runs.model.columns) if known.key == key)
    table.scrollTo(board.runs.proxy.index(0, column))
    x = table.horizontalHeader().sectionViewportPosition(column) + 12
    QTest.mouseClick(table.horizontalHeader().viewport(), Qt.MouseButton.LeftButton, pos=QPoint(x, 8))


def choose_column(board: Dashboard, title: str) -> None:
    menu = board.runs.table.columns
    menu.aboutToShow.emit()
    next(action for action in menu.actions() if action.text() == title).trigger()


def board_with(qtbot: QtBot, root: Path) -> Dashboard:
    board = Dashboard(Document(network()), root=root, preferences=Preferences())
    qtbot.addWidget(board)
    board.resize(1180, 680)
    with qtbot.waitExposed(board):
        board.show()
    return board


def test_runs_are_sorted_by_what_was_changed(qtbot: QtBot, tmp_path: Path) -> None:
    for lr, clip in ((0.01, 5.0), (0.3, None), (0.002, 20.0)):
        different(tmp_path, lr, clip)
    board = board_with(qtbot, tmp_path)
    listed(qtbot, board, 3)
    click_head(board, LR)
    assert cells(board, LR) == ["0.002", "0.01", "0.3"]
    menu = board.runs.table.columns
    menu.aboutToShow.emit()
    offered = [action.text() for action in menu.actions()]
    assert "clip_norm" in offered
    assert "accumulate" not in offered, "it is the same in all"
    choose_column(board, "clip_norm")
    choose_column(board, "Test loss")
    choose_column(board, "Tags")
    click_head(board, CLIP)
    assert cells(board, CLIP) == ["5", "20", "none"]
    click_head(board, CLIP)
    assert cells(board, CLIP) == ["20", "5", "none"], "what is not there comes last either way"
    board.runs.filter.setText("0.002")
    assert cells(board, CLIP) == ["20"]
    board.runs.save(tmp_path / "list.csv")
    (row,) = csv.DictReader(io.StringIO((tmp_path / "list.csv").read_text()))
    assert (row[CLIP], row[LR], row["test.loss"]) == ("20", "0.002", "–")
    shown = heads(board)
    assert {"clip_norm", "Test loss"} < set(shown)
    assert "Tags" not in shown
    board.runs.table.setColumnWidth(RESULT, 177)
    assert board.close_host()
    again = board_with(qtbot, tmp_path)
    assert heads(again) == shown
    assert again.runs.table.columnWidth(RESULT) == 177
    choose_column(again, "Usual Columns")
    assert "Tags" in heads(again)
    assert "clip_norm" not in heads(again)
    assert again.close_host()


def test_what_was_remembered_of_columns_may_be_anything(qtbot: QtBot, tmp_path: Path) -> None:
    earlier(tmp_path, network())
    for kept in ("{", "[]", '{"shown": 3}', '{"shown": [1, "nonsense", "state"], "widths": {"state": -4}}'):
        Preferences().set_text("training/columns", kept)
        board = board_with(qtbot, tmp_path)
        listed(qtbot, board, 1)
        assert heads(board)[:2] == ["Name", "State"]
        assert board.close_host()


def test_a_double_click_shows_the_curves(qtbot: QtBot, show: Show, tmp_path: Path) -> None:
    path = earlier(tmp_path, network())
    board = show()
    listed(qtbot, board, 1)
    table = board.runs.table
    point = table.visualRect(board.runs.proxy.index(0, RESULT)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=point)
    QTest.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, pos=point)
    qtbot.waitUntil(lambda: board.run.host is not None and board.run.host.status.run == path)
    assert "(shown above)" in rows(board)[0][NAME]


def test_a_run_keeps_its_number(qtbot: QtBot, show: Show, tmp_path: Path) -> None:
    first = earlier(tmp_path, network())
    earlier(tmp_path, network())
    board = show()
    listed(qtbot, board, 2)
    catalogue.delete(first, tmp_path)
    board.runs.refresh()
    listed(qtbot, board, 1)
    assert rows(board)[0][NAME] == "run 2"


def going_on(host: Any, root: Path) -> Run:
    """A run that the trainer of this host has just begun."""
    run = Run.create(None, network(), root=root, device="cpu", threads=1)
    host.begin()
    host.show(run=run.path)
    return run


def test_the_run_that_trains_stands_in_the_table(qtbot: QtBot, show: Show, tmp_path: Path) -> None:
    old = earlier(tmp_path, network())
    board = show()
    listed(qtbot, board, 1)
    board.run.look_at(old)
    qtbot.waitUntil(lambda: "(shown above)" in rows(board)[0][NAME])
    board.run.train()
    assert "(shown above)" not in rows(board)[0][NAME], "the curves above are no longer those of this run"
    host = host_of(board)
    run = going_on(host, tmp_path)
    qtbot.waitUntil(lambda: len(rows(board)) == 2)
    names = {row[NAME]: row[STATE] for row in rows(board)}
    assert names == {"run 2  (shown above)": "running, epoch 1", "run 1": "finished"}
    host.feed(20, epoch=12)
    qtbot.waitUntil(lambda: rows(board)[0][STATE] == "running, epoch 12")
    assert rows(board)[0][RESULT] == "accuracy 75.0 %"
    host.show(state="paused")
    qtbot.waitUntil(lambda: rows(board)[0][STATE] == "paused, epoch 12")
    run.update(state="stopped", epochs=11)
    run.close()
    with qtbot.waitSignal(board.run.finished):
        host.end("stopped", "Stopped after step 20 of 1000.", epochs=11)
    qtbot.waitUntil(lambda: rows(board)[0][STATE] == "stopped")
    assert read(run.path).epochs == 11


def test_a_first_run_is_announced(qtbot: QtBot, show: Show, tmp_path: Path) -> None:
    board = show()
    qtbot.waitUntil(lambda: not board.runs.background.busy)
    board.run.train()
    qtbot.waitUntil(lambda: board.runs.hint.text() == AWAITED)
    run = going_on(host_of(board), tmp_path)
    qtbot.waitUntil(lambda: [row[NAME] for row in rows(board)] == ["run 1  (shown above)"])
    run.close()


def test_the_matrix_of_a_ticked_run(qtbot: QtBot, show: Show, tmp_path: Path) -> None:
    path = earlier(tmp_path, network())
    row = {"step": 50, "epoch": 1, "split": "validation", "confusion_matrix": [[1, 2, 3], [4, 5, 6], [7, 8, 9]]}
    with (path / METRICS).open("a") as file:
        file.write(f"{line(row)}\n")
    board = show()
    listed(qtbot, board, 1)
    board.run.train()
    host = host_of(board)
    host.begin()
    host.feed(20)
    host.history.keep("validation/confusion_matrix", 20, 1, [[45, 0, 0], [0, 33, 12], [0, 0, 9]])
    below = board.below
    below.tabs.setCurrentWidget(below.page(ConfusionPage))
    assert not below.of_run.isVisible(), "there is only one"
    below.tabs.setCurrentIndex(0)
    tick(board, 0)
    qtbot.waitUntil(lambda: bool(board.runs.overlays))
    assert not below.of_run.isVisible()
    below.tabs.setCurrentWidget(below.page(ConfusionPage))
    assert [below.of_run.itemText(row) for row in range(below.of_run.count())] == ["of this run", "of run 1"]
    assert int(below.page(ConfusionPage).matrix.counts.table[0, 0]) == 45  # type: ignore[union-attr]
    below.of_run.setFocus()
    QTest.keyClick(below.of_run, Qt.Key.Key_Down)
    assert int(below.page(ConfusionPage).matrix.counts.table[2, 2]) == 9  # type: ignore[union-attr]
    assert int(below.page(ConfusionPage).matrix.counts.table[0, 0]) == 1  # type: ignore[union-attr]
    below.tabs.setCurrentIndex(0)
    tick(board, 0, on=False)
    below.tabs.setCurrentWidget(below.page(ConfusionPage))
    assert int(below.page(ConfusionPage).matrix.counts.table[0, 0]) == 45, "what is no longer ticked is no longer shown"  # type: ignore[union-attr]
