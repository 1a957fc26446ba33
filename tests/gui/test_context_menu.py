"""Right-click and the Menu key: what can be done with what is there; aligning several layers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

import presets
from gui.canvas.commands.alignment import WAYS, aligned
from gui.canvas.geometry import GRID, End
from gui.context_menu import ENTRIES
from gui.window import MainWindow


@pytest.fixture
def window(windows: Callable[[], MainWindow]) -> MainWindow:
    made = windows()
    made.resize(1280, 800)
    made.files.show_graph(presets.build("lenet-5"))
    made.view.zooming.fit_all()
    return made


def ask(window: MainWindow, at: QPointF, reason: Any = QContextMenuEvent.Reason.Mouse) -> list[str]:
    """The titles in the menu that opens at a point of the canvas."""
    view = window.view
    point = view.mapFromScene(at)
    QApplication.sendEvent(view.viewport(), QContextMenuEvent(reason, point, view.viewport().mapToGlobal(point)))
    menu = window.context_menu.menu
    assert menu is not None
    return [action.text() for action in menu.actions() if not action.isSeparator()]


def choose(window: MainWindow, title: str) -> None:
    menu = window.context_menu.menu
    assert menu is not None
    action = next(action for action in menu.actions() if action.text() == title)
    menu.close()
    action.trigger()


def item(window: MainWindow, name: str) -> Any:
    node = window.document.graph.by_name(name)
    assert node is not None
    return window.view.canvas.nodes[node.id]


def test_a_layer_is_selected_and_what_can_be_done_with_it_is_offered(window: MainWindow) -> None:
    titles = ask(window, item(window, "conv2").box.center())
    assert window.document.selection == (item(window, "conv2").id,)
    assert {"Rename", "Delete", "Copy", "Freeze Up to Here", "Make Block …"} <= set(titles)
    assert "Open Block" not in titles
    assert "Align Left" not in titles
    choose(window, "Delete")
    assert window.document.graph.by_name("conv2") is None


def test_several_layers_are_aligned_and_one_step_takes_it_back(window: MainWindow) -> None:
    chosen = [item(window, name) for name in ("conv1", "relu1", "fc2")]
    window.document.select([each.id for each in chosen])
    titles = ask(window, chosen[1].box.center())
    assert len(window.document.selection) == 3, "a click into the selection keeps it"
    assert {"Align Left", "Align Top", "Distribute Down"} <= set(titles)
    before = dict(window.document.graph.positions)
    choose(window, "Align Left")
    assert len({window.document.graph.positions[each.id][0] for each in chosen}) == 1
    window.document.history.undo()
    assert dict(window.document.graph.positions) == before


def test_into_a_wire_a_layer_is_inserted(window: MainWindow) -> None:
    wire = next(w for w in window.view.canvas.wires.values() if w.edge.source == item(window, "relu1").id)
    titles = ask(window, wire.path.pointAtPercent(0.5))
    assert titles[:2] == ["Insert Layer …", "Delete"]
    choose(window, "Insert Layer …")
    popup = window.view.popup
    assert popup is not None
    popup.accept()
    (new,) = window.document.selection
    assert [edge.source for edge in window.document.graph.incoming[new].values()] == [wire.edge.source]


def test_a_wire_is_deleted(window: MainWindow) -> None:
    wire = next(w for w in window.view.canvas.wires.values() if w.edge.source == item(window, "relu1").id)
    ask(window, wire.path.pointAtPercent(0.5))
    choose(window, "Delete")
    assert wire.edge not in set(window.document.graph.edges)


def test_at_a_port_and_on_the_sheet_a_layer_is_added(window: MainWindow) -> None:
    last = item(window, "fc3")
    assert ask(window, last.port(End(last.id, "output", "output"))) == ["Add Layer …"]
    choose(window, "Add Layer …")
    assert window.view.adder.pending is not None, "the wire waits for it"
    window.view.adder.close()
    titles = ask(window, QPointF(window.view.canvas.content().right() + 40, 0))
    assert {"Add Layer …", "Select All", "Arrange Everything", "Fit All"} <= set(titles)
    assert window.context_menu.menu is not None
    window.context_menu.menu.close()


def test_the_menu_key_is_about_the_selection(window: MainWindow) -> None:
    window.document.select([item(window, "fc1").id])
    titles = ask(window, QPointF(), QContextMenuEvent.Reason.Keyboard)
    assert titles[0] == "Rename"
    assert window.context_menu.menu is not None
    window.context_menu.menu.close()


def test_keys_draw_a_frame_and_bypass_and_a_frame_has_a_menu_with_colors_by_name(window: MainWindow) -> None:
    view, document = window.view, window.document
    document.select([item(window, name).id for name in ("conv1", "relu1")])
    view.setFocus()
    QTest.keyClick(view, Qt.Key.Key_C)
    assert view.frames.editor is not None
    QTest.keyClicks(view.frames.editor, "First")
    QTest.keyClick(view.frames.editor, Qt.Key.Key_Return)
    (frame,) = document.graph.frames.values()
    title = view.canvas.frames.items[frame.id].strip
    titles = ask(window, title.center() + QPointF(title.width() / 2 - 12, 0))
    assert titles == ["Rename", "Cut", "Copy", "Duplicate", "Delete", "Color"]
    menu = window.context_menu.menu
    assert menu is not None
    colors = menu.actions()[-1].menu()
    assert isinstance(colors, QMenu)
    assert [each.text() for each in colors.actions()] == ["Gray", "Blue", "Green", "Yellow", "Red", "Purple"]
    colors.actions()[2].trigger()
    menu.close()
    assert document.graph.frames[frame.id].color == "green"
    document.select([item(window, "relu1").id])
    QTest.keyClick(view, Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier)
    assert document.history.undo_title == "Bypass relu1"
    QTest.keyClick(view, Qt.Key.Key_H, Qt.KeyboardModifier.ControlModifier)
    assert window.design.history.list.hasFocus()
    assert window.design.history.model.rowCount() == document.history.count + 1


def test_every_entry_is_an_action(window: MainWindow) -> None:
    for entries in ENTRIES.values():
        assert all(window.actions_table[action_id].text() for action_id in entries if action_id)


@given(
    st.dictionaries(
        st.text(min_size=1, max_size=3),
        st.tuples(
            st.tuples(st.integers(-50, 50).map(lambda n: 16.0 * n), st.integers(-50, 50).map(lambda n: 16.0 * n)),
            st.tuples(st.sampled_from((192.0, 224.0, 256.0)), st.just(52.0)),
        ),
        min_size=2,
        max_size=8,
    ),
    st.sampled_from(sorted(WAYS)),
)
def test_aligning_moves_along_one_axis_onto_the_raster_and_once_is_enough(boxes: Any, way: str) -> None:
    axis, _ = WAYS[way]
    found = aligned(boxes, way)
    assert found.keys() == boxes.keys()
    for name, at in found.items():
        assert at[1 - axis] == boxes[name][0][1 - axis]
        assert at[axis] % GRID == 0
    if way in ("left", "top"):
        assert len({at[axis] for at in found.values()}) == 1
    if way in ("left", "right", "top", "bottom"):
        again = aligned({name: (at, boxes[name][1]) for name, at in found.items()}, way)
        assert again == found
