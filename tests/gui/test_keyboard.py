"""Without a mouse: a residual network is built, wired, set, trained and repaired by keys alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

import presets
from engine.graph import Edge, Graph
from gui.canvas.geometry import GRID
from gui.window import MainWindow
from tests.gui.keys_hand import focus, press, write
from tests.gui.training.boards import FakeHost, host_of

Show = Callable[[Graph], Any]
Key, Mod = Qt.Key, Qt.KeyboardModifier
CTRL, SHIFT, ALT = Mod.ControlModifier, Mod.ShiftModifier, Mod.AltModifier


def add(name: str) -> None:
    press(Key.Key_Tab)
    write(name)
    press(Key.Key_Return)


def set_first(value: str) -> None:
    """Enter leads into the first parameter, Escape back to the canvas."""
    press(Key.Key_Return)
    press(Key.Key_A, CTRL)
    write(value)
    press(Key.Key_Return)
    press(Key.Key_Escape)


def test_a_residual_network_is_built_trained_and_repaired_by_keys(
    qtbot: QtBot, windows: Callable[[], MainWindow], monkeypatch: pytest.MonkeyPatch
) -> None:
    window = windows()
    monkeypatch.setattr(window.furnish(), "_make_host", FakeHost)
    document, view = window.document, window.view
    window.activateWindow()

    def selected() -> str:
        return ", ".join(document.graph.nodes[node_id].name for node_id in document.selection)

    def wires() -> set[str]:
        nodes = document.graph.nodes
        return {f"{nodes[edge.source].name}-{nodes[edge.target].name}" for edge in document.graph.edges}

    # the data: they are chosen first, so that the network is drawn for them
    press(Key.Key_N, CTRL)
    assert view.hasFocus()
    press(Key.Key_3, CTRL)
    press(Key.Key_Tab)
    while not window.pages.data.choice.list.currentItem().text().startswith("Handwritten digits"):
        press(Key.Key_Down)
    press(Key.Key_Return)
    press(Key.Key_2, CTRL)
    assert view.hasFocus()

    # the trunk, each layer after the one before, with its first parameter
    for name, value in (("Input", "1, 8, 8"), ("Conv2d", "8"), ("ReLU", ""), ("Conv2d", "8"), ("Add", "")):
        add(name)
        if value:
            set_first(value)
        assert view.hasFocus(), name
    press(Key.Key_Up)
    assert selected() == "conv2"
    assert wires() == {"input-conv1", "conv1-relu1", "relu1-conv2", "conv2-add1"}

    # the skip connection from relu1 to add1: that it does not fit is said before, and it is drawn nevertheless
    press(Key.Key_Up)
    assert selected() == "relu1"
    press(Key.Key_W)
    write("add1")
    assert view.wirer.popup is not None
    said = view.wirer.popup.list.item(0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert all(shape in said for shape in ("(N, 8, 6, 6)", "(N, 8, 4, 4)")), said
    press(Key.Key_Return)
    assert view.hasFocus()
    assert "relu1-add1" in wires()
    assert any(problem.severity == "error" and problem.port for problem in document.problems())

    # repaired: F8 leads to the fault, Alt+Enter offers fixes with the first chosen
    press(Key.Key_F8)
    while selected() != "add1":
        press(Key.Key_F8)
    press(Key.Key_Return, ALT)
    menu = view.fix_menu.menu
    assert menu is not None
    qtbot.waitUntil(lambda: menu.activeAction() is not None)
    assert menu.activeAction().text().startswith("Set padding"), menu.activeAction().text()
    press(Key.Key_Return)
    assert not any(problem.port for problem in document.problems())

    # the head, and a wire too many that is taken off again
    for name, value in (("Flatten", ""), ("Linear", "10"), ("Output", "")):
        add(name)
        if value:
            set_first(value)
    press(Key.Key_Up)
    press(Key.Key_W, SHIFT)
    write("output")
    press(Key.Key_Return)
    assert "fc1-output" not in wires()
    press(Key.Key_Z, CTRL)
    assert "fc1-output" in wires()

    # moved and chosen by Ctrl and Shift
    at = document.graph.positions[document.selection[0]]
    press(Key.Key_Right, CTRL)
    assert document.graph.positions[document.selection[0]] == (at[0] + GRID, at[1])
    press(Key.Key_Up, SHIFT)
    assert selected() == "fc1, flatten1"
    press(Key.Key_Down, SHIFT)
    assert selected() == "fc1"

    # trained, and stopped
    press(Key.Key_R, CTRL)
    host_of(window.pages.training).begin()
    assert window.pages.running, window.status.currentMessage()
    press(Key.Key_R, CTRL | SHIFT)
    assert "stop" in host_of(window.pages.training).calls
    with qtbot.waitSignal(window.pages.training.run.finished):
        host_of(window.pages.training).end("stopped", "Stopped after step 10 of 1000.")


def test_escape_leads_back_to_the_canvas_and_f6_from_part_to_part(
    qtbot: QtBot, windows: Callable[[], MainWindow]
) -> None:
    window = windows()
    window.files.show_graph(presets.build("lenet-5"))
    window.activateWindow()
    design = window.design
    node = window.document.graph.by_name("conv1")
    assert node is not None
    window.document.select([node.id])
    design.view.setFocus()
    found = []
    for _ in range(6):
        press(Key.Key_F6)
        found.append(next((part for part in window.commands.parts.all() if part.isAncestorOf(focus())), focus()))
    assert design.view.ring.isVisible(), "the canvas shows that it has the keys"
    toolbar, status = window.commands.parts.all()[0], window.commands.parts.all()[-1]
    assert found == [design.inspector, design.tabs, status, toolbar, design.side, design.view]
    press(Key.Key_F6, SHIFT)
    assert design.side.isAncestorOf(focus())
    press(Key.Key_Escape)
    assert design.view.hasFocus()
    press(Key.Key_F2)
    write("other")
    press(Key.Key_Escape)
    assert design.inspector.name.hasFocus()
    assert design.inspector.name.text() == "conv1", "what was typed is taken back"
    press(Key.Key_Escape)
    assert design.view.hasFocus()
    assert window.document.graph.nodes[node.id].name == "conv1"


def test_a_wire_is_searched_and_says_why_it_does_not_fit(show: Show, branch: Graph) -> None:
    wide = branch.add("Linear", out_features=4, position=(0.0, 576.0))
    branch.add("Add", position=(320.0, 576.0))
    hand = show(branch)
    view = hand.view
    view.document.select([wide])
    view.wirer.connect()
    popup = view.wirer.popup
    rows = [popup.list.item(row).data(Qt.ItemDataRole.AccessibleTextRole) for row in range(popup.list.count())]
    assert [row.split(":")[0] for row in rows[:2]] == ["add1, x0, Add", "add1, x1, Add"]
    press(Key.Key_Escape)
    assert view.hasFocus()
    assert view.wirer.popup is None
    view.document.select(["n2"])
    view.wirer.connect()
    titles = [view.wirer.popup.list.item(row).text() for row in range(view.wirer.popup.list.count())]
    assert "image1" not in " ".join(titles), "no wire closes a circle"
    with hand.one_step():
        write("dropout")
        press(Key.Key_Return)
    assert Edge("n2", "output", "n5", "input") in branch.edges
    view.document.select(["n5"])
    with hand.one_step():
        view.wirer.disconnect()
        press(Key.Key_Return)
    assert Edge("n2", "output", "n5", "input") not in branch.edges
