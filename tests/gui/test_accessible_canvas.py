"""What a screen reader gets of the canvas: objects with names, roles, states and actions, and nothing that crashes."""

from __future__ import annotations

import gc
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

import presets
from engine.edits import AddNode, RenameNode, SetParameter
from engine.frames import AddFrame, Frame
from engine.graph import Edge, Graph, Node
from gui.accessibility import announcer
from gui.accessibility.install import install
from gui.canvas.view import View
from gui.document import Document

Show = Callable[[Graph], Any]
Role, Text = QAccessible.Role, QAccessible.Text


@pytest.fixture(autouse=True)
def installed(qapp: QApplication) -> None:
    install()


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, str]]]:
    """What is announced, as (name, event), while a screen reader listens."""
    found: list[tuple[str, str]] = []
    monkeypatch.setattr(announcer, "notify", lambda part, event: found.append((part.text(Text.Name), event.name)))
    QAccessible.setActive(True)
    yield found
    QAccessible.setActive(False)


def of(view: View) -> QAccessibleInterface:
    return QAccessible.queryAccessibleInterface(view)


def named(above: QAccessibleInterface, name: str) -> QAccessibleInterface:
    children = [above.child(index) for index in range(above.childCount())]
    return next(child for child in children if child.text(Text.Name) == name)


def test_layers_ports_wires_and_problems_are_objects(show: Show, branch: Graph) -> None:
    view = show(branch).view
    canvas = of(view)
    assert canvas.role() == Role.Canvas
    assert canvas.text(Text.Name) == "Network canvas"
    names = [(canvas.child(n).text(Text.Name), canvas.child(n).role()) for n in range(canvas.childCount())]
    assert names[:5] == [(name, Role.ListItem) for name in ("input", "conv1", "relu1", "flatten1", "dropout1")]
    assert ("conv1 to relu1, (N, 8, 26, 26)", Role.Link) in names
    conv = named(canvas, "conv1")
    assert conv.text(Text.Description) == "Conv2d, output (N, 8, 26, 26), from input, to relu1"
    assert [conv.child(n).text(Text.Name) for n in range(conv.childCount())] == ["input of conv1", "output of conv1"]
    assert conv.child(1).text(Text.Description) == "(N, 8, 26, 26), to relu1"
    assert conv.child(1).role() == Role.Button
    assert conv.child(1).parent().text(Text.Name) == "conv1"
    assert canvas.indexOfChild(conv.child(1).parent()) == 1
    lone = named(canvas, "dropout1")
    problem = lone.child(lone.childCount() - 1)
    assert problem.role() == Role.AlertMessage
    assert problem.text(Text.Name).startswith(("Warning: dropout1", "Error: dropout1"))
    assert problem.text(Text.Name) in lone.text(Text.Description)
    middle = conv.rect().center()
    assert canvas.childAt(middle.x(), middle.y()).text(Text.Name) == "conv1"


def test_states_and_actions_are_those_of_the_canvas(show: Show, chain: Graph) -> None:
    view = show(chain).view
    canvas, document = of(view), view.document
    conv, wire = named(canvas, "conv1"), named(canvas, "conv1 to relu1, (N, 8, 26, 26)")
    assert (conv.state().selected, conv.state().focused) == (0, 0)
    conv.actionInterface().doAction("Press")
    assert document.selection == ("n2",)
    assert (conv.state().selected, conv.state().focused) == (1, 1)
    assert canvas.focusChild().text(Text.Name) == "conv1"
    assert [part.text(Text.Name) for part in canvas.selectionInterface().selectedItems()] == ["conv1"]
    canvas.selectionInterface().select(named(canvas, "relu1"))
    assert document.selection == ("n2", "n3")
    wire.actionInterface().doAction("Press")
    assert view.canvas.chosen_wire == Edge("n2", "output", "n3", "input")
    assert wire.state().selected
    wire.actionInterface().doAction("Disconnect")
    assert len(list(chain.edges)) == 2
    output = conv.child(1)
    output.actionInterface().doAction("Press")
    assert view.wirer.popup is not None, "a port asks where its wire leads"
    view.wirer.close()
    document.apply(SetParameter("n2", "kernel_size", 64))
    assert conv.state().invalid
    assert "Error: conv1" in conv.text(Text.Description)
    assert "Fix" in conv.actionInterface().actionNames()
    conv.actionInterface().doAction("Fix")
    assert view.fix_menu.menu is not None
    view.fix_menu.menu.close()


