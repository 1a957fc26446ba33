"""The Data page: choose what to learn from, see it, and say how it is transformed, split and dealt out."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QWidget,
)

from engine.data.dataset import DataError, Dataset, MissingFiles
from engine.data.origin import declared
from engine.data.sources.images.images import Images
from engine.data.split_facts import PartFacts
from engine.edits import MISSING, Change, SetSetting
from engine.graph import Graph, GraphError
from engine.settings.data import DataConfig
from engine.settings.resolution import SettingFault, resolve_settings
from engine.training.status import sentence
from gui.data.augmentation import Augmentation
from gui.data.data_preview import DataPreview, look
from gui.data.data_settings import SplitSection, Transforms, column, stand_beside
from gui.data.dataset_list import Catalogue, facts
from gui.data.draws import DrawsPanel
from gui.data.imbalance import Imbalance
from gui.data.middle import Middle
from gui.data.own.looking import OwnLook
from gui.data.own.own_data import OwnData
from gui.data.own.own_state import OwnState
from gui.data.own.reading import STAND_INS, ReadingPanel
from gui.data.own.recent_own import OwnEntry
from gui.data.own.wishes import Wishes
from gui.data.samples import SamplesPanel
from gui.data.split_preview import line_of
from gui.data.taking import Remembered, Taking, in_use, source_in
from gui.data.use_bar import UseBar
from gui.document import Document
from gui.forms.sections import SettingsSection, align, faults, raw
from gui.preferences import Preferences
from gui.training.meanings import data_hints
from gui.work.background import Background

REST = 120
"""Milliseconds that the current row rests before its samples are loaded."""


class DataPage(QWidget):
    """Catalogue on the left, samples in the middle, settings on the right.

    What is chosen in the catalogue is only ``looked`` at; the project changes when it is used.
    """

    message = Signal(str)

    def __init__(
        self,
        document: Document,
        preferences: Preferences | None = None,
        state: OwnState | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._own_state = None if state is not None else OwnState(document, self)
        """A page without a window follows the files itself."""
        self.document = document
        self.background = Background("read-data", self)
        self.seen: DataPreview | None = None
        self.looked: Taking | None = None
        """What is shown beside the data set in use."""
        self._said = ""
        self.remembered = Remembered()
        self.remembered.note(document)
        self._used, self._source = in_use(document), source_in(document)
        self._shown: tuple[DataConfig, str] | None = None
        self._missing: tuple[DataConfig, str] | None = None
        state = state or self._own_state
        assert state is not None
        self.own = OwnData(document, preferences, state, self)
        self.own.looked.connect(self._look_at_own)
        self.own.turned.connect(self.refresh)
        self.own.message.connect(self.message)
        self._resting: OwnEntry | None = None
        self.choice = Catalogue()
        self.choice.own_looked.connect(self._rest_at_own)
        self.choice.own_chosen.connect(self._use_own)
        self.choice.add_wanted.connect(self.ask_own)
        self.choice.looked.connect(self._look_at)
        self.choice.chosen.connect(self._use)
        self.choice.files.path_chosen.connect(self._choose_folder)
        self.choice.files.arrived.connect(self._look_again)
        self.choice.files.turned.connect(self._offer_files)
        self.samples = SamplesPanel()
        self.samples.part_changed.connect(self._look)
        self.imbalance = Imbalance(document)
        self.imbalance.buttons.message.connect(self.message)
        self.samples.add_below_balance(self.imbalance)
        self.samples.offer_taken.connect(self.choice.files.take_offer)
        self.use = UseBar(document)
        self.use.used.connect(self._use_looked)
        self.use.message.connect(self.message)
        self.draws = DrawsPanel()
        self.middle = Middle(self.use, self.own, self.samples, self.draws)
        self.transforms, self.augmentation = Transforms(document), Augmentation(document)
        self.augmentation.added.connect(self._show_draws)
        self.split = SplitSection(document)
        path = ("data",)
        self.sections: list[SettingsSection] = [
            self.split,
            SettingsSection(document, "", path, DataConfig, ("seed",)),
            SettingsSection(document, "Batches", path, DataConfig, ("batch_size", "shuffle", "sampling", "drop_last")),
        ]
        self.reading = ReadingPanel(document)
        self.sections.append(self.reading.threads)
        for part in (self.transforms, self.augmentation, self.reading):
            part.message.connect(self.message)
        for section in self.sections:
            section.message.connect(self.message)
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self.refresh)
        self._rest = QTimer(self, singleShot=True, interval=REST)
        self._rest.timeout.connect(self.refresh)
        document.changed.connect(self._changed)
        document.opened.connect(self._opened)
        self._lay_out()
        self.refresh()

    def refresh(self) -> None:
        """Show what the document holds now; samples only while the page is seen."""
        self._rest.stop()
        if self._resting is not None:
            entry, self._resting = self._resting, None
            self.own.open(entry)
        wrong, hints = faults(self.document), data_hints(self.document)
        if self.looked is not None:
            self.looked = self._again(self.looked)
        self.choice.show_name(
            raw(self.document, ("data", "dataset")),
            self.looked.path if self.looked else raw(self.document, ("data", "path")),
            "" if self.looked else wrong.get("data.dataset", wrong.get("data.path", "")),
            self.looked.dataset if self.looked else self._used if source_in(self.document) else None,
        )
        self._show_own()
        for steps in (self.transforms, self.augmentation):
            steps.refresh(wrong, self.looked)
        for section in self.sections:
            section.refresh(wrong)
            section.explain(STAND_INS, hints)
        align(self.sections, lambda: [self.reading.limit])
        self._look()

    def close_background(self) -> None:
        """Wait for what is being read; stop what is being fetched and measured."""
        self._rest.stop()
        for part in (self.choice.files, self.samples.baselines, self.own, self.reading, self.draws):
            part.close_background()
        if self._own_state is not None:
            self._own_state.close()
        self.background.close()

    def showEvent(self, event: QShowEvent) -> None:
        """Show what the document holds by now, and load the samples once they are to be seen."""
        super().showEvent(event)
        self.refresh()
        self.own.check_listed()
        self.own.state.check()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._soon.stop()
        self._rest.stop()

    def _changed(self, change: Change) -> None:
        if change.settings:
            self.remembered.note(self.document)
            if (source := source_in(self.document)) != self._source:
                self._source = source
                if self.isVisible():
                    self.own.state.check()
            if in_use(self.document) != self._used:
                self._used, self.looked, self._said = in_use(self.document), None, ""
                self.own.forget()
        if change.settings or self.isVisible():
            self._soon.start()

    def _opened(self) -> None:
        self.remembered.forget()
        self.remembered.note(self.document)
        self._used, self.looked, self._said = in_use(self.document), None, ""
        self._source = source_in(self.document)
        self.own.forget()
        self._soon.start()

    # -- samples ---------------------------------------------------------------------------------------------------

    def _look(self) -> None:
        if not self.isVisible():
            return
        alone = Graph()
        alone.settings["data"] = self.document.project.settings.get("data", {})
        if self.looked is not None:
            alone.settings["data"] = self.looked.settings(self.document)
        settings = resolve_settings(alone)
        if self.own.pending or self.own.error:
            self._shown = None
            self.use.hide()
            if self.own.pending:
                self.samples.show_hint(f"Looking at {Path(self.own.pending).name} …")
            else:
                self.samples.show_error(self.own.error)
            return
        found = None if isinstance(settings, SettingFault) or not settings[0].chosen else settings[0]
        self.draws.show_config(found, self._seed())
        self.use.show_state(self.looked, None if isinstance(settings, SettingFault) else settings[0], self._said)
        if isinstance(settings, SettingFault):
            self._shown = None
            self.samples.show_error(settings.message)
        elif not settings[0].chosen:
            self._shown = None
            self.samples.show_hint(
                "Choose a dataset on the left, or drop a file or folder of yours anywhere on the window."
            )
        elif (wanted := (settings[0], self.samples.part)) != self._shown:
            self._shown = wanted
            try:
                dataset = declared(settings[0])
            except DataError as error:
                self.samples.show_error(str(error))
                return
            title = dataset.name.replace("_", " ") if dataset.loader else dataset.title
            self.samples.show_working(f"Loading {title} …", dataset.name)
            self.background.run(partial(look, *wanted), partial(self._loaded, wanted), partial(self._failed, wanted))

    def _loaded(self, wanted: tuple[DataConfig, str], seen: DataPreview) -> None:
        if wanted == self._shown:
            self.seen = seen
            self.samples.show_look(seen, wanted[0])
            self._show_split(seen.split)
            self.choice.files.found()

    def _failed(self, wanted: tuple[DataConfig, str], error: Exception) -> None:
        if wanted == self._shown:
            self._show_split(())
        if wanted == self._shown and isinstance(error, MissingFiles) and wanted[0].source is None:
            self._missing = wanted
            self._offer_files()
        elif wanted == self._shown and isinstance(error, MissingFiles):
            self.samples.show_hint("The samples appear here once the data are found again.")
        elif wanted == self._shown:
            self.samples.show_error(sentence(error))

    def _show_split(self, facts: Sequence[PartFacts]) -> None:
        """Show what the split makes of the data, beside the shares and where its way is chosen."""
        self.split.preview.show_facts(facts)
        self.own.options.show_parts(line_of(facts))
        self.imbalance.show_facts(facts, used=self.looked is None)

    def _seed(self) -> int:
        """What the draws of a training are drawn from."""
        settings = resolve_settings(self.document.project)
        return 0 if isinstance(settings, SettingFault) else settings[1].seed

    def _show_draws(self) -> None:
        """A variation was added: what it does comes to the front."""
        self._show_own()
        self.middle.show_draws()

    def _offer_files(self) -> None:
        """Where the files are not there yet, say so and offer to fetch them."""
        files = self.choice.files
        if self._missing is None or self._missing != self._shown:
            return
        if files.busy:
            self.samples.show_hint("The files are being downloaded: the bar on the left shows the progress.")
            return
        said, sought = files.missing()
        self.samples.show_offer(said, sought, files.offer.text(), files.offer.toolTip(), wrong=files.foreign)

    def _look_again(self) -> None:
        """Files have arrived: show what is in them."""
        self._shown = None
        self._look()

    # -- edits -----------------------------------------------------------------------------------------------------

    def _look_at(self, dataset: Dataset) -> None:
        """Show a dataset, once the choice has come to rest; the project stays as it is."""
        self._resting = None
        busy = bool(self.own.pending or self.own.error)
        self.own.forget()
        if self.looked is None and dataset is in_use(self.document) and not busy:
            return
        same = dataset is in_use(self.document)
        self.looked = None if same else self.remembered.taking(self.document, dataset)
        self._rest.start()

    def _use(self, dataset: Dataset) -> None:
        """Let the project learn from a dataset, as one undo step."""
        if dataset is not in_use(self.document):
            self._take(self.remembered.taking(self.document, dataset))

    def _use_looked(self) -> None:
        if self.looked is not None:
            self._take(self.looked)

    def _take(self, taking: Taking) -> None:
        try:
            self.document.apply(taking.edit(self.document), taking.title)
        except GraphError as error:
            self.message.emit(str(error))
            return
        self._said = taking.said
        self.message.emit(f"In use: {taking.dataset.title}. {taking.said}".strip())
        self.choice.list.setFocus()

    def _choose_folder(self, path: str | None) -> None:
        """Look for the files of the dataset in another folder; that of one that is only looked at is kept in mind."""
        if self.looked is not None:
            self.remembered.note_path(self.looked.dataset, path)
            self.refresh()
            return
        try:
            self.document.apply(SetSetting(("data", "path"), MISSING if path is None else path), "Set data.path")
        except GraphError as error:
            self.message.emit(str(error))

    # -- data of the user's own ------------------------------------------------------------------------------------

    def add_own(self, path: Path) -> None:
        """Look at a file or folder of the user's; the project stays as it is."""
        self.own.add(path)

    def ask_own(self, what: str) -> None:
        """Ask for a "file" or a "folder" to add."""
        self.own.ask(what, self.window())

    def _again(self, taking: Taking) -> Taking:
        """What is shown, as it would come now."""
        if taking.found is not None:
            return self.remembered.taking_found(self.document, taking.found)
        return self.remembered.taking(self.document, taking.dataset)

    def _look_at_own(self, look: OwnLook) -> None:
        """Show what was found beside the data in use."""
        source = source_in(self.document)
        same = (
            source is not None
            and self.own.look_of(source) is look
            and source.fingerprint == look.found.settings.fingerprint
        )
        self.looked = None if same else self.remembered.taking_found(self.document, look.found)
        self.refresh()

    def _rest_at_own(self, entry: OwnEntry) -> None:
        """Look at data of the list, once the choice has come to rest; those in use are only shown."""
        source = source_in(self.document)
        if source is not None and source.path == entry.path:
            self.own.forget()
            self.looked = self._resting = None
        elif entry.path == self.own.pending or (self.looked is not None and self.looked.dataset.source == entry.path):
            return
        else:
            self._resting = entry
        self._rest.start()

    def _use_own(self, entry: OwnEntry) -> None:
        if self.looked is not None and self.looked.found is not None and self.looked.dataset.source == entry.path:
            self._take(self.looked)

    def _show_own(self) -> None:
        """How own data are read, what is odd about them, and the list of them."""
        used, looked = source_in(self.document), self.looked
        found = looked.found if looked is not None else None
        shown = found.settings if found is not None else used if looked is None else None
        if self.own.pending or self.own.error:
            shown = None
        self.reading.show_for(own=shown is not None and shown.kind == Images.kind, used=found is None)
        parts = self.own.show_source(shown, used=shown is not None and found is None)
        varied = bool(looked.augmentation if looked is not None else self.augmentation.items())
        self.middle.show_parts(parts, found.settings.path if found is not None else "", varied=varied)
        entries = self.own.recent.entries()
        if used is not None and self._used is not None and used.path not in [entry.path for entry in entries]:
            entries.insert(0, OwnEntry(used.path, Wishes(used.kind), facts(self._used)))
        current = self.own.pending or (shown.path if shown is not None else None)
        self.choice.show_own(entries, used.path if used is not None else "", current, self.own.missing)

    def _lay_out(self) -> None:
        right = column(
            (self.own.options, self.transforms), (self.augmentation,), tuple(self.sections[:-1]), (self.reading,)
        )
        stand_beside(self, self.choice, self.middle, right)
