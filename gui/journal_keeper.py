"""Writes the journal of the open project: each edit as it is applied; it is gone as soon as nothing is unsaved."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal

from engine import project
from engine.edits import Edit
from engine.files import FileError
from engine.graph import Graph
from engine.journals.journal import Journal, fingerprint_of
from gui.document import Document
from gui.undo_history import UndoStep
from gui.work.background import Background

SMALL = 500
"""A project of so many layers is written down at once, a larger one beside the window."""
EVERY = 1000
"""Milliseconds after an edit when the disk is asked to have it: what a power cut may cost."""


class JournalKeeper(QObject):
    """Follows a document. A journal begins with the first edit after the project was opened or saved."""

    failed = Signal(str)
    """Edits are not kept, and why: once, until they are again."""

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._journal: Journal | None = None
        self._base: bytes | None = None
        """The project as it was saved or opened; None while it is still to be made of `_start`."""
        self._start = document.project
        self._fingerprint = ""
        self._edits = 0
        self._since: UndoStep | None = None
        """The step after which the project was as in `_base`."""
        self._behind = self._reported = self._closed = False
        self._background, self._making = Background("sync-journal", self), Background("journal-base", self)
        self._timer = QTimer(self, interval=EVERY, singleShot=True)
        self._timer.timeout.connect(self._sync)
        document.applied.connect(self._append)
        document.opened.connect(self._begin)
        document.saved.connect(self._rebase)
        document.title_changed.connect(self._settle)
        self._begin()

    @property
    def edits(self) -> int:
        """How many edits were applied since the project was opened or saved."""
        return self._edits

    def adopt(self, journal: Journal, edits: int) -> None:
        """Continue with a journal that was restored, now that the document shows what it held."""
        self._drop()
        self._journal, self._edits = journal, edits

    def close(self) -> None:
        """Stop; a journal of unsaved edits is left to be offered at the next start."""
        self._closed = True
        self._timer.stop()
        self._background.close()
        self._making.close()
        if self._journal is not None:
            self._report(self._journal.sync)
            self._report(self._journal.close)
            self._journal = None

    # -- following -------------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        """Another project is shown, or it is as it was saved: what is as it is now need not be kept."""
        self._drop()
        self._behind, self._edits = False, 0
        self._since = self._document.history.last
        self._start = start = self._document.project
        if len(start.nodes) <= SMALL:
            self._make_base()
            return
        self._base, self._start = None, (start := start.copy())
        self._making.run(partial(project.to_bytes, start), partial(self._take_base, start), lambda _error: None)

    def _take_base(self, start: Graph, made: bytes) -> None:
        if self._start is start and self._base is None:
            self._base, self._fingerprint = made, fingerprint_of(made)

    def _make_base(self) -> bytes:
        try:
            self._base = project.to_bytes(self._start)
        except FileError as error:  # a script's value that no file can hold: it is said again when it is saved
            self._fail(error)
            self._base, self._behind = b"", True
        self._fingerprint = fingerprint_of(self._base)
        return self._base

    def _settle(self) -> None:
        if self._journal is None or self._document.unsaved:
            return
        if self._document.history.last is self._since and not self._behind:  # undone: it is again as it was
            self._drop()
            self._edits = 0
        else:
            self._begin()

    def _rebase(self) -> None:
        """What was edited while the file was being written is kept from what is in the file now."""
        if self._journal is not None and self._document.unsaved and self._document.version is not None:
            self._edits = self._document.history.unsaved_steps or self._edits
            self._fingerprint = self._document.version.sha256
            self._behind = True
            self._report(self._begin_over)

    def _append(self, edit: Edit) -> None:
        if self._closed:
            return
        self._edits += 1
        try:
            base = self._make_base() if self._base is None else self._base
            if self._behind or (self._journal is not None and self._journal.full):
                self._begin_over()
            else:
                if self._journal is None:
                    self._journal = Journal.begin(base, self._document.path, self._document.project.name)
                self._journal.append(edit)
        except FileError as error:
            self._behind = True
            self._fail(error)
            return
        self._reported = False
        if not self._timer.isActive():
            self._timer.start()

    def _begin_over(self) -> None:
        """A new journal from the project as it is now, and only then without the old one."""
        document, fingerprint = self._document, self._fingerprint
        base = project.to_bytes(document.project)
        begun = Journal.begin(base, document.path, document.project.name, fingerprint=fingerprint, edits=self._edits)
        self._drop()
        self._journal, self._behind = begun, False

    def _drop(self) -> None:
        journal, self._journal = self._journal, None
        if journal is not None:
            self._timer.stop()
            self._report(journal.remove)

    def _sync(self) -> None:
        if self._journal is not None:
            self._background.run(self._journal.sync, lambda _done: None, self._fail)

    def _report(self, act: Callable[[], None]) -> None:
        try:
            act()
        except FileError as error:
            self._fail(error)

    def _fail(self, error: Exception) -> None:
        if not self._reported:
            self._reported = True
            self.failed.emit(str(error))
