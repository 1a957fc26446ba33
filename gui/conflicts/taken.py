"""Asks before a preset or a block of the library takes the place of another one of its name."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from engine.files import BACKUP
from engine.saving.project_saving import Taken
from gui.conflicts.question import CANCEL, Choice, Question, TwoVersions


def ask_taken(parent: QWidget, what: str, taken: Taken, replace: Callable[[], object]) -> Question:
    """The question, to be opened; ``what`` is the thing and its name, ``replace`` puts it in the place of the other."""
    name = taken.path.name
    choices = (
        Choice("Replace", f"Store this one; the one that is there stays beside it as {name}{BACKUP}", replace),
        CANCEL,
    )
    text = f"There is another {what} already."
    more = (
        f"Another window, or an earlier save, has stored it. Replaced, it stays beside the new one as {name}{BACKUP}."
    )
    versions = TwoVersions(taken.content, taken.mine, ("the one that is stored", "the one from here"))
    return Question(parent, "This name is taken", text, more, choices, versions)
