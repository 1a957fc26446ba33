"""New, open, save, recent files, and the question about unsaved changes. No dialog blocks: answers come as calls."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QInputDialog, QMessageBox, QWidget

from engine import project
from engine.file_versions import FileVersion
from engine.files import FileError, write_atomically
from engine.graph import Graph
from engine.open_projects import Holder
from engine.project_saving import Taken
from engine.source import SourceError, write
from engine.system import names
from gui.conflicts.question import CANCEL, Choice, Question
from gui.conflicts.taken import ask_taken
from gui.document import Document
from gui.open_file.claims import Claims
from gui.open_file.notices import FileNotices
from gui.open_file.reading import FileFacts, ReadFile, facts_of, read
from gui.open_file.saving import Saver
from gui.open_file.strip import FileStrip
from gui.open_file.watch import FileWatch
from gui.open_file.words import held, read_only
from gui.preferences import Preferences
from gui.widgets import MessageBox
from gui.work.background import Background
from presets.own import save_preset
from presets.preset import Preset, PresetError

Then = Callable[[], None]

PATIENCE = 0.2
"""Seconds that the end waits for a file that is being read: a network that is gone may take minutes."""
SHARED: Final = "it is open in another window"
READ_ONLY: Final = "Show it; Save asks for another name"
COPY: Final = "Show it as a new project that is not saved yet"
ANYWAY: Final = "Show it; who saves second is asked what to do with the changes of the first"
MORE: Final = "Two windows that change one file may undo each other's work. None of them saves over the other unasked."
PROJECTS: Final = ("Layerloom projects", "loom")
SOURCES: Final = ("Python files", "py")


class Files(QObject):
    """``opened`` is called when another project is shown, ``said`` with a sentence for the status line."""

    def __init__(
        self,
        document: Document,
        preferences: Preferences,
        window: QWidget,
        opened: Then,
        said: Callable[[str], None],
        saved_preset: Then,
    ) -> None:
        super().__init__(window)
        self._document, self._preferences, self._window = document, preferences, window
        self._opened, self._said, self._saved_preset = opened, said, saved_preset
        self._claims = Claims()
        self._reading = Background("open file", self)
        self.watch = FileWatch(document, self)
        self.saver = Saver(document, self.watch, self._claims, window)
        self.saver.saved.connect(self._written)
        self.saver.copy_wanted.connect(self.ask_save_copy)
        self.saver.another_name_wanted.connect(self._ask_another_name)
        self.strip = FileStrip()
        self._notices = FileNotices(document, self.watch, self.saver, self.strip, self)
        self._notices.save_as_wanted.connect(self.ask_save_as)

    @property
    def busy(self) -> bool:
        """Whether a file is being read, written or looked at."""
        return self._reading.busy or self.saver.busy or self.watch.busy

    def close(self) -> None:
        """Finish what is being written, and let others have the file."""
        self._reading.close(PATIENCE)
        self.saver.close()
        self.watch.close()
        self._claims.close()

    # -- opening ---------------------------------------------------------------------------------------------------

    def new(self) -> None:
        """An empty network, once nothing unsaved would be lost."""
        self.when_safe(lambda: self.show_graph(Graph("untitled")))

    def show_graph(
        self, graph: Graph, path: Path | None = None, *, saved: bool = True, version: FileVersion | None = None
    ) -> None:
        """Show a graph at once; what else is to be known of its file, such as who has it open, follows."""
        if path is None:
            self._claims.keep(None)
            self._show_graph(graph, None, None, saved=saved)
            return
        shown = project.to_bytes(graph)
        self._show_graph(graph, path, version or FileVersion.of(shown), saved=saved)
        self.watch.pause(True)

        def learn(facts: FileFacts) -> None:
            self.watch.pause(False)
            if graph is not self._document.project:
                self._claims.keep(None)
                return
            self._claims.keep(facts.key)
            self._document.set_file(path, facts.version)
            self.watch.follow()
            self.watch.look()
            if facts.holder is not None:
                self._ask_shared(path, facts.holder)

        self._reading.run(lambda: facts_of(path, version, shown, self._claims), learn, self._unexpected)

    def _show_graph(self, graph: Graph, path: Path | None, version: FileVersion | None, *, saved: bool) -> None:
        self._document.open_graph(graph, path, saved=saved, version=version)
        if path is not None:
            self._preferences.add_recent(path)
        self._opened()

    def open_preset(self, preset: Preset) -> None:
        """A preset as a new project."""

        def show() -> None:
            try:
                self.show_graph(preset.build())
            except (FileError, PresetError) as error:
                self.complain("This preset cannot be opened", str(error))

        self.when_safe(show)

    def open_path(self, path: Path) -> None:
        """A project file, read beside the window; where it cannot be read the open document stays."""

        def show(found: ReadFile) -> None:
            if found.holder is not None:
                self._ask_to_open(found, found.holder)
            else:
                self._show_file(found)

        self._reading.run(lambda: read(path, self._claims), show, self._not_read)

    def _not_read(self, error: Exception) -> None:
        if not isinstance(error, FileError):
            raise error
        self.complain("This file cannot be opened", str(error))

    def _unexpected(self, error: Exception) -> None:
        raise error

    def _show_file(self, found: ReadFile, *, only_read: str = "") -> None:
        def show() -> None:
            self._claims.keep(found.key)
            self._show_graph(found.graph, found.path, found.version, saved=True)
            self.watch.follow()
            self.watch.pause(False)
            if only_read:
                self._notices.show_read_only(only_read)

        self.when_safe(show)

    def _ask_to_open(self, found: ReadFile, holder: Holder) -> None:
        """Another window has the file open: ask before it is opened here, too."""

        def copy() -> None:
            self.when_safe(lambda: self.show_graph(found.graph, saved=False))

        choices = (
            Choice("Open Read-Only", READ_ONLY, lambda: self._show_file(found, only_read=SHARED)),
            Choice("Open a Copy", COPY, copy),
            Choice("Open Anyway", ANYWAY, lambda: self._show_file(found)),
            CANCEL,
        )
        Question(self._window, "The file is open elsewhere", held(found.path, holder), MORE, choices).open()

    def _ask_shared(self, path: Path, holder: Holder) -> None:
        """The same for a project that is shown already."""
        choices = (
            Choice("Read-Only", READ_ONLY, lambda: self._notices.show_read_only(SHARED)),
            Choice("Make It a Copy", COPY, lambda: self._document.set_file(None, None)),
            Choice("Keep It Open", ANYWAY),
        )
        Question(self._window, "The file is open elsewhere", held(path, holder), MORE, choices).open()

    def open_network(self, run: Path) -> None:
        """The network of a run as a new project, with the settings it was trained with."""

        def show() -> None:
            from engine.training.runs.folder import PROJECT  # it loads numpy, which the window does not wait for

            try:
                graph = project.load_own(run, PROJECT)
            except FileError as error:
                self.complain("The network of this run cannot be opened", str(error))
            else:
                self.show_graph(graph, saved=False)

        self.when_safe(show)

    def ask_open(self) -> None:
        """Choose a project file and open it."""
        dialog = QFileDialog(self._window, "Open a project", self._folder(), f"{_filter(*PROJECTS)};;All files (*)")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda name: self.open_path(Path(name)))
        self._show(dialog)

    # -- saving ----------------------------------------------------------------------------------------------------

    def save(self, then: Then | None = None) -> None:
        """Save where it came from, or ask where; ``then`` is called once it is saved."""
        path, reason = self._document.path, self._document.read_only
        if path is None:
            self.ask_save_as(then)
        elif reason:
            self._ask_another_name(then, read_only(path, reason))
        else:
            self.saver.save_known(path, then)

    def _ask_another_name(self, then: Then | None, why: str) -> None:
        self._said(why)
        self.ask_save_as(then)

    def ask_save_as(self, then: Then | None = None) -> None:
        """Ask where to save."""
        name = self._document.path.name if self._document.path else f"{_file_stem(self._document)}.loom"

        def write(path: Path) -> None:
            if path == self._document.path:
                self.saver.save_known(path, then)
            else:
                self.saver.save(path, then)

        self._ask_where("Save the project", PROJECTS, name, write)

    def ask_where(self, stem: str, then: Callable[[Path], None]) -> None:
        """Ask where a project that is not the open one shall be written."""
        self._ask_where("Save a copy", PROJECTS, f"{stem[:60]}.loom", then)

    def _ask_where(self, title: str, kind: tuple[str, str], name: str, then: Callable[[Path], None]) -> None:
        """Ask for a file of this kind to write; it gets the kind's suffix where the user types none."""
        dialog = QFileDialog(self._window, title, self._folder(), _filter(*kind))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(kind[1])
        dialog.selectFile(names.safe(name))
        dialog.fileSelected.connect(lambda chosen: then(Path(chosen)))
        self._show(dialog)

    def _written(self, path: Path, without_backup: str) -> None:
        self._preferences.add_recent(path)
        remark = f" Its previous version is not kept: {without_backup}" if without_backup else ""
        self._said(f"Saved {path.name}.{remark}")

    def ask_save_copy(self) -> None:
        """Ask where to write the project as it is now; the open one stays what it is, with its changes unsaved."""
        name = f"{_file_stem(self._document)}-copy.loom"
        self._ask_where("Save a copy of the project", PROJECTS, name, self._write_copy)

    def _write_copy(self, path: Path) -> None:
        try:
            project.save(self._document.project, path)
        except FileError as error:
            self.complain("The copy is not saved", str(error))
        else:
            self._said(f"Saved a copy as {path.name}.")

    def ask_save_source(self) -> None:
        """Ask where to write the PyTorch source."""
        name = f"{_file_stem(self._document).replace('-', '_')}.py"
        self._ask_where("Save the PyTorch source", SOURCES, name, self._write_source)

    def _write_source(self, path: Path) -> None:
        try:
            write_atomically(path, write(self._document.project).encode())
        except (FileError, SourceError) as error:
            self.complain("The source is not saved", str(error))
        else:
            self._said(f"Saved {path.name}.")

    def ask_save_preset(self) -> None:
        """Ask for a name and keep the network in the gallery."""
        dialog = QInputDialog(self._window)
        dialog.setWindowTitle("Save as preset")
        dialog.setLabelText("The name it has in the gallery:")
        dialog.setTextValue(self._document.project.name)
        dialog.textValueSelected.connect(self._write_preset)
        self._show(dialog)

    def _write_preset(self, title: str, over: FileVersion | None = None) -> None:
        try:
            preset = save_preset(self._document.project, title, over)
        except Taken as taken:
            there = FileVersion.of(taken.content)
            question = ask_taken(
                self._window, f"preset {title.strip()}", taken, lambda: self._write_preset(title, there)
            )
            question.open()
        except (PresetError, FileError) as error:
            self.complain("The preset is not saved", str(error))
        else:
            self._saved_preset()
            self._said(f"{preset.title} is in the gallery now.")

    # -- questions -------------------------------------------------------------------------------------------------

    def when_safe(self, then: Then) -> None:
        """Call ``then`` at once, or after the user has saved or given up the unsaved changes."""
        if not self._document.unsaved:
            then()
            return
        box = MessageBox(
            self._window,
            "Unsaved changes",
            f"Save the changes to “{self._document.project.name}” first?",
            "Without saving they are lost.",
            QMessageBox.Icon.Question,
        )
        button = QMessageBox.StandardButton
        box.setStandardButtons(button.Save | button.Discard | button.Cancel)
        box.setDefaultButton(button.Save)

        def answered(code: int) -> None:
            if code == button.Save:
                self.save(then)
            elif code == button.Discard:
                then()

        box.finished.connect(answered)
        self._show(box)

    def complain(self, title: str, sentence: str) -> None:
        """Say what could not be done."""
        self._show(MessageBox(self._window, title, title, sentence, QMessageBox.Icon.Warning))

    def _show(self, dialog: QFileDialog | QInputDialog | QMessageBox) -> None:
        dialog.finished.connect(lambda _code: dialog.deleteLater())
        dialog.open()

    def _folder(self) -> str:
        if self._document.path is not None:
            return str(self._document.path.parent)
        recent = self._preferences.recent()
        return str(recent[0].parent if recent else Path.home())


def _filter(kind: str, suffix: str) -> str:
    return f"{kind} (*.{suffix})"


def _file_stem(document: Document) -> str:
    name = "".join(c if c.isalnum() else "-" for c in document.project.name.lower()).strip("-")
    return name[:60] or "network"
