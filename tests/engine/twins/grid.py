"""The grid data × network × fault: cells drawn from a seed, each a sound network and its faulty twin."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Final

from tests.engine.twins import (
    faults_of_data,
    faults_of_layers,
    faults_of_steps,
    faults_of_views,
    faults_of_wires,
    faults_refused,
)
from tests.engine.twins.design import Design
from tests.engine.twins.fault import FAULTS, Fault
from tests.engine.twins.own_rows import source
from tests.engine.twins.sound import FAMILIES
from tests.engine.twins.training import Outcome, train

DECLARED: Final = (faults_of_steps, faults_of_layers, faults_of_views, faults_of_data, faults_of_wires, faults_refused)
"""The files of faults; importing them declares what is in them."""
SEEDS: Final = 3
WITHIN: Final = 10
"""Epochs within which a fault has to be named."""
TRIES: Final = 40


@dataclass(frozen=True)
class Cell:
    """A fault and the pair that it makes of a sound network."""

    fault: Fault
    number: int
    sound: Design
    faulty: Design


@dataclass(frozen=True)
class Measured:
    """What came of a cell: an outcome for every seed of the sound network and of its faulty twin."""

    cell: Cell
    sound: tuple[Outcome, ...]
    faulty: tuple[Outcome, ...]

    @property
    def worse(self) -> bool:
        """Whether the sound twin is better beyond the noise of seeds: in every seed better than the best faulty one,
        and in the mean by more than twice the standard error of the difference."""
        sound, faulty = ([each.score for each in part] for part in (self.sound, self.faulty))
        error = ((statistics.variance(sound) + statistics.variance(faulty)) / len(sound)) ** 0.5
        gap = statistics.mean(sound) - statistics.mean(faulty)
        return min(sound) > max(faulty) and gap > 2 * error

    @property
    def named(self) -> bool:
        """Whether the first faulty training was flagged with the right kind in time."""
        return bool(self.faulty[0].flags(WITHIN) & self.cell.fault.kinds)

    @property
    def named_before(self) -> bool:
        """Whether the checker alone names the fault rightly, before anything is trained."""
        return bool(self.faulty[0].found.keys() & self.cell.fault.kinds)

    @property
    def flagged(self) -> frozenset[str]:
        """What was said of the first sound training in the same time: false alarms."""
        return self.sound[0].flags(WITHIN)


def draw(seed: str, each: int, faults: Iterable[Fault] = FAULTS, most: int | None = None) -> list[Cell]:
    """So many cells of every fault, each with a network of its own, and of all these ``most`` at random.

    They come in the order of the data, so that these are loaded once.
    """
    cells = [cell for fault in faults for cell in _cells(fault, seed, each)]
    if most is not None:
        cells = Random(f"{seed}/{most}").sample(cells, most)
    return sorted(cells, key=lambda cell: cell.sound.dataset)


def _cells(fault: Fault, seed: str, count: int) -> Iterator[Cell]:
    """Networks in which the fault has a place, families in turn."""
    random = Random(f"{seed}/{fault.name}")
    families = random.sample(fault.families, len(fault.families))
    found = 0
    for attempt in range(TRIES):
        design = FAMILIES[families[attempt % len(families)]](random)
        sound = fault.prepare(design, random) if fault.prepare else design
        faulty = None if sound is None else fault.plant(sound, random)
        if sound is not None and faulty is not None:
            yield Cell(fault, found, sound, faulty)
            found += 1
        if found == count:
            return


def outcome(design: Design, seed: int, folder: Path) -> Outcome:
    """Train a design with a seed."""
    own = source(design.dataset, design.rows, folder) if design.rows else None
    return train(design.graph(seed, own), design.metric, folder)


def measure(cell: Cell, folder: Path, seeds: int = SEEDS) -> Measured:
    """Train both twins with every seed."""
    sound, faulty = (
        tuple(outcome(design, seed, folder) for seed in range(seeds)) for design in (cell.sound, cell.faulty)
    )
    return Measured(cell, sound, faulty)
