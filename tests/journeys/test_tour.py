"""The guided tour from the first start to a trained network, by the keyboard alone."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from gui.tour.steps import lenet, path
from gui.tour.tour import TITLE
from gui.window import MainWindow
from tests.journeys.conftest import Hand
from tests.journeys.test_first_evening import SLOW, come_back, shown

pytestmark = pytest.mark.journey


class Pupil:
    """Does what the card says, with the keys that it names."""

    def __init__(self, qtbot: QtBot, hand: Hand, window: MainWindow) -> None:
        self.qtbot, self.hand, self.window = qtbot, hand, window

    @property
    def title(self) -> str:
        step = self.window.tour.step
        return "" if step is None else step.title

    def expect(self, title: str) -> None:
        self.qtbot.waitUntil(lambda: self.title == title, timeout=SLOW)
        assert self.window.guide.card.title.text() == title
        ring, card = self.window.guide.ring, self.window.guide.card
        assert not ring.isVisible() or not card.geometry().intersects(ring.geometry().adjusted(4, 4, -4, -4))

    def add(self, *names: str) -> None:
        for name in names:
            count = len(self.window.document.graph.nodes)
            self.qtbot.waitUntil(self.window.view.hasFocus)
            self.hand.key("Tab")
            self.qtbot.waitUntil(lambda: self.window.view.popup is not None)
            self.hand.type(name)
            self.hand.key("Return")
            self.qtbot.waitUntil(lambda count=count: len(self.window.document.graph.nodes) == count + 1)

    def put(self, name: str, value: str) -> None:
        """Enter leads to the parameters, Tab to the one, Esc back to the canvas."""
        self.qtbot.waitUntil(self.window.view.hasFocus)
        self.hand.key("Return")
        form = self.window.design.inspector.form
        assert form is not None
        field = form.fields[name]
        self.qtbot.waitUntil(lambda: self.window.design.inspector.isAncestorOf(focus()))
        for _ in range(20):
            if field is focus() or field.isAncestorOf(focus()):
                break
            before = focus()
            self.hand.key("Tab")
            self.qtbot.waitUntil(lambda before=before: focus() is not before)
        self.hand.key("ctrl+a")
        self.hand.type(value)
        self.hand.key("Return", "Escape")
        self.qtbot.waitUntil(self.window.view.hasFocus)

    def fix(self) -> None:
        """Go to the next problem, open its fixes, take the first."""
        before = self.window.document.history.index
        self.hand.key("F8")
        self.hand.key("alt+Return")
        self.qtbot.waitUntil(lambda: self.window.view.fix_menu.menu is not None, timeout=SLOW)
        menu = self.window.view.fix_menu.menu
        assert menu is not None
        self.qtbot.waitUntil(lambda: menu.activeAction() is not None and menu.activeAction().isEnabled(), timeout=SLOW)
        self.hand.key("Return")
        self.qtbot.waitUntil(lambda: self.window.document.history.index == before + 1, timeout=SLOW)
        come_back(self.qtbot, self.window)


def focus() -> QWidget:
    widget = QApplication.focusWidget()
    assert widget is not None
    return widget


def test_the_tour_from_the_first_start_to_a_trained_network_without_a_mouse(qtbot: QtBot, hand: Hand) -> None:
    window = shown(qtbot)
    pupil = Pupil(qtbot, hand, window)
    window.guide.offer_once()
    assert window.guide.offer.isVisible()
    hand.key("ctrl+shift+p")
    qtbot.waitUntil(lambda: window.commands.palette.popup is not None)
    hand.type("guided tour")
    hand.key("Return")
    pupil.expect("A way in")
    assert window.document.project.name == TITLE
    pupil.add("input")
    pupil.expect("A convolution")
    pupil.add("conv2d")
    pupil.expect("Six filters of 5 × 5")
    pupil.put("out_channels", "6")
    pupil.put("kernel_size", "5")
    pupil.expect("Bend and shrink")
    pupil.add("relu", "maxpool2d")
    pupil.expect("Once more")
    pupil.add("conv2d", "relu", "maxpool2d")
    pupil.expect("A row of numbers")
    assert [node.type for node in path(window.document.project)] == list(lenet()[:7])
    pupil.add("flatten", "linear", "relu", "linear", "relu", "linear")
    pupil.expect("The answer")
    pupil.put("out_features", "10")
    pupil.add("output")
    while window.document.all_problems() and pupil.title == "The answer":
        pupil.fix()
    pupil.expect("Break it")
    hand.key("ctrl+f")
    qtbot.waitUntil(lambda: not window.view.hasFocus())
    hand.type("pool2")
    hand.key("Return")
    qtbot.waitUntil(lambda: [window.document.graph.nodes[each].name for each in window.document.selection] == ["pool2"])
    pupil.put("kernel_size", "50")
    pupil.expect("Fix it")
    pupil.fix()
    pupil.expect("Train it")
    hand.key("ctrl+r")
    qtbot.waitUntil(lambda: window.pages.running, timeout=SLOW)
    qtbot.waitUntil(lambda: window.tour.ended, timeout=SLOW)
    assert "trained a network" in window.guide.card.title.text()
    qtbot.waitUntil(lambda: not window.pages.running, timeout=SLOW)
    window.tour.leave()
    window.document.discard()
