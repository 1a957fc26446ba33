"""The folder of a run: the project as it was, metrics and timing line by line, weights, and ``run.json`` about it all.

``metrics.jsonl`` holds no times, so two runs with one seed write the same bytes; times are in ``timing.jsonl``.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from engine import own_files, project, system
from engine.files import FileError, encoded, sha256_of
from engine.graph import Graph
from engine.home import home
from engine.locks import WriterLock
from engine.training.runs.folder import (
    ERROR,
    FACTS,
    METRICS,
    NAMES,
    PREPARATION,
    PROJECT,
    SPARE,
    SPARE_BYTES,
    TIMING,
    WEIGHTS,
    RunError,
    clear,
    fresh,
    made,
    not_begun,
    not_kept,
    writer_lock,
)
from engine.training.runs.lines import Row, line, lines_of_numbers, plain
from engine.training.runs.origin import facts_of_a_new_run, note_for, reason
from engine.training.runs.run_info import RunInfo, read
from engine.training.runs.tensors import write_tensors

if TYPE_CHECKING:
    from torch import Tensor


class Run:
    """The folder of a run that is running; one trainer writes to it."""

    def __init__(self, path: Path, info: RunInfo, lock: WriterLock, lengths: tuple[int, int] = (0, 0)) -> None:
        """Open the line files in an existing folder and cut them to so many bytes. Raises OSError or FileError."""
        self.path, self.info = path, info
        self._lock = lock
        with contextlib.ExitStack() as opened:
            opened.callback((path / SPARE).unlink, missing_ok=True)
            with own_files.create(path, SPARE) as spare:
                spare.write(os.urandom(SPARE_BYTES))  # what repeats itself takes up no room on some disks
            self._metrics = opened.enter_context(own_files.append(path, METRICS, lengths[0]))
            with own_files.open_to_read(path, METRICS) as metrics:
                self._sum = sha256_of(metrics, lengths[0])
            self._timing = opened.enter_context(own_files.append(path, TIMING, lengths[1]))
            self._write_facts()
            opened.pop_all()

    @classmethod
    def reopen(cls, info: RunInfo, metrics_bytes: int, timing_bytes: int, step: int = 0, *, data: str = "") -> Run:
        """Resume a run after ``step``, when its line files had so many bytes; what a killed writer left half goes.

        ``data`` is the fingerprint of its data, where it has none (`engine.training.runs.catalogue.accept_data`).
        Raises RunError.
        """
        path = info.path
        if why := reason(path, info.id, info.origin):
            raise RunError(note_for(why, info.state))
        lock = writer_lock(path)
        try:
            now = read(path)  # it may have been described, or trained on, since it was looked at
            if now.state == "finished":
                raise RunError(f"The run in {path} has finished: there is nothing left to resume.")
            for name, size in ((METRICS, metrics_bytes), (TIMING, timing_bytes)):
                if own_files.size_of(path, name) < size:
                    raise RunError(f"{path / name} is shorter than the checkpoint says: the run cannot be resumed.")
            clear(path)
            own = {} if now.origin else facts_of_a_new_run()
            changes = tuple(change for change in now.changes if change.step <= step)
            going_on = now.model_copy(
                update={"state": "running", "message": "", "changes": changes, "data": now.data or data, **own}
            )
            return cls(path, going_on, lock, (metrics_bytes, timing_bytes))
        except BaseException as error:
            lock.release()
            if isinstance(error, OSError | FileError):
                raise RunError(not_kept("the run", path, error)) from error
            raise

    def lengths(self) -> tuple[int, int]:
        """How many bytes the line files have now: metrics, timing."""
        return os.fstat(self._metrics.fileno()).st_size, os.fstat(self._timing.fileno()).st_size

    def metrics_sha256(self) -> str:
        """The digest of ``metrics.jsonl`` as it is now."""
        return self._sum.hexdigest()

    @classmethod
    def create(cls, where: Path | None, graph: Graph, *, root: Path | None = None, **facts: Any) -> Run:
        """Start a run in the folder ``where``, or in a new one under ``root`` (None: ``runs`` in Layerloom's home).

        ``facts`` are more entries of `RunInfo`. Raises RunError where the folder cannot be written or holds a run; a
        folder that was made for it is gone then.
        """
        root = root or home() / "runs"
        try:
            path, own = (where, made(where)) if where else (fresh(root, graph.name), True)
        except OSError as error:
            raise RunError(not_begun(where or root, error)) from error
        try:
            lock = writer_lock(path)
        except RunError:
            if own:
                with contextlib.suppress(OSError):  # it is empty, or another program begins a run in it
                    path.rmdir()
            raise
        try:
            if any(os.path.lexists(path / name) for name in (FACTS, METRICS)):
                own = False
                raise RunError(f"{path} holds a run already: choose another folder.")
            if name := next((name for name in NAMES if os.path.lexists(path / name)), None):
                own = False
                raise RunError(f"{path / name} is there already, and a run would replace it: choose another folder.")
            project.save(graph, path / PROJECT)
            started = datetime.now(UTC).isoformat(timespec="seconds")
            info = RunInfo(
                path=path,
                network=graph.name,
                state="running",
                started=started,
                settings=graph.settings,
                **facts_of_a_new_run(),
                **facts,
            )
            return cls(path, info, lock)
        except BaseException as error:
            if own:
                shutil.rmtree(path, ignore_errors=True)
            lock.release()
            if isinstance(error, OSError | FileError):
                raise RunError(not_begun(path, error)) from error
            raise

    def metrics(self, rows: Iterable[Row]) -> None:
        """Append to ``metrics.jsonl``. Raises RunError."""
        self.check()
        self._sum.update(self._append(self._metrics, "\n".join(map(line, rows)).encode()))

    def steps(self, rows: Sequence[Row]) -> None:
        """Append those of steps, which hold nothing but numbers and plain words. Raises RunError."""
        self.check()
        self._sum.update(self._append(self._metrics, lines_of_numbers(rows)))

    def timing(self, row: Row) -> None:
        """Append to ``timing.jsonl``, after steps. Raises RunError."""
        self._append(self._timing, line(row).encode())

    def update(self, **facts: object) -> None:
        """Change entries of ``run.json``, atomically. Raises RunError."""
        self.info = self.info.model_copy(update=facts)
        try:
            self._write_facts()
        except (OSError, FileError) as error:
            raise RunError(not_kept("the run", self.path, error)) from error

    def _write_facts(self) -> None:
        """Write ``run.json``, at the cost of the spare room where there is no other. Raises OSError or FileError."""
        entries = {key: plain(value) for key, value in self.info.model_dump(exclude={"path"}).items()}
        content = json.dumps(entries, indent=1, ensure_ascii=False, allow_nan=False, default=str) + "\n"
        facts = encoded(content)
        try:
            own_files.write_atomically(self.path, FACTS, facts)
        except FileError:
            if not (self.path / SPARE).exists():
                raise
            (self.path / SPARE).unlink()
            own_files.write_atomically(self.path, FACTS, facts)

    def store_preparation(self, content: bytes) -> None:
        """Write ``preparation.json``. Raises RunError."""
        try:
            own_files.write_atomically(self.path, PREPARATION, content)
        except (OSError, FileError) as error:
            raise RunError(not_kept("what its transforms have learnt", self.path, error)) from error

    def weights(self, state: Mapping[str, Tensor]) -> None:
        """Write the tensors of a module to ``model.safetensors``. Raises RunError, and the ones before stay."""
        metadata = {"modules": json.dumps(self.info.modules)}
        write_tensors("the weights", self.path, WEIGHTS, state, metadata)

    def error(self, text: str) -> None:
        """Write ``error.txt``, for those who want to know exactly. Raises RunError."""
        try:
            with own_files.create(self.path, ERROR) as file:
                file.write(text.encode(errors="replace"))
        except OSError as error:
            with contextlib.suppress(OSError):
                (self.path / ERROR).unlink(missing_ok=True)
            raise RunError(not_kept("what went wrong", self.path, error)) from error

    def sync(self) -> None:
        """Wait until the disk has all lines so far. Raises RunError."""
        try:
            for file in (self._metrics, self._timing):
                system.sync_file(file.fileno())
        except OSError as error:
            raise RunError(not_kept("the metrics", self.path, error)) from error

    def close(self) -> None:
        """Close the files, and let others write. Raises RunError."""
        try:
            with self._metrics, self._timing:
                (self.path / SPARE).unlink(missing_ok=True)
        except OSError as error:
            raise RunError(not_kept("the metrics", self.path, error)) from error
        finally:
            self._lock.release()

    def check(self) -> None:
        """Whether the folder is still there: what is open can be written even where nobody will ever find it again.

        Raises RunError.
        """
        if not own_files.is_file(self.path, FACTS):
            raise RunError(
                f"The folder of the run, {self.path}, is gone: it was deleted or moved during the run. "
                "Put it back to resume from its last stored state, or train again."
            )

    def _append(self, file: IO[bytes], lines: bytes) -> bytes:
        """Append lines; returns what was appended."""
        content = lines + b"\n"
        try:
            file.write(content)
            file.flush()
        except OSError as error:
            raise RunError(not_kept("the metrics", self.path, error)) from error
        return content
