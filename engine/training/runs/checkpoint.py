"""The state of a run between two steps, so that it can continue as if nothing had happened.

A checkpoint is a folder ``checkpoints/last-STEP``: weights (safetensors), optimizer and schedule (`torch.save`, read
with ``weights_only``), and ``state.json`` with how far the run was and the digests of the other two. It is written
beside and renamed, so that there is never half a one. No random state is kept: every draw follows from (seed, purpose,
step).
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

import torch
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from torch import Tensor

from engine import own_files, system
from engine.files import reason_of, sha256_of, to_disk
from engine.training.runs.folder import CHECKPOINTS as FOLDER
from engine.training.runs.folder import METRICS, TIMING, RunError, kept, not_kept, step_of
from engine.training.runs.run_info import Count
from engine.training.runs.tensors import independent, write_safetensors, write_tensors

STATE, MODEL, OPTIMIZER, BEST = "state.json", "model.safetensors", "optimizer.pt", "best.safetensors"
State = dict[str, dict[str, Any]]
"""What torch calls state dicts: those of optimizer, schedule and the like, by name."""
KEPT: Final = 2
"""How many of the last ones stay: the one before is there if the last is damaged."""


class Progress(BaseModel):
    """How far a run was: ``epochs`` are done, and ``batches`` of the next; the line files had so many bytes then.

    ``sums`` are those of the epoch's means (loss, metric, samples); ``ended`` says why no epoch is to follow.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    step: Count
    epochs: Count
    batches: Count
    metrics_bytes: Count
    timing_bytes: Count
    seconds: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    validation: dict[str, float] = {}
    sums: tuple[float, float, Count] = (0.0, 0.0, 0)
    best: float | None = None
    bad_epochs: Count = 0
    best_loss: float | None = None
    ended: str = ""
    digests: dict[str, str] = {}
    metrics_sha256: str = ""
    """Of the ``metrics_bytes`` that ``metrics.jsonl`` begins with; checkpoints of earlier versions do not say."""
    seal: str = ""
    """Of all the entries above, so that no bit of them changes unseen; checkpoints of earlier versions have none."""

    def sealed(self, digests: dict[str, str]) -> Progress:
        """The same with the digests of the other files, and the seal of it all."""
        whole = self.model_copy(update={"digests": digests})
        return whole.model_copy(update={"seal": whole.sum()})

    def sum(self) -> str:
        """The digest of all entries but the seal."""
        return hashlib.sha256(json.dumps(self.model_dump(exclude={"seal"}), sort_keys=True).encode()).hexdigest()


class Checkpoint:
    """One that was read: ``folder`` it came from; ``notes``: what was wrong with later ones, and what that costs."""

    def __init__(self, folder: Path, progress: Progress, weights: Mapping[str, Tensor], optimizer: State) -> None:
        self.folder, self.progress, self.notes = folder, progress, ""
        self.weights, self.optimizer = weights, optimizer


def save(run: Path, progress: Progress, weights: Mapping[str, Tensor], optimizer: State, *, keep: bool) -> Path:
    """Write a checkpoint and drop older ones, but those to ``keep``. Raises RunError, and nothing of it is left."""
    root = run / FOLDER
    name = f"{'kept' if keep else 'last'}-{progress.step:010d}"
    target, beside, aside = root / name, root / f".{name}", root / f".{name}.old"
    try:
        own_files.make_folder(run, FOLDER)
        for former in (beside, aside):
            if os.path.lexists(former):
                own_files.remove(former)
        beside.mkdir()
        with own_files.create(beside, MODEL) as file:
            write_safetensors(file, independent(weights))
        with own_files.create(beside, OPTIMIZER) as file:  # given a path, torch does not say why it cannot write
            torch.save(dict(optimizer), file)
        digests = {part: _digest(beside, part) for part in (MODEL, OPTIMIZER)}
        text = json.dumps(progress.sealed(digests).model_dump(), indent=1)
        with own_files.create(beside, STATE) as file:
            file.write(f"{text}\n".encode())
        for part in beside.iterdir():
            to_disk(part)
        system.sync_folder(beside)
        if os.path.lexists(target):  # of the same step; dropping it takes longer than two changes of a name
            system.rename(target, aside)
        system.rename(beside, target)
        system.sync_folder(root)
    except (OSError, RuntimeError) as error:
        shutil.rmtree(beside, ignore_errors=True)  # first of all: the room is needed to say what happened
        raise RunError(not_kept("a checkpoint", run, error)) from error
    shutil.rmtree(aside, ignore_errors=True)
    for _, old in [found for found in kept(run) if found[1].name.startswith("last-")][:-KEPT]:
        shutil.rmtree(old, ignore_errors=True)
    return target


