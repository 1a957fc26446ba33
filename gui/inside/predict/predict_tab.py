"""The tab *Predict*: what the network of a run answers to what the user draws, types, pastes or drops."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, Qt, QTimer
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QImage, QImageWriter
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QPlainTextEdit,
    QStackedWidget,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from engine.files import FileError, write_atomically
from engine.training.status import sentence
from gui.inside.predict import asking
from gui.inside.predict.answers_view import AnswersView
from gui.inside.predict.asker import Asker
from gui.inside.predict.asking import Answered, Way, Ways
from gui.inside.predict.pad import DrawingPad
from gui.inside.predict.value_form import ValueForm
from gui.inside.subject import Subject
from gui.inside.tab import ResultsTab
from gui.widgets import Note, grown, push_button
from gui.work.background import Background

if TYPE_CHECKING:
    from engine.data.dataset import Asked
    from engine.inside.trained import Trained

WIDE = 300
TITLES: dict[Way, str] = {"drawing": "Draw", "values": "Type", "text": "Text", "files": "Files"}
WAYS: tuple[Way, ...] = ("drawing", "values", "text", "files")
NONE = (
    "This network is given what is not read from files. How it answers samples of its own data is on the tabs Errors "
    "and Inside."
)
EXAMPLES = {
    "images": "Drop images or a folder of images anywhere on this page, or paste an image.",
    "tables": "Drop a table (CSV …) anywhere on this page, or paste rows with the names of their columns above them.",
    "texts": "Drop text files, a folder of them, or a table with a column of texts anywhere on this page.",
    "clips": "Drop a folder of frames, or a folder of such folders, anywhere on this page.",
    "arrays": "Drop a file of arrays (.npy, .npz) anywhere on this page.",
    "": NONE,
}
DRAW = "Draw, type, paste or drop something: the network answers at once."
DROP = "Drop, open or paste something: the network answers at once."


class PredictTab(ResultsTab):
    """Asks the newest question only; what is asked while another answer is being found replaces what waits."""

    title: ClassVar[str] = "Predict"
    tip: ClassVar[str] = "Ask the network about a drawing, files, values or text of yours"
    judged: ClassVar[bool] = False

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAcceptDrops(True)
        self.background = Background("ways-to-ask", self)
        self.asker = Asker(self)
        self.asker.answered.connect(self._answered)
        self._subject: Subject | None = None
        self._ways: Ways | None = None
        self.pad, self.form, self.text = DrawingPad(), ValueForm(), QPlainTextEdit()
        self.answers = AnswersView()
        self.asker.failed.connect(lambda text, wrong: self.answers.show_hint(text, wrong=wrong))
        self.answers.save_wanted.connect(self._ask_save)
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._ask)
        self.pad.changed.connect(self._soon.start)
        self.form.changed.connect(self._soon.start)
        self.text.textChanged.connect(self._soon.start)
        self._lay_out()
        self._offer(None)

    @property
    def busy(self) -> bool:
        """Whether an answer is being found."""
        return self._soon.isActive() or self.background.busy or self.asker.busy

    def show_subject(self, subject: Subject) -> None:
        same = self._subject is not None and self._subject.trained is subject.trained
        self._subject = subject
        if not same:
            self._ways = None
            self.answers.show_hint("Finding out what this network takes …")
            self.background.run(partial(asking.ways_of, subject.trained), self._found_ways, self._failed)

    def forget(self) -> None:
        self._soon.stop()
        self.asker.cancel()

    def close_background(self) -> None:
        self._soon.stop()
        self.asker.close()
        self.background.close()

    def ask_files(self, paths: Sequence[Path]) -> None:
        """Ask about files and folders."""
        self._show_way("files")
        self._run(asking.files(paths))

    def save(self, path: Path) -> None:
        """Write the answers that are shown as a table."""
        from engine.inside.answer_table import table

        try:
            write_atomically(path, table(self.answers.predictions).encode("utf-8"))
        except FileError as error:
            self.message.emit(str(error))
        else:
            self.message.emit(f"Saved {len(self.answers.predictions):,} answers to {path.name}.")

    # -- asking ----------------------------------------------------------------------------------------------------

    def _found_ways(self, ways: Ways) -> None:
        self._offer(ways)
        self._show_way(ways.first)
        if ways.first == "values":
            self._ask()
        else:
            only_files = DROP if ways.files else ""
            self.answers.show_hint(only_files if ways.first == "files" else DRAW)

    def _way(self) -> Way:
        return WAYS[self.ways.currentIndex()]

    def _ask(self) -> None:
        """Ask about what is drawn or typed."""
        way = self._way()
        if self._ways is None or way == "files":
            return
        if way == "drawing" and self.pad.strokes:
            self._run(asking.drawing([list(stroke) for stroke in self.pad.strokes]))
        elif way == "values":
            self._run(asking.row(self.form.values()))
        elif way == "text" and self.text.toPlainText():
            self._run(asking.text(self.text.toPlainText()))
        else:
            self.answers.show_hint(DRAW)

    def _run(self, make: Callable[[Trained], Asked]) -> None:
        if self._subject is not None and self._ways is not None:
            self.asker.ask(self._subject.trained, self._ways.image, make)

    def _answered(self, found: Answered) -> None:
        self.answers.show_answers(found)

    def _failed(self, error: Exception) -> None:
        self.answers.show_hint(sentence(error), wrong=True)

    # -- files, clipboard, drops -----------------------------------------------------------------------------------

    def _open_files(self) -> None:
        found, _ = QFileDialog.getOpenFileNames(self, "Ask about files")
        if found:
            self.ask_files([Path(name) for name in found])

    def _open_names(self) -> None:
        kinds = "Lists of classes (*.txt *.json *.csv);;All files (*)"
        found, _ = QFileDialog.getOpenFileName(self, "Names of the classes", "", kinds)
        if found:
            self.names_given.emit(Path(found))

    def _open_folder(self) -> None:
        if found := QFileDialog.getExistingDirectory(self, "Ask about the files of a folder"):
            self.ask_files([Path(found)])

    def paste(self) -> None:
        """Ask about the image, the files or the text on the clipboard."""
        held = QGuiApplication.clipboard().mimeData()
        paths = [Path(url.toLocalFile()) for url in held.urls() if url.isLocalFile()]
        if held.hasImage():
            self._show_way("files")
            self._run(asking.content("pasted.png", _png(QGuiApplication.clipboard().image())))
        elif paths:
            self.ask_files(paths)
        elif held.hasText() and self._ways is not None and self._ways.alphabet:
            self._show_way("text")
            self.text.setPlainText(held.text())
        elif held.hasText():
            self._show_way("files")
            self._run(asking.content("pasted.csv", held.text().encode()))
        else:
            self.answers.show_hint("There is nothing on the clipboard that this network could be asked about.")

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self._ways is not None and any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self.ask_files([Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()])

    def _ask_save(self) -> None:
        found, _ = QFileDialog.getSaveFileName(self, "Save answers", "answers.csv", "Table (*.csv)")
        if found:
            self.save(Path(found))

    # -- what is seen ----------------------------------------------------------------------------------------------

    def _offer(self, ways: Ways | None) -> None:
        """Offer the ways this network can be asked."""
        self._ways = ways
        there: dict[Way, bool] = {
            "drawing": ways is not None and ways.drawing,
            "values": ways is not None and bool(ways.values),
            "text": ways is not None and bool(ways.alphabet),
            "files": ways is not None and (bool(ways.files) or ways.first == "files"),
        }
        for index, way in enumerate(WAYS):
            self.ways.setTabVisible(index, there[way])
        self.ways.updateGeometry()
        if ways is not None:
            self.form.show_values(ways.values)
            self.file_note.setText(EXAMPLES[ways.files])
            self.files.setVisible(ways.files not in ("", "clips"))
            self.paste_button.setVisible(bool(ways.files))
            self.folder.setVisible(ways.files in ("images", "texts", "clips"))
            self.names.setVisible(self._subject is not None and self._subject.nameable)

    def _show_way(self, way: Way) -> None:
        self.ways.setCurrentIndex(WAYS.index(way))

    def _way_changed(self, index: int) -> None:
        self.stack.setCurrentIndex(index)
        self._soon.start()

    def _lay_out(self) -> None:
        self.ways, self.stack = QTabBar(), QStackedWidget()
        self.ways.setDrawBase(False)
        self.ways.setExpanding(False)
        self.ways.setAccessibleName("How to ask")
        self.ways.setToolTip("Ask about a drawing, typed values, text or files")
        for way in WAYS:
            self.ways.addTab(TITLES[way])
        self.text.setAccessibleName("Text")
        self.text.setToolTip("A text the network is asked about")
        self.text.setPlaceholderText("Type or paste a text")
        self.text.setTabChangesFocus(True)
        for page in (self._drawing_page(), self.form, self.text, self._files_page()):
            self.stack.addWidget(page)
        self.ways.currentChanged.connect(self._way_changed)
        left = QWidget()
        left.setFixedWidth(grown(WIDE))
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.ways)
        column.addWidget(self.stack, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 12, 16, 12)
        row.setSpacing(24)
        right = QVBoxLayout()
        right.addWidget(self.asker.work)
        right.addWidget(self.answers, 1)
        row.addWidget(left)
        row.addLayout(right, 1)

    def _drawing_page(self) -> QWidget:
        undo = push_button("Undo Stroke", "Undo the last stroke (Ctrl+Z on the pad)", self.pad.undo)
        clear = push_button("Clear", "Wipe the pad (Delete on the pad)", self.pad.clear)
        buttons = QHBoxLayout()
        buttons.addWidget(undo)
        buttons.addWidget(clear)
        buttons.addStretch(1)
        note = Note("What is drawn is brought to the size, position and line width of the drawings in the data.")
        return _column(self.pad, buttons, note)

    def _files_page(self) -> QWidget:
        self.file_note = Note()
        self.files = push_button("Open Files …", "Ask about files", self._open_files)
        self.folder = push_button("Open Folder …", "Ask about all files of a folder", self._open_folder)
        self.paste_button = push_button(
            "Paste", "Ask about the image, the files or the rows on the clipboard", self.paste
        )
        self.names = push_button(
            "Names of Classes …", "Say what the classes are called: a text with a name on each line", self._open_names
        )
        self.names.hide()
        return _column(self.file_note, self.files, self.folder, self.paste_button, self.names)


def _column(*parts: QWidget | QHBoxLayout) -> QWidget:
    page = QWidget()
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 6, 0, 0)
    for part in parts:
        if isinstance(part, QWidget):
            column.addWidget(part, 0, Qt.AlignmentFlag.AlignTop)
        else:
            column.addLayout(part)
    column.addStretch(1)
    return page


def _png(image: QImage) -> bytes:
    held = QByteArray()
    buffer = QBuffer(held)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, b"PNG").write(image)
    return bytes(held.data())
