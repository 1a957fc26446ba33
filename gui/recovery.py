"""Edits that a killed program has left are offered: to restore, to save as a copy, or to discard; never unasked."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QMessageBox, QPushButton, QWidget

from engine import project
from engine.files import FileError
from engine.home import journals
from engine.journals.recovery import Abandoned, Restored, abandoned, discard, take
from gui.journal_keeper import JournalKeeper
from gui.project_files import Files
from gui.training.banner import NoticeStrip
from gui.widgets import MessageBox
from gui.work.background import Background


class RecoveryStrip(NoticeStrip):
    """Says what can be restored; hidden, it is offered again at the next start."""

    copy_wanted = Signal()
    discard_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        restore, self.copy, self.discard = (QPushButton(text) for text in ("Restore", "Save a Copy…", "Discard"))
        restore.setToolTip("Open the project with these edits; nothing is written to its file until you save")
        self.copy.setToolTip("Write the project with these edits to another file")
        self.discard.setToolTip("Delete these edits for good")
        for button in (restore, self.copy, self.discard):
            button.setAccessibleName(f"{button.text().rstrip('…')}: unsaved edits")
        super().__init__(restore, "Not now: ask again at the next start", parent)
        self.away.setToolTip("Not now: ask again at the next start")
        self.restore_wanted = self.wanted
        self.copy.clicked.connect(self.copy_wanted)
        self.discard.clicked.connect(self.discard_wanted)
        for button in (self.copy, self.discard):
            self.row.insertWidget(self.row.indexOf(self.away), button, 0, Qt.AlignmentFlag.AlignVCenter)


class Recovery(QObject):
    """Finds what was left, shows one after the other in ``strip``, and does what is chosen, beside the GUI thread."""

    message = Signal(str)

    def __init__(self, files: Files, keeper: JournalKeeper, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._files, self._keeper = files, keeper
        self._left: list[Abandoned] = []
        self._background = Background("recovery", self)
        self.strip = RecoveryStrip()
        self.strip.restore_wanted.connect(self._restore)
        self.strip.copy_wanted.connect(self._ask_copy)
        self.strip.discard_wanted.connect(self._ask_discard)

    def find(self) -> None:
        """Look for what was left; where there has never been anything this costs nothing."""
        if journals().is_dir():
            self._background.run(abandoned, self._offer, self._fail)

    def close(self) -> None:
        """Wait for what is being done."""
        self._background.close()

    def _offer(self, left: list[Abandoned]) -> None:
        self._left = left
        if not left:
            self.strip.hide()
            return
        first = left[0]
        edits = f"{first.edits:,} edits, the last" if first.edits > 1 else "one edit,"
        others = {1: "", 2: " One more project has unsaved edits."}.get(
            len(left), f" {len(left) - 1} more projects have unsaved edits."
        )
        when = f"{datetime.fromtimestamp(first.changed):%d %B %Y, %H:%M}".lstrip("0")
        self.strip.say("remark", f"“{_title(first)}” was not saved when Layerloom ended: {edits} on {when}.{others}")

    # -- what is chosen --------------------------------------------------------------------------------------------

    def _restore(self) -> None:
        first = self._left[0]

        def begin() -> None:
            if not self._background.busy:  # else it was pressed twice
                self._background.run(lambda: take(first.folder), partial(show, self._keeper.edits), self._fail)

        def show(edits: int, restored: Restored) -> None:
            if self._keeper.edits != edits:  # the open project was edited while the journal was read
                restored.journal.close()
                self._restore()
                return
            self._files.show_graph(restored.graph, restored.path, saved=False, version=restored.version)
            self._keeper.adopt(restored.journal, restored.edits)
            self.message.emit(_result(first, restored))
            self._offer(self._left[1:])

        self._files.when_safe(begin)

    def _ask_copy(self) -> None:
        first = self._left[0]

        def write(path: Path) -> None:
            self._background.run(lambda: _save_copy(first.folder, path), lambda _done: said(path), self._fail)

        def said(path: Path) -> None:
            self.message.emit(f"Saved {path.name} with the edits of “{_title(first)}”.")
            self._offer(self._left[1:])

        self._files.ask_where(f"{Path(_title(first)).stem} restored", write)

    def _ask_discard(self) -> None:
        first = self._left[0]
        edits = f"{first.edits:,} unsaved edits" if first.edits > 1 else "one unsaved edit"
        question = f"Discard {edits} of “{_title(first)}”?"
        more, sign = "They cannot be brought back.", QMessageBox.Icon.Warning
        box = MessageBox(self.strip.window(), "Discard edits", question, more, sign)
        gone = box.addButton(QMessageBox.StandardButton.Discard)
        box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))

        def answered() -> None:
            if box.clickedButton() is gone:
                self._background.run(lambda: discard(first.folder), lambda _done: self.find(), self._fail)
            box.deleteLater()

        box.finished.connect(answered)
        box.open()

    def _fail(self, error: Exception) -> None:
        """What cannot be done is said; another window may have done it meanwhile."""
        self._files.complain("The edits are not restored", str(error))
        self.find()


def _save_copy(folder: Path, path: Path) -> None:
    restored = take(folder)
    try:
        project.save(restored.graph, path)
    except FileError:
        restored.journal.close()
        raise
    restored.journal.remove()


def _title(left: Abandoned) -> str:
    return left.path.name if left.path else left.name


def _result(left: Abandoned, restored: Restored) -> str:
    edits = f"{restored.edits:,} edits" if restored.edits != 1 else "one edit"
    words = f"Restored {edits} of “{_title(left)}”."
    if left.path is not None and restored.path is None:
        words += f" {left.path.name} is not as it was any more: this is a copy without a file."
    if restored.left_out:
        words += " The end of the journal is damaged and left out."
    return words
