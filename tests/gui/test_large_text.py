"""Text of twice the size, and a screen of half the points: nothing is cut, and the window is no larger than it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QDialog, QWidget
from pytestqt.qtbot import QtBot

import presets
from gui.preference_list import FONT_SIZE
from gui.preferences import Preferences
from gui.theme import theme
from gui.window import MainWindow
from tests.gui.test_cut_words import all_cut

DOUBLE, HALF = (200, 1278, 775), (100, 638, 375)
"""Percent of the usual text, and the points inside the frame: at twice the scale 1280 × 800 pixels are 640 × 400."""


@pytest.fixture
def restored() -> Iterator[None]:
    yield
    Preferences().put(FONT_SIZE, "100")
    theme.set_text_size(100)


def settle() -> None:
    for _ in range(3):  # a layout in a layout in a scroll area
        QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)
        QApplication.processEvents()


@pytest.mark.usefixtures("restored")
@pytest.mark.parametrize(("percent", "width", "height"), [DOUBLE, HALF], ids=["double text", "half screen"])
def test_no_words_are_cut(
    windows: Callable[[], MainWindow], qtbot: QtBot, percent: int, width: int, height: int
) -> None:
    Preferences().put(FONT_SIZE, str(percent))
    window = windows()
    window.resize(width, height)
    window.files.show_graph(presets.build("lenet-5"))
    pages, found = window.pages, set[str]()

    def look(where: str, what: QWidget = window) -> None:
        settle()
        found.update(f"{where}: {said}" for said in all_cut(what))

    assert (window.width(), window.height()) == (width, height), "no page makes the window larger"
    pages.show_start()
    look("start")
    pages.show_design()
    for name in ("conv1", "image", "digit"):
        node = window.document.graph.by_name(name)
        assert node is not None
        window.document.select([node.id])
        look(f"design {name}")
    for tab in range(pages.design.tabs.count()):
        pages.design.tabs.setCurrentIndex(tab)
        look(f"design {pages.design.tabs.tabText(tab)}")
    pages.show_outline()
    look("outline")
    pages.show_data()
    qtbot.waitUntil(lambda: pages.data.seen is not None)
    look("data")
    pages.show_training()
    look("training")
    pages.show_results()
    look("results")
    pages.show_networks()
    look("networks")
    for action in ("help.keys", "help.about", "file.export", "file.export_drawing", "file.load_weights"):
        window.actions_table[action].trigger()
        for dialog in window.findChildren(QDialog):
            if dialog.isVisible():
                look(action, dialog)
                dialog.reject()
    assert "\n".join(sorted(found)) == ""
