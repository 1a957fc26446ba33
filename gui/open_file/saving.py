"""Saves the open project beside the window, and asks where the file is not the one that is known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from engine import project
from engine.files import BACKUP, FileError
from engine.graph import Graph
from engine.reading.file_versions import FileLook, FileVersion
from engine.saving import project_saving
from engine.saving.open_projects import Holder
from engine.saving.project_saving import Saved
from gui.conflicts.question import CANCEL, Choice, Question, TwoVersions
from gui.document import Document
from gui.open_file.claims import Claims
from gui.open_file.strip import HELP
from gui.open_file.watch import FileWatch
from gui.open_file.words import TAKEN, happened, held, short
from gui.work.background import Background

Then = Callable[[], None]
TITLE = "The project is not saved"


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A save: ``known`` as for `project_saving.save`, ``shared`` where another window may have the file open."""

    path: Path
    then: Then | None
    known: FileVersion | None
    shared: bool


class Saver(QObject):
    """Saves one after the other. Answers come as calls; no dialog waits."""

    saved = Signal(object, str)
    """The path, and why its previous version is not kept, if it is not."""
    copy_wanted = Signal()
    another_name_wanted = Signal(object, str)
    """Ask where to save, and then call this (or None); and why, if that is to be shown."""

    def __init__(self, document: Document, watch: FileWatch, claims: Claims, window: QWidget) -> None:
        super().__init__(window)
        self._document, self._watch, self._claims, self._window = document, watch, claims, window
        self._waiting: list[_Wanted] = []
        self._background = Background("save", self)
        self._reading = Background("read", self)

    @property
    def busy(self) -> bool:
        """Whether something is being written or read."""
        return self._background.busy or self._reading.busy

    def save(
        self, path: Path, then: Then | None = None, *, known: FileVersion | None = None, shared: bool = False
    ) -> None:
        """Write the project as it is when its turn comes; ``then`` is called once it is written."""
        self._waiting.append(_Wanted(path, then, known, shared))
        if not self._background.busy:
            self._next()

    def close(self) -> None:
        """Finish what is being written."""
        self._waiting.clear()
        self._reading.close(0.2)
        self._background.close()

    # -- one save --------------------------------------------------------------------------------------------------

    def _next(self) -> None:
        if not self._waiting:
            self._watch.pause(False)
            return
        wanted = self._waiting.pop(0)
        graph = self._document.project
        try:
            content = self._document.snapshot(wanted.path)
        except FileError as error:
            self._fail(wanted, error)
            return
        path, shared = wanted.path, wanted.shared
        known = self._document.version if wanted.known is _LATEST else wanted.known

        def write() -> tuple[str, Saved | FileLook | Holder]:
            key, holder = self._claims.take(path)
            if holder is not None and not shared:
                return key, holder
            return key, project_saving.save(content, path, known)

        self._watch.pause(True)
        self._background.run(
            write, lambda found: self._done(wanted, graph, content, *found), lambda error: self._fail(wanted, error)
        )

    def _done(self, wanted: _Wanted, graph: Graph, content: bytes, key: str, found: Saved | FileLook | Holder) -> None:
        here = graph is self._document.project
        if isinstance(found, Saved):
            if here:
                self._document.set_saved(wanted.path, found.version)
                self._claims.keep(key)
                self._watch.follow()
            self.saved.emit(wanted.path, found.without_backup)
            self._next()
            if wanted.then is not None:
                wanted.then()
            return
        self._next()
        if not here:
            return
        if isinstance(found, Holder):
            self._ask_shared(wanted, found)
        elif found.state == "same":
            self._document.set_state(read_only=found.read_only, missing=False)
            self.another_name_wanted.emit(wanted.then, happened(wanted.path, found))
        else:
            self.ask(found, content, wanted.path, wanted.then)

    def _fail(self, wanted: _Wanted, error: Exception) -> None:
        self._next()
        if not isinstance(error, FileError):
            raise error
        again = Choice("Try Again", "Write it to the same place", lambda: self._again(wanted))
        copy = Choice("Save a Copy…", HELP["Save a Copy…"], self.copy_wanted.emit)
        more = "Nothing is lost: the project is open here with all its changes, and the file is as it was."
        self._question(TITLE, str(error), more, (copy, again, CANCEL))

    def _again(self, wanted: _Wanted) -> None:
        self.save(wanted.path, wanted.then, known=wanted.known, shared=wanted.shared)

    # -- questions -------------------------------------------------------------------------------------------------

    def ask(
        self, found: FileLook, mine: bytes, path: Path, then: Then | None = None, *, unfolded: bool = False
    ) -> None:
        """Ask what to do with a file that is not as it is known."""
        if found.state == "changed":
            choices = (
                Choice("Keep Mine", HELP["Keep Mine"], lambda: self.keep_mine(found, path, then)),
                Choice("Take Theirs", HELP["Take Theirs"], lambda: self.take_theirs(found, path, then)),
                Choice("Save a Copy…", HELP["Save a Copy…"], self.copy_wanted.emit),
                CANCEL,
            )
            more = (
                f"Keep Mine replaces it; what is there now stays beside it as {short(path)}{BACKUP}. Take Theirs shows "
                "what is there now, and Undo brings back what is here."
            )
            versions = TwoVersions(found.content, mine, (f"{short(path)} on disk", f"{short(path)} here"))
            self._question("The file has changed", happened(path, found), more, choices, versions, unfolded=unfolded)
            return
        name = Choice("Save As…", HELP["Save As…"], lambda: self.another_name_wanted.emit(then, ""))
        if found.state == "gone" and not found.reason:
            again = Choice("Save Here Again", HELP["Save Here Again"], lambda: self.save(path, then, shared=True))
        else:
            again = Choice("Try Again", "Look again, and save", lambda: self.save_known(path, then))
        more = "Nothing is lost: the project is open here with all its changes."
        self._question(TITLE, happened(path, found), more, (name, again, CANCEL))

    def save_known(self, path: Path, then: Then | None = None) -> None:
        """Save over the version that the document knows when it is written, and over no other."""
        self.save(path, then, known=_LATEST, shared=True)

    def keep_mine(self, found: FileLook, path: Path, then: Then | None = None) -> None:
        """Replace what was found, but not what may have come since."""
        self.save(path, then, known=found.version, shared=True)

    def take_theirs(self, found: FileLook, path: Path, then: Then | None = None) -> None:
        """Show what was found, as one step that can be undone."""
        graph = self._document.project

        def take(theirs: Graph) -> None:
            if graph is not self._document.project:
                return
            self._document.take(theirs, found.version, TAKEN)
            self._watch.follow()
            self._watch.look()
            if then is not None:
                then()

        self._reading.run(
            lambda: project.from_bytes(found.content, path.name, path.absolute().parent), take, self._not_taken
        )

    def _not_taken(self, error: Exception) -> None:
        if not isinstance(error, FileError):
            raise error
        more = "What is here stays as it is."
        self._question("The version on disk cannot be taken", str(error), more, (Choice("OK", "Close this"),))

    def _ask_shared(self, wanted: _Wanted, holder: Holder) -> None:
        replace = Choice(
            "Replace It Anyway",
            f"Write it; the other window will be told. What is there now is kept as {short(wanted.path)}{BACKUP}",
            lambda: self.save(wanted.path, wanted.then, known=wanted.known, shared=True),
        )
        name = Choice("Another Name…", HELP["Save As…"], lambda: self.another_name_wanted.emit(wanted.then, ""))
        more = "The other window will be told that the file has changed."
        self._question("The file is open elsewhere", held(wanted.path, holder), more, (name, replace, CANCEL))

    def _question(
        self,
        title: str,
        text: str,
        more: str,
        choices: tuple[Choice, ...],
        versions: TwoVersions | None = None,
        *,
        unfolded: bool = False,
    ) -> None:
        question = Question(self._window, title, text, more, choices, versions)
        question.show_difference.setChecked(unfolded)
        question.open()


_LATEST = FileVersion(-1, "")
"""Stands for the version that the document knows when its turn comes: the save before may have made it."""
