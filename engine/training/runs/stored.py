"""What a run has left behind: its curves with the answers to samples, and its weights."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pydantic import TypeAdapter, ValidationError

from engine import own_files
from engine.files import reason_of
from engine.training.history import History
from engine.training.runs.answers import read_predictions
from engine.training.runs.clock import read_curves
from engine.training.runs.folder import CHECKPOINTS, WEIGHTS, RunError
from engine.training.runs.run_info import read

if TYPE_CHECKING:
    from torch import Tensor

    from engine.weights.warm_start import Parent

MODULES: Final = TypeAdapter(dict[str, str])


def stored_history(run: Path) -> History:
    """The curves of a run, with what the network answered last, what was changed, and times as far as they are kept.

    A last line that was cut off is left out. Raises RunError for any other damage.
    """
    history = read_curves(run)
    for name, table in read_predictions(run).items():
        history.keep(name, table.step, table.epoch, table.values)
    history.changes = read(run).changes
    return history


def parent_of(run: Path) -> Parent:
    """The tensors a run ended with, or those of its last whole checkpoint. Raises RunError where it has none."""
    from safetensors import SafetensorError, safe_open
    from safetensors.torch import load_file

    from engine.training.runs.checkpoint import load  # it needs torch
    from engine.weights.warm_start import Parent

    modules, damage = read(run).modules, ""
    if os.path.lexists(run / WEIGHTS):
        try:
            with safe_open(own_files.readable(run, WEIGHTS), "pt") as file:
                modules = MODULES.validate_json((file.metadata() or {}).get("modules", "{}")) or modules
            return Parent(load_file(own_files.readable(run, WEIGHTS)), modules)
        except ValidationError:
            damage = "what is said of its layers is not a map of names"
        except (OSError, ValueError, SafetensorError) as error:
            damage = reason_of(error)[1].rstrip(".")
    try:
        checkpoint = load(run, weights_only=True)
    except RunError as error:
        raise RunError(f"The weights of {run} cannot be read{f': {damage}' if damage else ''}. {error}") from error
    if checkpoint is None and damage:
        raise RunError(f"The weights of {run} cannot be read, and it has stored no others: {damage}.")
    if checkpoint is None:
        raise RunError(f"The run in {run} has stored no weights yet.")
    step = checkpoint.progress.step
    note = f"The weights that {run} ended with are damaged: those after its step {step} are taken." if damage else ""
    return Parent(checkpoint.weights, modules, note)


def best_weights(run: Path) -> dict[str, Tensor]:
    """The tensors with the lowest validation loss. Raises RunError where there are none, or they are damaged."""
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    from engine.training.runs.checkpoint import BEST  # it needs torch

    name = f"{CHECKPOINTS}/{BEST}"
    if not os.path.lexists(run / name):
        raise RunError(f"The run in {run} has stored no best weights: it has no validation part, or they are not kept.")
    try:
        return load_file(own_files.readable(run, name))
    except (OSError, ValueError, SafetensorError) as error:
        raise RunError(f"The best weights of {run} cannot be read: {reason_of(error)[1]}") from error
