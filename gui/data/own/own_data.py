"""Data of the user's own on the Data page: looked at beside the window, corrected, compared, found again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QPushButton, QWidget

from engine.data.dataset import DataError
from engine.data.sources.found import Note
from engine.data.sources.kinds import kinds, source_of
from engine.data.sources.source import Source
from engine.data.watch import Watch
from engine.edits import MISSING
from engine.settings.data import DataConfig, SourceSettings
from engine.settings.resolution import SettingFault, resolve_settings
from engine.training.status import sentence
from gui.data.imbalance import BalanceButtons
from gui.data.own.describing import Describer
from gui.data.own.finding import OwnFinding
from gui.data.own.looking import OwnLook, look_again, look_into
from gui.data.own.notes_list import NotesList
from gui.data.own.options_panel import OptionsPanel
from gui.data.own.own_state import OwnState
from gui.data.own.part_rows import PartRows, heads, rows, targets
from gui.data.own.parts_table import PartsTable
from gui.data.own.recent_own import OwnEntry, RecentOwn
from gui.data.own.splitting import settle, splitting_of, unsettled
from gui.data.own.suggestions import PresetRow
from gui.data.own.wishes import Wishes
from gui.document import Document
from gui.forms.flow import FlowLayout
from gui.preferences import Preferences
from gui.widgets import push_button
from gui.work.background import Background
from gui.work.work_bar import WorkBar

PATIENCE = 0.2
"""Seconds that the page waits at its end for an answer about files."""
LABELS = ("file_column", "label_columns", "task", "split_column", "split_by")
LAYOUT = ("table", *LABELS, "images_in", "masks_in", "parts", "together")
"""Options of images that another place of the answers makes void, and those that another table does."""
VOID = {"answers": LAYOUT, "table": LABELS, "file_column": LABELS[1:3], "label_columns": ("task",)}
"""Option of images → those that are found out again when it changes."""
ANOTHER_KIND = {"read-as-table": "table", "read-as-series": "series"}
"""Code of a note → the kind that one click makes of the data."""


class OwnData(QObject):
    """The parts of the page that are about own data, and what happens in them; ``looked`` carries each `OwnLook`."""

    looked = Signal(object)
    turned = Signal()
    """Something is to be shown again."""
    message = Signal(str)
    graph_wanted = Signal(object)
    """A network for the data is to be opened as a new project."""

    def __init__(
        self, document: Document, preferences: Preferences | None, state: OwnState, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.document, self.state = document, state
        self.recent = RecentOwn(preferences)
        self.look: OwnLook | None = None
        """What was found last."""
        self.pending, self.error = "", ""
        """The path that is looked at for the first time, and why it could not be."""
        self.missing: frozenset[str] = frozenset()
        self._looks: dict[str, OwnLook] = {}
        self._shown: SourceSettings | None = None
        self._read: tuple[SourceSettings, Source] | None = None
        self._told: tuple[Source, OwnLook | None] | None = None
        """What options and table show now."""
        self.describer = Describer("look-at-own-data", self)
        self.finding = OwnFinding(document, state, self)
        self._lister = Background("recent-own-data", self)
        self.work, self.notes, self.presets = WorkBar("looking at the data"), NotesList(), PresetRow()
        self.options, self.table = OptionsPanel(), PartsTable()
        self.work.cancelled.connect(self.cancel)
        self.describer.progressed.connect(self.work.show_progress)
        self.describer.turned.connect(lambda: self.work.setVisible(self.describer.busy))
        self.options.wanted.connect(self._option)
        self.options.again_wanted.connect(self._again)
        self.table.wanted.connect(self._part)
        self.presets.chosen.connect(self.graph_wanted)
        self.notes.offer = self._offer
        self.balance: BalanceButtons | None = None
        """What can be done about uneven classes, where the data have such."""
        self._used = False
        self.finding.message.connect(self.message)
        self.finding.add_wanted.connect(self.add)
        self.finding.again_wanted.connect(self._again)

    # -- looking ---------------------------------------------------------------------------------------------------

    def add(self, path: Path | str) -> None:
        """Look at a file or folder for the first time."""
        where = Path(path).absolute()
        self._begin(str(where), partial(look_into, where, Wishes(), config=self._config()))

    def ask(self, what: str, window: QWidget) -> None:
        """Ask for a "file" or a "folder" to add."""
        dialog = QFileDialog(window, f"Add a {what} of your own", str(Path.home()))
        modes = QFileDialog.FileMode
        dialog.setFileMode(modes.Directory if what == "folder" else modes.ExistingFile)
        dialog.fileSelected.connect(self.add)
        dialog.finished.connect(lambda _code: dialog.deleteLater())
        dialog.open()

    def open(self, entry: OwnEntry) -> None:
        """Look at one of the list, with what was settled about it; one that was looked at is shown at once."""
        known = self._looks.get(entry.path)
        if known is None:
            self._begin(entry.path, partial(look_into, Path(entry.path), entry.wishes, config=self._config()))
        else:
            self.forget()
            self._show(known)

    def cancel(self) -> None:
        """End looking; what was shown before is shown again."""
        self.forget()
        self.turned.emit()

    def forget(self) -> None:
        """Another thing is shown: nothing is being looked at any more."""
        self.describer.cancel()
        self.pending = self.error = ""
        self.options.show_error("")

    def check_listed(self) -> None:
        """Find out which of the listed data are still there."""
        paths = [entry.path for entry in self.recent.entries()]
        if paths:
            self._lister.run(partial(_gone, paths), self._listed, self._unexpected)

    def close_background(self) -> None:
        self.describer.close_background()
        self.presets.close_background()
        self.finding.close_background()
        self._lister.close(PATIENCE)

    def _begin(self, path: str, job: Callable[[Watch], OwnLook]) -> None:
        known = self._shown is not None and self._shown.path == path
        self._told = None  # a choice that comes to nothing is taken back
        self.error, self.pending = "", "" if known else path
        self.options.show_error("")
        self.work.begin(f"Looking at {Path(path).name} …")
        self.describer.run(job, self._found, self._failed)
        self.turned.emit()

    def _found(self, look: OwnLook) -> None:
        self.pending = ""
        settings = look.found.settings
        self._looks[settings.path] = look
        from gui.data.dataset_list import facts

        self.recent.add(OwnEntry(settings.path, look.wishes, facts(look.found.dataset)))
        self.missing -= {settings.path}
        self._show(look)

    def _show(self, look: OwnLook) -> None:
        self.look = look
        self.looked.emit(look)

    def _failed(self, error: Exception) -> None:
        said = sentence(error)
        if self.pending:
            self.pending, self.error = "", said
        else:
            self._told = None
            self.options.show_error(said)
        self.message.emit(f"✕ {said}")
        self.turned.emit()

    def _listed(self, missing: frozenset[str]) -> None:
        if missing != self.missing:
            self.missing = missing
            self.turned.emit()

    def _unexpected(self, error: Exception) -> None:
        raise error

    # -- showing ---------------------------------------------------------------------------------------------------

    def look_of(self, settings: SourceSettings | None) -> OwnLook | None:
        """What was found of a source as it is set, where that is known."""
        look = self.look
        if look is None or settings is None:
            return None
        mine = look.found.settings
        same = (mine.kind, mine.path) == (settings.kind, settings.path) and mine.options == settings.options
        return look if same else None

    def show_source(self, settings: SourceSettings | None, *, used: bool) -> str:
        """Show how a source is read, what is odd and which presets fit; what its parts are called, if it has any."""
        self._shown, self._used = settings, used
        look = self.look_of(settings)
        self.notes.show_notes(look.found.notes if look is not None else ())
        if self.balance is not None:
            self.balance.set_used(used)
        offers = look is not None and not (used and self.document.project.nodes)
        self.presets.show_for(look.found if look is not None and offers else None)
        self.finding.show(used=used or settings is None)
        if settings is None:
            self._told = None
            self.options.hide()
            self.table.show_rows((), PartRows(), "")
            return ""
        try:
            source = self._source(settings)
        except DataError as error:
            self.options.show_error(str(error))
            return ""
        what = "Columns" if settings.kind == "table" else "Arrays"
        told = self._told
        if told is not None and told[0] is source and told[1] is look:
            self.options.show()
            return what if heads(source) else ""
        self._told = source, look
        self.options.show_source(settings, source, look)
        reasons, empty = (look.found.reasons, look.empty) if look is not None else ({}, {})
        self.table.show_rows(heads(source), rows(source, reasons, empty, look.wishes if look else None), what)
        return what if heads(source) else ""

    def _source(self, settings: SourceSettings) -> Source:
        """The options of a source, read once. Raises DataError."""
        if self._read is None or (self._read[0] is not settings and self._read[0] != settings):
            self._read = settings, source_of(settings)
        return self._read[1]

    def _offer(self, note: Note) -> QWidget | None:
        """What can be done about a note."""
        if note.code in ANOTHER_KIND:
            kind = ANOTHER_KIND[note.code]
            title = kinds()[kind].title
            tip = f"Take the file for a {title.lower()}; Kind, beside the data, brings it back"
            return _at_left(push_button(f"Read as {title}", tip, lambda: self._option("kind", kind)))
        if note.code != "uneven":
            return None
        self.balance = BalanceButtons(self.document)
        self.balance.message.connect(self.message)
        self.balance.set_used(self._used)
        return self.balance

    # -- corrections -----------------------------------------------------------------------------------------------

    def _change(self, change: Callable[[Wishes], Wishes]) -> None:
        """Look again at what is shown, with a change of what is settled about it."""
        shown = self._shown
        if shown is None:
            return
        look = self.look_of(shown)
        if look is not None:
            job = partial(look_into, Path(shown.path), change(look.wishes), config=self._config())
        else:
            job = partial(look_again, shown, change=change, config=self._config())
        self._begin(shown.path, job)

    def _config(self) -> DataConfig | None:
        """The split of the project, from whose training part alone something is learnt; None: settings are wrong."""
        settings = resolve_settings(self.document.project)
        return None if isinstance(settings, SettingFault) else settings[0]

    def _option(self, name: str, value: object) -> None:
        if self._shown is None or (name == "target" and not isinstance(value, str)):
            return
        if name == "kind":
            self._change(lambda wishes: wishes.with_kind(str(value)))
        elif name == "target":
            before = targets(source_of(self._shown))[1]
            self._change(lambda wishes: wishes.with_target(str(value), before))
        elif name in ("split", "split_column"):
            self._split(name, value)
        else:
            self._change(partial(_settled, name, value, kinds()[self._shown.kind].voids))

    def _split(self, name: str, value: object) -> None:
        """Split the samples another way, or by another column."""
        shown = self._shown
        if shown is None:
            return
        look, source = self.look_of(shown), source_of(shown)
        beside = look.columns if look is not None else ()
        now = splitting_of(source, beside)
        if value is MISSING:
            self._change(unsettled)
        elif name == "split":
            self._change(lambda wishes: settle(wishes, source, str(value), None, beside))
        elif now is not None:
            self._change(lambda wishes: settle(wishes, source, now.way, str(value), beside))

    def _part(self, part: str, name: str, value: object) -> None:
        self._change(lambda wishes: wishes.with_part(part, name, value))

    def _again(self) -> None:
        self._change(lambda wishes: wishes)


def _at_left(button: QPushButton) -> QWidget:
    """A button that is no wider than its text."""
    box = QWidget()
    FlowLayout(box).addWidget(button)
    return box


def _settled(name: str, value: object, voids: Mapping[str, tuple[str, ...]], wishes: Wishes) -> Wishes:
    """An option settled, and those left open again that depended on it."""
    for other in VOID.get(name, ()) if not voids else voids.get(name, ()):
        wishes = wishes.with_option(other, MISSING)
    return wishes.with_option(name, value)


def _gone(paths: list[str]) -> frozenset[str]:
    """Those that are not there, or cannot be reached."""
    missing = set[str]()
    for path in paths:
        try:
            Path(path).stat()
        except (OSError, ValueError):
            missing.add(path)
    return frozenset(missing)
