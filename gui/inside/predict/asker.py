"""Asks a network beside the window, the newest question only; what takes long shows how far it is, and can be ended."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer, Signal

from engine.data.watch import Stopped, Watch
from engine.training.status import sentence
from gui.inside.predict import asking
from gui.work.background import Background
from gui.work.work_bar import WorkBar

if TYPE_CHECKING:
    from engine.data.dataset import Asked
    from engine.inside.trained import Trained

CANCELLED: Final = "Cancelled: nothing was answered."
SOON: Final = 300
"""Milliseconds after which work that is not done shows its progress."""


class Asker(QObject):
    """``answered`` carries what was found, ``failed`` why there are no answers, and whether that is a fault."""

    answered = Signal(object)
    failed = Signal(str, bool)
    _progress = Signal(float, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.background = Background("ask-network", self)
        self.work = WorkBar("asking the network")
        self.work.cancelled.connect(self.cancel)
        self._progress.connect(self.work.show_progress)
        self._stop = threading.Event()
        self._soon = QTimer(self, singleShot=True, interval=SOON)
        self._soon.timeout.connect(partial(self.work.begin, "asking the network"))
        self.background.idle.connect(self._idle)

    @property
    def busy(self) -> bool:
        """Whether an answer is being found."""
        return self.background.busy

    def ask(self, trained: Trained, image: str, make: Callable[[Trained], Asked]) -> None:
        """Ask about the samples that ``make`` gives; ``image`` is the input that is shown as one."""
        self._stop.set()  # what may be under way is of no use any more
        self._stop = stop = threading.Event()
        watch = Watch(self._progress.emit, stop.is_set)
        job = partial(asking.answered, trained, image, make, watch)
        self.background.run(job, self.answered.emit, self._failed)
        if not self._soon.isActive() and self.work.isHidden():
            self._soon.start()

    def cancel(self) -> None:
        """End what is being found."""
        self._stop.set()

    def close(self) -> None:
        """End what is being found, and wait until it has."""
        self._stop.set()
        self._idle()
        self.background.close()

    def _failed(self, error: Exception) -> None:
        stopped = isinstance(error, Stopped)
        self.failed.emit(CANCELLED if stopped else sentence(error), not stopped)

    def _idle(self) -> None:
        self._soon.stop()
        self.work.hide()
