"""What has learned is taken along: train, export the training script from the results, and run it without Layerloom."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QInputDialog
from pytestqt.qtbot import QtBot

import presets
from engine.edits import SetSetting
from engine.training.runs.run_info import read
from gui.app import application, build_window
from gui.exporting.formats_list import NAME
from tests.engine.test_exports import clean
from tests.engine.test_exports_training_script import rows
from tests.journeys.conftest import Hand

pytestmark = [pytest.mark.journey, pytest.mark.slow]
SLOW = 120_000


def test_a_run_is_trained_longer_exported_and_repeated_without_us(qtbot: QtBot, hand: Hand, tmp_path: Path) -> None:
    application()
    graph = presets.build("mlp")
    for path, value in ((("training", "epochs"), 1), (("training", "threads"), 1)):
        SetSetting(path, value).apply(graph)
    window = build_window((graph, None))
    qtbot.addWidget(window, before_close_func=lambda w: w.document.discard())
    window.preferences.set_text("export/folder", str(tmp_path))
    window.move(0, 0)
    with qtbot.waitExposed(window):
        window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)

    # one epoch, then another one as if it had never ended
    hand.key("ctrl+r")
    qtbot.waitUntil(lambda: window.pages.running, timeout=SLOW)
    qtbot.waitUntil(lambda: not window.pages.running, timeout=SLOW)
    banner = window.pages.training.banner
    qtbot.waitUntil(banner.longer.isVisible, timeout=SLOW)
    hand.click(banner.longer)
    qtbot.waitUntil(lambda: isinstance(QApplication.activeWindow(), QInputDialog), timeout=SLOW)
    hand.key("Return")
    qtbot.waitUntil(lambda: window.pages.running, timeout=SLOW)
    qtbot.waitUntil(lambda: not window.pages.running, timeout=SLOW)
    run = window.pages.shown_run()
    assert run is not None
    assert read(run).epochs == 2

    # the results lead to the dialog, which knows the run
    qtbot.waitUntil(banner.results.isVisible, timeout=SLOW)
    hand.click(banner.results)
    page = window.pages.results
    qtbot.waitUntil(lambda: page.subject is not None and page.export.isEnabled(), timeout=SLOW)
    hand.click(page.export)
    qtbot.waitUntil(lambda: window.commands.exporting.dialog is not None, timeout=SLOW)
    dialog = window.commands.exporting.dialog
    assert dialog is not None
    qtbot.waitUntil(dialog.isActiveWindow, timeout=SLOW)
    formats = dialog.formats
    row = next(item for one in range(formats.count()) if (item := formats.item(one)).data(NAME).name == "train")
    hand.click(formats.viewport(), formats.visualItemRect(row).center())
    assert dialog.path.text() == str(tmp_path / "train.py")
    hand.click(dialog.go)
    qtbot.waitUntil(dialog.reveal.isVisible, timeout=SLOW)
    assert "steps, no difference." in dialog.outcome.said.text()
    hand.click(dialog.close_button)

    # and the script repeats the run where there is no Layerloom
    call = [sys.executable, "-I", "train.py", "--log", "log.jsonl"]
    with subprocess.Popen(call, cwd=tmp_path, env=clean()) as process:
        qtbot.waitUntil(lambda: process.poll() is not None, timeout=SLOW)
    assert process.returncode == 0
    assert rows(tmp_path / "log.jsonl") == rows(run / "metrics.jsonl")
    assert json.loads((tmp_path / "log.jsonl").read_text().splitlines()[-1])["split"] == "test"
    window.close()
