"""What has learned is asked: draw a 3 and see 3; find the worst sample, and see why."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QTabBar, QTabWidget
from pytestqt.qtbot import QtBot

import presets
from engine.edits import SetSetting
from gui.app import application, build_window
from gui.inside.evaluate.errors_tab import ErrorsTab
from gui.inside.looking.heat_view import HeatView
from gui.inside.looking.inside_tab import InsideTab
from gui.inside.predict.answers_view import best
from gui.inside.predict.predict_tab import PredictTab
from gui.window import MainWindow
from tests.engine.hand_drawn import DIGITS
from tests.journeys.conftest import Hand

pytestmark = pytest.mark.journey
SLOW = 120_000


def trained(qtbot: QtBot, hand: Hand, preset: str, epochs: int) -> MainWindow:
    """A window in which a preset was trained, and the results are shown by the button that says so."""
    application()
    graph = presets.build(preset)
    SetSetting(("training", "epochs"), epochs).apply(graph)
    window = build_window((graph, None))
    qtbot.addWidget(window, before_close_func=lambda w: w.document.discard())
    window.move(0, 0)
    with qtbot.waitExposed(window):
        window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    hand.key("ctrl+r")
    qtbot.waitUntil(lambda: window.pages.running, timeout=SLOW)
    qtbot.waitUntil(lambda: not window.pages.running, timeout=SLOW)
    see = window.pages.training.banner.results
    qtbot.waitUntil(see.isVisible, timeout=SLOW)
    hand.click(see)
    qtbot.waitUntil(lambda: window.pages.currentWidget() is window.pages.results, timeout=SLOW)
    qtbot.waitUntil(lambda: window.pages.results.subject is not None, timeout=SLOW)
    return window


def click_tab(hand: Hand, tabs: QTabWidget | QTabBar, title: str) -> None:
    bar = tabs.tabBar() if isinstance(tabs, QTabWidget) else tabs
    index = next(index for index in range(bar.count()) if bar.tabText(index) == title)
    hand.click(bar, bar.tabRect(index).center())


def test_a_three_is_drawn_and_read(qtbot: QtBot, hand: Hand) -> None:
    window = trained(qtbot, hand, "mlp", 8)
    click_tab(hand, window.pages.results.tabs, "Predict")
    tab = window.pages.results.tabs.currentWidget()
    assert isinstance(tab, PredictTab)
    qtbot.waitUntil(lambda: tab.pad.isVisible() and not tab.busy, timeout=SLOW)
    for stroke in DIGITS[3]:
        hand.draw(tab.pad, [QPoint(round(2 * x + 30), round(2 * y + 30)) for x, y in stroke])
    qtbot.waitUntil(lambda: len(tab.answers.predictions) == 1 and not tab.busy, timeout=SLOW)
    assert best(tab.answers.predictions[0]).startswith("3 ")
    assert tab.answers.bars.isVisible()
    window.close()


def test_the_worst_sample_is_found_and_explained(qtbot: QtBot, hand: Hand) -> None:
    window = trained(qtbot, hand, "lenet-5", 2)
    page = window.pages.results

    # the worst sample is at the top, with its image
    click_tab(hand, page.tabs, "Errors")
    errors = page.tabs.currentWidget()
    assert isinstance(errors, ErrorsTab)
    qtbot.waitUntil(lambda: errors.sample.inside.isVisible() and errors.sample._sample is not None, timeout=SLOW)
    losses = [float(errors.hardest.item(row, 1).text()) for row in range(2)]
    assert losses[0] >= losses[1]
    worst = errors.sample._sample
    assert worst is not None

    # why: one click, and Grad-CAM of the last feature maps
    hand.click(errors.sample.inside)
    qtbot.waitUntil(lambda: isinstance(page.tabs.currentWidget(), InsideTab), timeout=SLOW)
    inside = page.tabs.currentWidget()
    assert isinstance(inside, InsideTab)
    qtbot.waitUntil(lambda: inside._opened is not None and not inside.busy, timeout=SLOW)
    assert inside.samples.index == worst.row
    inside.choose_method("grad-cam")
    names = [inside.layers.item(row).text().split()[0] for row in range(inside.layers.count())]
    item = inside.layers.item(names.index("conv2"))
    inside.layers.scrollToItem(item)
    hand.click(inside.layers.viewport(), inside.layers.visualItemRect(item).center())
    qtbot.waitUntil(lambda: not inside.busy and "conv2" in inside.result.title.text(), timeout=SLOW)
    assert isinstance(inside.result.stack.currentWidget(), HeatView)

    window.close()
