"""Blocks on the canvas: made, opened, left, dissolved, copied, with real keys and clicks."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QInputDialog, QTreeWidgetItem
from pytestqt.qtbot import QtBot

import presets
from engine import project
from engine.blocks import library
from engine.blocks.block import Block
from engine.blocks.block_edits import AddBlock
from engine.edits import SetProperty
from engine.graph import Graph
from engine.source import write
from gui.canvas import clipboard
from gui.canvas.commands.layer_commands import add_layer
from gui.canvas.node_kinds import kinds
from gui.canvas.view import View
from gui.design.breadcrumb import Breadcrumb
from gui.design.palette import Palette
from gui.document import Document
from tests.engine.networks import lenet
from tests.gui.test_canvas_popup import carry


@pytest.fixture
def resnet(qtbot: QtBot) -> View:
    """ResNet-18 in a view."""
    view = View(Document(presets.build("resnet-18-small")))
    qtbot.addWidget(view)
    view.resize(900, 700)
    view.show()
    qtbot.waitExposed(view)
    return view


def stage(document: Document, name: str = "stage2") -> str:
    node = document.project.by_name(name)
    assert node is not None
    return node.id


def test_a_block_looks_like_a_stack_and_says_how_often(resnet: View) -> None:
    look = resnet.canvas.nodes[stage(resnet.document)].look
    assert look.stacked
    assert look.type == "BasicBlock"
    assert look.summary == "×2 · channels 32, stride 2"


def test_a_double_click_opens_a_block_and_a_key_leaves_it(resnet: View, qtbot: QtBot) -> None:
    document, node_id = resnet.document, stage(resnet.document)
    resnet.camera.reveal(resnet.canvas.nodes[node_id].box)
    at = resnet.mapFromScene(resnet.canvas.nodes[node_id].box.center())
    qtbot.mouseDClick(resnet.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(at))
    assert document.block_path == (node_id,)
    assert {node.name for node in document.graph.nodes.values()} >= {"x", "shortcut", "y"}
    assert resnet.canvas.nodes.keys() == document.graph.nodes.keys()
    assert str(document.report.spec("n2")) == "(N, 32, 16, 16)"
    resnet.blocks.leave()
    assert document.graph is document.project
    assert document.selection == (node_id,)
    qtbot.keyClick(resnet, Qt.Key.Key_Return)
    assert document.block_path == (node_id,)


def test_the_breadcrumb_leads_back(resnet: View, qtbot: QtBot) -> None:
    document = resnet.document
    crumbs = Breadcrumb(document)
    qtbot.addWidget(crumbs)
    assert crumbs.isHidden()
    document.open_block((stage(document),))
    assert [part.text() for part in crumbs.parts] == ["ResNet-18 small", "› stage2"]
    assert crumbs.hint.text() == "Changes count for all 4 uses of BasicBlock"
    qtbot.mouseClick(crumbs.parts[0], Qt.MouseButton.LeftButton)
    assert document.graph is document.project
    assert crumbs.isHidden()


def test_an_edit_inside_counts_everywhere_and_undo_goes_where_it_happened(resnet: View) -> None:
    document = resnet.document
    before = project.to_bytes(document.project)
    document.open_block((stage(document),))
    resnet.document.select(["n4"])
    resnet.editing.delete_and_reconnect()
    assert "n4" not in document.graph.nodes
    assert write(document.project).count("nn.ReLU()") == 2  # one in the block, one in the stem
    document.open_block(())
    document.history.undo()
    assert document.block_path
    assert project.to_bytes(document.project) == before


def make(view: View, name: str) -> None:
    """Make a block of the selection through the dialog."""
    view.blocks.make()
    (dialog,) = view.findChildren(QInputDialog)
    assert dialog.textValue() == "Block"
    dialog.setTextValue(name)
    dialog.accept()


def test_a_selection_becomes_a_block_and_dissolves_again(qtbot: QtBot) -> None:
    view = View(Document(lenet()))
    qtbot.addWidget(view)
    document = view.document
    text = write(document.project)
    document.select(["n2", "n3", "n4"])
    make(view, "Features")
    (chosen,) = document.selection
    assert document.graph.node(chosen).type == "block.features"
    assert "class Features(nn.Module):" in write(document.project)
    assert document.history.undo_title == "Make block Features"
    view.blocks.dissolve()
    assert len(document.selection) == 3
    assert "class Features" not in write(document.project)
    document.history.undo()
    document.history.undo()
    assert write(document.project) == text


def test_a_refusal_is_said(qtbot: QtBot) -> None:
    view = View(Document(lenet()))
    qtbot.addWidget(view)
    view.document.select(["n2", "n4"])
    with qtbot.waitSignal(view.message) as said:
        make(view, "Broken")
    assert "tanh1 lies between them" in said.args[0]


def test_a_copied_block_brings_its_definition_along(resnet: View, qtbot: QtBot) -> None:
    document = resnet.document
    document.select([stage(document)])
    resnet.clipboard.copy()
    text = QGuiApplication.clipboard().text()
    other = Document(Graph("other"))
    (pasted,) = clipboard.paste(other, text, None)
    assert other.graph.node(pasted).type == "block.basic_block"
    assert other.graph.blocks["basic_block"].name == "BasicBlock"
    assert other.graph.node(pasted).properties == {"repeat": 2}
    again = clipboard.paste(document, text, None)
    assert len(document.project.blocks) == 1
    assert document.graph.node(again[0]).type == "block.basic_block"


def test_a_kept_block_is_offered_in_other_projects(resnet: View, qtbot: QtBot) -> None:
    document = resnet.document
    document.select([stage(document)])
    with qtbot.waitSignal(resnet.message) as said:
        resnet.blocks.keep()
    assert said.args == ["BasicBlock is in your library now."]
    assert library.entries()[1] == []
    other = Document(Graph("other"))
    palette = Palette(other)
    qtbot.addWidget(palette)
    palette.search.setText("my blocks")
    with qtbot.waitSignal(palette.chosen) as chosen:
        qtbot.keyClick(palette.search, Qt.Key.Key_Return)
    assert chosen.args == ["library:yours/BasicBlock"]
    for _ in range(2):
        added = add_layer(other, chosen.args[0], None)
        assert other.graph.nodes[added].type == "block.basic_block"
    assert other.graph.blocks["basic_block"].origin["library"] == "yours"
    assert len(other.graph.blocks) == 1


def test_ready_made_blocks_are_offered_like_layers_and_those_with_states_are_scanned(qtbot: QtBot) -> None:
    graph = Graph("sequence")
    rows = graph.add("Input", name="rows", shape=(8, 8))
    view = View(Document(graph))
    qtbot.addWidget(view)
    view.resize(900, 700)
    with qtbot.waitExposed(view):
        view.show()
    document = view.document
    document.select([rows])
    view.adder.open()
    assert view.adder.popup is not None
    line, offered = view.adder.popup.line, view.adder.popup.list
    qtbot.keyClicks(line, "lstm cell")
    assert [offered.item(row).text() for row in range(2)] == ["LSTM cell", "LSTMCell"], (
        "a sequence fits the scanned one"
    )
    qtbot.keyClick(line, Qt.Key.Key_Return)
    (cell,) = document.selection
    assert document.graph.nodes[cell].properties == {"apply": "scan"}
    assert next(str(spec) for spec in document.report.outputs[cell].values()) == "(N, 8, 64)"
    places = [*document.graph.blocks["lstm_cell"].graph.positions.values()]
    assert len({x for x, _ in places}) > 2, "it is laid out"
    palette = Palette(document)
    qtbot.addWidget(palette)
    palette.search.setText("ready-made attention")
    shown = [item for item in _lines(palette) if not item.isHidden()]
    assert {item.text(0) for item in shown} == {"Multi-head attention", "Scaled dot-product attention"}
    shown.sort(key=lambda item: item.text(0))
    at, nothing = view.mapFromScene(QPointF(600, 300)), Qt.KeyboardModifier.NoModifier
    assert carry(view, palette.tree.mimeData(shown[:1]), at, nothing)
    assert {block.name for block in document.graph.blocks.values()} == {
        *("LSTM cell", "Multi-head attention", "Scaled dot-product attention")
    }
    document.history.undo()
    document.history.undo()
    assert (list(document.graph.nodes), list(document.graph.blocks)) == ([rows], [])


def _lines(palette: Palette) -> list[QTreeWidgetItem]:
    heads = (palette.tree.topLevelItem(row) for row in range(palette.tree.topLevelItemCount()))
    return [head.child(index) for head in heads if head is not None for index in range(head.childCount())]


def test_each_level_offers_what_can_be_used_there(resnet: View) -> None:
    document = resnet.document
    outside = {cls.title() for cls in kinds(document.project)}
    assert {"Input", "Output", "BasicBlock"} <= outside
    assert not {"BlockInput", "BlockOutput"} & outside
    inner = document.project.blocks["basic_block"].graph
    within = {cls.title() for cls in kinds(inner)}
    assert {"BlockInput", "BlockOutput"} <= within
    assert not {"Input", "Output", "BasicBlock"} & within


def test_the_palette_lists_blocks_and_drops_unused_ones(resnet: View, qtbot: QtBot) -> None:
    document = resnet.document
    palette = Palette(document)
    qtbot.addWidget(palette)
    document.apply(_spare())
    head = palette.tree.topLevelItem(0)
    assert head is not None
    assert [head.child(n).text(0) for n in range(head.childCount())] == ["BasicBlock", "Spare"]
    menus = [palette.menu_of(head.child(n)) for n in range(2)]
    delete = [menu.actions()[-1] for menu in menus if menu is not None]
    assert [action.isEnabled() for action in delete] == [False, True]
    delete[1].trigger()
    assert list(document.project.blocks) == ["basic_block"]


def _spare() -> AddBlock:
    return AddBlock(Block("spare", "Spare", Graph("Spare")))


def test_signs_tell_frozen_and_shared_weights(qtbot: QtBot) -> None:
    graph = lenet()
    fc = graph.add("Linear", name="again", weights_of="n9", frozen=True)
    graph.connect("n8", fc)
    SetProperty("n2", "parametrization", "spectral_norm").apply(graph)
    view = View(Document(graph))
    qtbot.addWidget(view)
    look = view.canvas.nodes[fc].look
    assert "❄ frozen" in look.summary
    assert "σ spectral norm" in view.canvas.nodes["n2"].look.summary
    assert "⇆ fc1" in look.summary
