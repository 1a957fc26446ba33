"""Below the plots: the confusion matrix, answers to samples; and the word at the end of a run."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.training.sample_table import SampleTable
from gui.preferences import Preferences
from gui.training.dashboard import Dashboard
from gui.training.notice import Notice
from gui.training.results.confusion import WITH_NUMBERS, Counts
from gui.training.results.confusion_page import ConfusionPage
from gui.training.results.predictions_page import PredictionsPage
from tests.gui.training.boards import Show, host_of

NAMES = ["setosa", "versicolor", "virginica"]
TABLE = [[45, 0, 0], [0, 33, 12], [0, 0, 9]]


def answers(**more: Any) -> SampleTable:
    sample = {"place": 7, "input": [0.0, 1.0, 2.0, 3.0], "target": [0], "answer": [0], "right": True, "sure": 0.9}
    wrong = {**sample, "place": 8, "target": [1], "answer": [2], "right": False, "sure": 0.6}
    shown = {"field": "features", "shape": [4], "names": []}
    entries = {"head": "out", "task": "classes", "names": NAMES, "input": shown, "samples": [sample, wrong], **more}
    return SampleTable.model_validate(entries)


def running(board: Dashboard) -> Any:
    board.run.train()
    host = host_of(board)
    host.begin()
    host.feed(20)
    return host


def test_the_matrix_says_what_is_under_the_mouse(qtbot: QtBot, show: Show) -> None:
    board = show()
    board.below.tabs.setCurrentWidget(board.below.page(ConfusionPage))
    page = board.below.page(ConfusionPage)
    assert page.hint.text() == "The confusion matrix appears after the first epoch of a run."
    host = running(board)
    host.history.keep("validation/confusion_matrix", 20, 1, TABLE)
    qtbot.waitUntil(page.matrix.isVisible)
    assert page.matrix.counts.names == tuple(NAMES)  # type: ignore[union-attr]
    cells = page.matrix.cells()
    versicolor = cells.topLeft() + QPointF(cells.width() * 2.5 / 3, cells.height() / 2)
    QTest.mouseMove(page.matrix, versicolor.toPoint())
    qtbot.waitUntil(lambda: page.said.text() == "true versicolor read as virginica: 12 of 45 (27 %)")
    table = [[page.classes.item(row, column).text() for column in range(5)] for row in range(3)]
    assert table[1] == ["versicolor", "100.0 %", "73.3 %", "84.6 %", "45"]
    host.history.keep("validation/confusion_matrix", 40, 2, [[45, 0, 0], [0, 44, 1], [0, 0, 9]])
    qtbot.waitUntil(lambda: page.said.text() == "true versicolor read as virginica: 1 of 45 (2 %)")
    QTest.mouseMove(page.matrix, page.matrix.rect().bottomRight())
    qtbot.waitUntil(lambda: page.said.text().startswith("after epoch 2"))


def test_of_any_output(qtbot: QtBot, show: Show) -> None:
    board = show()
    board.below.tabs.setCurrentWidget(board.below.page(ConfusionPage))
    host = running(board)
    host.history.keep("validation/confusion_matrix", 20, 1, TABLE)
    host.history.keep("validation/confusion_matrix_side", 20, 1, [[1, 2], [3, 4]])
    host.history.keep("validation/predictions_side", 20, 1, answers(head="side", names=["no", "yes"]))
    page = board.below.page(ConfusionPage)
    qtbot.waitUntil(lambda: page.chooser.count() == 2)
    page.chooser.setCurrentIndex(1)
    page.chooser.activated.emit(1)
    assert page.matrix.counts.names == ("no", "yes")  # type: ignore[union-attr]


def test_no_matrix_has_a_reason(qtbot: QtBot, show: Show) -> None:
    board = show()
    board.below.tabs.setCurrentWidget(board.below.page(ConfusionPage))
    running(board)
    qtbot.waitUntil(
        lambda: board.below.page(ConfusionPage).hint.text().startswith("This run measures no confusion matrix")
    )


def test_ten_classes_are_all_seen_and_use_the_width(qtbot: QtBot, show: Show) -> None:
    board = show()
    board.below.tabs.setCurrentWidget(board.below.page(ConfusionPage))
    host = running(board)
    host.history.keep("validation/confusion_matrix", 20, 1, [[27 * (a == b) for a in range(10)] for b in range(10)])
    page = board.below.page(ConfusionPage)
    qtbot.waitUntil(lambda: page.matrix.counts is not None)
    cells = page.matrix.cells()
    assert page.matrix.rect().contains(cells.toAlignedRect())
    assert cells.height() / 10 >= WITH_NUMBERS
    assert cells.width() > 0.8 * page.matrix.width()
    last = page.classes.visualItemRect(page.classes.item(9, 0))
    assert page.classes.viewport().rect().contains(last), "the last class of the table, too"


def test_a_hundred_classes_are_a_picture() -> None:
    counts = Counts.of([[int(a == b) for a in range(100)] for b in range(100)], [])
    assert counts.names[99] == "99"
    assert counts.sentence(5, 5) == "true 5 read rightly: 1 of 1 (100 %)"


def test_wrong_answers_stand_first(qtbot: QtBot, show: Show) -> None:
    board = show()
    board.below.tabs.setCurrentWidget(board.below.page(PredictionsPage))
    host = running(board)
    host.history.keep("validation/predictions", 20, 1, answers())
    page = board.below.page(PredictionsPage)
    qtbot.waitUntil(page.table.isVisible)
    cells = [[page.table.item(row, column).text() for column in range(5)] for row in range(2)]
    assert cells[0] == ["✗", "virginica", "versicolor", "60 %", "0, 1, 2, 3"]
    assert cells[1][:3] == ["✓", "setosa", "setosa"]
    assert page.said.text().startswith("after epoch 1;")
    picture = answers(input={"field": "image", "shape": [1, 2, 2], "names": []})
    host.history.keep("validation/predictions", 40, 2, picture)
    qtbot.waitUntil(page.cards.isVisible)
    assert page.cards.accessibleDescription() == "versicolor read as virginica; setosa read as setosa"
    text = answers(input={"field": "text", "shape": [4], "names": list("abcd")})
    host.history.keep("validation/predictions", 60, 3, text)
    qtbot.waitUntil(page.table.isVisible)
    assert page.table.item(0, 4).text() == "abcd"


def test_a_cell_of_the_matrix_shows_its_samples(qtbot: QtBot, show: Show) -> None:
    board = show()
    board.below.tabs.setCurrentWidget(board.below.page(ConfusionPage))
    host = running(board)
    host.history.keep("validation/confusion_matrix", 20, 1, TABLE)
    right, wrong = (sample.model_dump() for sample in answers().samples)
    facts = {"part": 99, "seen": 99, "wrong": 12, "hits": None, "worst": 2, "listed": 2}
    samples = [right, wrong, {**wrong, "place": 9}, {**right, "target": [2], "answer": [2]}]
    host.history.keep("validation/predictions", 20, 1, answers(**facts, samples=samples))
    page, matrix = board.below.page(PredictionsPage), board.below.page(ConfusionPage).matrix
    qtbot.waitUntil(matrix.isVisible)
    whole = matrix.cells()
    point = (whole.topLeft() + QPointF(2.5 * whole.width() / 3, 1.5 * whole.height() / 3)).toPoint()
    QTest.mouseClick(matrix, Qt.MouseButton.LeftButton, pos=point)
    assert board.below.tabs.currentWidget() is board.below.page(PredictionsPage)
    assert page.said.text() == "after epoch 1; true versicolor read as virginica: 2 samples of it kept"
    assert [page.table.item(row, 0).text() for row in range(page.table.rowCount())] == ["✗", "✗"]
    QTest.mouseClick(page.back, Qt.MouseButton.LeftButton)
    assert page.said.text() == "after epoch 1; 12 of 99 samples wrong: the 2 surest mistakes"
    assert [page.table.item(row, 0).text() for row in range(page.table.rowCount())] == ["✗", "✓"]
    assert not page.back.isVisible()
    board.below.tabs.setCurrentWidget(board.below.page(ConfusionPage))
    matrix.setFocus()
    QApplication.sendEvent(matrix, QEvent(QEvent.Type.Leave))  # or the keys continue from where the mouse was
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Return):
        QTest.keyClick(matrix, key)
    assert page.said.text().endswith("true setosa read as versicolor: no sample of it was stored")
    assert page.back.isVisible()


def test_the_lower_part_folds_away_and_comes_back(qtbot: QtBot, show: Show) -> None:
    board = show()
    high = board.below.height()
    board.below.fold_button.click()
    qtbot.waitUntil(lambda: board.below.height() < 60)
    bar = board.below.tabs.tabBar()
    QTest.mouseClick(bar, Qt.MouseButton.LeftButton, pos=bar.tabRect(0).center())
    qtbot.waitUntil(lambda: abs(board.below.height() - high) <= 4)


def test_the_end_is_told_where_nobody_looks(qtbot: QtBot, show: Show, monkeypatch: Any) -> None:
    board = show()
    alerts: list[Any] = []
    monkeypatch.setattr(QApplication, "alert", lambda window: alerts.append(window))
    monkeypatch.setattr(board.window(), "isActiveWindow", lambda: False)
    running(board)
    with qtbot.waitSignal(board.run.finished):
        host_of(board).end("finished", "Trained 1 epochs.", epochs=1)
    assert alerts == [board.window()]
    board.notice.on = False
    assert not board.notice.tell("a", "b")
    board.notice.on = True
    monkeypatch.setattr(board.window(), "isActiveWindow", lambda: True)
    assert not board.notice.tell("a", "b")
    assert len(alerts) == 1


def test_whether_the_end_is_told_is_remembered(qtbot: QtBot, show: Show) -> None:
    board = show()
    Notice(board, Preferences()).on = False
    assert not Notice(board, Preferences()).on
