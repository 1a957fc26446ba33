"""What has learned is asked: train on handwritten digits, go to the results with one click, draw a 3, and see 3."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint
from pytestqt.qtbot import QtBot

import presets
from engine.edits import SetSetting
from gui.app import application, build_window
from gui.inside.predict.answers_view import best
from gui.inside.predict.predict_tab import PredictTab
from tests.engine.hand_drawn import DIGITS
from tests.journeys.conftest import Hand

pytestmark = pytest.mark.journey
SLOW = 120_000


def test_a_three_is_drawn_and_read(qtbot: QtBot, hand: Hand) -> None:
    application()
    graph = presets.build("mlp")
    SetSetting(("training", "epochs"), 8).apply(graph)
    window = build_window((graph, None))
    qtbot.addWidget(window, before_close_func=lambda w: w.document.discard())
    window.move(0, 0)
    with qtbot.waitExposed(window):
        window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)

    # trained, the way to the results is beside the sentence that says so
    hand.key("ctrl+r")
    qtbot.waitUntil(lambda: window.pages.running, timeout=SLOW)
    qtbot.waitUntil(lambda: not window.pages.running, timeout=SLOW)
    see = window.pages.training.banner.results
    qtbot.waitUntil(see.isVisible, timeout=SLOW)
    hand.click(see)
    qtbot.waitUntil(lambda: window.pages.currentWidget() is window.pages.results, timeout=SLOW)
    page = window.pages.results
    qtbot.waitUntil(lambda: page.subject is not None, timeout=SLOW)

    # a 3, drawn with the mouse, is answered while it is drawn
    tab = page.show_tab("Predict")
    assert isinstance(tab, PredictTab)
    qtbot.waitUntil(lambda: tab.pad.isVisible() and not tab.busy, timeout=SLOW)
    for stroke in DIGITS[3]:
        hand.draw(tab.pad, [QPoint(round(2 * x + 30), round(2 * y + 30)) for x, y in stroke])
    qtbot.waitUntil(lambda: len(tab.answers.predictions) == 1 and not tab.busy, timeout=SLOW)
    assert best(tab.answers.predictions[0]).startswith("3 ")
    assert tab.answers.bars.isVisible()
    window.close()
