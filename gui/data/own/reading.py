"""How data of one's own are read while they are learned from: by how many threads, and what is kept decoded."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from engine.data.cache import shelf
from engine.data.streams import workers
from engine.edits import MISSING
from engine.files import FileError
from engine.layers.parameters import Parameter
from engine.settings.data import DataConfig
from gui.document import Document
from gui.forms import Form
from gui.forms.sections import SettingsSection
from gui.widgets import Note, heading, plain
from gui.work.background import Background

GB = 10**9
UNITS = ((GB, "GB"), (10**6, "MB"), (10**3, "KB"))
LIMIT = Parameter(
    "limit",
    "float",
    "a number of GB ≥ 0",
    shelf.USUAL / GB,
    False,
    "how many GB of the disk decoded images may take; what was not used for longest makes room, and 0 keeps none. It "
    "belongs to this computer, not to the project",
    minimum=0.0,
)
STAND_INS = {"data.workers": f"{workers(None)}, one a core"}
"""What is taken where a setting is left open."""
WHY = "Decoded images are kept between epochs and runs, so that each is decoded once."


class ReadingPanel(QWidget):
    """The threads that read, which the project says, and the disk that decoded samples take, on this computer."""

    message = Signal(str)

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.threads = SettingsSection(document, "Reading", ("data",), DataConfig, ("workers",))
        self.background = Background("cache-size", self)
        self.said = Note()
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(10)
        self.bar.setStyleSheet("QProgressBar { min-height: 0; }")
        self.bar.setAccessibleName("How much of the limit is used")
        self.limit = Form([LIMIT], parent=self)
        self.limit.set_titles({"limit": "limit in GB"})
        self.limit.edited.connect(self._set_limit)
        self.empty = QPushButton("Empty")
        self.empty.setAccessibleName("Empty the cache of decoded images")
        self.empty.setToolTip(plain("Remove all decoded images; they are decoded again when they are needed"))
        self.empty.clicked.connect(lambda _checked: self._empty())
        row = QHBoxLayout()
        row.addWidget(self.bar, 1)
        row.addWidget(self.empty)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(6)
        box.addWidget(self.threads)
        box.addWidget(heading("Decoded on disk"))
        box.addWidget(self.said)
        box.addLayout(row)
        box.addWidget(self.limit)
        box.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.hide()

    def show_for(self, *, own: bool, used: bool) -> None:
        """Be seen where images of one's own are shown; then say how much is kept now.

        The threads are the project's: they can be changed where it uses the data.
        """
        self.setVisible(own)
        self.threads.setEnabled(used)
        if own:
            self.background.run(_facts, self._show, self._failed)

    def close_background(self) -> None:
        """Wait for what is being counted or removed."""
        self.background.close()

    def _show(self, facts: tuple[int, int, Path]) -> None:
        used, limit, where = facts
        self.said.setText(f"{gigabytes(used)} of {gigabytes(limit)}. {WHY}" if limit else f"Nothing is kept. {WHY}")
        self.said.setToolTip(plain(str(where)))
        self.bar.setValue(round(1000 * min(1.0, used / limit)) if limit else 0)
        self.bar.setToolTip(plain(f"{gigabytes(used)} of {gigabytes(limit)} in {where}"))
        self.empty.setEnabled(used > 0)
        self.limit.set_values({} if limit == shelf.USUAL else {"limit": limit / GB})

    def _set_limit(self, _name: str, value: object) -> None:
        size = shelf.USUAL if value is MISSING else value * GB if isinstance(value, (int, float)) else -1
        if not 0 <= size <= shelf.MOST:
            self.limit.set_errors({"limit": f"The limit is a number of GB from 0 to {shelf.MOST // GB:,}."})
            return
        self.limit.set_errors({})
        self._work(lambda: shelf.set_limit(round(size)))

    def _empty(self) -> None:
        self._work(shelf.empty)

    def _work(self, act: Callable[[], object]) -> None:
        def job() -> tuple[int, int, Path]:
            act()
            return _facts()

        self.background.run(job, self._show, self._failed)

    def _failed(self, error: Exception) -> None:
        if not isinstance(error, FileError):
            raise error
        self.limit.set_errors({"limit": str(error)})
        self.message.emit(f"✕ {error}")


def gigabytes(size: int) -> str:
    """Bytes for people."""
    unit, name = next((one for one in UNITS if size >= one[0]), UNITS[0])
    return f"{size / unit:.3g} {name}"


def _facts() -> tuple[int, int, Path]:
    return shelf.used(), shelf.limit(), shelf.folder()
