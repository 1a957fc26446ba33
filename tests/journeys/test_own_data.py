"""Your own data in two minutes: a CSV dropped on the start page, a preset that fits, Train, an honest score."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from gui.app import application, build_window
from tests.engine.own_data import wine_table
from tests.gui.own_data_hand import OwnHand
from tests.journeys.conftest import Hand

pytestmark = pytest.mark.journey
SLOW = 120_000


def test_a_table_is_dropped_and_learned_from(qtbot: QtBot, hand: Hand, tmp_path: Path) -> None:
    application()
    window = build_window()
    qtbot.addWidget(window, before_close_func=lambda w: w.document.discard())
    window.move(0, 0)
    with qtbot.waitExposed(window):
        window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)

    # dropped: the Data page shows what was understood
    own = OwnHand(qtbot, window)
    assert own.drop(wine_table(tmp_path / "wines.csv"))
    page = own.settle(presets=True)
    assert page.use.title.text() == "wines.csv · only shown"

    # a preset that fits, in one click
    hand.click(next(button for button in page.own.presets.buttons if button.text() == "Multilayer perceptron"))
    qtbot.waitUntil(lambda: window.pages.currentWidget() is window.design, timeout=SLOW)

    # Train, and what it has learned is told on rows it has not seen
    hand.key("ctrl+r")
    qtbot.waitUntil(lambda: window.pages.running, timeout=SLOW)
    qtbot.waitUntil(lambda: not window.pages.running, timeout=SLOW)
    host = window.pages.training.run.host
    assert host is not None
    assert host.result is not None
    assert host.result.state == "finished", host.result
    assert host.result.test["accuracy"] > 0.85, "the share of the most frequent class is 0.4"
    window.close()
