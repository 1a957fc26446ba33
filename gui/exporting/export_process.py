"""An export in a separate process, which can be ended at any moment: PyTorch and ONNX hold the interpreter long."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QProcess, QTemporaryDir, Signal

from engine import project
from engine.files import FileError, clear_staged
from engine.graph import Graph
from engine.system.processes import ended
from gui.work.child_process import environment


class ExportProcess(QObject):
    """Runs ``layerloom export`` and tells what it says; one export at a time."""

    phase = Signal(str)
    """What is being done now."""
    done = Signal(dict)
    """The answer of the command."""
    failed = Signal(str)
    """Why nothing was written, as a sentence; empty where it was cancelled."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._process: QProcess | None = None
        self._folder: QTemporaryDir | None = None
        self._target = Path()
        self._cancelled = False
        self._answer: dict[str, Any] = {}
        self._rest = b""

    @property
    def running(self) -> bool:
        """Whether an export is under way."""
        return self._process is not None

    def start(self, what: Graph | Path, name: str, target: Path, *, force: bool) -> None:
        """Export a network as it is drawn, or a run, in the format of this name."""
        assert self._process is None
        self._target, self._cancelled, self._answer, self._rest = target, False, {}, b""
        try:
            given = what if isinstance(what, Path) else self._stored(what)
        except (project.ProjectError, FileError) as error:
            self.failed.emit(str(error))
            return
        process = self._process = QProcess(self)
        process.setProcessEnvironment(environment())
        process.readyReadStandardOutput.connect(self._read)
        process.errorOccurred.connect(self._broken)
        process.finished.connect(self._finished)
        arguments = ["-P", "-m", "gui.cli", "export", str(given), "--as", name, "-o", str(target), "--lines"]
        process.start(sys.executable, [*arguments, *(["--force"] if force else [])])

    def cancel(self) -> None:
        """End the export; nothing of it is left."""
        if self._process is not None:
            self._cancelled = True
            self._process.kill()

    def close(self) -> None:
        """End it and wait for that."""
        process = self._process
        if process is not None:
            process.blockSignals(True)
            process.kill()
            process.waitForFinished(10_000)
            self._tidy()

    def _stored(self, graph: Graph) -> Path:
        """The network as a file that the process can read."""
        self._folder = QTemporaryDir()
        path = Path(self._folder.path()) / "network.loom"
        project.save(graph, path)
        return path

    def _read(self) -> None:
        assert self._process is not None
        *lines, self._rest = (self._rest + bytes(self._process.readAllStandardOutput().data())).split(b"\n")
        for line in lines:
            if line.startswith(b"{"):
                said = json.loads(line)
                if "phase" in said:
                    self.phase.emit(said["phase"])
                else:
                    self._answer = said

    def _broken(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart and self._process is not None:
            self._tidy()
            self.failed.emit("The process for the export could not be started.")

    def _finished(self, code: int, status: QProcess.ExitStatus) -> None:
        self._read()
        answer, cancelled = self._answer, self._cancelled
        self._tidy()
        if cancelled:
            self.failed.emit("")
        elif "error" in answer:
            self.failed.emit(answer["error"])
        elif not answer:
            crashed = status == QProcess.ExitStatus.CrashExit
            self.failed.emit(f"The process of the export {ended(None if crashed else code)}.")
        else:
            self.done.emit(answer)

    def _tidy(self) -> None:
        if self._process is not None:
            self._process.deleteLater()
        self._process, self._folder = None, None
        if self._target.parent.is_dir():
            clear_staged(self._target)
