"""Pages by themselves, shown and closed with the test."""

from __future__ import annotations

from pathlib import Path

from pytestqt.qtbot import QtBot

from engine.graph import Graph
from gui.document import Document
from gui.inside.results_page import ResultsPage
from gui.training.trying.try_page import TryPage


def results_page(qtbot: QtBot, root: Path) -> ResultsPage:
    """The Results page with the runs in a folder."""
    page = ResultsPage(Document(Graph("net")), root=root)
    qtbot.addWidget(page, before_close_func=ResultsPage.close_background)
    page.resize(1180, 700)
    with qtbot.waitExposed(page):
        page.show()
    return page


def try_page(qtbot: QtBot) -> TryPage:
    """*Try it*, of no run yet."""
    page = TryPage()
    qtbot.addWidget(page, before_close_func=TryPage.close_background)
    page.resize(900, 280)
    page.show()
    return page
