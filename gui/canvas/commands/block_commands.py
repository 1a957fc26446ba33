"""Make, dissolve, open, leave and keep blocks."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QInputDialog

from gui.canvas import blocks
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
        document.open_block((*document.block_path, node_id))
        return True

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