def test_frames_are_objects_with_what_is_in_them(show: Show, chain: Graph, heard: list[tuple[str, str]]) -> None:
    view = show(chain).view
    view.document.apply(AddFrame(Frame("n2", (-60.0, 80.0, 400.0, 340.0), "Stem", "Begins")))  # the id of a layer
    canvas = of(view)
    frame = named(canvas, "frame Stem")
    assert frame.role() == Role.Grouping
    assert frame.text(Text.Description) == "around conv1, relu1. Begins"
    assert ("Network canvas", "ObjectReorder") in heard
    frame.actionInterface().doAction("Press")
    assert view.document.frame is chain.frames["n2"]
    assert (frame.state().selected, frame.state().focused) == (1, 1)
    assert not named(canvas, "conv1").state().selected
    assert canvas.selectionInterface().selectedItem(0).text(Text.Name) == "frame Stem"
    frame.actionInterface().doAction("Rename")
    assert view.frames.editor is not None
    view.frames.editor.finish(keep=False)
    view.document.history.undo()
    assert not frame.isValid()


def test_qt_may_ask_for_what_there_is_not(show: Show, branch: Graph) -> None:
    canvas = of(show(branch).view)
    parts = [canvas, *(canvas.child(number) for number in range(canvas.childCount()))]
    parts += [part.child(number) for part in parts[1:] for number in range(part.childCount())]
    for part in parts:
        assert part.valueInterface() is None
        assert part.attributesInterface() is None
        assert part.textInterface() is None
        assert part.editableTextInterface() is None
        assert part.tableCellInterface() is None
        assert part.child(-1) is None
        assert part.child(10_000) is None
        assert part.isValid()
        assert not part.rect().isNull()
        assert part is canvas or part.parent().indexOfChild(part) >= 0


def test_focus_selection_and_changes_are_announced(
    qtbot: QtBot, show: Show, chain: Graph, heard: list[tuple[str, str]]
) -> None:
    hand = show(chain)
    view, document = hand.view, hand.view.document
    named(of(view), "conv1")
    view.clearFocus()
    document.select(["n2"])
    view.setFocus()
    qtbot.waitUntil(lambda: ("conv1", "Focus") in heard)
    heard.clear()
    document.select(["n3"])
    assert heard == [
        ("conv1", "SelectionRemove"),
        ("relu1", "SelectionAdd"),
        ("Network canvas", "SelectionWithin"),
        ("relu1", "Focus"),
    ]
    heard.clear()
    document.apply(RenameNode("n2", "first"))
    assert ("first", "NameChanged") in heard
    heard.clear()
    document.apply(AddNode(Node("new", "ReLU", "act"), (0.0, 600.0)))
    assert ("Network canvas", "ObjectReorder") in heard
    assert named(of(view), "act").text(Text.Description).startswith("ReLU")


def test_an_object_goes_with_what_it_stands_for(qtbot: QtBot, chain: Graph) -> None:
    view = View(Document(chain))
    canvas, document = of(view), view.document
    relu, wire = named(canvas, "relu1"), named(canvas, "conv1 to relu1, (N, 8, 26, 26)")
    for _ in range(3):
        gc.collect()
    assert relu.text(Text.Name) == "relu1"
    document.select(["n3"])
    view.editing.delete()
    assert not isValid(relu)
    assert not isValid(wire)
    assert named(canvas, "conv1").text(Text.Description).startswith("Conv2d")
    document.history.undo()
    assert named(canvas, "relu1").isValid()
    conv = named(canvas, "conv1")
    document.open_graph(presets.build("mlp"))
    assert not isValid(conv)
    assert canvas.childCount() > 0
    for _ in range(3):
        gc.collect()
    canvas.child(0)
    view.deleteLater()
    QApplication.sendPostedEvents(view, 52)
    gc.collect()
    assert not isValid(canvas)


def test_nothing_is_made_before_somebody_asks(show: Show) -> None:
    graph = Graph("long")
    last = graph.add("Input", shape=(8,))
    for _ in range(1000):
        node = graph.add("ReLU")
        graph.connect(last, node)
        last = node
    view = show(graph).view
    canvas = of(view)
    parts = canvas.parts
    assert canvas.childCount() == 2001 + len(parts.problems_of(None))
    assert parts._made == {}
    assert canvas.child(500).text(Text.Name) == "relu500"
    view.document.apply(RenameNode(graph.order()[3], "other"))
    assert len(parts._made) == 1, "an edit makes no object"


EXIT = """
import gc, sys
from PySide6.QtGui import QAccessible
from gui import app as program
import presets
app = program.application()
QAccessible.setActive(True)
window = program.build_window((presets.build("lenet-5"), None))
window.show()
app.processEvents()
canvas = QAccessible.queryAccessibleInterface(window.view)
parts = [canvas.child(n) for n in range(canvas.childCount())]
ports = [part.child(n) for part in parts for n in range(part.childCount())]
window.document.select(list(window.document.graph.nodes)[:3])
window.view.editing.delete()
app.processEvents()
gc.collect()
print("done", flush=True)
sys.exit(0)
"""


def test_the_program_ends_in_peace_with_its_window_open() -> None:
    done = subprocess.run([sys.executable, "-c", EXIT], capture_output=True, text=True, timeout=120, check=False)
    words = done.stderr.replace("This plugin does not support propagateSizeHints()\n", "")
    assert (done.returncode, done.stdout, words) == (0, "done\n", "")
