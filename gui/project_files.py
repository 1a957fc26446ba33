"""New, open, save, recent files, and the question about unsaved changes. No dialog blocks: answers come as calls."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QInputDialog, QMessageBox, QWidget

from engine import project
from engine.files import FileError, write_atomically
from engine.graph import Graph
from engine.reading.file_versions import FileVersion
from engine.saving.project_saving import Taken
from engine.source import SourceError, write
from engine.system import names
from gui.canvas.layout.layout import PAGE, Page
from gui.conflicts.taken import ask_taken
from gui.document import Document, new_network
from gui.open_file.autosave import Autosave
from gui.open_file.claims import Claims
from gui.open_file.notices import FileNotices
from gui.open_file.opening import Opener
from gui.open_file.saving import Saver
from gui.open_file.strip import FileStrip
from gui.open_file.watch import FileWatch
from gui.open_file.words import read_only
from gui.preferences import Preferences
from gui.widgets import MessageBox
from presets.own import save_preset
from presets.preset import Preset, PresetError

Then = Callable[[], None]

PROJECTS: Final = ("Layerloom projects", "loom")
SOURCES: Final = ("Python files", "py")


class Files(QObject):
    """``opened`` is called when another project is shown, ``said`` with a sentence for the status line.

    ``page`` gives the room that a network is laid out for which nobody has placed.
    """

    def __init__(
        self,
        document: Document,
        preferences: Preferences,
        window: QWidget,
        opened: Then,
        said: Callable[[str], None],
        saved_preset: Then,
        page: Callable[[], Page] = lambda: PAGE,
    ) -> None:
        super().__init__(window)
        self._document, self._preferences, self._window = document, preferences, window
        self._opened, self._said, self._saved_preset = opened, said, saved_preset
        self._claims = Claims()
        self.watch = FileWatch(document, self)
        self.saver = Saver(document, self.watch, self._claims, window)
        self.saver.saved.connect(self._written)
        self.saver.copy_wanted.connect(self.ask_save_copy)
        self.saver.another_name_wanted.connect(self._ask_another_name)
        self.autosave = Autosave(document, self.saver.save_known, lambda: self.busy, self)
        self.strip = FileStrip()
        notices = FileNotices(document, self.watch, self.saver, self.strip, self)
        notices.save_as_wanted.connect(self.ask_save_as)
        self._opener = Opener(
            document, self.watch, self._claims, notices, window, self._shown, self.complain, self.when_safe, page
        )

    @property
    def busy(self) -> bool:
        """Whether a file is being read, written or looked at."""
        return self._opener.busy or self.saver.busy or self.watch.busy

    def close(self) -> None:
        """Finish what is being written, and let others have the file."""
        self.autosave.close()
        self._opener.close()
        self.saver.close()
        self.watch.close()
        self._claims.close()

    # -- opening ---------------------------------------------------------------------------------------------------

    def new(self) -> None:
        """An empty network, once nothing unsaved would be lost."""
        self.when_safe(lambda: self.show_graph(new_network(self._preferences.direction)))

    def show_graph(
        self, graph: Graph, path: Path | None = None, *, saved: bool = True, version: FileVersion | None = None
    ) -> None:
        """Show a graph at once, as it is in this version of its file if that is known."""
        self._opener.show(graph, path, saved=saved, version=version)

    def _shown(self) -> None:
        if self._document.path is not None:
            self._preferences.add_recent(self._document.path)
        self._opened()

    def open_preset(self, preset: Preset) -> None:
        """A preset as a new project."""

        def show() -> None:
            try:
                self.show_graph(preset.build())
            except (FileError, PresetError) as error:
                self.complain("This preset cannot be opened", str(error))

        self.when_safe(show)

    def open_made(self, graph: Graph) -> None:
        """A network that was made for the user's data, as a new project."""
        self.when_safe(lambda: self.show_graph(graph))

    def open_path(self, path: Path) -> None:
        """A project file, read beside the window; where it cannot be read the open document stays."""
        self._opener.open(path)

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
            self._document.name_after(path)
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
        remark = f" Its previous version was not kept: {without_backup}" if without_backup else ""
        self._said(f"Saved {path.name}.{remark}")

    def ask_save_copy(self) -> None:
        """Ask where to write the project as it is now; the open one stays what it is, with its changes unsaved."""
        name = f"{_file_stem(self._document)}-copy.loom"
        self._ask_where("Save a copy of the project", PROJECTS, name, self._write_copy)

    def _write_copy(self, path: Path) -> None:
        if path == self._document.path:
            self.saver.save_known(path)
            return
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

    def ask_save_table(self, text: str, ending: str) -> None:
        """Ask where to write the table of layers."""
        name = f"{_file_stem(self._document)}-layers.{ending}"
        self._ask_where("Save the table of layers", ("Tables", ending), name, partial(self._write_table, text))

    def _write_table(self, text: str, path: Path) -> None:
        try:
            write_atomically(path, text.encode())
        except FileError as error:
            self.complain("The table is not saved", str(error))
        else:
            self._said(f"Saved {path.name}.")

    def place_of_pictures(self) -> tuple[str, str]:
        """Where images of the network are saved if nobody says otherwise: a folder, and a name without its ending."""
        return self._folder(), names.safe(_file_stem(self._document))

    def ask_save_preset(self) -> None:
        """Ask for a name and keep the network in the gallery."""
        dialog = QInputDialog(self._window)
        dialog.setWindowTitle("Save as Preset")
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

    def when_safe(self, then: Then, otherwise: Then | None = None) -> None:
        """Call ``then`` at once, or after the user has saved or given up the unsaved changes, else ``otherwise``."""
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
                self.save(lambda: self.when_safe(then, otherwise))  # it may be edited while the disk writes
            elif code == button.Discard:
                then()
            elif otherwise is not None:
                otherwise()

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
