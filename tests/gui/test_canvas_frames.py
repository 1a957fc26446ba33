"""Comment frames with real events: drawn, named in place, moved by the title, resized by edges, copied, removed."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QImage, QPainter
from PySide6.QtTest import QTest

from engine.edits import RenameNode
from engine.frames import AddFrame, Frame, RemoveFrame
from engine.graph import Graph
from engine.shapes import Shapes
from gui.canvas.frames.frame_item import STRIP
from gui.canvas.geometry import GRID, HEIGHT, WIDTH
from gui.canvas.layout.whole_project import Arranger
from gui.design.frame_page import FramePage
from gui.document import new_network
from gui.drawing.canvas_drawing import canvas_drawing
from gui.drawing.drawing import Options

Show = Callable[[Graph], Any]
ALT, CTRL = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier


def framed(show: Show, chain: Graph) -> tuple[Any, Frame]:
    """The chain with a frame around conv1 (n2) and relu1 (n3)."""
    hand = show(chain)
    hand.view.document.select(["n2", "n3"])
    with hand.one_step():
        hand.view.frames.add()
    (frame,) = chain.frames.values()
    hand.view.frames.editor.finish(keep=False)
    return hand, frame


def title(frame: Frame) -> QPointF:
    return QPointF(frame.box[0] + frame.box[2] / 2, frame.box[1] + STRIP / 2)


def test_one_is_drawn_around_the_selection_and_named_in_place(show: Show, chain: Graph) -> None:
    hand = show(chain)
    view = hand.view
    view.document.select(["n2", "n3"])
    with hand.one_step():
        view.frames.add()
        (frame,) = chain.frames.values()
        assert view.canvas.frames.content(frame)[0] == {"n2", "n3"}
        assert view.document.frame is frame
        editor = view.frames.editor
        assert editor.hasFocus()
        QTest.keyClicks(editor, "Stem")
        QTest.keyClick(editor, Qt.Key.Key_Return)
    assert (chain.frames["f1"].title, view.document.history.undo_title) == ("Stem", "Add frame Stem")
    assert view.document.frame is chain.frames["f1"]
    assert view.hasFocus()
    hand.double_click(title(frame))
    QTest.keyClicks(view.frames.editor, "Other")
    QTest.keyClick(view.frames.editor, Qt.Key.Key_Escape)
    assert chain.frames["f1"].title == "Stem"
    hand.click(QPointF(500, 40))
    assert view.document.frame is None
    view.mouse = view.mapFromScene(QPointF(400, 300))
    view.frames.add()
    view.frames.editor.finish(keep=True)
    assert chain.frames["f2"].box[:2] == (400, 304), "at the cursor, on the grid"


def test_what_is_done_before_the_title_is_typed_stays_a_step_of_its_own(show: Show, chain: Graph) -> None:
    hand = show(chain)
    hand.view.frames.add()
    hand.view.document.apply(RenameNode("n2", "first"))
    QTest.keyClicks(hand.view.frames.editor, "Stem")
    QTest.keyClick(hand.view.frames.editor, Qt.Key.Key_Return)
    assert hand.view.document.history.undo_title == "Rename frame to Stem"
    assert chain.nodes["n2"].name == "first"


def test_keys_alone_reach_it_and_what_is_in_it(show: Show, chain: Graph) -> None:
    hand, frame = framed(show, chain)
    view, document = hand.view, hand.view.document
    document.apply(AddFrame(Frame("f2", (-60, 80, 400, 800), "all")))
    document.select(["n3"])
    menus = []
    view.menu_wanted.connect(lambda target, _at: menus.append(target.kind))

    view.frames.next()
    assert document.frame is frame, "the smallest one around the layer"
    view.frames.next()
    assert document.frame is chain.frames["f2"]
    view.frames.next()
    assert document.frame is frame, "and round again"
    QTest.keyClick(view, Qt.Key.Key_Right, CTRL)
    assert chain.frames["f1"].box[0] == frame.box[0] + GRID, "it moves with what is in it"
    by_key = QContextMenuEvent(
        QContextMenuEvent.Reason.Keyboard, view.rect().center(), view.mapToGlobal(view.rect().center())
    )
    QGuiApplication.sendEvent(view.viewport(), by_key)
    assert menus == ["frame"]
    QTest.keyClick(view, Qt.Key.Key_Down)
    assert document.selection == ("n2",), "its first layer"

    page = FramePage(document)
    page.edited.connect(document.apply)
    view.frames.next()
    page.refresh()
    with hand.one_step():
        page.width_field.stepUp()
    assert chain.frames["f1"].box[2] == frame.box[2] + GRID
    page.deleteLater()


def test_its_content_moves_only_with_its_title(show: Show, chain: Graph) -> None:
    hand, frame = framed(show, chain)
    before = dict(chain.positions)
    with hand.one_step():
        hand.drag(title(frame), title(frame) + QPointF(165, 30))
    assert chain.frames["f1"].box[:2] == (frame.box[0] + 160, frame.box[1] + 32)
    assert chain.positions["n2"] == (before["n2"][0] + 160, before["n2"][1] + 32)
    assert (chain.positions["n1"], chain.positions["n4"]) == (before["n1"], before["n4"])
    assert hand.view.document.history.undo_title == "Move frame"
    hand.view.document.history.undo()
    inside = QPointF(frame.box[0] + 4 + 6, frame.box[1] + 60)
    with hand.no_step():
        hand.drag(inside, inside + QPointF(150, 100))  # a box selection, as everywhere
    assert hand.view.document.selection == ("n2",)
    with hand.one_step():
        hand.drag(hand.middle("n3"), hand.middle("n3") + QPointF(400, 0))
    assert chain.frames["f1"] == frame, "a layer that is dragged out leaves the frame where it is"
    with hand.one_step():
        hand.drag(title(frame), title(frame) + QPointF(0, 64))
    assert chain.positions["n3"][1] == before["n3"][1], "what is not inside any more stays"


def test_esc_puts_frame_and_content_back(show: Show, chain: Graph) -> None:
    hand, frame = framed(show, chain)
    item = hand.view.canvas.frames.items["f1"]
    with hand.no_step():
        hand.press(title(frame))
        hand.move(title(frame) + QPointF(165, 30))
        assert item.frame.box != frame.box
        hand.key(Qt.Key.Key_Escape)
        hand.release()
    assert item.frame == frame
    assert hand.view.canvas.nodes["n2"].pos().toTuple() == chain.positions["n2"]


def test_edges_resize_it_on_the_grid_and_never_to_nothing(show: Show, chain: Graph) -> None:
    hand, frame = framed(show, chain)
    left, top, width, height = frame.box
    corner = QPointF(left + width, top + height)
    with hand.one_step():
        hand.drag(corner, corner + QPointF(37, 50))
    assert chain.frames["f1"].box == (left, top, width + 32, height + 48)
    assert hand.view.document.history.undo_title == "Resize frame"
    with hand.one_step():
        hand.press(QPointF(left, top + 90))
        hand.move(QPointF(left + 900, top + 90), CTRL)
        hand.release(CTRL)
    assert chain.frames["f1"].box[2] == 48
    assert chain.positions["n2"] == (0.0, 144.0), "what is in it stays"


def test_no_frame_steals_from_another(show: Show, chain: Graph) -> None:
    hand = show(chain)
    for frame in (Frame("f1", (-100, 100, 400, 260), "one"), Frame("f2", (-60, 250, 400, 260), "two")):
        hand.view.document.apply(AddFrame(frame))
    content = hand.view.canvas.frames.content
    assert [content(frame)[0] for frame in chain.frames.values()] == [{"n2", "n3"}, {"n3", "n4"}]
    with hand.one_step():
        hand.drag(QPointF(-90, 110), QPointF(-282, 110))
    assert chain.frames["f2"].box == (-60, 250, 400, 260)
    assert [content(frame)[0] for frame in chain.frames.values()] == [{"n2", "n3"}, {"n4"}]


def test_deleting_keeps_the_content_and_cutting_takes_it(show: Show, chain: Graph) -> None:
    hand, frame = framed(show, chain)
    hand.click(title(frame))
    with hand.one_step():
        hand.view.editing.delete()
    assert (list(chain.frames), len(chain.nodes)) == ([], 4)
    hand.view.document.history.undo()
    hand.click(title(frame))
    with hand.one_step():
        hand.view.clipboard.cut()
    assert (list(chain.frames), list(chain.nodes)) == ([], ["n1", "n4"])


def test_a_copy_has_the_content_with_its_wires_and_lies_beside(show: Show, chain: Graph) -> None:
    hand, frame = framed(show, chain)
    hand.click(title(frame))
    hand.view.clipboard.copy()
    assert '"frames"' in QGuiApplication.clipboard().text()
    hand.view.mouse = hand.view.mapFromScene(QPointF(520, 300))
    with hand.one_step():
        hand.view.clipboard.paste()
    (_, copied) = chain.frames.values()
    names = {chain.nodes[node_id].name for node_id in hand.view.canvas.frames.content(copied)[0]}
    assert names == {"conv2", "relu2"}
    assert [e for e in chain.edges if chain.nodes[e.source].name == "conv2"]
    hand.view.document.select(["n2", "n3"])
    with hand.one_step():
        hand.view.clipboard.duplicate()
    assert len(chain.frames) == 3, "a frame around just these goes with them"


def test_a_new_layout_keeps_it_around_its_content(show: Show, chain: Graph) -> None:
    hand, _ = framed(show, chain)
    chain.positions["n4"] = (600.0, 0.0)
    chain.positions["n2"] = (16.0, 144.0)
    with hand.one_step():
        hand.view.editing.arrange()
    assert hand.view.canvas.frames.content(chain.frames["f1"])[0] == {"n2", "n3"}


@pytest.mark.parametrize("first", range(4, 20, 4))
def test_arranging_in_columns_cuts_no_frame(first: int) -> None:
    graph = new_network()
    nodes = [graph.add("Input", shape=(8, 16, 16)), *(graph.add("ReLU") for _ in range(30))]
    for source, target in pairwise(nodes):
        graph.connect(source, target)
    for row, node in enumerate(nodes):
        graph.positions[node] = (0.0, row * 96.0)
    inside = set(nodes[first : first + 6])
    graph.frames["f1"] = Frame("f1", (-16.0, first * 96.0 - 32, WIDTH + 32, 6 * 96.0))
    edit = Arranger(graph, Shapes(graph)).edit(None)
    assert edit is not None
    edit.apply(graph)
    boxes = {node: QRectF(*at, WIDTH, HEIGHT) for node, at in graph.positions.items()}
    assert len({box.left() for box in boxes.values()}) > 2, "it is in columns"
    frame = QRectF(*graph.frames["f1"].box)
    assert {node for node, box in boxes.items() if frame.intersects(box)} == inside


def test_it_is_in_the_exported_drawing(show: Show, chain: Graph) -> None:
    hand, frame = framed(show, chain)

    def painted() -> QImage:
        drawing = canvas_drawing(hand.view.canvas, Options())
        image = QImage(drawing.size.toSize(), QImage.Format.Format_RGB32)
        painter = QPainter(image)
        drawing.paint(painter)
        painter.end()
        return image

    with_frame = painted()
    hand.view.document.apply(RemoveFrame(frame.id))
    without = painted()
    assert with_frame.width() > without.width() or with_frame != without
