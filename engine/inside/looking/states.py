"""The states that a run has stored: after which step, and the weights of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from engine import own_files
from engine.files import reason_of
from engine.training.runs.checkpoint import MODEL
from engine.training.runs.folder import CHECKPOINTS, FACTS, RunError, kept
from engine.training.runs.run_info import read


@dataclass(frozen=True, slots=True)
class StoredState:
    """The state after a step, in its folder within that of the run."""

    step: int
    run: Path
    folder: Path

    def weights(self) -> Mapping[str, Tensor]:
        """Its tensors by the names of the state dict. Raises RunError where they cannot be read."""
        try:
            found: dict[str, Tensor] = load_file(
                own_files.readable(self.run, f"{CHECKPOINTS}/{self.folder.name}/{MODEL}")
            )
            return found
        except (OSError, ValueError, SafetensorError) as error:
            raise RunError(
                f"The state after step {self.step} in {self.folder} cannot be read: {reason_of(error)[1]}"
            ) from error


def steps_of(run: Path) -> int:
    """After how many steps the run has the weights it has now; 0 for weights that no run has learned."""
    return read(run).steps if own_files.is_file(run, FACTS) else 0


def states_of(run: Path) -> list[StoredState]:
    """The stored states of a run, oldest first; one a step."""
    return list({step: StoredState(step, run, folder) for step, folder in kept(run)}.values())
