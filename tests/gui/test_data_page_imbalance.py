"""Uneven classes: one click draws them evenly, another lets rare ones weigh more, each is undone as one step."""

from __future__ import annotations

from pathlib import Path

from pytestqt.qtbot import QtBot

from engine import Graph
from engine.settings.resolution import SettingFault, resolve_settings
from gui.data.imbalance import NO_OUTPUT, BalanceButtons
from gui.document import Document
from tests.engine.own_data import table
from tests.gui.own_data_hand import OwnHand


def sampling(document: Document) -> str:
    found = resolve_settings(document.project)
    assert not isinstance(found, SettingFault)
    return found[0].sampling


def test_two_clicks_help_and_undo_takes_them_back(hand: OwnHand, tmp_path: Path) -> None:
    document = hand.window.document
    graph = Graph("rare")
    output = graph.add("Output")
    document.open_graph(graph)
    rows = [(index / 9, "rare" if index % 10 == 0 else "usual") for index in range(120)]
    page = hand.add(table(tmp_path / "a.csv", ("value", "kind"), *rows))
    buttons = page.own.balance
    assert buttons is not None
    assert not buttons.draw.isEnabled(), "the data are only shown"
    hand.click(page.use.use)
    hand.settle()
    buttons = page.own.balance
    assert buttons is not None
    hand.click(buttons.draw)
    assert sampling(document) == "balanced"
    hand.click(buttons.weigh)
    assert document.project.nodes[output].parameters["class_weights"] == "balanced"
    hand.settle()
    page.middle.tabs.setCurrentIndex(0)
    assert page.imbalance.isVisible()
    assert "of usual and" in page.imbalance.said.text()
    assert page.imbalance.buttons.draw.isChecked(), "both places show what holds"
    document.history.undo()
    assert "class_weights" not in document.project.nodes[output].parameters
    document.history.undo()
    assert sampling(document) == "each"
    hand.settle()
    assert not page.imbalance.buttons.draw.isChecked()
    hand.click(page.imbalance.buttons.draw)
    hand.click(page.imbalance.buttons.draw)
    assert sampling(document) == "each", "a second click takes it back"


def test_even_classes_need_no_help_and_a_loss_without_weights_says_so(qtbot: QtBot) -> None:
    graph = Graph("numbers")
    graph.add("Output", loss="mse_loss")
    buttons = BalanceButtons(Document(graph))
    qtbot.addWidget(buttons)
    buttons.set_used(True)
    assert buttons.draw.isEnabled()
    assert not buttons.weigh.isEnabled()
    assert NO_OUTPUT in buttons.weigh.accessibleDescription()
