"""Freeze layers, let them learn again, and give the network a new head."""

from __future__ import annotations

from engine.fine_tuning.failure import FineTuningError
from engine.fine_tuning.freezing import freeze_up_to, is_frozen, unfreeze, unfreeze_all
from engine.fine_tuning.new_head import new_head
from gui.canvas.sheet import Sheet


class FineTuningCommands:
    """What is done with the weights of one sheet's network; each is one undo step."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet, self._document = sheet, sheet.document

    @property
    def frozen(self) -> bool:
        """Whether one of the selected layers is frozen."""
        nodes = self._document.graph.nodes
        return any(is_frozen(nodes[node_id]) for node_id in self._document.selection if node_id in nodes)

    def freeze(self) -> None:
        """Keep the weights of the selected layer and of all before it as they are."""
        self._sheet.attempt(self._freeze)

    def unfreeze(self) -> None:
        """Let the selected layers learn again."""
        document = self._document
        self._sheet.attempt(lambda: document.apply(unfreeze(document.graph, document.selection), whole_project=True))

    def unfreeze_all(self) -> None:
        """Let all layers learn again."""
        document = self._document
        self._sheet.attempt(lambda: document.apply(unfreeze_all(document.project), whole_project=True))

    def new_head(self) -> None:
        """Replace the last layer by one for the classes of the data."""
        self._sheet.attempt(self._new_head)

    def _freeze(self) -> None:
        document = self._document
        if len(document.selection) != 1:
            raise FineTuningError("Select the last layer that is to stay as it is.")
        unused = document.graph.inside is not None and not document.block_path
        graph = document.graph if unused else document.project
        edit = freeze_up_to(graph, (*document.block_path, document.selection[0]))
        document.apply(edit, whole_project=True)
        self._sheet.message.emit(f"{edit.title(document.project)}: what is after it learns. Undo reverts it.")

    def _new_head(self) -> None:
        document = self._document
        edit = new_head(document.project)
        document.apply(edit, whole_project=True)
        self._sheet.message.emit(f"{edit.title(document.project)}, which begins at random.")
