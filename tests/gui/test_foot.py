"""The panels below the canvas: one line where there is nothing to say, folded and opened by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from engine.edits import SetParameter
from gui.window import MainWindow
from presets import build


@pytest.fixture
def page(qtbot: QtBot, windows: Callable[[], MainWindow]) -> Any:
    window = windows()
    window.resize(1280, 800)
    window.show()
    window.files.show_graph(build("lenet-5"))
    qtbot.waitUntil(lambda: window.design.tabs.folded)
    return window.design


def click_tab(page: Any, index: int) -> None:
    bar = page.tabs.tabBar()
    QTest.mouseClick(bar, Qt.MouseButton.LeftButton, pos=bar.tabRect(index).center())


def test_no_problem_takes_one_line_and_a_problem_opens_the_panel(qtbot: QtBot, page: Any) -> None:
    line = page.tabs.height()
    assert line == page.tabs.tabBar().sizeHint().height()
    assert page.tabs.tabText(0) == "✓ No problems"
    conv = page.document.graph.by_name("conv1")
    page.document.apply(SetParameter(conv.id, "kernel_size", 99))
    qtbot.waitUntil(lambda: not page.tabs.folded)
    assert page.tabs.height() > 4 * line
    assert page.tabs.tabText(0).startswith("Problems (")
    page.document.history.undo()
    qtbot.waitUntil(lambda: page.tabs.folded)


def test_a_click_on_a_tab_opens_it_and_the_button_folds_it_away(qtbot: QtBot, page: Any) -> None:
    click_tab(page, 1)
    assert not page.tabs.folded
    assert page.code.isVisible()
    page.rows.setSizes([300, 333])
    height = page.tabs.height()
    QTest.mouseClick(page.tabs.button, Qt.MouseButton.LeftButton)
    assert page.tabs.folded
    assert page.tabs.button.accessibleName() == "Show the panel below the canvas"
    QTest.mouseClick(page.tabs.button, Qt.MouseButton.LeftButton)
    assert page.tabs.height() == height, "as tall as it was"


def test_what_was_folded_by_hand_stays_folded(qtbot: QtBot, page: Any) -> None:
    click_tab(page, 0)
    assert not page.tabs.folded
    QTest.mouseClick(page.tabs.button, Qt.MouseButton.LeftButton)
    conv = page.document.graph.by_name("conv1")
    page.document.apply(SetParameter(conv.id, "kernel_size", 99))
    qtbot.waitUntil(lambda: page.tabs.tabText(0).startswith("Problems ("))
    assert page.tabs.folded


@pytest.mark.parametrize("fitted", [True, False])
def test_the_canvas_stays_fitted_until_somebody_zooms(qtbot: QtBot, page: Any, fitted: bool) -> None:
    view = page.view
    view.zooming.fit_all()
    if not fitted:
        view.zoom_by(1.15)
    before, height = view.camera.scale, view.height()
    click_tab(page, 1)
    qtbot.waitUntil(lambda: view.height() < height)
    shown = view.mapToScene(view.viewport().rect()).boundingRect()
    assert shown.contains(view.canvas.content()) is fitted
    assert (view.camera.scale == before) is not fitted


def test_a_fitted_selection_stays_as_large_as_it_is(qtbot: QtBot, page: Any) -> None:
    view = page.view
    page.document.select([page.document.graph.by_name("conv1").id])
    view.zoom_selection()
    before, height = view.camera.scale, view.height()
    click_tab(page, 1)
    qtbot.waitUntil(lambda: view.height() < height)
    assert view.camera.scale == before


def test_sizes_that_were_stored_leave_no_gap_below_the_folded_panel(
    qtbot: QtBot, page: Any, windows: Callable[[], MainWindow]
) -> None:
    click_tab(page, 1)
    page.rows.setSizes([300, 333])
    preferences = page.window().preferences
    page.store(preferences)
    later = windows()
    later.files.show_graph(build("lenet-5"))
    qtbot.waitUntil(lambda: later.design.tabs.folded)
    assert later.design.rows.sizes()[-1] == later.design.tabs.height()
