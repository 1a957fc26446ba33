"""Cross-validation on the Train page: folds one after the other, stopped, resumed, and what they reach together."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from pytestqt.qtbot import QtBot

from engine.edits import SetSetting
from engine.graph import Graph
from engine.literals import literal
from engine.training.runs import folds
from gui.document import Document
from gui.hosts.host import ThreadHost
from gui.training.folds_words import MEAN
from gui.training.results.folds_page import FoldsPage
from tests.gui.training.boards import Show, click, network, rows

LONG = 60_000


def folded(epochs: int) -> Graph:
    graph = network()
    settings = {"training": {"epochs": epochs, "threads": 1}, "data": {"batch_size": 4, "split": {"folds": 3}}}
    for section, table in settings.items():
        for key, value in table.items():
            SetSetting((section, key), literal(value)).apply(graph)
    return graph


def cells(board: object) -> list[list[str]]:
    table = board.below.page(FoldsPage).table  # type: ignore[attr-defined]
    return [
        [table.item(row, column).text() for column in range(table.columnCount())] for row in range(table.rowCount())
    ]


def test_train_trains_all_folds_and_shows_mean_and_deviation(qtbot: QtBot, show: Show, tmp_path: Path) -> None:
    board = show(Document(folded(2)), partial(ThreadHost, root=tmp_path))
    board.below.tabs.setCurrentWidget(board.below.page(FoldsPage))
    done: list[Path] = []
    board.run.fold_done.connect(lambda result: done.append(result.run))
    with qtbot.waitSignal(board.run.finished, timeout=LONG) as ended:
        click(board.controls.train)
    assert [folds.number_of(run) for run in (*done, ended.args[0].run)] == [1, 2, 3]
    together = folds.folds_of_run(ended.args[0].run)
    assert together is not None
    spread = folds.summary(together).validation["accuracy"]
    assert f"validation accuracy {100 * spread.mean:.1f} % ± {100 * spread.deviation:.1f} %" in board.banner.text.text()
    page = board.below.page(FoldsPage)
    qtbot.waitUntil(lambda: page.summary is not None and page.summary.done == 3)
    assert [row[:2] for row in cells(board)] == [*([str(n), "finished"] for n in (1, 2, 3)), [MEAN, "3 of 3 done"]]
    assert "fold 3 of 3" in board.controls.facts.text()
    assert not page.resume.isVisible()
    board.below.tabs.setCurrentIndex(0)
    qtbot.waitUntil(lambda: len(rows(board)) == 3)
    assert {row[0].removesuffix("  (shown above)") for row in rows(board)} == {f"run 1, fold {n}" for n in (1, 2, 3)}


def test_stop_ends_the_folds_and_resume_goes_on_with_all_of_them(qtbot: QtBot, show: Show, tmp_path: Path) -> None:
    board = show(Document(folded(6)), partial(ThreadHost, root=tmp_path))
    board.below.tabs.setCurrentWidget(board.below.page(FoldsPage))
    with qtbot.waitSignal(board.run.fold_done, timeout=LONG):
        click(board.controls.train)
    qtbot.waitUntil(lambda: board.run.host is not None and board.run.host.status.step > 5, timeout=LONG)
    with qtbot.waitSignal(board.run.finished, timeout=LONG) as ended:
        click(board.controls.stop)
    assert ended.args[0].state == "stopped"
    assert folds.number_of(ended.args[0].run) == 2
    page = board.below.page(FoldsPage)
    states = ["finished", "stopped", "not begun", "1 of 3 done"]
    qtbot.waitUntil(lambda: page.resume.isVisible() and [row[1] for row in cells(board)] == states)
    with qtbot.waitSignal(board.run.finished, timeout=LONG) as ended:
        click(page.resume)
    assert folds.number_of(ended.args[0].run) == 3
    qtbot.waitUntil(lambda: page.summary is not None and page.summary.done == 3)
