"""Looking inside while it learns: a layer on the canvas, a key, what it sees; the training ends the same."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

import presets
from engine.edits import SetSetting
from engine.graph import Graph
from engine.training.loop import Trainer
from engine.training.runs.folder import kept
from gui.app import application, build_window
from gui.inside.looking.heat_view import HeatView
from gui.inside.looking.inside_tab import InsideTab
from tests.journeys.conftest import Hand
from tests.journeys.test_first_evening import node_point

pytestmark = pytest.mark.journey
SLOW = 120_000


def network() -> Graph:
    graph = presets.build("lenet-5")
    for key, value in {"epochs": 12, "threads": 1, "checkpoint": {"epochs": 1}}.items():
        SetSetting(("training", key), value).apply(graph)
    return graph


def test_a_layer_is_looked_into_while_it_learns(
    qtbot: QtBot, hand: Hand, tmp_path_factory: pytest.TempPathFactory
) -> None:
    application()
    window = build_window((network(), None))
    qtbot.addWidget(window, before_close_func=lambda w: w.document.discard())
    window.move(0, 0)
    with qtbot.waitExposed(window):
        window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    hand.key("ctrl+r")
    qtbot.waitUntil(lambda: window.pages.running, timeout=SLOW)
    run = window.pages.training.run
    qtbot.waitUntil(lambda: run.folder is not None and bool(kept(run.folder)), timeout=SLOW)

    # a layer on the canvas, and the key that looks inside
    hand.key("ctrl+2")
    qtbot.waitUntil(lambda: window.pages.drawing)
    hand.click(window.view.viewport(), node_point(window, "relu2"))
    qtbot.waitUntil(lambda: len(window.document.selection) == 1)
    hand.key("i")
    qtbot.waitUntil(lambda: window.pages.currentWidget() is window.pages.results, timeout=SLOW)
    tab = window.pages.results.tabs.currentWidget()
    assert isinstance(tab, InsideTab)
    qtbot.waitUntil(lambda: tab.result.title.text() == "Feature maps · relu2" and not tab.busy, timeout=SLOW)
    assert tab._opened is not None
    assert tab._opened.step is not None or not window.pages.running, "the weights are those of the moment"

    # another way of looking, by the keyboard: what in the digit speaks for the answer
    hand.click(tab.methods)
    hand.key("Down", "Return")
    qtbot.waitUntil(lambda: tab.result.title.text() == "Grad-CAM · relu2" and not tab.busy, timeout=SLOW)
    assert isinstance(tab.result.stack.currentWidget(), HeatView)

    # the run has not noticed
    qtbot.waitUntil(lambda: not window.pages.running, timeout=SLOW)
    alone = Trainer(network(), tmp_path_factory.mktemp("alone") / "run")
    assert alone.run().state == "finished"
    folder = run.folder
    assert folder is not None
    assert alone.status.run is not None
    assert (folder / "metrics.jsonl").read_bytes() == (alone.status.run / "metrics.jsonl").read_bytes()
    window.close()
