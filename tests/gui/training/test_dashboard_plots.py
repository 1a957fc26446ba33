"""The plots of the Train page: what they draw, when, and how they are looked at."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gui.document import Document
from gui.theme import theme
from tests.gui.training.boards import Show, click, drawn, host_of, network


def test_nothing_is_drawn_while_hidden_or_idle(qtbot: QtBot, show: Show) -> None:
    board = show()
    assert not board.drawing.timer.isActive()
    board.run.train()
    qtbot.waitUntil(board.drawing.timer.isActive)
    board.hide()
    assert not board.drawing.timer.isActive()
    host_of(board).begin()
    host_of(board).feed(30)
    qtbot.waitUntil(lambda: board.controls.state == "running")
    assert sum(drawn(board)) == 0
    board.show()
    assert drawn(board) == [30, 1, 30, 1]
    qtbot.waitUntil(board.drawing.timer.isActive)


def test_a_dashboard_that_was_never_shown_trains(qtbot: QtBot, show: Show) -> None:
    board = show(visible=False)
    board.run.train()
    host_of(board).begin()
    host_of(board).feed(5)
    with qtbot.waitSignal(board.run.finished):
        host_of(board).end("finished", "Trained 1 epochs.", epochs=1)
    assert board._plots is None
    board.show()
    assert drawn(board) == [5, 1, 5, 1]


def test_ranges_follow_in_jumps_and_fit_at_the_end(qtbot: QtBot, show: Show) -> None:
    board = show()
    board.run.train()
    host_of(board).begin()
    seen = set()
    for _ in range(40):
        host_of(board).feed(25)
        qtbot.waitUntil(lambda: board._plots.panels[0].canvas.steps()[1] >= host_of(board).status.step - 1)
        seen.add(board._plots.panels[0].canvas.steps())
    assert len(seen) < 15
    with qtbot.waitSignal(board.run.finished):
        host_of(board).end("finished", "Trained 10 epochs.", epochs=10)
    for plot in board._plots.panels:
        assert plot.canvas.steps() == (0.0, pytest.approx(1.012 * 999))


def test_zooming_stays_until_fit(qtbot: QtBot, show: Show) -> None:
    board = show()
    board.run.train()
    host_of(board).begin()
    host_of(board).feed(500)
    qtbot.waitUntil(lambda: sum(drawn(board)) > 0)
    plot = board._plots.panels[0]
    before = plot.canvas.steps()
    view = plot.canvas.viewport()
    where = QPointF(view.width() / 2, view.height() / 2)
    event = QWheelEvent(
        where,
        view.mapToGlobal(where),
        QPoint(),
        QPoint(0, 240),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(view, event)
    zoomed = plot.canvas.steps()
    assert zoomed[1] - zoomed[0] < before[1] - before[0]
    host_of(board).feed(500)
    qtbot.waitUntil(lambda: [len(curve.raw) for curve in plot.curves] == [1000, 2])
    assert plot.canvas.steps() == zoomed
    follow, other = board._plots.follow, board._plots.panels[1]
    assert not follow.isChecked(), "who zooms looks at something"
    assert other.canvas.steps() == zoomed, "all plots show the same part"
    QTest.mouseDClick(view, Qt.MouseButton.LeftButton, pos=where.toPoint())
    assert plot.canvas.steps() == other.canvas.steps() == (0.0, pytest.approx(1.012 * 999))
    assert follow.isChecked()


def test_the_cross_hair_shows_values_in_both_plots(qtbot: QtBot, show: Show) -> None:
    board = show()
    board.run.train()
    host_of(board).begin()
    host_of(board).feed(300)
    qtbot.waitUntil(lambda: drawn(board) == [300, 1, 300, 1])
    plots = board._plots
    plots.slider.setValue(0)
    canvas = plots.panels[0].canvas
    point = canvas.mapFromScene(canvas.box.mapViewToScene(QPointF(150, 0.5)))
    QTest.mouseMove(canvas.viewport(), point + QPoint(3, 0))
    QTest.mouseMove(canvas.viewport(), point)
    qtbot.waitUntil(lambda: plots.panels[0].hovering)
    assert plots.panels[1].hovering
    step = round(canvas.hair.value())
    assert abs(step - 150) <= 2
    assert plots.readout.text() == f"at step {step}"
    assert plots.panels[0].legend.rows.values == [f"{math.exp(-step / 300):.4g}", "0.5"]
    assert plots.panels[1].legend.rows.values[1] == "75.0 %"
    plots.panels[0].canvas.hovered.emit(math.nan)
    assert not plots.panels[1].hovering


def test_log_scale_and_smoothing(qtbot: QtBot, show: Show) -> None:
    board = show()
    board.run.train()
    host_of(board).begin()
    host_of(board).feed(400)
    qtbot.waitUntil(lambda: sum(drawn(board)) > 0)
    loss = board._plots.panels[0]
    curve = loss.curves[0]
    qtbot.waitUntil(lambda: len(curve.faint.xData) == 400)  # the values stay visible after their mean
    board._plots.slider.setValue(0)
    qtbot.waitUntil(lambda: curve.faint.xData is None)
    np.testing.assert_allclose(curve.line.yData, np.exp(-np.arange(400) / 300))
    click(loss.log)
    np.testing.assert_allclose(curve.line.yData, np.log10(np.exp(-np.arange(400) / 300)))
    low, high = loss.canvas.box.viewRange()[1]
    assert low <= curve.line.yData.min()
    assert high >= curve.line.yData.max()


def test_smoothing_changes_the_curve_of_a_run_that_has_ended(qtbot: QtBot, show: Show) -> None:
    board = show()
    board.run.train()
    host_of(board).begin()
    host_of(board).feed(400)
    with qtbot.waitSignal(board.run.finished):
        host_of(board).end("finished", "Trained 1 epochs.", epochs=1)
    curve = board._plots.panels[0].curves[0]
    before = curve.line.yData.copy()
    board._plots.slider.setValue(95)
    qtbot.waitUntil(lambda: len(curve.line.xData) == 400 and not np.allclose(curve.line.yData, before))
    assert np.all(curve.line.yData[50:] > before[50:]), "more smoothing lags further after a falling curve"


def test_a_metric_that_nobody_expected_is_shown(qtbot: QtBot, show: Show) -> None:
    board = show()
    board.run.train()
    host = host_of(board)
    host.begin()
    host.history.extend("train/loss", range(5), [1.0] * 5, [1] * 5, [0.0] * 5)
    host.history.extend("train/mae", range(5), [2.0] * 5, [1] * 5, [0.0] * 5)
    qtbot.waitUntil(lambda: drawn(board) == [5, 5])
    assert board._plots.panels[1].title == "Mean absolute error"


def test_a_loss_that_is_no_number_leaves_a_gap(qtbot: QtBot, show: Show) -> None:
    board = show()
    board.run.train()
    host = host_of(board)
    host.begin()
    host.history.extend("train/loss", range(6), [1.0, math.nan, 2.0, math.inf, -1.0, 0.0], [1] * 6, [0.0] * 6)
    host.show(step=6)
    qtbot.waitUntil(lambda: drawn(board) == [6])
    board._plots.slider.setValue(0)
    board._plots.panels[0].log.setChecked(True)
    qtbot.waitUntil(lambda: np.isnan(board._plots.panels[0].curves[0].line.yData).sum() == 4)


def test_the_metric_is_that_of_the_task(qtbot: QtBot, show: Show) -> None:
    board = show(Document(network("regression", "diabetes", "mse_loss")))
    assert board._plots.panels[1].title == "Mean absolute error"
    board = show()
    assert board._plots.panels[1].title == "Accuracy"


@pytest.mark.parametrize("name", ["dark", "light"])
def test_colours_follow_the_theme(qtbot: QtBot, show: Show, name: Any) -> None:
    board = show()
    board.run.train()
    host_of(board).begin()
    host_of(board).feed(10)
    qtbot.waitUntil(lambda: len(drawn(board)) == 4)
    theme.set(name)
    curve = board._plots.panels[0].curves[0]
    assert curve.line.opts["pen"].color() == theme.color("curve.train")
    assert board._plots.panels[0].canvas.backgroundBrush().color() == theme.color("base")


def test_terms_of_the_loss_are_curves_by_their_names(qtbot: QtBot, show: Show) -> None:
    """Where no Output is compared with the data, there is no accuracy: the second plot shows the first term."""
    board = show()
    board.run.train()
    host = host_of(board)
    host.begin()
    host.history.extend("train/loss", np.arange(9), np.ones(9), np.zeros(9), np.zeros(9))
    for name in ("loss", "loss_kl", "loss_error"):
        host.history.append(f"validation/{name}", 8, 0.5, 1)
    host.show(step=9, epoch=1)
    qtbot.waitUntil(lambda: board._plots is not None and board._plots.panels[1].title == "Loss · kl")
    assert [curve.name for curve in board._plots.panels[1].curves] == ["validation/loss_kl"]
