"""Where the files of a data set are: choose a folder that has them, or fetch them from the net."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from engine.data.dataset import DataError, Dataset
from engine.data.datasets import folder
from engine.data.download import Cancelled, arrived, download, size
from engine.data.searching import Found, in_words, look_into
from engine.training.status import sentence
from gui.widgets import Note, heading, plain
from gui.work.background import Background

MB = 1_000_000
PATIENCE = 3.0
"""Seconds that closing waits for a server that says nothing; what has come is kept anyway."""


class FilesBox(QWidget):
    """The folder of the chosen data set, a way to another one, and the download with progress and Cancel."""

    path_chosen = Signal(object)
    """The folder the user wants, as text; None for the one in Layerloom's home."""
    arrived = Signal()
    """The files are there now."""
    turned = Signal()
    """A download has begun or ended."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.background = Background("download-data", self)
        self._dataset: Dataset | None = None
        self._path: str | None = None
        self._read = False
        self._loading: Dataset | None = None
        self._stop = threading.Event()
        self._news = (0, 1)
        self.held: Found | None = None
        """What is in the folder."""
        self.where, self.state = Note(), Note()
        self.where.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.choose = self._button("Choose Folder …", "Choose the folder with the files", self._ask)
        self.home = self._button("Layerloom's Folder", "Back to the folder in Layerloom's home", self._forget)
        self.get = self._button("Download", "Download the files into this folder", self.start)
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Progress of the download")
        self.cancel = self._button(
            "Cancel", "Stop", self.stop, "; what was downloaded is kept, and the next download continues from there"
        )
        self._watch = QTimer(self, interval=100)
        self._watch.timeout.connect(self._show_news)
        row, going = QHBoxLayout(), QHBoxLayout()
        for widget in (self.choose, self.home):
            row.addWidget(widget)
        row.addStretch(1)
        going.addWidget(self.bar, 1)
        going.addWidget(self.cancel)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(6)
        box.addWidget(heading("Files"))
        box.addWidget(self.where)
        box.addWidget(self.state)
        box.addWidget(self.get, 0, Qt.AlignmentFlag.AlignLeft)
        box.addLayout(going)
        box.addLayout(row)
        self.show_dataset(None, None)

    @property
    def busy(self) -> bool:
        """Whether something is being fetched."""
        return self._loading is not None

    def show_dataset(self, dataset: Dataset | None, path: str | None) -> None:
        """Show where the files of a data set are looked for; nothing for data without files."""
        wanted = dataset if dataset is not None and dataset.files else None
        self._read = self._read and (wanted, path) == (self._dataset, self._path)
        self._dataset, self._path = wanted, path
        self.setVisible(self._dataset is not None)
        self.refresh()

    def refresh(self, text: str = "", token: str = "muted") -> None:
        """Look again what is in the folder, and say ``text`` of it."""
        dataset, here = self._dataset, self._folder()
        if dataset is None:
            return
        mine = self._loading == dataset
        total = size(dataset)
        there = arrived(dataset, here) if here is not None else 0
        self.held = look_into(dataset, here) if here is not None else None
        self.where.setText(f"In {here}" if here is not None else "There is no such home folder.")
        self.get.setText(f"{'Resume: ' if 0 < there < total else 'Download '}{_megabytes(total - there)}")
        self.get.setVisible(not mine and there < total and not self._read and self.can_fetch)
        self.get.setEnabled(not self.busy)
        self.home.setVisible(self._path is not None)
        self.bar.setVisible(mine)
        self.cancel.setVisible(mine)
        self.choose.setEnabled(not mine)
        some = f"{_megabytes(there)} of {_megabytes(total)} are there." if there else "None as published are there yet."
        if self.foreign:
            some, token = "✕ None of the expected files are there.", "error" if not text else token
        self.state.set_token(token)
        self.state.setText(text or ("All files are there." if there >= total or self._read else some))

    @property
    def can_fetch(self) -> bool:
        """Whether files may be put into the folder: one of Layerloom's own, an empty one, or one with some of them."""
        held = self.held
        return held is not None and held.writable and not held.fault and not self.foreign

    @property
    def foreign(self) -> bool:
        """Whether the folder that was chosen holds other things, and nothing of the data set."""
        held = self.held
        if held is None or self._path is None or self._read:
            return False
        return bool(held.fault or (held.others and not held.part and not held.whole))

    def missing(self) -> tuple[str, str]:
        """What to say while the files are not there: a sentence, and the names that are sought with what is there."""
        dataset, here, held = self._dataset, self._folder(), self.held
        if dataset is None:
            return "", ""
        if here is None or held is None:
            return f"{dataset.title}: there is no such home folder. Choose a folder that has its files.", ""
        if self.foreign:
            said = f"{here} holds none of the files of {dataset.title}: choose the folder that has them."
        elif held.part:
            said = f"{here} holds a part of the files of {dataset.title}."
            said += " Download the others, or choose a folder that has them all." if self.can_fetch else ""
        else:
            said = f"{dataset.title} is read from the files of its makers, and they are not in {here} yet.\n"
            said += (
                "Download them, or choose a folder that has them. Nothing is downloaded unless you ask for it."
                if self.can_fetch
                else "Choose a folder that has them, or one that can be written to."
            )
        return said, in_words(dataset, held, here)

    def take_offer(self) -> None:
        """Do what `offer` says."""
        self.start() if self.can_fetch else self._ask()

    @property
    def offer(self) -> QPushButton:
        """The button that leads on while files are missing."""
        return self.get if self.can_fetch else self.choose

    def found(self) -> None:
        """The samples have been read from there, in whatever form the files are."""
        self._read = True
        self.refresh()

    def start(self) -> None:
        """Fetch what is missing."""
        dataset, here = self._dataset, self._folder()
        if dataset is None or here is None or self.busy:
            return
        self._loading, self._stop, self._news = dataset, threading.Event(), (arrived(dataset, here), size(dataset))
        self._watch.start()
        self.background.run(partial(self._work, dataset, here, self._stop), self._done, self._failed)
        self.refresh("Asking the server …")
        self.turned.emit()

    def stop(self) -> None:
        """Stop fetching; what was downloaded is kept."""
        self._stop.set()

    def close_background(self) -> None:
        """Stop, and wait for the end of a piece."""
        self._stop.set()
        self._watch.stop()
        self.background.close(PATIENCE)

    def _work(self, dataset: Dataset, here: Path, stop: threading.Event) -> bool:
        def report(done: int, total: int) -> None:
            self._news = (done, total)

        try:
            download(dataset, here, report, stop.is_set)
        except Cancelled:
            return False
        return True

    def _done(self, whole: bool) -> None:
        self._end("" if whole else "Cancelled; what was downloaded is kept.")
        if whole:
            self.arrived.emit()

    def _failed(self, error: Exception) -> None:
        self._end(f"✕ {sentence(error)}", "error")

    def _end(self, text: str, token: str = "muted") -> None:
        self._loading = None
        self._watch.stop()
        self.refresh(text, token)
        self.turned.emit()

    def _show_news(self) -> None:
        done, total = self._news
        self.bar.setValue(round(1000 * done / total))
        if self._loading == self._dataset:
            self.state.setText(f"{_megabytes(done)} of {_megabytes(total)} …")

    def _ask(self) -> None:
        here = self._folder()
        dialog = QFileDialog(
            self.window(), "The folder with the files", str(here if here and here.is_dir() else Path.home())
        )
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(lambda name: self.path_chosen.emit(name))
        dialog.finished.connect(lambda _code: dialog.deleteLater())
        dialog.open()

    def _forget(self) -> None:
        self.path_chosen.emit(None)

    def _folder(self) -> Path | None:
        try:
            return folder(self._dataset, self._path) if self._dataset is not None else None
        except DataError:
            return None

    def _button(self, text: str, name: str, then: Callable[[], None], more: str = "") -> QPushButton:
        button = QPushButton(text)
        button.setAccessibleName(name)
        button.setToolTip(plain(f"{name}{more}"))
        button.clicked.connect(lambda _checked: then())
        return button


def _megabytes(count: int) -> str:
    return f"{count / MB:.1f} MB" if count >= MB / 10 or not count else f"{count / 1000:.1f} kB"
