"""Opens the unrolled view of the selected scan."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from engine.graph import Graph
from engine.unfolding.unrolled import refusal
from gui.document import Document

if TYPE_CHECKING:
    from gui.unrolled.dialog import UnrolledDialog


class UnrolledCommands(QObject):
    """``run_of`` says which run the weights come from; ``show`` opens a network made here as a project."""

    def __init__(
        self,
        document: Document,
        window: QWidget,
        run_of: Callable[[], Path | None],
        show: Callable[[Graph], object],
        say: Callable[[str], None],
    ) -> None:
        super().__init__(window)
        self.document, self._window = document, window
        self._run_of, self._show, self._say = run_of, show, say
        self.dialog: UnrolledDialog | None = None

    @property
    def possible(self) -> bool:
        """Whether the one selected node is a block that is scanned over time."""
        chosen = self.document.selection
        node = self.document.graph.nodes.get(chosen[0]) if len(chosen) == 1 else None
        return node is not None and node.properties.get("apply") == "scan"

    def open(self) -> None:
        """Show the selected scan step by step; where it cannot be, say why."""
        from gui.unrolled.dialog import UnrolledDialog

        reason = refusal(self.document.report, self.document.selection[0]) if self.possible else "Select a scan first."
        if reason:
            self._say(reason)
            return
        self.close()
        project, path = self.document.project.copy(), (*self.document.block_path, self.document.selection[0])
        dialog = self.dialog = UnrolledDialog(
            self.document.graph, self.document.report, path, project, self._run_of(), self._window
        )
        dialog.project_wanted.connect(self._show)
        dialog.finished.connect(self._gone)
        dialog.show()

    def close(self) -> None:
        """Close it with the main window."""
        if self.dialog is not None:
            self.dialog.reject()

    def _gone(self, _result: int) -> None:
        self.dialog = None
