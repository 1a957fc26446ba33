"""How a run ends on the Train page: refused, failed for its rate, or with something to look at; and the fixes."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.edits import SetProperty, SetSetting
from engine.errors import About
from engine.training.findings import Diagnosis
from gui.document import Document
from gui.training.outcome import fix_link
from gui.training.range_dialog import heights
from tests.engine.test_training_learning import table
from tests.gui.training.boards import Show, click, host_of, network


def test_a_refused_training_says_why_and_leads_to_where_it_is_mended(qtbot: QtBot, show: Show) -> None:
    board = show()
    board.run.train()
    why = "MNIST needs the file a.gz, which is not in /data: download it on the Data page, or set data.path."
    with qtbot.waitSignal(board.run.finished):
        host_of(board).end("failed", why, about=About(setting="data.path"))
    assert (board.empty.title.text(), board.empty.hint.text()) == ("Not trained", why)
    assert board.controls.word.text() == "Not trained"
    assert not board.banner.isVisible(), "it is said once"
    assert board.empty.button.text() == "Open the Data page"
    with qtbot.waitSignal(board.remarks.setting_wanted) as wanted:
        click(board.empty.button)
    assert wanted.args == ["data.path"]
    board.run.train()
    qtbot.waitUntil(lambda: board.empty.button.isHidden())
    host_of(board).end("stopped", "Stopped.")
    qtbot.waitUntil(lambda: not board.run.running)


def test_a_result_leads_to_the_layer_or_setting_that_is_to_be_mended() -> None:
    graph = network()
    linear = graph.of_type("Linear")[0]
    link = fix_link(About(linear.id, setting="data.batch_size"), graph)
    assert link is not None
    assert (link.label, link.node) == (f"Show {linear.name}", linear.id)
    link = fix_link(About("gone", setting="data.batch_size"), graph)
    assert link is not None
    assert (link.label, link.setting) == ("Show the setting", "data.batch_size")
    assert fix_link(About(), graph) is None


def diverge(qtbot: QtBot, board: Any, lr: float) -> None:
    """A run that fails at its fourth step for its learning rate."""
    board.run.train()
    host = host_of(board)
    host.begin()
    steps, zeros = np.arange(1, 5), np.zeros(4)
    host.history.extend("train/loss", steps, np.array([2.3, 9.0, 6.97e34, math.nan]), zeros + 1, zeros)
    host.history.extend("train/lr", steps, zeros + lr, zeros + 1, zeros)
    with qtbot.waitSignal(board.run.finished):
        host.end("failed", "The loss of step 4 is not a number.")


def test_a_run_that_failed_for_its_rate_is_trained_anew_with_a_smaller_one(qtbot: QtBot, show: Show) -> None:
    document = Document(network())
    board = show(document)
    document.apply(SetSetting(("training", "optimizer", "lr"), 100.0))
    diverge(qtbot, board, 100.0)
    assert board.banner.again.text() == "Train Again with 0.001"
    assert board.banner.go_on.isHidden(), "that would fail again"
    click(board.banner.again)
    assert board.run.running
    assert document.project.settings["training"]["optimizer"]["lr"] == 0.001
    assert host_of(board).graph.settings["training"]["optimizer"]["lr"] == 0.001
    host_of(board).end("stopped", "Stopped.")
    qtbot.waitUntil(lambda: not board.run.running)
    document.history.undo()
    assert document.project.settings["training"]["optimizer"]["lr"] == 100.0
    diverge(qtbot, board, 0.005)
    assert board.banner.again.text() == "Train Again with 0.0005"
    document.history.undo()
    document.apply(SetSetting(("training", "optimizer", "lr"), 0.0003))
    diverge(qtbot, board, 100.0)
    assert board.banner.again.text() == "Train Again with 0.0003", "it is small enough already"


def test_the_curve_ends_where_the_loss_is_no_number_any_more(qtbot: QtBot, show: Show) -> None:
    board = show()
    diverge(qtbot, board, 100.0)
    assert board._plots is not None
    plot = board._plots.panels[0]
    assert plot.curves[0].line.xData.tolist() == [1, 2, 3]
    assert plot.legend.rows.values[0].endswith(", then NaN")
    assert not plot.legend.rows.values[0].startswith("–")


def test_a_rate_that_cannot_be_is_marked_and_train_leads_there(qtbot: QtBot, show: Show) -> None:
    board = show()
    lr = board.controls.lr
    lr.setFocus()
    lr.selectAll()
    qtbot.keyClicks(lr, "-1")
    qtbot.keyClick(lr, Qt.Key.Key_Return)
    assert board.document.project.settings["training"]["optimizer"]["lr"] == -1
    sentence = "training.optimizer.lr must be a number > 0, not -1."
    assert board.controls.wrong.isVisible()
    assert board.controls.wrong.toolTip() == lr.toolTip() == lr.accessibleDescription() == sentence
    board.setFocus()
    with qtbot.waitSignal(board.message) as said:
        click(board.controls.train)
    assert said.args == [sentence]
    assert lr.hasFocus()
    qtbot.keyClicks(lr, "0.01")
    qtbot.keyClick(lr, Qt.Key.Key_Return)
    assert not board.controls.wrong.isVisible()
    assert lr.toolTip().startswith("How far one step goes")


def test_what_holds_no_more_is_gone_from_the_window(qtbot: QtBot, show: Show) -> None:
    board = show()
    board.run.train()
    host = host_of(board)
    host.begin()
    flat = Diagnosis("vanishing-gradients", "Vanishing gradients.", "Use ReLU.", 20, node="n2")
    host.show(preflight="A batch of 32 samples went through.", diagnoses=(flat,))
    qtbot.waitUntil(lambda: board.banner.text.text() == "A batch of 32 samples went through.")
    panel = board.remarks.diagnoses
    assert panel.title.text() == "1 thing to look at"
    host.feed(20)
    host.show(diagnoses=())
    qtbot.waitUntil(lambda: panel.isHidden())
    with qtbot.waitSignal(board.run.finished):
        host.end("finished", "Trained 10 epochs.", epochs=10)
    assert panel.isHidden()
    assert board.banner.text.text().startswith("Finished: 10 epochs")


def test_a_real_run_keeps_what_came_and_went_between_two_looks_at_it(qtbot: QtBot, show: Show, tmp_path: Path) -> None:
    from gui.hosts.host import ThreadHost

    graph = table(layers=(("Linear", {"out_features": 16}), ("ReLU", {})), epochs=20, health=1)
    document = Document(graph)
    for node in graph.of_type("Linear"):
        document.apply(SetProperty(node.id, "initialization", "zeros"))
    board = show(document, host=lambda made: ThreadHost(made, root=tmp_path))
    looked: list[Any] = []
    board.remarks.looked.connect(lambda status, trained: looked.append(status.diagnoses))
    with qtbot.waitSignal(board.run.finished, timeout=60_000):
        click(board.controls.train)
    panel = board.remarks.diagnoses
    assert panel.rows[0].matter.cause.code == "alike"
    click(panel.fold)
    label = panel.rows[0].fix.text()
    assert label == "Reset initialization of fc1, fc2"
    click(panel.rows[0].fix)
    assert not any(node.properties for node in document.project.nodes.values())
    assert panel.rows[0].fix.isHidden(), "there is nothing left to fix"
    document.history.undo()
    assert panel.rows[0].fix.isVisible()
    run = board.run.host.status.run  # type: ignore[union-attr]
    assert run is not None
    looked.clear()
    board.run.show(run)
    assert looked[-1][0].code == "alike", "the canvas hears of a run that is shown again"


def test_the_tabs_stay_where_they_are(qtbot: QtBot, show: Show) -> None:
    board = show()
    bar = board.below.tabs.tabBar()
    tops = set()
    for tab in range(bar.count()):
        QTest.mouseClick(bar, Qt.MouseButton.LeftButton, pos=bar.tabRect(tab).center())
        assert board.below.tabs.currentIndex() == tab
        QApplication.processEvents()
        tops.add(bar.mapTo(board, bar.rect().topLeft()).y())
    assert len(tops) == 1


@pytest.mark.parametrize(
    "losses",
    [(2.2424, 2.3, 2.34, 2.31, 2.4, 4.6), (2.3, 2.3, 2.3), (2.3, 2.2, 1.0, 0.5, 3.0), (0.0, 0.0), (1.0,)],
)
def test_the_losses_of_a_range_test_are_seen(losses: tuple[float, ...]) -> None:
    low, high = heights(losses)
    assert low < min(losses) < high
    assert high - low >= 0.02 * losses[0]
    seen = [loss for loss in losses[:-1] if low <= loss <= high]
    assert len(seen) >= len(losses) - 2
