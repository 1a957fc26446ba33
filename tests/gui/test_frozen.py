"""What earlier versions have put on the clipboard and into the preferences is taken up for good."""

from __future__ import annotations

import shutil
from pathlib import Path

from pytestqt.qtbot import QtBot

from engine.project import load
from gui.app import build_window
from gui.canvas.clipboard import from_text, paste
from gui.document import Document
from gui.preferences import Preferences
from tests.engine.test_frozen import FROZEN


def test_layers_of_an_old_clipboard_are_pasted_with_their_blocks() -> None:
    text = (FROZEN / "clipboard.txt").read_text(encoding="utf-8")
    then = load(FROZEN / "nested-blocks.loom")
    assert [node.name for node in from_text(text).nodes] == [node.name for node in list(then.nodes.values())[1:]]
    document = Document()
    assert len(paste(document, text, None)) == len(then.nodes) - 1
    assert set(document.graph.blocks) == {"unit", "stage", "cell"}


def test_old_preferences_are_those_of_the_window(qtbot: QtBot, layerloom_home: Path) -> None:
    (layerloom_home / "preferences.json").unlink()
    shutil.copy(FROZEN / "home" / "preferences.ini", layerloom_home)
    window = build_window()
    qtbot.addWidget(window, before_close_func=lambda shown: shown.document.discard())
    window.show()
    preferences = Preferences()
    assert (preferences.theme, preferences.host) == ("dark", "process")
    assert [path.name for path in preferences.recent()] == ["nested-blocks.loom", "gone.loom"]
    assert preferences.bytes("window") is not None
    assert window.isVisible()
