"""What the Training page shows when another project is opened, when it is first opened, and where the focus is then."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton, QWidget
from pytestqt.qtbot import QtBot

import presets
from gui.training.results.confusion_page import ConfusionPage
from gui.training.results.predictions_page import PredictionsPage
from gui.window import MainWindow
from tests.gui.training.boards import FakeHost, Show, click, drawn, host_of, network, rows, tick
from tests.gui.training.test_dashboard_below import answers
from tests.gui.training.test_dashboard_runs import earlier

MATRIX = [[3, 1, 0], [0, 4, 0], [0, 0, 5]]


def test_nothing_of_another_network_is_left(qtbot: QtBot, show: Show, tmp_path: Path) -> None:
    earlier(tmp_path, network())
    board = show()
    qtbot.waitUntil(lambda: len(rows(board)) == 1)
    tick(board, 0)
    board.run.train()
    host = host_of(board)
    host.begin()
    host.feed(10)
    host.history.keep("validation/confusion_matrix", 10, 1, MATRIX)
    host.history.keep("validation/predictions", 10, 1, answers())
    qtbot.waitUntil(lambda: drawn(board) == [10, 1, 50, 1] * 2)
    with qtbot.waitSignal(board.run.finished):
        host.end("finished", "Trained 1 epochs.", epochs=1, validation={"accuracy": 0.5})
    for page in (board.below.page(ConfusionPage), board.below.page(PredictionsPage)):
        board.below.tabs.setCurrentWidget(page)
        assert page.stack.currentIndex() == 1
    board.document.open_graph(network("another"))
    assert drawn(board) == []
    assert board.stack.currentWidget() is board.empty
    assert not board.banner.isVisible()
    for page in (board.below.page(ConfusionPage), board.below.page(PredictionsPage)):
        board.below.tabs.setCurrentWidget(page)
        assert page.stack.currentIndex() == 0
        assert not board.below.of_run.isVisible()
    assert board.runs.overlays == {}
    assert board.runs.model.ticked == set()


def test_a_ticked_run_is_listed_whatever_network_it_is_of(qtbot: QtBot, show: Show, tmp_path: Path) -> None:
    earlier(tmp_path, network("another"))
    earlier(tmp_path, network("a third"))
    board = show()
    board.runs.scope.setCurrentIndex(1)
    qtbot.waitUntil(lambda: len(rows(board)) == 2)
    other = next(at for at, row in enumerate(rows(board)) if "another" in row)
    tick(board, other)
    qtbot.waitUntil(lambda: drawn(board) == [50, 1, 50, 1])
    board.runs.scope.setCurrentIndex(0)
    assert [row for row in rows(board) if "another" in row] == rows(board) != []
    assert not board.runs.table.isColumnHidden(8), "it is said of which network it is"
    tick(board, 0, on=False)
    assert rows(board) == []
    assert board.runs.table.isColumnHidden(8)
    assert drawn(board) == []


class Opened(QObject):
    """Notes every window that is shown."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def eventFilter(self, thing: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and isinstance(thing, QWidget) and thing.isWindow():
            self.names.append(f"{type(thing).__name__} {thing.accessibleName()} {thing.objectName()}")
        return False


def test_no_page_opens_a_window_of_its_own_for_a_moment(windows: Callable[[], MainWindow]) -> None:
    window, opened = windows(), Opened()
    window.files.show_graph(presets.build("lenet-5"))
    app = QApplication.instance()
    assert app is not None
    app.installEventFilter(opened)
    try:
        for page in ("start", "design", "data", "training"):
            getattr(window.pages, f"show_{page}")()
        assert window.pages.training.isVisible()
    finally:
        app.removeEventFilter(opened)
    assert opened.names == []


def test_after_train_no_text_field_has_the_focus(
    qtbot: QtBot, windows: Callable[[], MainWindow], monkeypatch: pytest.MonkeyPatch
) -> None:
    window = windows()
    monkeypatch.setattr(window.furnish(), "_make_host", FakeHost)
    window.files.show_graph(network())
    with qtbot.waitActive(window):
        window.activateWindow()
    pages = window.pages

    def start_in(place: Callable[[], QWidget]) -> None:
        place().setFocus()
        QTest.keyClick(QApplication.focusWidget() or window, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
        check()

    def check() -> None:
        assert pages.training.run.running
        assert QApplication.focusWidget() is pages.training
        with qtbot.waitSignal(pages.training.run.finished):
            host_of(pages.training).end("stopped", "Stopped.")

    start_in(lambda: window.view)  # the page is built now
    for field in ("filter", "scope"):
        start_in(lambda field=field: getattr(pages.training.runs, field))
    start_in(lambda: pages.training.controls.lr)
    click(pages.training.controls.train)
    check()
    pages.show_design()
    (button,) = (each for each in window.findChildren(QToolButton) if each.text() == "Train")
    click(button)
    check()
