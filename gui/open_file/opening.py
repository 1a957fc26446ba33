"""Opens project files beside the window, and asks first where another window has one open."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final, Protocol

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from engine import project
from engine.files import FileError
from engine.graph import Graph
from engine.reading.file_versions import FileVersion
from gui.canvas.laid_out import lay_out
from gui.canvas.layout.layout import Page
from gui.conflicts.question import CANCEL, Choice, Question
from gui.document import Document
from gui.open_file.claims import Claims
from gui.open_file.notices import FileNotices
from gui.open_file.reading import FileFacts, ReadFile, facts_of, read
from gui.open_file.watch import FileWatch
from gui.open_file.words import held
from gui.work.background import Background

PATIENCE: Final = 0.2
"""Seconds that the end waits for a file that is being read: a network that is gone may take minutes."""
SHARED: Final = "it is open in another window"
TITLE: Final = "The file is open elsewhere"
MORE: Final = "Two windows that change one file may undo each other's work. Neither saves over the other unasked."
READ_ONLY: Final = "Show it; Save asks for another name"
COPY: Final = "Show it as a new project that is not saved yet"
ANYWAY: Final = "Show it; who saves second is asked what to do with the changes of the first"


class WhenSafe(Protocol):
    """Calls the first once nothing unsaved would be lost, or the second if the user would rather not."""

    def __call__(self, then: Callable[[], None], otherwise: Callable[[], None] | None = None) -> None: ...


class Opener(QObject):
    """``shown`` is called when another project is, ``failed`` with a title and a sentence.

    ``page`` gives the room that a network is laid out for which nobody has placed.
    """

    def __init__(
        self,
        document: Document,
        watch: FileWatch,
        claims: Claims,
        notices: FileNotices,
        window: QWidget,
        shown: Callable[[], None],
        failed: Callable[[str, str], None],
        when_safe: WhenSafe,
        page: Callable[[], Page],
    ) -> None:
        super().__init__(window)
        self._document, self._watch, self._claims, self._notices = document, watch, claims, notices
        self._window, self._shown, self._failed, self._when_safe = window, shown, failed, when_safe
        self._page = page
        self._reading, self._learning = Background("open file", self), Background("facts of file", self)
        self._wanted: object = None
        """Tells the file that was asked for last; None: another project was opened since."""

    @property
    def busy(self) -> bool:
        """Whether a file is being read."""
        return self._reading.busy or self._learning.busy

    def close(self) -> None:
        self._reading.close(PATIENCE)
        self._learning.close(PATIENCE)

    def open(self, path: Path) -> None:
        """Read a file, and show it unless another project is opened meanwhile; one that is none changes nothing."""
        wanted = self._wanted = object()
        job = partial(read, path, self._claims)
        self._reading.run(job, partial(self._read, wanted), partial(self._not_read, wanted))

    def show(
        self,
        graph: Graph,
        path: Path | None = None,
        *,
        saved: bool = True,
        version: FileVersion | None = None,
        key: str | None = None,
        asked: bool = False,
    ) -> None:
        """Show a graph at once; what is to be known of its file, such as who has it open, follows.

        ``key`` is what its file is claimed by already; ``asked`` says that the user knows who else has it open. A file
        that is still being read is not wanted any more.
        """
        self._wanted = None
        self._claims.keep(key)
        if path is None:
            lay_out(graph, self._page())
        shown = b"" if path is None or version is not None else project.to_bytes(graph)
        known = None if path is None else version or FileVersion.of(shown)
        self._document.open_graph(graph, path, saved=saved, version=known)
        self._shown()
        if path is not None:
            self._watch.pause(True)
            job = partial(facts_of, path, version, shown, self._claims)
            self._learning.run(job, partial(self._learn, graph, path, known, asked), self._raise)

    def _learn(self, graph: Graph, path: Path, known: FileVersion | None, asked: bool, facts: FileFacts) -> None:
        self._watch.pause(False)
        if graph is not self._document.project or self._document.path != path:
            self._claims.keep_current()
            return
        self._claims.keep(facts.key)
        if self._document.version == known:  # else it was saved meanwhile
            self._document.set_file(path, facts.version)
        self._watch.follow()
        self._watch.look()
        if facts.holder is not None and not asked:
            choices = (
                Choice("Read-Only", READ_ONLY, partial(self._notices.show_read_only, SHARED)),
                Choice("Make It a Copy", COPY, partial(self._document.set_file, None, None)),
                Choice("Keep It Open", ANYWAY),
            )
            Question(self._window, TITLE, held(path, facts.holder), MORE, choices).open()

    def _read(self, wanted: object, found: ReadFile) -> None:
        if wanted is not self._wanted:
            self._claims.keep_current()
            return
        if found.holder is None:
            self._open(found)
            return
        choices = (
            Choice("Open Read-Only", READ_ONLY, partial(self._open, found, only_read=SHARED)),
            Choice("Open a Copy", COPY, partial(self._open_copy, found)),
            Choice("Open Anyway", ANYWAY, partial(self._open, found)),
            CANCEL,
        )
        Question(self._window, TITLE, held(found.path, found.holder), MORE, choices).open()

    def _open(self, found: ReadFile, *, only_read: str = "") -> None:
        def show() -> None:
            asked = found.holder is not None
            self.show(found.graph, found.path, version=found.version, key=found.key, asked=asked)
            if only_read:
                self._notices.show_read_only(only_read)

        self._when_safe(show, self._claims.keep_current)

    def _open_copy(self, found: ReadFile) -> None:
        self._when_safe(lambda: self.show(found.graph, saved=False))

    def _not_read(self, wanted: object, error: Exception) -> None:
        self._claims.keep_current()
        if not isinstance(error, FileError):
            raise error
        if wanted is self._wanted:
            self._failed("This file cannot be opened", str(error))

    def _raise(self, error: Exception) -> None:
        raise error
