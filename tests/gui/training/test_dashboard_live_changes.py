"""What was changed during a run is said by its curves, the table of runs and the differences."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from engine.training.history import LiveChange
from gui.document import Document
from gui.hosts.host import ThreadHost
from gui.theme import theme
from gui.training.dashboard import Dashboard
from gui.training.runs.differences_page import DifferencesPage
from gui.training.runs.runs_columns import LR
from tests.gui.training.boards import Show, click, host_of, network, rows, tick
from tests.gui.training.test_dashboard_runs import earlier

LONG = 60_000


def marks(board: Dashboard) -> list[list[str]]:
    """What is written on each plot."""
    assert board._plots is not None
    return [plot.marks.words for plot in board._plots.panels]


def rates(board: Dashboard) -> list[str]:
    column = next(at for at, column in enumerate(board.runs.model.columns) if column.key == LR)
    return [row[column] for row in rows(board)]


def type_rate(board: Dashboard, text: str) -> None:
    field = board.controls.lr
    field.selectAll()
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Qt.Key.Key_Return)


def test_a_rate_typed_while_a_run_is_held_is_in_its_record(qtbot: QtBot, show: Show, tmp_path: Path) -> None:
    board = show(Document(network()), partial(ThreadHost, root=tmp_path))
    click(board.controls.train)
    board.run.pause_or_resume()
    qtbot.waitUntil(lambda: board.controls.word.text() == "Paused", timeout=LONG)
    type_rate(board, "0.25")
    with qtbot.waitSignal(board.run.finished, timeout=LONG):
        click(board.controls.pause)
    (change,) = board.run.history.changes
    assert change.value == 0.25
    words = f"lr {change.before:.4g} → 0.25"
    assert marks(board) == [[words], [words]]
    qtbot.waitUntil(lambda: rates(board)[:1] == [f"{change.before:g} → 0.25"])
    path = board.run.folder
    board.run.clear()
    assert marks(board) == [[], []]
    board.run.show(path)
    assert marks(board) == [[words], [words]]


def test_marks_are_where_the_change_was_and_say_of_which_run(qtbot: QtBot, show: Show, tmp_path: Path) -> None:
    path = earlier(tmp_path, network())
    facts = (path / "run.json").read_text()
    change = '"changes": [{"step": 20, "setting": "training.optimizer.lr", "before": 0.01, "value": 0.5}]'
    assert facts.count('"changes": []') == 1
    (path / "run.json").write_text(facts.replace('"changes": []', change))
    board = show()
    board.run.train()
    host = host_of(board)
    host.begin()
    host.feed(40)
    qtbot.waitUntil(lambda: len(rows(board)) == 1)
    assert rates(board) == ["0.001 → 0.5"]
    tick(board, 0)
    qtbot.waitUntil(lambda: marks(board)[0] == ["run 1: lr 0.01 → 0.5"])
    host.history.changes = (LiveChange(30, LR, 0.01, 0.002),)
    qtbot.waitUntil(lambda: marks(board)[0] == ["lr 0.01 → 0.002", "run 1: lr 0.01 → 0.5"])
    plot = board._plots.panels[0]
    assert [line.value() for line in plot.marks._lines] == [30, 20]
    board._plots.axis.setCurrentIndex(1)
    assert [line.value() for line in plot.marks._lines] == [30 / 39, 20 / 50]  # of the last step of each epoch
    assert "run 1: lr 0.01 → 0.5" in plot.canvas.accessibleDescription()
    theme.set("dark")
    assert plot.marks._lines[0].label.textItem.defaultTextColor() == theme.color("text")
    board.below.tabs.setCurrentWidget(board.below.page(DifferencesPage))
    host.show(run=earlier(tmp_path, network("another")))
    with qtbot.waitSignal(board.run.finished):
        host.end("stopped", "Stopped.")
    table = board.below.page(DifferencesPage).table

    def texts() -> list[list[str]]:
        return [[table.item(row, c).text() for c in range(table.columnCount())] for row in range(table.rowCount())]

    what = "optimizer.lr, changed while running"
    qtbot.waitUntil(lambda: ["training", what, "0.002 from step 30", "0.5 from step 20"] in texts(), timeout=LONG)
