"""What a run is doing, and how it ended: immutable snapshots that any thread may read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from engine.errors import NOTHING, About, LayerloomError
from engine.training.findings import Diagnosis, HealthCheck

State = Literal["waiting", "running", "paused", "finished", "stopped", "failed"]
Metrics = Mapping[str, float]


class TrainingError(LayerloomError):
    """Why a training cannot begin: one whole sentence."""


@dataclass(frozen=True, slots=True)
class Status:
    """A moment of a run. ``train`` holds means over the current epoch so far; times are in seconds, without pauses, and
    ``waiting`` is which share of the last ones was spent waiting for data.

    ``computing`` says on which GPU it computes, how, and what a resume gives back; nothing on a CPU. ``notes`` say how
    it began where that was not as usual, and stay; ``preflight`` is what was seen before the first step, ``diagnoses``
    what goes wrong now, ``health`` the last look into the layers. ``fraction`` is how much of a ``phase`` is done
    before there are steps, where that is known. ``message`` says why a run waits, or how it ended, and ``about`` what
    that is about.
    """

    state: State = "waiting"
    phase: str = ""
    fraction: float | None = None
    message: str = ""
    epoch: int = 0
    epochs: int = 0
    step: int = 0
    steps_total: int = 0
    samples_per_second: float = 0.0
    remaining_seconds: float | None = None
    lr: float = 0.0
    train: Metrics = field(default_factory=dict)
    validation: Metrics = field(default_factory=dict)
    test: Metrics = field(default_factory=dict)
    run: Path | None = None
    computing: str = ""
    notes: tuple[str, ...] = ()
    preflight: str = ""
    diagnoses: tuple[Diagnosis, ...] = ()
    health: HealthCheck | None = None
    about: About = NOTHING
    waiting: float = 0.0


@dataclass(frozen=True, slots=True)
class Result:
    """How a run ended: ``epochs`` and ``steps`` are those completed, ``message`` one sentence.

    ``remark`` is what that says beyond "all epochs were trained", ``about`` where it is fixed if it has failed or
    had to stop.
    """

    state: State
    message: str
    epochs: int
    steps: int
    seconds: float
    run: Path
    validation: Metrics = field(default_factory=dict)
    test: Metrics = field(default_factory=dict)
    remark: str = ""
    about: About = NOTHING


def sentence(error: Exception) -> str:
    """What went wrong, for a person: our own errors are whole sentences already."""
    text = " ".join(str(error).split())
    if isinstance(error, LayerloomError):
        return text
    return f"Training ended with an unforeseen error ({type(error).__name__}: {text or 'no message'})."
