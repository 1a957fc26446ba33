"""The rows of `ux.md` whose keys belong to actions, pressed in the whole window: each does what it promises there."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

import presets
from engine.project import to_bytes
from gui.window import MainWindow

Key = Qt.Key
NONE, CTRL, SHIFT, ALT = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)


@pytest.fixture
def window(windows: Callable[[], MainWindow], qtbot: QtBot) -> MainWindow:
    made = windows()
    made.resize(1280, 800)
    with qtbot.waitActive(made):
        made.activateWindow()
    made.files.show_graph(presets.build("lenet-5"))
    made.view.setFocus()
    return made


def press(window: MainWindow, key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE) -> None:
    QTest.keyClick(window.view, key, modifiers)
    QApplication.processEvents()


def focus() -> QWidget:
    """What has the keyboard."""
    widget = QApplication.focusWidget()
    assert widget is not None
    return widget


def select(window: MainWindow, *names: str) -> None:
    nodes = window.document.graph.nodes.values()
    window.document.select([node.id for node in nodes if node.name in names])


def names(window: MainWindow) -> list[str]:
    return [node.name for node in window.document.graph.nodes.values()]


def selected(window: MainWindow) -> list[str]:
    return [window.document.graph.nodes[node_id].name for node_id in window.document.selection]


def test_editing_keys_each_make_one_named_step_that_ctrl_z_takes_back(window: MainWindow) -> None:
    document, view = window.document, window.view
    before = to_bytes(document.project)

    def undone(title: str) -> None:
        assert document.history.undo_title == title
        press(window, Key.Key_Z, CTRL)
        assert to_bytes(document.project) == before, title

    select(window, "conv2", "relu2")
    press(window, Key.Key_D, CTRL)
    assert sorted(selected(window)) == ["conv3", "relu5"]
    undone("Duplicate 2 nodes")
    assert sorted(selected(window)) == ["conv2", "relu2"], "undo restores the selection"
    press(window, Key.Key_C, CTRL)
    assert '"conv2"' in QGuiApplication.clipboard().text()
    view.mouse = QPoint(60, 60)
    press(window, Key.Key_V, CTRL)
    copied = document.graph.by_name("conv3")
    assert copied is not None
    assert not document.graph.incoming[copied.id]
    undone("Paste 2 nodes")
    press(window, Key.Key_V, CTRL | SHIFT)
    copied = document.graph.by_name("conv3")
    assert copied is not None
    (wire,) = document.graph.incoming[copied.id].values()
    assert document.graph.nodes[wire.source].name == "pool1", "the wires that led into them are kept"
    undone("Paste 2 nodes")
    press(window, Key.Key_X, CTRL)
    assert "conv2" not in names(window)
    undone("Delete 2 nodes")
    for key in (Key.Key_Delete, Key.Key_Backspace):
        press(window, key)
        assert "conv2" not in names(window)
        undone("Delete 2 nodes")
    press(window, Key.Key_Delete, CTRL)
    pool = document.graph.by_name("pool2")
    assert pool is not None
    (wire,) = document.graph.incoming[pool.id].values()
    assert document.graph.nodes[wire.source].name == "pool1", "the gap is closed"
    undone("Delete 2 nodes and reconnect")
    select(window, "relu1")
    press(window, Key.Key_B, CTRL)
    undone("Bypass relu1")
    press(window, Key.Key_C)
    QTest.keyClick(focus(), Key.Key_Escape)
    undone("Add frame")
    press(window, Key.Key_Right, CTRL)
    undone("Move relu1")
    select(window, "conv1", "conv2")
    press(window, Key.Key_T)
    assert window.selection_bar.isAncestorOf(focus())
    QTest.keyClick(focus(), Key.Key_Escape)
    assert view.hasFocus()


def test_looking_keys_change_what_is_seen_and_nothing_else(window: MainWindow) -> None:
    document, view = window.document, window.view
    before, steps = to_bytes(document.project), document.history.count
    press(window, Key.Key_A, CTRL)
    assert len(selected(window)) == len(names(window))
    select(window, "conv1")
    press(window, Key.Key_F)
    assert view.camera.scale == pytest.approx(1.0)
    press(window, Key.Key_Plus, CTRL)
    assert view.camera.scale == pytest.approx(1.15)
    press(window, Key.Key_0, CTRL)
    assert view.camera.scale == pytest.approx(1.0)
    press(window, Key.Key_Home)
    seen = view.mapToScene(view.viewport().rect()).boundingRect()
    assert seen.contains(view.canvas.content())
    press(window, Key.Key_M)
    assert view.minimap.isVisible()
    press(window, Key.Key_M)
    assert not view.minimap.isVisible()
    press(window, Key.Key_Down)
    assert selected(window) == ["relu1"]
    press(window, Key.Key_Down, SHIFT)
    assert selected(window) == ["relu1", "pool1"]
    press(window, Key.Key_Up, CTRL | SHIFT)
    assert {"image", "conv1"} <= set(selected(window))
    select(window, "conv1")
    press(window, Key.Key_F2)
    assert focus() is window.design.inspector.name
    view.setFocus()
    press(window, Key.Key_F, CTRL)
    assert isinstance(focus(), QLineEdit)
    QTest.keyClick(focus(), Key.Key_Escape)
    assert (to_bytes(document.project), document.history.count) == (before, steps)


def test_a_layer_dropped_into_a_wire_makes_room_and_an_occupied_input_is_replaced(window: MainWindow) -> None:
    """The rows about mouse gestures, where the window with its panels is around the canvas."""
    document, view = window.document, window.view
    graph = document.graph
    press(window, Key.Key_L)
    press(window, Key.Key_0, CTRL)
    wire = next(w for w in view.canvas.wires.values() if graph.nodes[w.edge.source].name == "conv1")
    view.centerOn(wire.path.pointAtPercent(0.5))
    boxes = {node_id: item.box for node_id, item in view.canvas.nodes.items()}
    view.editing.add_layer("Dropout", (boxes[wire.edge.source].right() + 60, boxes[wire.edge.source].top()))
    (lone,) = document.selection
    start, goal = view.canvas.nodes[lone].box.center(), wire.path.pointAtPercent(0.5)
    points: list[QPointF] = [start, (start + goal) * 0.5, goal]
    QTest.mousePress(view.viewport(), Qt.MouseButton.LeftButton, NONE, view.mapFromScene(points[0]))
    for at in points:
        QTest.mouseMove(view.viewport(), view.mapFromScene(at))
    QTest.mouseRelease(view.viewport(), Qt.MouseButton.LeftButton, NONE, view.mapFromScene(points[-1]))
    assert [edge.source for edge in graph.incoming[lone].values()] == [wire.edge.source]
    boxes = {node_id: item.box for node_id, item in view.canvas.nodes.items()}
    others = [box for node_id, box in boxes.items() if node_id != lone]
    assert not any(box.intersects(boxes[lone]) for box in others), "neighbours make room"
