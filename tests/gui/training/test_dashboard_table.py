"""The table of runs: sorted, filtered, described, deleted, saved; what is shown is not ticked as well."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QMessageBox
from pytestqt.qtbot import QtBot

from engine.training.runs.catalogue import describe
from engine.training.runs.folder import writer_lock
from engine.training.runs.run_info import read
from gui.training.dashboard import Dashboard
from gui.training.runs.differences_page import DifferencesPage
from gui.training.runs.runs_columns import NAME, NOTE, RESULT, TAGS
from tests.gui.training.boards import Show, choose, click, drawn, host_of, network, rows, tick
from tests.gui.training.test_dashboard_runs import earlier


def listed(qtbot: QtBot, board: Dashboard, count: int) -> None:
    qtbot.waitUntil(lambda: len(rows(board)) == count and not board.runs.background.busy)


def type_into(board: Dashboard, row: int, column: int, text: str) -> None:
    """Double-click a cell, or press F2 on a name; type over what is selected, Enter."""
    table = board.runs.table
    point = table.visualRect(board.runs.proxy.index(row, column)).center()
    before = rows(board)[row][column]
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=point)
    if column == NAME:
        QTest.keyClick(table, Qt.Key.Key_F2)
    else:
        QTest.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, pos=point)
    editor = table.viewport().findChild(QLineEdit)
    assert editor is not None
    assert editor.selectedText() == before
    QTest.keyClicks(editor, text)
    QTest.keyClick(editor, Qt.Key.Key_Return)


def test_sorting_and_filtering(qtbot: QtBot, show: Show, tmp_path: Path) -> None:
    for accuracy in (0.5, 0.9, 0.7):
        path = earlier(tmp_path, network())
        describe(path, tags=["wide"] if accuracy > 0.6 else [])
        facts = (path / "run.json").read_text().replace('"accuracy": 0.6', f'"accuracy": {accuracy}')
        (path / "run.json").write_text(facts)
    earlier(tmp_path, network("other"))
    board = show()
    listed(qtbot, board, 3)
    header = board.runs.table.horizontalHeader()
    x = header.sectionViewportPosition(RESULT) + 10
    for expected in (["90.0", "70.0", "50.0"], ["50.0", "70.0", "90.0"]):
        QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=header.rect().topLeft() + _across(x))
        assert [row[RESULT] for row in rows(board)] == [f"accuracy {value} %" for value in expected]
    QTest.keyClicks(board.runs.filter, "wide 90")
    assert [row[RESULT] for row in rows(board)] == ["accuracy 90.0 %"]
    board.runs.filter.clear()
    board.runs.scope.setFocus()
    QTest.keyClick(board.runs.scope, Qt.Key.Key_Down)
    assert len(rows(board)) == 4
    QTest.keyClicks(board.runs.filter, "nothing such")
    assert board.runs.hint.isVisible()
    assert board.runs.hint.text() == "No run has these words."


def _across(x: int):  # type: ignore[no-untyped-def]
    from PySide6.QtCore import QPoint

    return QPoint(x, 8)


def test_name_note_and_tags_are_kept_in_the_run(qtbot: QtBot, show: Show, tmp_path: Path) -> None:
    path = earlier(tmp_path, network())
    board = show()
    listed(qtbot, board, 1)
    for column, text in ((NAME, "the wide one"), (NOTE, "learnt fast"), (TAGS, "a, b")):
        type_into(board, 0, column, text)
        qtbot.waitUntil(lambda text=text, column=column: bool(rows(board)) and rows(board)[0][column] == text)  # type: ignore[misc]
    info = read(path)
    assert (info.name, info.note, info.tags) == ("the wide one", "learnt fast", ["a", "b"])
    tick(board, 0)
    qtbot.waitUntil(lambda: drawn(board) == [50, 1, 50, 1])
    assert board._plots is not None
    assert board._plots.panels[0].curves[0].label == "the wide one · train"


def test_a_run_that_another_program_writes_is_left_alone(qtbot: QtBot, show: Show, tmp_path: Path) -> None:
    path = earlier(tmp_path, network(), "running")
    lock = writer_lock(path)
    board = show()
    listed(qtbot, board, 1)
    assert rows(board)[0][1] == "running"
    choose(board, 0)
    assert board.runs.go_on.text() == "Watch Run"
    with qtbot.waitSignal(board.runs.watch_wanted):
        click(board.runs.go_on)
    board.runs.remove.trigger()
    box = board.findChild(QMessageBox)
    assert box is not None
    with qtbot.waitSignal(board.message) as signal:
        click(next(button for button in box.buttons() if button.text() == "Delete"))
    assert "Another program is training" in signal.args[0]
    assert path.is_dir()
    lock.release()


def test_deleting_asks_first(qtbot: QtBot, show: Show, tmp_path: Path) -> None:
    path = earlier(tmp_path, network())
    earlier(tmp_path, network())
    board = show()
    listed(qtbot, board, 2)
    row = next(row for row in (0, 1) if board.runs.proxy.index(row, 0).data(Qt.ItemDataRole.UserRole).path == path)
    tick(board, row)
    qtbot.waitUntil(lambda: drawn(board) == [50, 1, 50, 1])
    choose(board, row)
    for answer, left in (("Cancel", 2), ("Delete", 1)):
        if answer == "Cancel":
            QTest.keyClick(board.runs.table, Qt.Key.Key_Delete)
        else:
            board.runs.remove.trigger()
        box = board.findChild(QMessageBox)
        assert box is not None
        click(next(button for button in box.buttons() if button.text().replace("&", "") == answer))
        qtbot.waitUntil(lambda: board.findChild(QMessageBox) is None)
        qtbot.waitUntil(lambda left=left: len(rows(board)) == left)  # type: ignore[misc]
        assert path.is_dir() == (left == 2)
    assert drawn(board) == [], "its curves go with it"


def test_the_run_that_is_shown_cannot_lie_over_itself(qtbot: QtBot, show: Show, tmp_path: Path) -> None:
    path = earlier(tmp_path, network())
    board = show()
    listed(qtbot, board, 1)
    choose(board, 0)
    board.runs.show_alone.trigger()
    qtbot.waitUntil(lambda: drawn(board) == [50, 1, 50, 1])
    assert board.run.host is not None
    assert board.run.host.status.run == path
    assert "(shown above)" in rows(board)[0][NAME]
    assert board.runs.proxy.index(0, 0).data(Qt.ItemDataRole.CheckStateRole) is None
    area = board.runs.table.visualRect(board.runs.proxy.index(0, 0))
    QTest.mouseClick(board.runs.table.viewport(), Qt.MouseButton.LeftButton, pos=area.topLeft() + _across(10))
    assert drawn(board) == [50, 1, 50, 1]


def test_the_list_is_saved(qtbot: QtBot, show: Show, tmp_path: Path) -> None:
    earlier(tmp_path, network())
    board = show()
    listed(qtbot, board, 1)
    with qtbot.waitSignal(board.message) as signal:
        board.runs.save(tmp_path / "list.csv")
    assert signal.args[0] == "Saved 1 run to list.csv."
    (row,) = csv.DictReader(io.StringIO((tmp_path / "list.csv").read_text()))
    assert (row["name"], row["metric"], row["best"]) == ("run 1", "accuracy", "0.6")
    with qtbot.waitSignal(board.message) as signal:
        board.runs.save(tmp_path / "no" / "list.csv")
    assert "cannot be written" in signal.args[0]


def test_the_network_of_a_run_is_opened(qtbot: QtBot, show: Show, tmp_path: Path) -> None:
    path = earlier(tmp_path, network())
    board = show()
    listed(qtbot, board, 1)
    choose(board, 0)
    with qtbot.waitSignal(board.open_wanted) as signal:
        board.runs.open_network.trigger()
    assert signal.args == [path]


def test_differences_of_the_ticked_runs(qtbot: QtBot, show: Show, tmp_path: Path) -> None:
    from engine.edits import SetSetting

    graph = network()
    SetSetting(("training", "epochs"), 77).apply(graph)
    earlier(tmp_path, graph)
    board = show()
    listed(qtbot, board, 1)
    board.below.tabs.setCurrentWidget(board.below.page(DifferencesPage))
    page = board.below.page(DifferencesPage)
    assert page.hint.isVisible()
    board.below.tabs.setCurrentIndex(0)
    tick(board, 0)
    qtbot.waitUntil(lambda: bool(board.runs.overlays))
    board.below.tabs.setCurrentWidget(board.below.page(DifferencesPage))
    qtbot.waitUntil(page.table.isVisible)
    cells = [[page.table.item(row, column).text() for column in range(4)] for row in range(page.table.rowCount())]
    assert cells == [["training", "epochs", "10", "77"]]
    assert page.table.horizontalHeaderItem(2).text() == "the drawing"
    board.run.train()
    host_of(board).begin()
