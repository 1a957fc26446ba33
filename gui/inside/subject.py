"""What the Results page asks: a run, and the samples it is judged by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from engine.data.splitting import PartName

if TYPE_CHECKING:
    from torch import Tensor

    from engine.data.pipeline import Part
    from engine.inside.trained import Trained
    from engine.settings.data import DataConfig

Weights = Callable[[Path], "tuple[int, dict[str, Tensor]] | None"]
"""Gives the weights that a running one has now, and after how many steps; None where it is not in this window."""
PARTS: dict[PartName, str] = {"test": "test", "validation": "validation", "train": "training"}
"""The parts of a run's own data, the one nothing was chosen by first."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Which run, and which samples: a part of its own data, or ``other`` files.

    ``network`` is in place of a run: a project as it is in a file, with the weights in ``folder`` that it begins with.
    """

    folder: Path
    part: PartName = "test"
    other: Path | None = None
    network: bytes | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """``trained`` was opened for ``choice`` and is called ``label``; ``samples`` are judged and called ``title``.

    ``samples`` is None where that part of the data is empty.
    """

    choice: Choice
    label: str
    trained: Trained
    samples: Part | None
    title: str

    @property
    def folder(self) -> Path:
        """The folder of the run."""
        return self.choice.folder

    @property
    def run(self) -> Path | None:
        """The same; None for a network that no run has trained."""
        return self.choice.folder if self.choice.network is None else None

    @property
    def nameable(self) -> bool:
        """Whether its classes can be named by the user: no data of its own say what they are called."""
        return self.run is None and self.trained.data_gone

    @property
    def config(self) -> DataConfig:
        """Where the samples are."""
        return self.trained.config if self.choice.other is None else self.trained.elsewhere(self.choice.other)


def open_subject(choice: Choice, label: str, known: Subject | None, moment: Weights | None = None) -> Subject:
    """Open a run, or take it from a subject ``known`` already. Raises LayerloomError where that cannot be.

    ``moment`` gives the weights of one that is in training in this window.
    """
    if known is not None and (known.folder, known.choice.network) == (choice.folder, choice.network):
        trained = known.trained
    elif choice.network is not None:
        trained = _begun(choice.network)
    else:
        trained = _opened(choice.folder, moment(choice.folder) if moment is not None else None)
    if choice.other is not None:
        return Subject(choice, label, trained, trained.others(choice.other), choice.other.name)
    there = len(trained.data.part(choice.part)) > 0
    return Subject(choice, label, trained, trained.part(choice.part) if there else None, PARTS[choice.part])


def _begun(network: bytes) -> Trained:
    """The network of a project with the weights that it begins with."""
    from engine import project
    from engine.inside.published import open_network

    return open_network(project.from_bytes(network))


def _opened(folder: Path, now: tuple[int, dict[str, Tensor]] | None) -> Trained:
    """A run with its stored weights, or those it has ``now``."""
    from engine.inside.trained import open_run

    if now is None:
        return open_run(folder)
    step, weights = now
    trained = open_run(folder, weights=weights)
    said = f"It is in training: these are its weights after step {step:,}. Reload takes those it has then."
    return replace(trained, note=f"{said} {trained.note}".strip())
