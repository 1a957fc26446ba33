"""Notices what others do to the file of the open project: told by the system, never by asking again and again."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal

from engine.project import LARGEST_FILE
from engine.reading.file_versions import FileLook, FileVersion, look
from gui.document import Document
from gui.work.background import Background

SETTLE = 200
"""Milliseconds after the first sign: others write a file in pieces."""
PATIENCE = 0.2
"""Seconds that the end waits for a look: a network that is gone may take minutes."""


class FileWatch(QObject):
    """Looks at the file beside the window when the system says so, and when it is asked to."""

    found = Signal(object)
    """The `FileLook`, of the version that the document knows."""

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._paused = False
        self._background = Background("look at file", self)
        self._watcher = QFileSystemWatcher(self)
        self._timer = QTimer(self, interval=SETTLE, singleShot=True)
        self._watcher.fileChanged.connect(self._noticed)
        self._watcher.directoryChanged.connect(self._noticed)
        self._timer.timeout.connect(self.look)

    @property
    def busy(self) -> bool:
        """Whether something was noticed and is being looked at."""
        return self._timer.isActive() or self._background.busy

    def look(self) -> None:
        """Look now; what it finds is emitted, unless the document has another version by then."""
        path, known = self._document.path, self._document.version
        if path is not None and known is not None and not self._paused:
            job = partial(look, path, known, LARGEST_FILE)
            self._background.run(job, partial(self._deliver, path, known), self._fail)

    def pause(self, paused: bool) -> None:
        """While the program itself writes the file nobody looks, but afterwards."""
        self._paused = paused
        if not paused:
            self._timer.start()

    def close(self) -> None:
        self._paused = True
        self._timer.stop()
        self._watcher.blockSignals(True)
        self._background.close(PATIENCE)

    def _noticed(self, _name: str) -> None:
        if not self._paused and not self._timer.isActive():
            self._timer.start()

    def follow(self) -> None:
        """Watch the file and its folder, in which it may be replaced; for when it has just been read or written.

        A file that was replaced has to be watched again, and the system may take long to find one that is gone.
        """
        path = self._document.path if self._document.version is not None else None
        wanted = [] if path is None else [str(path), str(path.absolute().parent)]
        watched = [*self._watcher.files(), *self._watcher.directories()]
        if gone := [name for name in watched if name not in wanted]:
            self._watcher.removePaths(gone)
        if missing := [name for name in wanted if name not in watched]:
            self._watcher.addPaths(missing)

    def _deliver(self, path: Path, known: FileVersion, found: FileLook) -> None:
        if self._paused:
            return
        if (path, known) != (self._document.path, self._document.version):
            self.look()
            return
        if found.state in ("same", "changed"):
            self.follow()
        self.found.emit(found)

    def _fail(self, error: Exception) -> None:
        raise error
