"""What lies in the folder of a run beside the files it always has: the states that were kept, what is half written."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

from engine import own_files
from engine.errors import LayerloomError
from engine.files import FULL, reason_of
from engine.locks import WriterLock
from engine.system import processes

PROJECT, FACTS, METRICS, TIMING = "project.loom", "run.json", "metrics.jsonl", "timing.jsonl"
WEIGHTS, ERROR = "model.safetensors", "error.txt"
LARGEST_FACTS: Final = 2**20
CHECKPOINTS: Final = "checkpoints"
PREPARATION: Final = "preparation.json"
"""What the transforms have learnt from the training samples."""
FOLDS: Final = "folds.json"
"""In a folder that holds the runs of several folds: see `engine.training.runs.folds`."""
NAMES: Final = (
    PROJECT, FACTS, METRICS, TIMING, WEIGHTS, ERROR, CHECKPOINTS, PREPARATION, "predictions.json", "words.txt",
)  # fmt: skip
"""All that a run writes under a name that somebody else's file could have."""
CURVES: Final = ".curves"
"""The lines as columns, a cache: see `engine.training.runs.curves_cache`."""
SPARE: Final = ".spare"
"""Room that is held while a run is active, and given up to say how it ended where the disk is full."""
SPARE_BYTES: Final = 2**16
_STATE: Final = re.compile(r"(?:last|kept)-(\d{10})")
_HALF: Final = re.compile(
    r"\.(spare|\.?curves(\.\w+\.tmp)?|(last|kept)-\d{10}(\.old)?|(model|best)\.safetensors(\.\w+\.tmp)?"
    r"|((run|predictions|preparation)\.json|project\.loom)\.\w+(\.tmp)?|tmp[A-Za-z0-9]{6})"
)
"""The last is what safetensors has left, which wrote the tensors of former versions."""


class RunError(LayerloomError):
    """Why a run's folder cannot be written or read: one whole sentence."""


def writer_lock(run: Path) -> WriterLock:
    """Be the one who writes to a run. Raises RunError where another program is or the folder cannot be written."""
    try:
        return WriterLock(run)
    except BlockingIOError as error:
        raise RunError(f"Another program is training in {run}: wait for it, or stop it there.") from error
    except OSError as error:
        raise RunError(not_begun(run, error)) from error


def kept(run: Path) -> list[tuple[int, Path]]:
    """The states that were kept of a run, oldest first: after which step, and the folder of each."""
    found = ((step_of(entry), entry) for entry in _entries(run, CHECKPOINTS))
    return sorted((step, entry) for step, entry in found if step >= 0 and entry.is_dir() and not entry.is_symlink())


def step_of(state: Path) -> int:
    """After which step a state was kept, by the name of its folder; -1 where it is none."""
    name = _STATE.fullmatch(state.name)
    return int(name[1]) if name else -1


def last_kept(run: Path) -> int | None:
    """The step of the last state that was kept of a run; None where there is none."""
    return next((step for step, _ in reversed(kept(run))), None)


def clear(run: Path) -> None:
    """Remove what a writer that was killed has left half written. Raises OSError."""
    for entry in (*_entries(run), *_entries(run, CHECKPOINTS)):
        if is_half(entry.name):
            own_files.remove(entry)


def is_half(name: str) -> bool:
    """Whether a name is that of something that is being written, or that a killed writer has left."""
    return _HALF.fullmatch(name) is not None


def _entries(run: Path, name: str = "") -> list[Path]:
    """What is in the folder of a run, or in a folder within; nothing where that is a link. Raises OSError."""
    folder = run / name
    return list(folder.iterdir()) if folder.is_dir() and not (name and folder.is_symlink()) else []


def made(path: Path) -> bool:
    """Make a folder; False where it is there already. Raises OSError."""
    try:
        path.mkdir(parents=True)
    except OSError:
        if not path.is_dir():
            raise
        return False
    return True


def fresh(root: Path, name: str) -> Path:
    """Make a folder of its own under ``root``, named by time and network. Raises OSError."""
    return next(path for path in (root / each for each in new_names(name)) if made(path))


def new_names(network: str) -> Iterator[str]:
    """Names for the folder of a run that begins now, without end: time and network, then with a number."""
    words = re.sub(r"[^A-Za-z0-9]+", "-", network).strip("-").lower()[:40] or "network"
    stem = f"{datetime.now():%Y%m%d-%H%M%S}-{words}"
    return (f"{stem}-{number}" if number > 1 else stem for number in itertools.count(1))


def not_kept(what: str, run: Path, error: BaseException) -> str:
    """The sentence for what a run that continues cannot write: what is wrong, where, and how to continue after that."""
    code, words = reason_of(error)
    way = f"resume with “Resume” in the window or `layerloom train --resume {processes.quoted(str(run))}`."
    if code in FULL:
        return f"The disk with {run} is full, so {what} cannot be saved: make room, then {way}"
    return f"{what[0].upper()}{what[1:]} cannot be saved in {run} ({words}): fix that, then {way}"


def not_begun(run: Path, error: BaseException) -> str:
    """The sentence for a run that cannot begin."""
    code, words = reason_of(error)
    if code in FULL:
        return f"The disk with {run} is full, so no run can begin there: make room, then train again."
    return f"{run} cannot hold a run: {words}."
