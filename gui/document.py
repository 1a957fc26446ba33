"""The open project: the only one in the program who applies edits. Views listen to its signals; they never poll."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from engine import project
from engine.edits import Change, Edit
from engine.graph import Graph
from engine.problems import Checker, Problem
from engine.shapes import Report, Shapes
from gui.history import UndoHistory


class Document(QObject):
    """Graph, shapes, problems, selection and undo history of one open project."""

    replaced = Signal()
    """Another graph has been opened: everything is to be drawn anew."""
    changed = Signal(object)
    """An edit was applied, undone or redone; carries the `Change`. Shapes and problems are up to date by then."""
    selection_changed = Signal()
    history_changed = Signal()
    """What undo and redo would do now."""
    title_changed = Signal()
    """The path, the name or whether there are unsaved changes."""

    def __init__(self, graph: Graph | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.history = UndoHistory(self._run, self)
        self.history.changed.connect(self.history_changed)
        self.history.changed.connect(self.title_changed)
        self._restored = False
        self._set(graph or Graph("untitled"), None)

    def _set(self, graph: Graph, path: Path | None) -> None:
        self.graph = graph
        self.path = path
        self.shapes = Shapes(graph)
        self.checker = Checker(self.shapes)
        self._selection: tuple[str, ...] = ()

    @property
    def report(self) -> Report:
        """What is known of each node's shapes."""
        return self.shapes.report

    def problems(self) -> list[Problem]:
        """All problems, gravest first."""
        return self.checker.problems()

    # -- files -----------------------------------------------------------------------------------------------------

    def open_graph(self, graph: Graph, path: Path | None = None, *, saved: bool = True) -> None:
        """Show another graph; ``saved`` says that nothing would be lost by closing it."""
        self._set(graph, path)
        self.history.clear()
        self._restored = not saved
        self.replaced.emit()
        self.selection_changed.emit()
        self.title_changed.emit()

    def save(self, path: Path) -> None:
        """Write the project; raises ProjectError and keeps the old file where that fails."""
        project.save(self.graph, path)
        self.path = path
        self._restored = False
        self.history.set_clean()
        self.title_changed.emit()

    @property
    def unsaved(self) -> bool:
        """Whether closing would lose changes."""
        return self._restored or not self.history.clean

    def discard(self) -> None:
        """Count the changes as given up."""
        self._restored = False
        self.history.set_clean()

    # -- edits -----------------------------------------------------------------------------------------------------

    def apply(self, edit: Edit, title: str | None = None) -> None:
        """Apply an edit as one undo step. Raises GraphError, and nothing has changed, if the graph refuses it."""
        name = title or edit.title(self.graph)
        inverse = edit.apply(self.graph)
        self.history.push(edit, inverse, name)
        self._after(edit.change())

    def _run(self, edit: Edit) -> Edit:
        """Apply an edit of the history; returns its inverse."""
        inverse = edit.apply(self.graph)
        self._after(edit.change())
        return inverse

    def _after(self, change: Change) -> None:
        visited = self.shapes.update(change.dirty(self.graph))
        if change.settings:  # the rules of Inputs and Outputs read the settings of the data
            visited |= {node.id for kind in ("Input", "Output") for node in self.graph.of_type(kind)}
        self.checker.update(visited)
        kept = tuple(node_id for node_id in self._selection if node_id in self.graph.nodes)
        self.changed.emit(change)
        if kept != self._selection:
            self.select(kept)

    # -- selection (not an undo step) ------------------------------------------------------------------------------

    @property
    def selection(self) -> tuple[str, ...]:
        """The ids of the selected nodes."""
        return self._selection

    def select(self, node_ids: Iterable[str]) -> None:
        """Select exactly these nodes."""
        chosen = tuple(dict.fromkeys(node_id for node_id in node_ids if node_id in self.graph.nodes))
        if chosen != self._selection:
            self._selection = chosen
            self.selection_changed.emit()
