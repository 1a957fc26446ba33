"""The open project: the only one in the program who applies edits. Views listen to its signals; they never poll."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, Signal

from engine import project
from engine.blocks.block_edits import Within, within
from engine.drawing import Direction, SetDrawing
from engine.edits import Change, Compound, Edit, RenameGraph, SetSetting
from engine.frames import Frame
from engine.graph import Graph, GraphError
from engine.limits import LONGEST_TITLE
from engine.literals import unstorable
from engine.problems import Checker, Problem
from engine.problems.fix import Fix
from engine.problems.fixes import fix_all
from engine.reading.file_versions import FileVersion
from engine.saving.replacement import replacement
from engine.shapes import Report, Shapes
from gui.levels import Level, first_use, is_open, open_use, shapes_of, titles, walk
from gui.undo_history import Selection, UndoHistory
from gui.work.analysis import Analysis

UNNAMED: Final = "untitled"
"""What a project is called that nobody has named."""


def new_network(direction: Direction | None = None) -> Graph:
    """An empty network drawn in a direction, by None in one that arranging chooses."""
    graph = Graph(UNNAMED)
    SetDrawing(*(("automatic", True) if direction is None else ("direction", direction))).apply(graph)
    return graph


class Document(QObject):
    """Graph, shapes, problems, selection and undo history of one open project.

    ``project`` is the network itself. ``graph``, ``report``, ``problems`` and the selection are those of the level that
    is worked in: the network, or the inside of a block as the node it was opened from uses it. ``block_path``
    holds the ids of the nodes that lead there. The canvas shows the ``sheet``, which is that level, or one around it
    where the blocks between are open in place. ``version`` is that of the file at ``path`` that was opened or saved
    last; ``read_only`` says why nothing may be written there, empty where it may.
    """

    replaced = Signal()
    """Another graph is worked in, of another project or level: everything is to be read again."""
    sheet_edited = Signal(object)
    """What an edit, done or undone, changes in the whole project (a `Change`), for who shows several of its levels;
    `changed` or `replaced` follows."""
    opened = Signal()
    """Another project has been opened (`replaced` follows)."""
    applied = Signal(object)
    """The graph has just changed by this `Edit` of the whole project, new, undone or redone; nothing else knows yet."""
    changed = Signal(object)
    """An edit was applied, undone or redone; carries the `Change` of the open level. All but many shapes are known."""
    inferred = Signal(object)
    """The shapes of these nodes of the network (a set of ids) are known again, and with them all (`known`)."""
    checked = Signal()
    """All problems are known: after `changed`, with it where they are few, else soon (`checking`)."""
    selection_changed = Signal()
    history_changed = Signal()
    """What undo and redo would do now."""
    saved = Signal()
    """A snapshot is in the file (`title_changed` follows)."""
    title_changed = Signal()
    """The path, the name, whether there are unsaved changes or the file is read-only."""

    def __init__(self, graph: Graph | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.history = UndoHistory(self._run, self._selected, self._select_again, self)
        self.history.changed.connect(self.history_changed)
        self.history.changed.connect(self.title_changed)
        self.follow_up: Callable[[Change], Iterable[Edit]] = lambda _change: ()
        """What belongs to an edit that has just been applied: edits of the project for the same undo step."""
        self._restored = False
        self.analysis = Analysis(self)
        """Keeps the shapes and problems of the network."""
        self.analysis.inferred.connect(self.inferred)
        self.analysis.checked.connect(self.checked)
        self._set(graph or new_network(), None, None)

    def _set(self, graph: Graph, path: Path | None, version: FileVersion | None) -> None:
        self.project = graph
        self.path, self.version = path, version
        self.read_only, self._missing = "", False
        self.analysis.begin(graph)
        self.sheet = Level(graph)
        self.same_sheet = False
        """Whether `replaced` only says that another level of the same sheet is worked in."""
        self._show(self.sheet)

    def _show(self, level: Level) -> None:
        self.level = level
        self.graph, self.block_path = level.graph, level.block_path
        self._inside = None if level.graph is self.project else Checker(shapes_of(self.whole, level))
        self._selection: tuple[str, ...] = ()
        self._frame = ""

    # -- shapes and problems: who asks for them before all are known waits for the rest --------------------------

    @property
    def whole(self) -> Shapes:
        """The shapes of the network."""
        return self.analysis.shapes

    @property
    def whole_checker(self) -> Checker:
        """What finds the problems of the network."""
        return self.analysis.checker

    @property
    def shapes(self) -> Shapes:
        """The shapes of the open level."""
        return self.whole if self._inside is None else self._inside.shapes

    @property
    def checker(self) -> Checker:
        """What finds the problems of the open level."""
        return self.whole_checker if self._inside is None else self._inside

    @property
    def report(self) -> Report:
        """What is known of the shapes of each node of the open level."""
        return self.shapes.report

    @property
    def known(self) -> Report:
        """The same as far as it is known, without waiting: a shape that is still to be inferred is what it was."""
        return self.analysis.known if self._inside is None else self._inside.shapes.report

    @property
    def checking(self) -> bool:
        """Whether some problems of the network are still to be found; `checked` follows."""
        return self.analysis.checking

    def problems_at(self, node_id: str) -> list[Problem]:
        """The problems of a node of the open level; while some are still to be found, those known so far."""
        so_far = self._inside is None and self.checking
        return self.analysis.problems_at(node_id) if so_far else [p for p in self.problems() if p.node == node_id]

    def problems(self) -> list[Problem]:
        """All problems of the open level, gravest first."""
        return self.checker.problems()

    def all_problems(self) -> list[Problem]:
        """All problems of the network, those inside blocks included."""
        return self.whole_checker.problems()

    # -- levels ----------------------------------------------------------------------------------------------------

    def open_block(self, block_path: tuple[str, ...], select: Iterable[str] = (), *, on_its_own: bool = False) -> None:
        """Work in the block that the nodes on ``block_path`` lead to, the network for none; select nodes there.

        One that is open in place is worked in there, unless it is wanted ``on_its_own`` as a level.
        """
        level = walk(self.whole, block_path)
        stays = is_open(self.sheet, level.block_path) and not (on_its_own and level.block_path != self.sheet.block_path)
        if level.graph is not self.graph or level.block_path != self.block_path or not stays:
            self._enter(level, None if stays else level)
        self.select(select)

    def open_definition(self, block_id: str) -> None:
        """Work in a block: where it is open in place, else where it is used first, else with its own defaults."""
        block_path = open_use(self.sheet, block_id) or first_use(self.project, block_id)
        if block_path is not None:
            self.open_block(block_path)
        elif block_id in self.project.blocks:
            level = Level(self.project.blocks[block_id].graph)
            self._enter(level, level)

    def _enter(self, level: Level, sheet: Level | None) -> None:
        """Work in another level, of another sheet if one is given."""
        self.sheet = sheet or self.sheet
        self._show(level)
        self.same_sheet = sheet is None
        self.replaced.emit()
        self.same_sheet = False
        self.selection_changed.emit()

    def titles(self) -> list[tuple[str, tuple[str, ...]]]:
        """What leads to the open level, for a breadcrumb: (name, block_path) of each level, the network first."""
        return titles(self.project, self.level)

    # -- files -----------------------------------------------------------------------------------------------------

    def open_graph(
        self, graph: Graph, path: Path | None = None, *, saved: bool = True, version: FileVersion | None = None
    ) -> None:
        """Show another graph, of this version of its file; ``saved`` says that nothing is lost by closing it."""
        self._set(graph, path, version)
        self._restored = not saved
        self.history.clear()
        self.opened.emit()
        self.replaced.emit()
        self.selection_changed.emit()
        self.title_changed.emit()

    def name_after(self, path: Path) -> None:
        """Call the project as a file it is about to be saved as, if its name is none of its own: an undo step."""
        given = self.project.name not in (UNNAMED, self.path.stem if self.path is not None else UNNAMED)
        name = path.stem[:LONGEST_TITLE]
        if not given and name != self.project.name and not unstorable(name):
            self.apply(RenameGraph(name), whole_project=True)

    def snapshot(self, path: Path) -> bytes:
        """The project as it is now, to be written to this file; `set_saved` follows.

        Raises ProjectError if no file can hold it.
        """
        content = project.to_bytes(self.project, path.absolute().parent)
        self.history.mark()
        return content

    def set_saved(self, path: Path, version: FileVersion) -> None:
        """The last snapshot is in this file; what was edited since is unsaved."""
        self.path, self.version = path, version
        self.read_only, self._missing, self._restored = "", False, False
        self.history.set_clean_at_mark()
        self.saved.emit()
        self.title_changed.emit()

    def set_file(self, path: Path | None, version: FileVersion | None) -> None:
        """It belongs to this version of this file, whatever is in it; to none, and unsaved, without."""
        self.path, self.version = path, version
        self._restored |= path is None
        self.title_changed.emit()

    def set_state(self, *, read_only: str, missing: bool) -> None:
        """Why the file must not be written, and whether it is gone: then closing would lose the project."""
        if (self.read_only, self._missing) != (read_only, missing):
            self.read_only, self._missing = read_only, missing
            self.title_changed.emit()

    def take(self, graph: Graph, version: FileVersion, title: str) -> None:
        """Become what is in the file now, by one step that can be undone."""
        self.open_block(())
        edit = replacement(self.project, graph, title)
        if edit.edits:
            self.apply(edit, whole_project=True)
        self.version = version
        self.discard()

    @property
    def unsaved(self) -> bool:
        """Whether closing would lose changes."""
        return self._restored or self._missing or not self.history.clean

    def discard(self) -> None:
        """Count the changes as given up."""
        self._restored = self._missing = False
        self.history.set_clean()

    # -- edits -----------------------------------------------------------------------------------------------------

    def apply(self, edit: Edit, title: str | None = None, *, whole_project: bool = False) -> None:
        """Apply an edit of the open level as one undo step; settings are the project's wherever that is.

        ``whole_project`` says that it is one of the project's own graph, whatever level is open.
        Raises GraphError, and nothing has changed, if the graph refuses it.
        """
        whole = edit if whole_project or isinstance(edit, SetSetting | SetDrawing) else within(self.graph, edit)
        name = title or whole.title(self.project)
        before = self._selected()
        whole, inverse = self._applied(whole, name)
        self.applied.emit(whole)
        self.history.push(whole, inverse, name, before)
        self._after(whole.change())

    def _applied(self, edit: Edit, name: str) -> tuple[Edit, Edit]:
        """Apply an edit with what belongs to it, or nothing; all of that, and its inverse."""
        steps = [(edit, edit.apply(self.project))]
        try:
            for more in self.follow_up(edit.change()):
                steps.append((more, more.apply(self.project)))
        except GraphError:
            for _, back in reversed(steps):
                back.apply(self.project)
            raise
        if len(steps) == 1:
            return steps[0]
        backwards = tuple(back for _, back in reversed(steps))
        return Compound(tuple(step for step, _ in steps), name), Compound(backwards, name)

    def fix(self, problem: Problem, fix: Fix) -> None:
        """Apply a fix of a problem of the network or of the open level. Raises GraphError where it fits no more."""
        self.apply(fix.edit, fix.label, whole_project=problem.seen_by is self.whole_checker)

    def fix_all(self) -> list[str]:
        """Apply the best fix of every problem that one keeps everything for, as one step; returns their labels."""
        found = fix_all(self.whole_checker)
        if found is None:
            return []
        edit, labels = found
        self.apply(edit, edit.name, whole_project=True)
        return labels

    def _run(self, edit: Edit) -> Edit:
        """Apply an edit of the history, where it belongs; returns its inverse."""
        wanted, change = edit.block_id if isinstance(edit, Within) else None, edit.change()
        if wanted != self.graph.inside and not change.settings and self.graph.inside not in change.blocks:
            if wanted is None:
                self.open_block(())
            else:
                self.open_definition(wanted)
        inverse = edit.apply(self.project)
        self.applied.emit(edit)
        self._after(edit.change())
        return inverse

    def _after(self, change: Change) -> None:
        dirty = change.dirty(self.project)
        ends = ("Input", "Output") if change.settings else ()  # whose rules read the settings of the data
        change.inferred = self.analysis.follow(dirty, (node.id for node in self.project.of_type(*ends)))
        change.nodes |= dirty
        self._follow_sheet()
        self.sheet_edited.emit(change)
        selected, before = self._selection, self.level
        if self.graph is not self.project:
            level = walk(self.whole, self.block_path) if self.block_path else Level(self.graph)
            if level.graph is not self.graph or self.graph.inside not in self.project.blocks:
                level = level if level.graph is not self.graph else Level(self.project)
                self._enter(level, None if is_open(self.sheet, level.block_path) else level)
                return
            if self.block_path and not is_open(self.sheet, self.block_path):  # closed around us
                while not is_open(self.sheet, level.block_path):
                    level = walk(self.whole, level.block_path[:-1])
                self._enter(level, None)
                return
            self._show(level)
        here = change_of(self.graph, change, other=self.level != before)
        self._selection = tuple(node_id for node_id in selected if node_id in self.graph.nodes)
        gone = bool(self._frame) and self._frame not in self.graph.frames
        self._frame = "" if gone else self._frame
        self.changed.emit(here)
        if self._selection != selected or gone:
            self.selection_changed.emit()
        if not self.checking:
            self.checked.emit()

    def _follow_sheet(self) -> None:
        """The sheet may be gone, or used otherwise than before."""
        if self.sheet.graph is self.project:
            return
        path = self.sheet.block_path
        level = walk(self.whole, path) if path else self.sheet
        kept = level.graph is self.sheet.graph and level.graph.inside in self.project.blocks
        self.sheet = level if kept or level.graph is not self.sheet.graph else Level(self.project)

    # -- selection (not an undo step) ------------------------------------------------------------------------------

    @property
    def selection(self) -> tuple[str, ...]:
        """The ids of the selected nodes."""
        return self._selection

    def select(self, node_ids: Iterable[str]) -> None:
        """Select exactly these nodes."""
        chosen = tuple(dict.fromkeys(node_id for node_id in node_ids if node_id in self.graph.nodes))
        if chosen != self._selection or self._frame:
            self._selection, self._frame = chosen, ""
            self.selection_changed.emit()

    @property
    def frame(self) -> Frame | None:
        """The comment frame that is selected; then no node is."""
        return self.graph.frames.get(self._frame)

    def select_frame(self, frame_id: str) -> None:
        """Select a frame, and no node."""
        if frame_id in self.graph.frames and (frame_id, ()) != (self._frame, self._selection):
            self._selection, self._frame = (), frame_id
            self.selection_changed.emit()

    def _selected(self) -> Selection:
        """What is selected now, to be selected again."""
        return self.block_path, self._selection, self._frame

    def _select_again(self, selection: Selection) -> None:
        """Select what was selected, if that level is still open."""
        block_path, node_ids, frame_id = selection
        if block_path == self.block_path:
            self.select(node_ids)
            self.select_frame(frame_id)


def change_of(graph: Graph, change: Change, *, other: bool) -> Change:
    """What a change of the project means for one of its graphs; ``other`` says that it is used otherwise now."""
    if graph.inside is None:
        return change
    here = change.inner.get(graph.inside, Change())
    here.settings, here.blocks, here.drawing = change.settings, change.blocks, change.drawing
    here.nodes |= set(graph.nodes) if other else here.dirty(graph)
    here.inferred = set(graph.nodes)
    return here
