"""The undo history: a list of edits with their inverses, and a position in it.

Our own, for Qt's QUndoStack owns its commands from C++ while Python owns them too: it crashed in
``QUndoStack::clear`` when the cycle collector had destroyed them first.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from engine.edits import Edit

Selection = tuple[tuple[str, ...], tuple[str, ...], str]
"""The way to the open level, and the nodes or the frame that are selected there."""


@dataclass(slots=True)
class UndoStep:
    """One undo step: ``edit`` leads on from where it stands, ``inverse`` leads back.

    ``before`` and ``after`` are what was selected then: it is again once the step is undone or done again.
    """

    edit: Edit
    inverse: Edit
    title: str
    before: Selection = ((), (), "")
    after: Selection = ((), (), "")


class UndoHistory(QObject):
    """Steps done and undone. ``run`` applies an edit to the graph, tells everybody and returns the inverse.

    ``selected`` says what is selected, ``select`` selects it again.
    """

    changed = Signal()
    """What undo and redo would do, or whether the document is as it was saved."""

    def __init__(
        self,
        run: Callable[[Edit], Edit],
        selected: Callable[[], Selection],
        select: Callable[[Selection], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._run, self._selected, self._select = run, selected, select
        self._steps: list[UndoStep] = []
        self._index = 0
        self._clean: int | None = 0
        self._marked: int | None = None

    def push(self, edit: Edit, inverse: Edit, title: str, before: Selection) -> None:
        """Add a step that has just been done; steps that were undone are gone. ``before`` was selected then."""
        if self._clean is not None and self._clean > self._index:
            self._clean = None
        if self._marked is not None and self._marked > self._index:
            self._marked = None
        self._steps[self._index :] = [UndoStep(edit, inverse, title, before)]
        self._index += 1
        self.changed.emit()

    def undo(self) -> None:
        """Undo the last step."""
        if self._index:
            step = self._steps[self._index - 1]
            step.after = self._selected()
            step.edit = self._run(step.inverse)
            self._index -= 1
            self._select(step.before)
            self.changed.emit()

    def redo(self) -> None:
        """Do the step again that was taken back last."""
        if self._index < len(self._steps):
            step = self._steps[self._index]
            step.before = self._selected()
            step.inverse = self._run(step.edit)
            self._index += 1
            self._select(step.after)
            self.changed.emit()

    def go_to(self, index: int) -> None:
        """Undo or redo until ``index`` steps are done."""
        while self._index > max(index, 0):
            self.undo()
        while self._index < min(index, len(self._steps)):
            self.redo()

    def clear(self) -> None:
        """Forget everything; the document counts as saved."""
        self._steps.clear()
        self._index = self._clean = 0
        self._marked = None
        self.changed.emit()

    def mark(self) -> None:
        """The document is being saved as it is now; `set_clean_at_mark` follows when it is."""
        self._marked = self._index

    def set_clean_at_mark(self) -> None:
        """The document is saved as it was when it was marked, whatever was done since."""
        self._clean, self._marked = self._marked, None
        self.changed.emit()

    def set_clean(self) -> None:
        """The document is saved as it is now."""
        self._clean = self._index
        self.changed.emit()

    @property
    def clean(self) -> bool:
        """Whether the document is as it was saved."""
        return self._clean == self._index

    @property
    def unsaved_steps(self) -> int | None:
        """How many steps it is away from how it was saved; None where none leads there."""
        return None if self._clean is None else abs(self._index - self._clean)

    @property
    def clean_index(self) -> int | None:
        """After how many steps the document is as it was saved; None where none leads there."""
        return self._clean

    def title(self, index: int) -> str:
        """What led to where ``index`` steps are done."""
        return self._steps[index - 1].title if index else "As opened"

    @property
    def last(self) -> UndoStep | None:
        """The step that was done last: while it is the same, so is the document."""
        return self._steps[self._index - 1] if self._index else None

    @property
    def count(self) -> int:
        """How many steps there are, done and undone."""
        return len(self._steps)

    @property
    def index(self) -> int:
        """How many of them are done."""
        return self._index

    @property
    def undo_title(self) -> str:
        """What undo would take back; empty if there is nothing."""
        return self._steps[self._index - 1].title if self._index else ""

    @property
    def redo_title(self) -> str:
        """What redo would do again; empty if there is nothing."""
        return self._steps[self._index].title if self._index < len(self._steps) else ""
