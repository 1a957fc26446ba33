"""Tells of the file of the open project while one works: what others did to it, with a choice that is one click."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from engine import project
from engine.files import FileError
from engine.reading.file_versions import FileLook
from gui.document import Document
from gui.open_file.saving import Saver
from gui.open_file.strip import FileStrip
from gui.open_file.watch import FileWatch
from gui.open_file.words import happened, read_only

CHANGED = ("Show the Difference", "Take Theirs", "Keep Mine", "Save a Copy…")
GONE = ("Save Here Again", "Save As…")
NAME = ("Save As…",)


class FileNotices(QObject):
    """Follows what the watch finds, and shows it in a strip: each thing once, so that what was hidden stays hidden."""

    save_as_wanted = Signal()

    def __init__(
        self, document: Document, watch: FileWatch, saver: Saver, strip: FileStrip, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._document, self._saver, self.strip = document, saver, strip
        self._found = FileLook("same")
        self._shown, self._only_read = (self._found, ""), ""
        watch.found.connect(self._take)
        strip.chosen.connect(self._choose)
        document.opened.connect(self.forget)
        document.saved.connect(self.forget)

    def forget(self) -> None:
        """Another file is open, or it has just been saved."""
        self._found = FileLook("same")
        self._shown, self._only_read = (self._found, ""), ""
        self.strip.hide()

    def show_read_only(self, reason: str) -> None:
        """The file was opened so that nothing is written to it, whether that is possible or not."""
        self._only_read = reason
        self._take(FileLook("same"))

    def _take(self, found: FileLook) -> None:
        path, reason = self._document.path, found.read_only or self._only_read
        if path is None:
            return
        self._document.set_state(read_only=reason, missing=found.state == "gone")
        if (found, reason) == self._shown:
            return
        self._found, self._shown = found, (found, reason)
        sentence = happened(path, found)
        if found.state == "changed":
            kept = " What you changed here is not saved." if self._document.unsaved else ""
            self.strip.offer(f"{sentence}{kept}", *CHANGED)
        elif found.state in ("gone", "unreachable"):
            self.strip.offer(f"{sentence} The project is still open here.", *(NAME if found.reason else GONE))
        elif reason:
            self.strip.offer(read_only(path, reason), *NAME)
        else:
            self.strip.hide()

    def _choose(self, text: str) -> None:
        path, found = self._document.path, self._found
        if path is None:
            return
        match text:
            case "Show the Difference":
                self._show_difference()
            case "Take Theirs":
                self._saver.take_theirs(found, path)
            case "Keep Mine":
                self._saver.keep_mine(found, path)
            case "Save Here Again":
                self._saver.save(path, shared=True)
            case "Save As…":
                self.save_as_wanted.emit()
            case "Save a Copy…":
                self._saver.copy_wanted.emit()

    def _show_difference(self) -> None:
        path = self._document.path
        assert path is not None
        try:
            mine = project.to_bytes(self._document.project, path.absolute().parent)
        except FileError as error:
            mine = str(error).encode()
        self._saver.ask(self._found, mine, path, unfolded=True)
