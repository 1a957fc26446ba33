"""Shows the Train page on a host that does what the test says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from gui.document import Document
from gui.theme import theme
from gui.training.dashboard import Dashboard
from tests.gui.training.boards import FakeHost, Show, network


@pytest.fixture
def show(qtbot: QtBot, tmp_path: Path) -> Iterator[Show]:
    """Shows a dashboard on a fake host (or another), and closes it at the end."""
    made: list[Dashboard] = []

    def make(document: Document | None = None, host: Any = FakeHost, visible: bool = True) -> Dashboard:
        board = Dashboard(document or Document(network()), make_host=host, root=tmp_path)
        qtbot.addWidget(board)
        made.append(board)
        if visible:
            board.resize(1180, 680)
            with qtbot.waitExposed(board):
                board.show()
            board.activateWindow()
        return board

    yield make
    for board in made:
        assert board.close_host(60.0)
    theme.set("light")
