"""Make, dissolve, open, leave and keep blocks."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QInputDialog

from engine.blocks.block_edits import within
from engine.drawing import open_in_place
from engine.edits import Compound
from gui.canvas import blocks
from gui.canvas.in_place.open_boxes import OpenBoxes, open_blocks
from gui.canvas.in_place.room import resized
from gui.canvas.layout.flow import flow_of
from gui.canvas.layout.whole_project import moved
from gui.canvas.node_item import natural_size
from gui.canvas.sheet import Sheet


class BlockCommands:
    """What is done with the blocks of one sheet."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet, self._document = sheet, sheet.document

    @property
    def selected(self) -> bool:
        """Whether one block is selected, and nothing else."""
        graph, chosen = self._document.graph, self._document.selection
        node = graph.nodes.get(chosen[0]) if len(chosen) == 1 else None
        return node is not None and graph.blocks.of_type(node.type) is not None

    def make(self) -> None:
        """Ask for a name and make a block of the selected nodes."""
        dialog = QInputDialog(self._sheet)
        dialog.setWindowTitle("Make Block")
        dialog.setLabelText("Name of the block:")
        dialog.setTextValue(self._document.graph.blocks.fresh_name("Block"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.textValueSelected.connect(
            lambda name: self._sheet.attempt(lambda: blocks.make(self._document, name.strip()))
        )
        dialog.open()

    def dissolve(self) -> None:
        """Replace the selected block with what is inside it."""
        self._sheet.attempt(lambda: blocks.dissolve_selected(self._document))

    def open(self, node_id: str) -> bool:
        """Show what is inside a block; False for another node."""
        document = self._document
        if document.graph.blocks.of_type(document.graph.node(node_id).type) is None:
            return False
        document.open_block((*document.block_path, node_id), on_its_own=True)
        return True

    def fold_selected(self) -> None:
        """Open the selected blocks in place, or close them where all are open."""
        graph = self._document.graph
        chosen = [node_id for node_id in self._document.selection if graph.blocks.of_type(graph.nodes[node_id].type)]
        if chosen:
            self.fold(chosen)

    def fold(self, node_ids: Collection[str]) -> None:
        """Open blocks in place, or close them where all are open: one step, in which others make room."""
        document, sheet = self._document, self._sheet
        graph, flow = document.graph, flow_of(document.graph)
        is_open = not set(node_ids) <= set(open_blocks(graph))
        changed = [node_id for node_id in node_ids if (node_id in open_blocks(graph)) != is_open]
        boxes, now = OpenBoxes(document.whole, flow), dict(sheet.canvas.boxes.sizes)
        path = document.block_path if graph.inside is None or document.block_path else None
        positions = dict(graph.positions)
        for node_id in changed:
            size = natural_size(graph, document.report, node_id)
            size = boxes.open_box(graph, node_id, path, size).size if is_open else size
            positions |= resized(positions, now, node_id, size, flow)
            now[node_id] = size
        moves = [within(graph, move) for move in moved(graph, positions)]
        names = graph.nodes[changed[0]].name if len(changed) == 1 else f"{len(changed)} blocks"
        title = f"{'Open' if is_open else 'Close'} {names} in place"
        edit = Compound((open_in_place(graph, changed, is_open=is_open), *moves), title)
        fitted = sheet.camera.fitted
        if sheet.attempt(lambda: document.apply(edit, whole_project=True)):
            sheet.canvas.flush()
            if fitted:
                sheet.camera.fit(sheet.canvas.content())
            else:
                sheet.camera.reveal(sheet.canvas.content(changed))

    def step_inside(self) -> None:
        """Work inside the selected block, which is opened in place if it is not: its first layer is selected."""
        document, chosen = self._document, self._document.selection
        if not self.selected:
            return
        if chosen[0] not in open_blocks(document.graph):
            self.fold(chosen)
        document.open_block((*document.block_path, *chosen))
        document.select(document.graph.order()[:1])
        if document.selection:
            self._sheet.camera.reveal(self._sheet.canvas.content(document.selection))

    def open_selected(self) -> None:
        """Open the selected block."""
        if len(self._document.selection) == 1:
            self.open(self._document.selection[0])

    def leave(self) -> None:
        """Show what is around the open block, and select it there."""
        if self._document.graph.inside is not None:
            self._document.open_block(self._document.block_path[:-1], self._document.block_path[-1:])

    def keep(self) -> None:
        """Keep the selected block, or the open one, in the user's library."""
        said = self._sheet.message.emit
        self._sheet.attempt(lambda: blocks.store(blocks.chosen_block(self._document), self._sheet, said))
