"""The run that is being trained in the table of runs: there once it has a folder, and up to date every second."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject

from engine.training.history import History
from engine.training.runs.best import best_of
from engine.training.status import Result, Status
from gui.hosts.host import ENDED, Watch
from gui.training.runs.runs_model import RunsModel


def state_text(status: Status) -> str:
    """``running, epoch 12``"""
    if status.state in ENDED:
        return status.state
    word = "paused" if status.state == "paused" else "running"
    return f"{word}, epoch {status.epoch:,}" if status.epoch else word


def facts(status: Status, history: History) -> dict[str, Any]:
    """What is known of a run so far, in the entries of its `Entry`."""
    seconds = history.seconds("train/loss")
    spent = float(seconds[-1]) if len(seconds) and math.isfinite(seconds[-1]) else 0.0
    done = max(status.epoch - 1, 0) if status.phase == "training" else status.epoch
    return {
        "best": best_of(history),
        "changes": history.changes,
        "validation": dict(status.validation),
        "train": dict(status.train),
        "test": dict(status.test),
        "epochs": done,
        "steps": status.step,
        "seconds": spent,
    }


class LiveRow(QObject):
    """Follows a `Watch`; ``refresh`` reads the list again and is handed the folder of the run that is watched."""

    def __init__(self, model: RunsModel, refresh: Callable[[Path | None], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model, self._refresh = model, refresh
        self._watch: Watch | None = None
        self.awaited = False
        """A training has begun whose folder is not there yet."""

    def follow(self, watch: Watch) -> None:
        """Begin with another run: what was shown before is no longer."""
        self._watch, self.awaited = watch, True
        self._model.leave()
        watch.progressed.connect(partial(self._progressed, watch))
        watch.finished.connect(lambda result: self._ended(watch, result))
        self._refresh(watch.host.status.run)

    def _progressed(self, watch: Watch, status: Status) -> None:
        if watch is not self._watch or status.run is None:
            return
        fresh, self.awaited = status.run != self._model.followed, False
        self._model.follow(status.run, state_text(status), **facts(status, watch.host.history))
        if fresh:
            self._refresh(status.run)

    def _ended(self, watch: Watch, result: Result) -> None:
        if watch is self._watch:
            self._watch, self.awaited = None, False
            self._model.leave(result.state)
