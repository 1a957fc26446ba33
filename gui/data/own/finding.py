"""Own data of a project that are missing or have changed: said on the page, found again, taken as they are."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog

from engine.edits import Edit, SetSetting
from engine.graph import GraphError
from engine.settings.data import SourceSettings
from engine.training.status import sentence
from gui.data.own.comparing import Difference, compare
from gui.data.own.describing import Describer
from gui.data.own.own_state import OwnState
from gui.data.own.source_strip import SourceStrip
from gui.document import Document
from gui.forms.sections import compound

SOURCE = ("data", "source")
FOLDERS = ("images", "clips")
"""Kinds of data that are folders, whatever these are called."""


class OwnFinding(QObject):
    """A strip that follows `OwnState`."""

    message = Signal(str)
    add_wanted = Signal(str)
    """These data are to be looked at as if they were new."""
    again_wanted = Signal()
    """The data of the project are to be looked at again."""

    def __init__(self, document: Document, state: OwnState, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.document, self.state = document, state
        self.strip = SourceStrip()
        self.strip.asked.connect(self._asked)
        self.describer = Describer("compare-own-data", self)
        self.difference: Difference | None = None
        """What the strip is about, where that is known."""
        self._used = True
        self._about: SourceSettings | None = None
        state.turned.connect(self.refresh)

    def show(self, *, used: bool) -> None:
        """Whether the data of the project are shown, or others beside them."""
        if used != self._used or self._about != self.state.source():
            self._used = used
            self.refresh()

    def refresh(self) -> None:
        """Say what is known of the data of the project."""
        source, known = self.state.source(), self.state.known
        if source != self._about:
            self.describer.cancel()
            self._about, self.difference = source, None
        if source is None or not self._used or (known is None and self.difference is None):
            self.strip.hide()
        elif self.difference is not None:
            self._offer(source, self.difference)
        elif known is not None and known.state == "missing":
            self.strip.offer("failed", known.said, "locate")
        elif known is not None and known.state == "changed":
            said = "The data have changed since they were added. Looking at what is different …"
            self.strip.offer("warning", said, "again")
            self._compare(source, source.path)
        else:
            self.strip.hide()

    def locate(self) -> None:
        """Ask where the data are now."""
        source = self.state.source()
        if source is None:
            return
        folder = source.kind in FOLDERS or not Path(source.path).suffix
        start = next((str(one) for one in Path(source.path).parents if one.is_dir()), str(Path.home()))
        dialog = QFileDialog(self.strip.window(), f"Where {Path(source.path).name} is now", start)
        dialog.setFileMode(QFileDialog.FileMode.Directory if folder else QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self.located)
        dialog.finished.connect(lambda _code: dialog.deleteLater())
        dialog.open()

    def located(self, path: str) -> None:
        """Hold the data at ``path`` against what the project had."""
        source = self.state.source()
        if source is not None:
            self.difference = None
            self.strip.offer("warning", f"Looking at {path} …", cancel=True)
            self._compare(source, str(Path(path).absolute()))

    def close_background(self) -> None:
        self.describer.close_background()

    # -- comparing -------------------------------------------------------------------------------------------------

    def _compare(self, source: SourceSettings, path: str) -> None:
        self.describer.run(partial(compare, source, Path(path)), self._compared, self._failed)

    def _compared(self, found: Difference) -> None:
        source = self.state.source()
        if source is None:
            return
        if not found.said:  # the same data
            self._apply(
                [SetSetting((*SOURCE, "path"), found.path)] if found.path != source.path else [], "Locate the data"
            )
            self.message.emit(f"The same data: the project reads them from {found.path} now.")
            return
        self.difference = found
        self.refresh()

    def _failed(self, error: Exception) -> None:
        self.message.emit(f"✕ {sentence(error)}")
        self.difference = None
        self.refresh()

    def _offer(self, source: SourceSettings, found: Difference) -> None:
        as_is = ("as_is",) if found.samples else ()
        if found.path == source.path:
            self.strip.offer("warning", f"The data have changed since they were added. {found.said}", *as_is, "again")
        else:
            said = f"At {found.path} are other data than the project had. {found.said}"
            self.strip.offer("warning", said, *as_is, "add", cancel=True)

    def _asked(self, name: str) -> None:
        found = self.difference
        if name == "locate":
            self.locate()
        elif name == "again":
            self.again_wanted.emit()
        elif name == "add" and found is not None:
            self.add_wanted.emit(found.path)
        elif name == "as_is" and found is not None:
            self._take(found)
        elif name == "cancel":
            self.describer.cancel()
            self.difference = None
            self.refresh()

    def _take(self, found: Difference) -> None:
        """Read the data that are there now as those before; the project keeps what they are from now on."""
        source = self.state.source()
        if source is None:
            return
        edits: list[Edit] = [
            SetSetting((*SOURCE, "fingerprint"), found.fingerprint),
            SetSetting((*SOURCE, "options", "samples"), found.samples),
        ]
        if found.path != source.path:
            edits.append(SetSetting((*SOURCE, "path"), found.path))
        self._apply(edits, "Use the changed data as they are")

    def _apply(self, edits: list[Edit], title: str) -> None:
        self.difference = None
        if edits:
            try:
                self.document.apply(compound(edits, title), title)
            except GraphError as error:
                self.message.emit(str(error))
        self.state.check()
