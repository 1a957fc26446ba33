"""The open project: the only one in the program who applies edits. Views listen to its signals; they never poll."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from engine import project
from engine.edits import Change, Edit
from engine.graph import Graph
from engine.problems import Checker, Problem
from engine.shapes import Report, Shapes


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
        self.undo_stack = QUndoStack(self)
        stack = self.undo_stack
        stack.cleanChanged.connect(self.title_changed)
        for signal in (stack.canUndoChanged, stack.canRedoChanged, stack.undoTextChanged, stack.redoTextChanged):
            signal.connect(self.history_changed)
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
        self.undo_stack.clear()
        self._restored = not saved
        self.replaced.emit()
        self.selection_changed.emit()
        self.title_changed.emit()

    def save(self, path: Path) -> None:
        """Write the project; raises ProjectError and keeps the old file where that fails."""
        project.save(self.graph, path)
        self.path = path
        self._restored = False
        self.undo_stack.setClean()
        self.title_changed.emit()

    @property
    def unsaved(self) -> bool:
        """Whether closing would lose changes."""
        return self._restored or not self.undo_stack.isClean()

    def discard(self) -> None:
        """Count the changes as given up."""
        self._restored = False
        self.undo_stack.setClean()

    # -- edits -----------------------------------------------------------------------------------------------------

    def apply(self, edit: Edit, title: str | None = None) -> None:
        """Apply an edit as one undo step. Raises GraphError, and nothing has changed, if the graph refuses it."""
        name = title or edit.title(self.graph)
        inverse = edit.apply(self.graph)
        self._after(edit.change())
        self.undo_stack.push(_Step(self, edit, inverse, name))

    def _after(self, change: Change) -> None:
        visited = self.shapes.update(change.dirty())
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


class _Step(QUndoCommand):
    """One undo step; the edit was applied before it was pushed, so the first redo does nothing."""

    def __init__(self, document: Document, edit: Edit, inverse: Edit, title: str) -> None:
        super().__init__(title)
        self._document = document
        self._redo: Edit | None = None
        self._edit, self._undo = edit, inverse

    def redo(self) -> None:
        if self._redo is None:
            self._redo = self._edit
            return
        self._undo = self._redo.apply(self._document.graph)
        self._document._after(self._redo.change())

    def undo(self) -> None:
        self._redo = self._undo.apply(self._document.graph)
        self._document._after(self._undo.change())