def save_best(run: Path, weights: Mapping[str, Tensor]) -> None:
    """Write the weights with the lowest validation loss so far. Raises RunError, and the ones before stay."""
    write_tensors("the best weights", run, f"{FOLDER}/{BEST}", weights)


def load(run: Path, *, weights_only: bool = False) -> Checkpoint | None:
    """The latest checkpoint that is whole and whose metrics are all there; later ones are passed over with a sentence.

    With ``weights_only`` the metrics do not matter. None where the run never came to a checkpoint. Raises RunError
    where none can be used.
    """
    found, notes = kept(run), list[str]()
    for step, folder in reversed(found):
        try:
            checkpoint = _read(folder)
            if not weights_only:
                _reached(run, checkpoint.progress)
        except RunError as error:
            notes.append(str(error))
            continue
        if notes:
            lost = found[-1][0] - step
            again = f"{lost} step{' is' if lost == 1 else 's are'} trained again"
            checkpoint.notes = f"{' '.join(notes)} The run is resumed from step {step}: {again}."
        return checkpoint
    if notes:
        damaged = "all its checkpoints are damaged" if weights_only else "none of its checkpoints can be used"
        raise RunError(f"The run in {run} cannot be resumed, for {damaged}: {' '.join(notes)}")
    return None


def drop_later(run: Path, step: int) -> None:
    """Forget the checkpoints after a step: a run that continues from there comes to them again.

    Else a damaged one would count among the last that stay, in place of one that is whole.
    """
    for later, folder in kept(run):
        if later > step:
            shutil.rmtree(folder, ignore_errors=True)


def _reached(run: Path, progress: Progress) -> None:
    """Raises RunError where a line file has lost lines that a checkpoint counts on, as when the power goes."""
    for path, size in ((run / METRICS, progress.metrics_bytes), (run / TIMING, progress.timing_bytes)):
        try:
            with own_files.open_to_read(run, path.name) as file:
                file.seek(max(size - 1, 0))
                if size and file.read(1) != b"\n":
                    raise RunError(f"{path} is shorter than the state after step {progress.step} says.")
                file.seek(0)
                if path.name == METRICS and progress.metrics_sha256 not in ("", sha256_of(file, size).hexdigest()):
                    raise RunError(f"{path} is not what it was at the state after step {progress.step}.")
        except OSError as error:
            raise RunError(f"{path} cannot be read ({error.strerror or error}).") from error


def _read(folder: Path) -> Checkpoint:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        entries = json.loads(own_files.read_bytes(folder, STATE, 2**20))
        progress = Progress.model_validate(entries, strict=False)
        if (progress.seal and progress.seal != progress.sum()) or step_of(folder) != progress.step:
            raise RunError(f"{folder / STATE} is damaged.")
        for part in (MODEL, OPTIMIZER):
            if progress.digests.get(part) != _digest(folder, part):
                raise RunError(f"{folder / part} is damaged.")
        weights = load_file(own_files.readable(folder, MODEL))
        optimizer = _numbers(folder)
    except RunError:
        raise
    except FileNotFoundError as error:
        raise RunError(f"{folder} is incomplete: {Path(error.filename).name} is missing.") from error
    except OSError as error:
        raise RunError(f"{error.filename or folder} cannot be read: {error.strerror or error}.") from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise RunError(f"{folder / STATE} is damaged: {where}: {first['msg']}.") from error
    except (ValueError, RuntimeError, SafetensorError, EOFError) as error:
        raise RunError(f"{folder} is damaged ({reason_of(error)[1]}).") from error
    return Checkpoint(folder, progress, weights, optimizer)


def _numbers(folder: Path) -> State:
    """What optimizer and schedule remember. Raises RunError, and OSError and RuntimeError of the disk."""
    with own_files.open_to_read(folder, OPTIMIZER) as file:
        try:
            found: State = torch.load(file, weights_only=True, map_location="cpu")
        except (OSError, RuntimeError):
            raise
        except Exception as error:  # torch's reader stumbles in many ways, and its advice is for nobody
            raise RunError(f"{folder / OPTIMIZER} is damaged: it holds something else than numbers by name.") from error
    return found


def _digest(folder: Path, name: str) -> str:
    with own_files.open_to_read(folder, name) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
