"""The folder of a run: the project as it was, metrics and timing line by line, weights, and ``run.json`` about it all.

``metrics.jsonl`` holds no times, so two runs with one seed write the same bytes; times are in ``timing.jsonl``.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import platform
import shutil
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from engine import project
from engine.errors import LayerloomError
from engine.graph import Graph
from engine.home import home
from engine.project import ProjectError, write_atomically
from engine.training.disk import not_begun, not_kept, to_disk
from engine.training.folder import SPARE, SPARE_BYTES, clear, fresh, made
from engine.training.history import History

if TYPE_CHECKING:
    from engine.training.lock import WriterLock

PROJECT, FACTS, METRICS, TIMING = "project.loom", "run.json", "metrics.jsonl", "timing.jsonl"
WEIGHTS, ERROR = "model.safetensors", "error.txt"
LARGEST_FACTS, LONGEST_LINE = 2**20, 2**20
NOT_FINITE = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
Row = Mapping[str, Any]


class RunError(LayerloomError):
    """Why a run's folder cannot be written or read: one whole sentence."""


class RunInfo(BaseModel):
    """What ``run.json`` says; ``path`` is the folder, ``seconds`` the time of training without pauses."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    path: Path
    network: str
    state: Literal["running", "finished", "stopped", "failed"]
    message: str = ""
    started: str
    epochs: int = 0
    steps: int = 0
    seconds: float = 0.0
    device: str = ""
    threads: int = 0
    train: dict[str, float | str] = {}
    """The means over its last epoch."""
    validation: dict[str, float | str] = {}
    test: dict[str, float | str] = {}
    settings: dict[str, Any] = {}
    environment: dict[str, str] = {}
    data: str = ""
    """The fingerprint of the samples it was begun with."""
    diagnoses: list[dict[str, Any]] = []
    """What went wrong, as `engine.training.process.telling` writes it."""
    modules: dict[str, str] = {}
    """Node id → path of its module in the weights."""
    best: dict[str, float | str] = {}
    """The best value of each metric of the validation part."""
    name: str = ""
    note: str = ""
    tags: list[str] = []
    """What the user says about the run: see `engine.training.catalogue.describe`."""
    notes: list[str] = []
    """How it began or went on, where that was not as usual: whole sentences."""

    def metrics(self) -> History:
        """The curves of the run, with their times as far as they are kept, and what the network answered last.

        A last line that was cut off is left out. Raises RunError for any other damage.
        """
        from engine.training.clock import read_curves
        from engine.training.evaluation.predictions import read_predictions

        history = read_curves(self.path)
        for name, table in read_predictions(self.path).items():
            history.keep(name, table.step, table.epoch, table.values)
        return history


class Run:
    """The folder of a run that is going on; one trainer writes to it."""

    def __init__(self, path: Path, info: RunInfo, lock: WriterLock, lengths: tuple[int, int] = (0, 0)) -> None:
        """Open the line files in an existing folder and cut them to so many bytes. Raises OSError or ProjectError."""
        self.path, self.info = path, info
        self._lock = lock
        with contextlib.ExitStack() as opened:
            opened.callback((path / SPARE).unlink, missing_ok=True)
            (path / SPARE).write_bytes(os.urandom(SPARE_BYTES))  # what repeats itself takes up no room on some disks
            self._metrics = opened.enter_context(_cut(path / METRICS, lengths[0]))
            self._timing = opened.enter_context(_cut(path / TIMING, lengths[1]))
            self._write_facts()
            opened.pop_all()

    @classmethod
    def reopen(cls, info: RunInfo, metrics_bytes: int, timing_bytes: int, **facts: Any) -> Run:
        """Go on with a run whose line files had so many bytes; what a killed writer left half written goes.

        Raises RunError.
        """
        from engine.training.lock import WriterLock

        path = info.path
        lock = WriterLock(path)
        try:
            now = read(path)  # it may have been described, or trained on, since it was looked at
            if now.state == "finished":
                raise RunError(f"The run in {path} has finished: there is nothing left to resume.")
            for name, size in ((METRICS, metrics_bytes), (TIMING, timing_bytes)):
                if not (path / name).is_file() or (path / name).stat().st_size < size:
                    raise RunError(f"{path / name} is shorter than the checkpoint says: the run cannot be resumed.")
            clear(path)
            changed = now.model_copy(update={"state": "running", "message": "", **facts})
            return cls(path, changed, lock, (metrics_bytes, timing_bytes))
        except BaseException as error:
            lock.release()
            if isinstance(error, OSError | ProjectError):
                raise RunError(not_kept("the run", path, error)) from error
            raise

    def lengths(self) -> tuple[int, int]:
        """How many bytes the line files have now: metrics, timing."""
        return os.fstat(self._metrics.fileno()).st_size, os.fstat(self._timing.fileno()).st_size

    @classmethod
    def create(cls, where: Path | None, graph: Graph, *, root: Path | None = None, **facts: Any) -> Run:
        """Start a run in the folder ``where``, or in a new one under ``root`` (None: ``runs`` in Layerloom's home).

        ``facts`` are more entries of `RunInfo`. Raises RunError where the folder cannot be written or holds a run; a
        folder that was made for it is gone then.
        """
        from engine.training.lock import WriterLock

        root = root or home() / "runs"
        try:
            path, own = (where, made(where)) if where else (fresh(root, graph.name), True)
        except OSError as error:
            raise RunError(not_begun(where or root, error)) from error
        lock = WriterLock(path)
        try:
            if any((path / name).exists() for name in (FACTS, METRICS)):
                own = False
                raise RunError(f"{path} holds a run already: choose another folder.")
            project.save(graph, path / PROJECT)
            started = datetime.now(UTC).isoformat(timespec="seconds")
            info = RunInfo(
                path=path, network=graph.name, state="running", started=started, settings=graph.settings, **facts
            )
            return cls(path, info, lock)
        except BaseException as error:
            if own:
                shutil.rmtree(path, ignore_errors=True)
            lock.release()
            if isinstance(error, OSError | ProjectError):
                raise RunError(not_begun(path, error)) from error
            raise

    def metrics(self, rows: Iterable[Row]) -> None:
        """Append to ``metrics.jsonl``. Raises RunError."""
        self._append(self._metrics, rows)

    def timing(self, row: Row) -> None:
        """Append to ``timing.jsonl``. Raises RunError."""
        self._append(self._timing, [row])

    def update(self, **facts: Any) -> None:
        """Change entries of ``run.json``, atomically. Raises RunError."""
        self.info = self.info.model_copy(update=facts)
        try:
            self._write_facts()
        except (OSError, ProjectError) as error:
            raise RunError(not_kept("the run", self.path, error)) from error

    def _write_facts(self) -> None:
        """Write ``run.json``, at the cost of the spare room where there is no other. Raises OSError or ProjectError."""
        entries = {key: _plain(value) for key, value in self.info.model_dump(exclude={"path"}).items()}
        content = json.dumps(entries, indent=1, ensure_ascii=False, allow_nan=False, default=str) + "\n"
        try:
            write_atomically(self.path / FACTS, content.encode())
        except ProjectError:
            if not (self.path / SPARE).exists():
                raise
            (self.path / SPARE).unlink()
            write_atomically(self.path / FACTS, content.encode())

    def weights(self, state: Mapping[str, Any]) -> None:
        """Write the tensors of a module to ``model.safetensors``. Raises RunError, and the ones before stay."""
        from safetensors import SafetensorError
        from safetensors.torch import save_file

        from engine.training.checkpoint import independent

        tensors = independent(state)
        metadata = {"modules": json.dumps(self.info.modules)}  # one entry only: safetensors writes several in any order
        temporary = self.path / f".{WEIGHTS}"
        try:
            save_file(tensors, temporary, metadata)
            to_disk(temporary)
            temporary.replace(self.path / WEIGHTS)
        except (OSError, RuntimeError, SafetensorError) as error:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)
            raise RunError(not_kept("the weights", self.path, error)) from error

    def error(self, text: str) -> None:
        """Write ``error.txt``, for those who want to know exactly. Raises RunError."""
        try:
            (self.path / ERROR).write_text(text, encoding="utf-8", errors="replace")
        except OSError as error:
            with contextlib.suppress(OSError):
                (self.path / ERROR).unlink(missing_ok=True)
            raise RunError(not_kept("what went wrong", self.path, error)) from error

    def sync(self) -> None:
        """Wait until the disk has all lines so far. Raises RunError."""
        try:
            for file in (self._metrics, self._timing):
                os.fsync(file.fileno())
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
        if not (self.path / FACTS).is_file():
            raise RunError(
                f"The folder of the run, {self.path}, is gone: it was deleted or moved while the run went on. "
                "Put it back to go on from its last kept state, or train anew."
            )

    def _append(self, file: Any, rows: Iterable[Row]) -> None:
        self.check()
        try:
            file.write("".join(f"{line(row)}\n" for row in rows))
            file.flush()
        except OSError as error:
            raise RunError(not_kept("the metrics", self.path, error)) from error


def _cut(path: Path, size: int) -> Any:
    """Open a line file to append, cut to so many bytes."""
    file = path.open("a", encoding="utf-8", newline="\n")
    file.truncate(size)
    file.seek(size)
    return file


def scan(root: Path | None = None) -> tuple[list[RunInfo], dict[Path, str]]:
    """The runs under ``root`` (None: Layerloom's home), newest first, and why each broken one is left out.

    Raises RunError where the folder itself cannot be read.
    """
    root = root or home() / "runs"
    try:
        paths = sorted(path for path in root.iterdir() if path.is_dir()) if root.is_dir() else []
    except OSError as error:
        raise RunError(f"{root} cannot be read: {error.strerror or error}.") from error
    found, broken = [], {}
    for path in paths:
        try:
            found.append(read(path))
        except RunError as error:
            broken[path] = str(error)
    return sorted(found, key=lambda info: (info.started, info.path.name), reverse=True), broken


def runs(root: Path | None = None) -> list[RunInfo]:
    """The runs under ``root`` that can be read, newest first; `scan` also says what is wrong with the others."""
    return scan(root)[0]


def read(path: Path) -> RunInfo:
    """The run in a folder. Raises RunError."""
    try:
        with (path / FACTS).open("rb") as file:
            content = json.loads(file.read(LARGEST_FACTS))
        return RunInfo.model_validate({**content, "path": path})
    except OSError as error:
        raise RunError(f"{path} is not a run: {FACTS} cannot be read ({error.strerror}).") from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise RunError(f"{path / FACTS} is damaged: {'.'.join(map(str, first['loc']))}: {first['msg']}.") from error
    except (ValueError, TypeError, RecursionError) as error:
        raise RunError(f"{path / FACTS} is damaged: {error}.") from error


def read_metrics(
    path: Path, history: History | None = None, seconds: Callable[[int], float] = lambda step: math.nan
) -> History:
    """The curves in a ``metrics.jsonl``, into ``history`` if one is given; a last line cut off is left out.

    ``seconds`` says when a step was. Raises RunError.
    """
    history = history or History()
    try:
        with path.open("rb") as file:
            for number in range(1, 2**62):
                text = file.readline(LONGEST_LINE)
                if not text.endswith(b"\n"):
                    if len(text) == LONGEST_LINE:
                        raise RunError(f"{path}, line {number} is longer than {LONGEST_LINE} bytes.")
                    break
                _point(history, text, seconds, f"{path}, line {number}")
    except OSError as error:
        raise RunError(f"{path} cannot be read: {error.strerror}.") from error
    return history


def _point(history: History, text: bytes, seconds: Callable[[int], float], where: str) -> None:
    try:
        row = json.loads(text)
        step, epoch, split = row.pop("step"), row.pop("epoch"), row.pop("split")
        for key, value in row.items():
            if isinstance(value, list):
                history.keep(f"{split}/{key}", int(step), int(epoch), _read_list(value))
            else:
                number = float(NOT_FINITE.get(value, value))
                history.append(f"{split}/{key}", int(step), number, int(epoch), seconds(int(step)))
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError) as error:
        raise RunError(f"{where} is damaged: {type(error).__name__}: {error}.") from error


def _read_list(values: list[Any]) -> list[Any]:
    """A table of numbers, or of rows of numbers, as it stands in a line; whole numbers stay whole."""
    return [
        _read_list(item) if isinstance(item, list) else item if type(item) is int else float(NOT_FINITE.get(item, item))
        for item in values
    ]


_encode = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode


def line(row: Row) -> str:
    """A row as compact JSON in its own order; what is not finite becomes a string."""
    return _encode({key: _plain(value) for key, value in row.items()})


def _plain(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return {key: _plain(item) for key, item in value.items()} if isinstance(value, dict) else value


def environment() -> dict[str, str]:
    """Versions that a run depends on."""
    import numpy
    import torch

    return {
        "python": platform.python_version(),
        "torch": torch.__version__,
        "numpy": numpy.__version__,
        "platform": platform.platform(),
    }
