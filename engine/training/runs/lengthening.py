"""More epochs for a run that has ended: it continues as one that never did."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from engine import own_files, project
from engine.edits import SetSetting
from engine.files import FileError, encoded
from engine.graph import GraphError
from engine.settings.resolution import SettingFault, resolve_settings
from engine.training.runs.catalogue import runs_folder
from engine.training.runs.copying import copy_run
from engine.training.runs.folder import FACTS, LARGEST_FACTS, PROJECT, RunError, kept, writer_lock
from engine.training.runs.folds import folds_of_run, is_folds
from engine.training.runs.origin import reason
from engine.training.runs.run_info import read


def lengthen(run: Path, epochs: int, root: Path | None = None) -> Path:
    """Let a run be resumed until it has so many epochs; returns the folder to resume, a copy where it is not one's own.

    Nothing is trained here: the project of the run says ``epochs`` from now on, and the run counts as stopped. From its
    last checkpoint on it is then trained as if it had always had so many, with the same live changes. Raises RunError,
    and nothing has changed.
    """
    if is_folds(run) or folds_of_run(run) is not None:
        raise RunError(f"{run} is part of a cross-validation, whose folds stay alike: begin another one instead.")
    info = read(run)
    graph = project.load_own(run, PROJECT)
    settings = resolve_settings(graph)
    if isinstance(settings, SettingFault):
        raise RunError(f"The project of the run in {run} cannot be trained: {settings.message}")
    planned = settings[1].epochs
    if epochs <= info.epochs:
        raise RunError(f"The run in {run} has {info.epochs} epochs already: give a number above that, not {epochs}.")
    if info.state == "finished" and info.epochs < planned:
        raise RunError(
            f"The run in {run} was stopped early after epoch {info.epochs}, as it would be with more epochs: begin a "
            "new run from its weights, without early stopping."
        )
    if info.inherited and not kept(run):
        raise RunError(
            f"The run in {run} has stored no state to resume from, and began with the weights of another run: begin a "
            "new run from its weights."
        )
    if reason(run, info.id, info.origin):
        info = copy_run(run, runs_folder(root))
    try:
        SetSetting(("training", "epochs"), epochs).apply(graph)
    except GraphError as error:
        raise RunError(f"A run cannot have {epochs} epochs: {error}") from error
    note = f"After epoch {info.epochs} it was lengthened from {planned} to {epochs} epochs."
    replay = {change.step: change for change in (*info.replay, *info.changes)}
    _write(info.path, project.to_bytes(graph, info.path.absolute()), {
        "state": "stopped",
        "message": f"Lengthened to {epochs} epochs.",
        "remark": None,
        "notes": [*info.notes, note],
        "settings": graph.settings,
        "replay": [asdict(change) for _, change in sorted(replay.items())],
    })  # fmt: skip
    return info.path


def _write(run: Path, content: bytes, changes: dict[str, object]) -> None:
    """The project first: a run that has finished with a longer one is still a finished run."""
    lock = writer_lock(run)
    try:
        facts = json.loads(own_files.read_bytes(run, FACTS, LARGEST_FACTS))
        text = json.dumps({**facts, **changes}, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
        own_files.write_atomically(run, PROJECT, content)
        own_files.write_atomically(run, FACTS, encoded(text))
    except (OSError, ValueError, FileError) as error:
        raise RunError(f"The run in {run} cannot be lengthened: {error}") from error
    finally:
        lock.release()
