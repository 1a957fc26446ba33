"""Starts the window: the Start page comes first, then, beside it, the rest of the program, and torch at last."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from importlib.resources import files
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from engine.graph import Graph
from gui.ending import EndingSignals, end
from gui.preference_list import FONT_SIZE, OPEN_LAST
from gui.preferences import Preferences
from gui.theme import theme
from gui.unexpected import hooks, qt_messages
from gui.unexpected.hooks import Report
from gui.unexpected.recorder import Recorder, record
from gui.unexpected.watch import Watch
from gui.window import MainWindow
from gui.work import garbage
from gui.work.background import Background

SOON = 50
"""Milliseconds after which something is begun that competes for the processor: the window is painted before."""


class TorchLoader(QObject):
    """Imports torch in the background, so that the first training does not wait for it."""

    loaded = Signal()
    failed = Signal(str)

    def start(self) -> None:
        self.thread_ = threading.Thread(target=self._load, name="load-torch", daemon=True)
        garbage.guard(self.thread_)
        self.thread_.start()

    def _load(self) -> None:
        from engine.training.steps.threads import prepare_environment

        prepare_environment()
        try:
            import torch  # noqa: F401
        except Exception as error:  # a broken torch must not take the window along; it is said instead
            record(error)
            self.failed.emit(f"PyTorch cannot be loaded, so nothing can be trained: {error}")
        else:
            self.loaded.emit()
            self._look_for_gpus()

    def _look_for_gpus(self) -> None:
        """The Training page offers them by their names; a driver that fails is said when something is trained."""
        from engine.training.steps.device_list import find_gpus

        try:
            find_gpus()
        except RuntimeError as error:
            record(error)


def application() -> QApplication:
    """The one QApplication, with our name and style."""
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        return existing
    app = QApplication(sys.argv[:1])
    app.setApplicationName("Layerloom")
    app.setDesktopFileName("layerloom")  # what ties the window to its desktop entry
    app.setWindowIcon(QIcon(str(files("resources").joinpath("desktop/layerloom.svg"))))
    app.setStyle("Fusion")
    return app


def build_window(opened: tuple[Graph, Path | None] | None = None, *, furnished: bool = True) -> MainWindow:
    """The main window with a project shown, if one is given, or only as far as the Start page needs it."""
    preferences = Preferences()
    with theme.dressing_last():
        theme.set_text_size(int(str(preferences.get(FONT_SIZE))))
        theme.set(preferences.theme)
        window = MainWindow(preferences)
        if furnished or opened is not None:
            window.furnish()
    if opened is not None:
        window.files.show_graph(*opened)
    return window


def main(opened: tuple[Graph, Path | None] | None = None, *, train: bool = False) -> int:
    """Open the window and stay until it is closed; the exit code of the program: 128 + its number after a signal."""
    app = application()
    with watching() as watch:
        window = build_window(opened, furnished=False)
        watch.serve(window, window.say, lambda: window.files.ask_save_copy())
        return _stay(app, window, train=train, opened_nothing=opened is None)


@contextmanager
def watching() -> Iterator[Watch]:
    """Log and show whatever goes wrong unexpectedly; exceptions are logged by who runs the program."""
    watch, recorder = Watch(), Recorder()

    def take(report: Report) -> None:
        recorder.take(report)
        watch.take(report)

    with hooks.listening(watch.take), qt_messages.listening(take):
        yield watch


def open_last(window: MainWindow) -> None:
    """Open the project that was open last, where that is preferred to the Start page."""
    last = window.preferences.texts("recent")[:1]
    if last and window.preferences.get(OPEN_LAST) == "last":
        window.files.open_path(Path(last[0]))


def _stay(app: QApplication, window: MainWindow, *, train: bool, opened_nothing: bool) -> int:
    window.show()
    loader = TorchLoader()
    loader.loaded.connect(lambda: window.say("PyTorch is ready."))
    loader.failed.connect(window.say)
    window.say("Loading PyTorch …")
    background = Background("load-workbench", window)
    window.closed.connect(background.close)
    then = partial(_begin, window, loader, train=train, opened_nothing=opened_nothing)
    QTimer.singleShot(SOON, lambda: background.run(load_workbench, lambda _: then(), lambda _: then()))
    app.commitDataRequest.connect(window.ask_nothing)
    app.aboutToQuit.connect(window.end_unasked)
    signals = EndingSignals(app)
    signals.came.connect(lambda code: _end(app, window, code))
    with signals.heeding():
        code = app.exec()
    return end(code)


def load_workbench() -> None:
    """Import what the window needs beyond the Start page: in a thread, so that this answers meanwhile."""
    import_module("gui.workbench")


def _begin(window: MainWindow, loader: TorchLoader, *, train: bool, opened_nothing: bool) -> None:
    """Furnish the window, and look for what was left by the last start."""
    untouched = not window.furnished
    window.commands.training.find()
    window.recovery.find()
    window.guide.offer_once()
    if opened_nothing and untouched:
        open_last(window)
    if train:
        window.commands.training.train()
    QTimer.singleShot(SOON, loader.start)


def _end(app: QApplication, window: MainWindow, code: int) -> None:
    window.end_unasked()
    app.exit(code)
