"""The first evening: gallery, Train, a live curve, a mistake and its reason, undo, save, close, open again."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QFileDialog, QInputDialog, QLineEdit, QToolButton, QWidget
from pytestqt.qtbot import QtBot

import presets
from engine import project
from gui.app import application, build_window
from gui.canvas.geometry import End
from gui.window import MainWindow
from tests.journeys.conftest import Hand

pytestmark = pytest.mark.journey
SLOW = 120_000


def shown(qtbot: QtBot) -> MainWindow:
    application()
    window = build_window()
    qtbot.addWidget(window)
    window.move(0, 0)
    with qtbot.waitExposed(window):
        window.show()
    come_back(qtbot, window)
    return window


def come_back(qtbot: QtBot, window: MainWindow) -> None:
    """Give the window the keyboard, as a window manager does after a dialog; under bare Xvfb there is none."""
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)


def tool(window: MainWindow, action_id: str) -> QToolButton:
    """The toolbar's button of an action."""
    action = window.actions_table[action_id]
    return next(b for b in window.findChildren(QToolButton) if b.defaultAction() is action and b.isVisible())


def node_point(window: MainWindow, name: str) -> QPoint:
    """Where the middle of a layer is on the canvas."""
    node = window.document.graph.by_name(name)
    assert node is not None
    return window.view.mapFromScene(window.view.canvas.nodes[node.id].box.center())


def test_a_newcomer_trains_lenet_makes_a_mistake_and_comes_back(qtbot: QtBot, hand: Hand, tmp_path: Path) -> None:
    window = shown(qtbot)

    # the gallery: LeNet is the first card
    hand.click(next(card for card in window.start.gallery.cards.values() if card.preset.name == "lenet-5"))
    qtbot.waitUntil(lambda: window.document.graph.name == "LeNet-5" and window.pages.currentWidget() is window.design)
    assert window.document.problems() == []

    # Train: the loss falls live on real handwritten digits
    hand.click(tool(window, "train.start"))
    qtbot.waitUntil(lambda: window.pages.running, timeout=SLOW)
    assert window.pages.currentWidget() is window.pages.training
    qtbot.waitUntil(lambda: len(losses(window)) >= 2, timeout=SLOW)
    assert window.pages.running, "the curve grows while the training continues"
    qtbot.waitUntil(lambda: not window.pages.running, timeout=SLOW)
    falling = losses(window)
    assert falling[-1] < falling[0] / 2

    # a mistake: the reason is on the guilty layer, with its numbers
    hand.click(tool(window, "page.design"))
    qtbot.waitUntil(lambda: window.pages.currentWidget() is window.design)
    hand.click(window.view.viewport(), node_point(window, "conv2"))
    conv2 = window.document.graph.by_name("conv2")
    assert conv2 is not None
    qtbot.waitUntil(lambda: window.document.selection == (conv2.id,))
    form = window.design.inspector.form
    assert form is not None
    field = form.fields["kernel_size"]
    assert isinstance(field, QLineEdit)
    hand.click(field, times=2)
    hand.key("ctrl+a")
    hand.type("50")
    hand.key("Return")
    qtbot.waitUntil(lambda: bool(window.document.problems()))
    (problem,) = window.document.problems()
    assert (problem.node, problem.severity) == (conv2.id, "error")
    assert "(14 + 2·0 − 50)/1" in problem.message
    qtbot.waitUntil(lambda: window.design.problems.list.count() == 1)
    assert window.design.problems.list.item(0).text() == problem.message
    assert "1 error" in window.status.problems.text()

    # undo
    hand.click(window.view.viewport(), QPoint(8, 8))
    hand.key("ctrl+z")
    qtbot.waitUntil(lambda: window.document.problems() == [])
    assert not window.document.unsaved, "everything is as it was opened"

    # another layer, by Tab and search; then save
    hand.click(window.view.viewport(), QPoint(8, 8))
    before = len(window.document.graph.nodes)
    hand.key("Tab")
    hand.type("dropout")
    hand.key("Return")
    qtbot.waitUntil(lambda: len(window.document.graph.nodes) == before + 1)
    file = tmp_path / "evening.loom"
    hand.key("ctrl+s")
    qtbot.waitUntil(lambda: bool(window.findChildren(QFileDialog)))
    dialog = window.findChildren(QFileDialog)[0]
    qtbot.waitUntil(dialog.isActiveWindow)
    hand.key("ctrl+a")
    hand.type(str(file))
    hand.key("Return")
    qtbot.waitUntil(file.exists)
    qtbot.waitUntil(lambda: not window.document.unsaved)
    saved = project.to_bytes(window.document.graph)
    come_back(qtbot, window)

    # close, and open again from the recent files
    hand.key("ctrl+q")
    qtbot.waitUntil(lambda: not window.isVisible())
    again = shown(qtbot)
    rows = again.start.recent.findChildren(QWidget)
    recent = next(row for row in rows if row.accessibleName().startswith("Open evening.loom"))
    hand.click(recent)
    qtbot.waitUntil(lambda: again.document.path == file)
    assert project.to_bytes(again.document.graph) == saved
    again.close()


def losses(window: MainWindow) -> list[float]:
    """The validation losses the dashboard has."""
    if window.pages.training.run.host is None:
        return []
    history = window.pages.training.run.host.history
    if "validation/loss" not in history.names():
        return []
    return list(history.series("validation/loss")[1])


