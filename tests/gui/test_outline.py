"""The outline: the network as a tree that is read and edited by keys, in step with the canvas."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

import presets
from engine.edits import SetParameter
from engine.frames import Frame
from engine.graph import Graph
from gui.design.outline.panel import Outline
from gui.document import Document
from gui.window import MainWindow
from tests.gui.keys_hand import focus, press, write

Key, Mod = Qt.Key, Qt.KeyboardModifier
SPOKEN = Qt.ItemDataRole.AccessibleTextRole


def rows(outline: Outline, parent: QModelIndex | QPersistentModelIndex | None = None) -> list[str]:
    model, above = outline.model, parent or QModelIndex()
    return [str(model.index(row, 0, above).data()) for row in range(model.rowCount(above))]


def made(qtbot: QtBot, graph: Graph) -> Outline:
    outline = Outline(Document(graph))
    qtbot.addWidget(outline)
    outline.resize(260, 600)
    with qtbot.waitActive(outline):
        outline.show()
        outline.activateWindow()
    outline.tree.setFocus()
    return outline


def test_layers_wires_problems_and_what_is_inside_blocks_are_read(qtbot: QtBot, chain: Graph) -> None:
    outline = made(qtbot, chain)
    document, model = outline.document, outline.model
    assert rows(outline) == ["input", "conv1", "relu1", "flatten1"]
    conv = model.index(1, 0)
    assert conv.data(SPOKEN) == "conv1, Conv2d, output (N, 8, 26, 26), from input, to relu1"
    assert model.index(1, 1).data() == "8×26×26"
    assert rows(outline, conv) == ["from input", "to relu1"]
    assert model.index(1, 0, conv).data(SPOKEN) == "to relu1: conv1 to relu1, (N, 8, 26, 26)"
    document.apply(SetParameter("n2", "kernel_size", 64))
    outline.refresh()
    conv = model.index(1, 0)
    assert rows(outline, conv)[0].startswith("Error: conv1"), "a problem is shown at its layer"
    assert "Error: conv1" in conv.data(SPOKEN)

    document.open_graph(presets.build("cifar-resnet-20"))
    outline.refresh()
    stage = next(model.index(row, 0) for row, name in enumerate(rows(outline)) if name == "stage1")
    inner = [model.index(row, 0, stage) for row in range(model.rowCount(stage))]
    inside = next(index for index in inner if index.data() == "conv1")
    assert "output (N, 16, 32, 32)" in inside.data(SPOKEN)
    outline.tree.setCurrentIndex(inside)
    assert document.block_path == (model.row_of(stage).path[-1],), "the block is opened on the canvas"
    assert [document.graph.nodes[node_id].name for node_id in document.selection] == ["conv1"]


def test_the_selection_is_that_of_the_canvas(qtbot: QtBot, branch: Graph) -> None:
    outline = made(qtbot, branch)
    document = outline.document
    document.select(["n3"])
    assert outline.tree.currentIndex().data() == "relu1"
    press(Key.Key_Up)
    assert document.selection == ("n2",)
    press(Key.Key_Down, Mod.ShiftModifier)
    assert document.selection == ("n2", "n3")
    press(Key.Key_Right)
    press(Key.Key_Down)
    assert outline.current is not None
    assert outline.current.edge is not None
    assert document.selection == ("n3",), "a wire is one of its layer"
    with qtbot.waitSignal(outline.parameters_wanted):
        document.select(["n2"])
        press(Key.Key_Return)


def test_a_thousand_layers_are_listed_without_what_is_below(qtbot: QtBot) -> None:
    graph = Graph("long")
    last = graph.add("Input", shape=(8,))
    for _ in range(1000):
        node = graph.add("ReLU")
        graph.connect(last, node)
        last = node
    outline = made(qtbot, graph)
    assert outline.model.rowCount() == 1001
    assert sum(row.rows is not None for row in outline.model.rows.top) == 0
    outline.document.apply(SetParameter("n1", "shape", (9,)))
    outline.refresh()
    assert outline.model.index(500, 1).data() == "9"


def test_the_network_is_edited_by_keys_in_the_outline(qtbot: QtBot, windows: Callable[[], MainWindow]) -> None:
    window = windows()
    window.resize(1280, 800)
    window.files.show_graph(presets.build("lenet-5"))
    window.activateWindow()
    document, outline = window.document, window.design.outline

    def names() -> list[str]:
        outline.refresh()
        return rows(outline)

    def go(name: str) -> None:
        node = document.graph.by_name(name)
        assert node is not None
        document.select([node.id])
        assert focus() is outline.tree

    window.actions_table["view.outline"].trigger()
    assert focus() is outline.tree
    assert names()[:4] == ["image", "conv1", "relu1", "pool1"]

    go("conv1")  # renamed in place
    press(Key.Key_F2)
    assert isinstance(focus(), QLineEdit)
    press(Key.Key_A, Mod.ControlModifier)
    write("first")
    press(Key.Key_Return)
    assert names()[1] == "first"

    go("relu1")  # moved in its chain, and back
    press(Key.Key_Down, Mod.AltModifier | Mod.ShiftModifier)
    assert names()[1:4] == ["first", "pool1", "relu1"]
    press(Key.Key_Up, Mod.AltModifier | Mod.ShiftModifier)
    assert names()[1:4] == ["first", "relu1", "pool1"]

    go("pool1")  # one is added behind it, and deleted
    press(Key.Key_Insert)
    write("Dropout")
    press(Key.Key_Return)
    assert focus() is outline.tree
    assert names()[3:5] == ["pool1", "dropout1"]
    press(Key.Key_Delete, Mod.ControlModifier)
    assert names()[3:5] == ["pool1", "conv2"]

    go("first")  # a wire is taken off in its own row, and drawn again
    outline.tree.expand(outline.tree.currentIndex())
    press(Key.Key_Down)
    press(Key.Key_Down)
    assert outline.current is not None
    assert outline.tree.currentIndex().data() == "to relu1"
    press(Key.Key_Delete)
    assert "first" not in [p.name for p in (document.graph.nodes[e.source] for e in document.graph.edges)]
    go("first")
    press(Key.Key_W)
    write("relu1")
    press(Key.Key_Return)
    assert focus() is outline.tree
    assert "first" in [document.graph.nodes[edge.source].name for edge in document.graph.edges]

    press(Key.Key_Return)  # parameters, and a problem with its fixes
    press(Key.Key_Escape)
    assert window.view.hasFocus()
    node = document.graph.by_name("conv2")
    assert node is not None
    document.apply(SetParameter(node.id, "kernel_size", 64))
    outline.tree.setFocus()
    go("conv2")
    outline.refresh()
    outline.tree.expand(outline.tree.currentIndex())
    press(Key.Key_Down)
    assert outline.current is not None
    assert outline.current.problem is not None
    press(Key.Key_Return)
    menu = window.view.fix_menu.menu
    assert menu is not None
    qtbot.waitUntil(lambda: menu.activeAction() is not None)
    press(Key.Key_Return)
    assert not [problem for problem in document.problems() if problem.severity == "error"]


def test_frames_are_rows_that_are_chosen_and_renamed(qtbot: QtBot, chain: Graph) -> None:
    chain.frames["n2"] = Frame("n2", (-60.0, 80.0, 400.0, 340.0), "Stem")  # the id of a layer as well
    outline = made(qtbot, chain)
    document, model = outline.document, outline.model
    assert rows(outline) == ["input", "conv1", "relu1", "flatten1", "Stem"]
    frame = model.index(4, 0)
    assert frame.data(SPOKEN) == "frame Stem, around conv1, relu1"
    assert not model.rowCount(frame)
    outline.tree.setCurrentIndex(frame)
    assert document.frame is chain.frames["n2"]
    press(Key.Key_F2)
    write("Head")
    press(Key.Key_Return)
    outline.refresh()
    assert rows(outline)[4] == "Head"
    assert outline.current is not None
    assert outline.current.kind == "frame"
    document.select(["n2"])
    assert [row.kind for row in map(model.row_of, outline.tree.selectionModel().selectedRows())] == ["layer"]
    document.select_frame("n2")
    assert [row.kind for row in map(model.row_of, outline.tree.selectionModel().selectedRows())] == ["frame"]
