"""The state of a run between two steps, so that it can go on as if nothing had happened.

A checkpoint is a folder ``checkpoints/last-STEP``: weights (safetensors), optimizer and schedule (`torch.save`, read
with ``weights_only``), and ``state.json`` with how far the run was and the digests of the other two. It is written
beside and renamed, so that there is never half a one. No random state is kept: every draw follows from (seed, purpose,
step).
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import pickle
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import torch
from pydantic import BaseModel, ConfigDict

from engine.training.run import RunError

FOLDER: Final = "checkpoints"
STATE, MODEL, OPTIMIZER, BEST = "state.json", "model.safetensors", "optimizer.pt", "best.safetensors"
KEPT: Final = 2
"""How many of the last ones stay: the one before is there if the last is damaged."""


class Progress(BaseModel):
    """How far a run was: ``epochs`` are done, and ``batches`` of the next; the line files had so many bytes then.

    ``sums`` are those of the epoch's means (loss, metric, samples); ``ended`` says why no epoch is to follow.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    step: int
    epochs: int
    batches: int
    metrics_bytes: int
    timing_bytes: int
    seconds: float
    validation: dict[str, float] = {}
    sums: tuple[float, float, int] = (0.0, 0.0, 0)
    best: float | None = None
    bad_epochs: int = 0
    best_loss: float | None = None
    ended: str = ""
    digests: dict[str, str] = {}


class Checkpoint:
    """One that was read: ``folder`` it came from, and in ``notes`` what was wrong with later ones."""

    def __init__(
        self, folder: Path, progress: Progress, weights: Mapping[str, Any], optimizer: Mapping[str, Any], notes: str
    ) -> None:
        self.folder, self.progress, self.notes = folder, progress, notes
        self.weights, self.optimizer = weights, optimizer


def save(
    run: Path, progress: Progress, weights: Mapping[str, Any], optimizer: Mapping[str, Any], *, keep: bool
) -> Path:
    """Write a checkpoint and drop older ones, but those to ``keep``. Raises RunError."""
    from safetensors.torch import save_file

    root = run / FOLDER
    name = f"{'kept' if keep else 'last'}-{progress.step:010d}"
    target, beside = root / name, root / f".{name}"
    try:
        shutil.rmtree(beside, ignore_errors=True)
        beside.mkdir(parents=True)
        save_file(independent(weights), beside / MODEL)
        torch.save(dict(optimizer), beside / OPTIMIZER)
        digests = {part: _digest(beside / part) for part in (MODEL, OPTIMIZER)}
        text = json.dumps(progress.model_copy(update={"digests": digests}).model_dump(), indent=1)
        (beside / STATE).write_text(text + "\n", encoding="utf-8")
        for part in beside.iterdir():
            _to_disk(part)
        shutil.rmtree(target, ignore_errors=True)  # of the same step: the new one says the same
        beside.rename(target)
        _to_disk(root)
        for old in sorted(root.glob("last-*"))[:-KEPT]:
            shutil.rmtree(old, ignore_errors=True)
    except (OSError, RuntimeError) as error:
        raise RunError(f"A checkpoint cannot be kept in {root}: {error}.") from error
    return target


def save_best(run: Path, weights: Mapping[str, Any]) -> None:
    """Write the weights with the lowest validation loss so far. Raises RunError."""
    from safetensors.torch import save_file

    root = run / FOLDER
    try:
        root.mkdir(parents=True, exist_ok=True)
        save_file(independent(weights), root / f".{BEST}")
        (root / f".{BEST}").replace(root / BEST)
    except (OSError, RuntimeError) as error:
        raise RunError(f"The best weights cannot be kept in {root}: {error}.") from error


def load(run: Path) -> Checkpoint | None:
    """The latest whole checkpoint of a run; a damaged one is passed over with a sentence.

    None where the run never came to one. Raises RunError where all are damaged.
    """
    root = run / FOLDER
    folders = sorted((path for path in root.glob("*-*") if path.is_dir()), key=lambda path: path.name[-10:])
    if not folders:
        return None
    notes: list[str] = []
    for folder in reversed(folders):
        try:
            return _read(folder, " ".join(notes))
        except RunError as error:
            notes.append(str(error))
    raise RunError(f"The run in {run} cannot be resumed, for all its checkpoints are damaged: {' '.join(notes)}")


def independent(weights: Mapping[str, Any]) -> dict[str, Any]:
    """The tensors on the CPU, none in the memory of another: what safetensors asks for."""
    found: dict[str, Any] = {}
    seen: set[int] = set()
    for name, tensor in weights.items():
        values = tensor.detach().cpu().contiguous()
        found[name] = values.clone() if values.data_ptr() in seen else values
        seen.add(values.data_ptr())
    return found


def _read(folder: Path, notes: str) -> Checkpoint:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        entries = json.loads((folder / STATE).read_bytes()[: 2**20])
        progress = Progress.model_validate(entries, strict=False)
        for part in (MODEL, OPTIMIZER):
            if progress.digests.get(part) != _digest(folder / part):
                raise RunError(f"{folder / part} is damaged.")
        weights = load_file(folder / MODEL)
        optimizer = torch.load(folder / OPTIMIZER, weights_only=True, map_location="cpu")
    except RunError:
        raise
    except (OSError, ValueError, RuntimeError, SafetensorError, EOFError, pickle.UnpicklingError) as error:
        reason = str(error).splitlines()[0]
        raise RunError(f"{folder} is damaged ({reason}).") from error
    return Checkpoint(folder, progress, weights, optimizer, notes)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _to_disk(path: Path) -> None:
    """Wait until the operating system has written it."""
    flags = os.O_RDONLY
    with contextlib.suppress(PermissionError):  # Windows opens no folders
        handle = os.open(path, flags)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
