"""Opening a run to look into it, also beside a training in this process."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from torch import Tensor

from engine.inside.looking.inspector import Inspector
from engine.inside.trained import Trained, open_run
from engine.training.steps.device import settled


def inspector_of(folder: Path, weights: Mapping[str, Tensor] | None = None) -> Inspector:
    """The network of a run, with its stored weights or those of this moment, on the CPU. Raises what `open_run` does.

    It waits for its turn, and leaves torch's settings and random numbers as they were.
    """
    return inspected(open_run(folder, weights=weights))


def inspected(trained: Trained, weights: Mapping[str, Tensor] | None = None) -> Inspector:
    """A copy of a network that is open already, in the same way."""
    with settled(1):
        return Inspector(trained, weights)
