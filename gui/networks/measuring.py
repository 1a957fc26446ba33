"""Measures how long networks take, in a separate process: one that is busy otherwise would measure itself."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QProcess, QTemporaryDir, Signal

from engine import project
from engine.comparison.timing import Timing
from engine.errors import LayerloomError
from engine.system.processes import ended
from gui.networks.subject import Computed
from gui.work.child_process import environment


class Measuring(QObject):
    """Runs ``layerloom compare --time`` for some networks; one run at a time."""

    begun = Signal(str)
    """The key of the network that is measured now."""
    measured = Signal(str, object)
    """The key of a network with its `Timing`, or a sentence that says why there is none."""
    finished = Signal(str)
    """All are done; why not, in a sentence, where the process failed."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._process: QProcess | None = None
        self._folder: QTemporaryDir | None = None
        self._keys: list[str] = []
        self._rest, self._cancelled = b"", False

    @property
    def running(self) -> bool:
        """Whether something is being measured."""
        return self._process is not None

    def start(self, networks: Sequence[Computed], *, batch: int, threads: int) -> None:
        """Measure these networks, as they were read, one after the other."""
        assert self._process is None
        self._rest, self._cancelled = b"", False
        self._folder = QTemporaryDir()
        files, self._keys = list[str](), []
        for number, one in enumerate(networks):
            path = Path(self._folder.path()) / f"{number}.loom"
            try:
                assert one.graph is not None
                project.save(one.graph, path)
            except LayerloomError as error:
                self.measured.emit(one.subject.key, str(error))
                continue
            files.append(str(path))
            self._keys.append(one.subject.key)
        process = self._process = QProcess(self)
        process.setProcessEnvironment(environment())
        process.readyReadStandardOutput.connect(self._read)
        process.errorOccurred.connect(self._broken)
        process.finished.connect(self._finished)
        sizes = ["--batch", str(batch), "--threads", str(threads)]
        process.start(sys.executable, ["-P", "-m", "gui.cli", "compare", *files, "--time", "--lines", *sizes])

    def cancel(self) -> None:
        """End it; what has been measured stays."""
        if self._process is not None:
            self._cancelled = True
            self._process.kill()

    def close(self) -> None:
        """End it and wait for that."""
        if self._process is not None:
            self._process.blockSignals(True)
            self._process.kill()
            self._process.waitForFinished(10_000)
            self._tidy()

    def _read(self) -> None:
        assert self._process is not None
        *lines, self._rest = (self._rest + bytes(self._process.readAllStandardOutput().data())).split(b"\n")
        for line in lines:
            if line.startswith(b"{"):
                self._take(json.loads(line))

    def _take(self, said: dict[str, Any]) -> None:
        if "begun" in said:
            self.begun.emit(self._keys[said["begun"]])
        elif "timing" in said:
            self.measured.emit(self._keys[said["row"]], Timing(**said["timing"]))
        else:
            self.measured.emit(self._keys[said["row"]], said["fault"])

    def _broken(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart and self._process is not None:
            self._tidy()
            self.finished.emit("The process that measures could not be started.")

    def _finished(self, code: int, status: QProcess.ExitStatus) -> None:
        self._read()
        cancelled = self._cancelled
        self._tidy()
        crashed = status == QProcess.ExitStatus.CrashExit
        failed = (code or crashed) and not cancelled
        self.finished.emit(f"The process that measures {ended(None if crashed else code)}." if failed else "")

    def _tidy(self) -> None:
        if self._process is not None:
            self._process.deleteLater()
        self._process, self._folder = None, None
