"""What has learned is asked: draw a 3, see 3; find the worst sample, see why, take along a script that trains alike."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QListWidgetItem, QTabBar, QTabWidget
from pytestqt.qtbot import QtBot

import presets
from engine.edits import SetSetting
from engine.training.runs.folder import METRICS
from gui.app import application, build_window
from gui.inside.evaluate.errors_tab import ErrorsTab
from gui.inside.looking.heat_view import HeatView
from gui.inside.looking.inside_tab import InsideTab
from gui.inside.predict.answers_view import best
from gui.inside.predict.predict_tab import PredictTab
from gui.inside.results_page import ResultsPage
from gui.window import MainWindow
from tests.engine.hand_drawn import DIGITS
from tests.journeys.conftest import Hand

pytestmark = pytest.mark.journey
SLOW = 120_000


def trained(qtbot: QtBot, hand: Hand, preset: str, epochs: int) -> MainWindow:
    """A window in which a preset was trained, and the results are shown by the button that says so."""
    application()
    graph = presets.build(preset)
    SetSetting(("training", "epochs"), epochs).apply(graph)
    window = build_window((graph, None))
    qtbot.addWidget(window, before_close_func=lambda w: w.document.discard())
    window.move(0, 0)
    with qtbot.waitExposed(window):
        window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    hand.key("ctrl+r")
    qtbot.waitUntil(lambda: window.pages.running, timeout=SLOW)
    qtbot.waitUntil(lambda: not window.pages.running, timeout=SLOW)
    see = window.pages.training.banner.results
    qtbot.waitUntil(see.isVisible, timeout=SLOW)
    hand.click(see)
    qtbot.waitUntil(lambda: window.pages.currentWidget() is window.pages.results, timeout=SLOW)
    qtbot.waitUntil(lambda: window.pages.results.subject is not None, timeout=SLOW)
    return window


def click_tab(hand: Hand, tabs: QTabWidget | QTabBar, title: str) -> None:
    bar = tabs.tabBar() if isinstance(tabs, QTabWidget) else tabs
    index = next(index for index in range(bar.count()) if bar.tabText(index) == title)
    hand.click(bar, bar.tabRect(index).center())


def test_a_three_is_drawn_and_read(qtbot: QtBot, hand: Hand) -> None:
    window = trained(qtbot, hand, "mlp", 8)
    click_tab(hand, window.pages.results.tabs, "Predict")
    tab = window.pages.results.tabs.currentWidget()
    assert isinstance(tab, PredictTab)
    qtbot.waitUntil(lambda: tab.pad.isVisible() and not tab.busy, timeout=SLOW)
    for stroke in DIGITS[3]:
        hand.draw(tab.pad, [QPoint(round(2 * x + 30), round(2 * y + 30)) for x, y in stroke])
    qtbot.waitUntil(lambda: len(tab.answers.predictions) == 1 and not tab.busy, timeout=SLOW)
    assert best(tab.answers.predictions[0]).startswith("3 ")
    assert tab.answers.bars.isVisible()
    window.close()


def test_the_worst_sample_is_found_and_explained_and_the_run_taken_along(
    qtbot: QtBot, hand: Hand, tmp_path: Path
) -> None:
    window = trained(qtbot, hand, "lenet-5", 2)
    page = window.pages.results

    # the worst sample is at the top, with its image
    click_tab(hand, page.tabs, "Errors")
    errors = page.tabs.currentWidget()
    assert isinstance(errors, ErrorsTab)
    qtbot.waitUntil(lambda: errors.sample.inside.isVisible() and errors.sample._sample is not None, timeout=SLOW)
    losses = [float(errors.hardest.item(row, 1).text()) for row in range(2)]
    assert losses[0] >= losses[1]
    worst = errors.sample._sample
    assert worst is not None

    # why: one click, and Grad-CAM of the last feature maps
    hand.click(errors.sample.inside)
    qtbot.waitUntil(lambda: isinstance(page.tabs.currentWidget(), InsideTab), timeout=SLOW)
    inside = page.tabs.currentWidget()
    assert isinstance(inside, InsideTab)
    qtbot.waitUntil(lambda: inside._opened is not None and not inside.busy, timeout=SLOW)
    assert inside.samples.index == worst.row
    inside.choose_method("grad-cam")
    names = [inside.layers.item(row).text().split()[0] for row in range(inside.layers.count())]
    item = inside.layers.item(names.index("conv2"))
    inside.layers.scrollToItem(item)
    hand.click(inside.layers.viewport(), inside.layers.visualItemRect(item).center())
    qtbot.waitUntil(lambda: not inside.busy and "conv2" in inside.result.title.text(), timeout=SLOW)
    assert isinstance(inside.result.stack.currentWidget(), HeatView)

    # the training script, written and compared by the dialog, gives the same losses in a clean environment
    losses_of_run = exported_losses(qtbot, hand, window, page, tmp_path / "script")
    window.close()
    script = next((tmp_path / "script").rglob("train.py"))
    done = subprocess.run(
        [sys.executable, "-I", str(script)], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert losses_of_run
    assert f"{losses_of_run[-1]:.4f}" in done.stdout, done.stdout[-2000:]


def exported_losses(qtbot: QtBot, hand: Hand, window: MainWindow, page: ResultsPage, where: Path) -> list[float]:
    """Export the training script by the dialog; what the run's losses of training were, epoch by epoch."""
    assert page.subject is not None
    run = page.subject.folder
    hand.click(page.export)
    qtbot.waitUntil(lambda: window.commands.exporting.dialog is not None, timeout=SLOW)
    dialog = window.commands.exporting.dialog
    assert dialog is not None
    qtbot.waitUntil(dialog.isVisible, timeout=SLOW)
    items: list[QListWidgetItem] = [dialog.formats.item(row) for row in range(dialog.formats.count())]
    item = next(item for item in items if "script" in item.text().lower())
    hand.click(dialog.formats.viewport(), dialog.formats.visualItemRect(item).center())
    qtbot.waitUntil(lambda: dialog.formats.currentItem() is item)
    where.mkdir()
    dialog.path.selectAll()
    dialog.path.setFocus()
    hand.type(str(where / "train.py"))
    qtbot.waitUntil(lambda: dialog.path.text() == str(where / "train.py"), timeout=SLOW)
    hand.click(dialog.go)
    qtbot.waitUntil(lambda: dialog.reveal.isVisible(), timeout=SLOW)
    hand.click(dialog.close_button)
    qtbot.waitUntil(lambda: window.commands.exporting.dialog is None, timeout=SLOW)
    rows = [json.loads(line) for line in (run / METRICS).read_text().splitlines()]
    return [row["loss"] for row in rows if row["split"] == "validation"]