def test_drag_from_the_palette_wire_and_delete(qtbot: QtBot, hand: Hand) -> None:
    window = shown(qtbot)
    hand.key("ctrl+n")
    qtbot.waitUntil(lambda: window.pages.currentWidget() is window.design)
    tree, canvas = window.design.palette_panel.tree, window.view.viewport()

    def drop(name: str, goal: QPoint) -> None:
        hand.click(window.design.palette_panel.search)
        hand.key("ctrl+a")
        hand.type(name.lower())
        item = tree.findItems(name, _exactly())[0]
        count = len(window.document.graph.nodes)
        hand.drag(tree.viewport(), tree.visualItemRect(item).center(), goal, onto=canvas)
        qtbot.waitUntil(lambda: len(window.document.graph.nodes) == count + 1)

    middle = canvas.width() // 2
    drop("Input", QPoint(middle, 60))
    drop("Flatten", QPoint(middle, 220))
    view, graph = window.view, window.document.graph
    source, target = list(graph.nodes)
    start = view.canvas.nodes[source].port(End(source, "output", "output"))
    goal = view.canvas.nodes[target].port(End(target, "input", "input"))
    hand.drag(canvas, view.mapFromScene(start), view.mapFromScene(goal))
    qtbot.waitUntil(lambda: len(list(graph.edges)) == 1)
    assert str(window.document.report.spec(target)) == "(N, 784)"

    hand.click(canvas, node_point(window, graph.node(target).name))
    hand.key("Delete")
    qtbot.waitUntil(lambda: len(graph.nodes) == 1)
    hand.key("ctrl+z")
    qtbot.waitUntil(lambda: len(graph.nodes) == 2 and len(list(graph.edges)) == 1)
    window.document.discard()
    window.close()


def test_a_block_is_made_opened_left_and_dissolved(qtbot: QtBot, hand: Hand) -> None:
    window = shown(qtbot)
    window.document.open_graph(presets.build("lenet-5"))
    window.pages.show_design()
    document = window.document
    come_back(qtbot, window)
    hand.click(window.view.viewport(), node_point(window, "conv1"))
    document.select([document.graph.by_name(name).id for name in ("conv1", "relu1", "pool1")])  # type: ignore[union-attr]
    hand.key("ctrl+g")
    qtbot.waitUntil(lambda: bool(window.findChildren(QInputDialog)))
    dialog = window.findChildren(QInputDialog)[0]
    qtbot.waitUntil(dialog.isActiveWindow)
    hand.key("ctrl+a")
    hand.type("Features")
    hand.key("Return")
    qtbot.waitUntil(lambda: "features" in document.project.blocks)
    come_back(qtbot, window)
    hand.click(window.view.viewport(), node_point(window, "features1"))
    hand.key("Return")
    qtbot.waitUntil(lambda: document.graph.inside == "features")
    assert window.design.breadcrumb.isVisible()
    hand.key("alt+Up")
    qtbot.waitUntil(lambda: document.graph is document.project)
    hand.click(window.view.viewport(), node_point(window, "features1"))
    hand.key("ctrl+shift+g")
    qtbot.waitUntil(lambda: document.graph.by_name("conv1") is not None)
    document.discard()
    window.close()


def _exactly() -> object:
    from PySide6.QtCore import Qt

    return Qt.MatchFlag.MatchExactly | Qt.MatchFlag.MatchRecursive


def test_the_program_starts_with_one_command_and_ends_with_ctrl_q(qtbot: QtBot, hand: Hand) -> None:
    process = subprocess.Popen([sys.executable, "-m", "gui.cli", "open", "mlp"])
    try:
        found: list[str] = []

        def window_is_there() -> bool:
            search = ["xdotool", "search", "--onlyvisible", "--name", "MLP – Layerloom"]
            found[:] = subprocess.run(search, capture_output=True, text=True, check=False).stdout.split()
            return bool(found)

        qtbot.waitUntil(window_is_there, timeout=60_000)
        hand._do("windowfocus", "--sync", found[0])
        hand.key("ctrl+q")
        qtbot.waitUntil(lambda: process.poll() is not None, timeout=60_000)
        assert process.returncode == 0
    finally:
        process.kill()
        process.wait()


def test_every_control_has_a_name_and_a_tooltip(qtbot: QtBot, hand: Hand) -> None:
    window = shown(qtbot)
    hand.key("ctrl+3")
    hand.key("ctrl+4")
    qtbot.waitUntil(lambda: window.pages.currentWidget() is window.pages.training)
    nameless = [describe(w) for w in window.findChildren(QWidget) if lacks_a_name(w)]
    assert not nameless, "\n".join(nameless)
    window.close()


def lacks_a_name(widget: QWidget) -> bool:
    """Whether a control that the keyboard can reach says nothing to a screen reader."""
    from PySide6.QtCore import Qt
    from PySide6.QtWidgets import QAbstractButton, QAbstractSpinBox, QComboBox, QTabBar

    controls = (QAbstractButton, QLineEdit, QAbstractSpinBox, QComboBox)
    inner = isinstance(widget.parentWidget(), (QAbstractSpinBox, QComboBox, QLineEdit, QTabBar))
    reachable = widget.focusPolicy() != Qt.FocusPolicy.NoFocus
    if not isinstance(widget, controls) or inner or not reachable or widget.objectName().startswith("qt_"):
        return False
    text = widget.text() if isinstance(widget, QAbstractButton) else ""
    return not (widget.accessibleName() or text) or not widget.toolTip()


def describe(widget: QWidget) -> str:
    return f"{type(widget).__name__} {widget.objectName()} in {type(widget.parentWidget()).__name__}"
