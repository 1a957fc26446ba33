"""What a planted fault is: its name, the kinds of findings that name it rightly, and how it is planted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Final

from tests.engine.twins.design import Design, Step

Plant = Callable[[Design, Random], Design | None]
DENSE: Final = ("table", "regression", "digit_perceptron")
IMAGES: Final = ("convolution", "residual")
ROWS: Final = ("recurrent", "along_time", "attention")
CLASSES: Final = ("table", "digit_perceptron", "convolution", "residual", *ROWS)
ALL: Final = (*DENSE, *IMAGES, "autoencoder", *ROWS, "forecast", "clips")


@dataclass(frozen=True)
class Fault:
    """``plant`` makes the faulty twin of a sound network, None where the fault has no place in it.

    ``kinds`` are the findings that name it rightly: a lecturer who sees them knows what to change. They are declared
    before anything is measured. ``families`` are the networks it is planted in, ``prepare`` what is done to both twins
    first. A ``checked`` one the drawing and the settings show before any training; a ``refused`` one cannot be trained.
    """

    name: str
    kinds: frozenset[str]
    families: tuple[str, ...]
    plant: Plant
    prepare: Plant | None = None
    checked: bool = False
    refused: bool = False


FAULTS: list[Fault] = []
"""All faults, in the order in which they are declared."""


def fault(
    name: str,
    *kinds: str,
    families: tuple[str, ...],
    prepare: Plant | None = None,
    checked: bool = False,
    refused: bool = False,
) -> Callable[[Plant], Plant]:
    """Declare a fault: the function below is how it is planted."""

    def declare(plant: Plant) -> Plant:
        FAULTS.append(Fault(name, frozenset(kinds), families, plant, prepare, checked or refused, refused))
        return plant

    return declare


def first(design: Design, *types: str) -> int | None:
    """The position of the first step of these types."""
    found = design.where(*types)
    return found[0] if found else None


def each(design: Design, types: tuple[str, ...], change: Callable[[Step], Step]) -> Design:
    """The same with every hidden step of these types changed."""
    for index in design.hidden(*types):
        design = design.exchange(index, change(design.steps[index]))
    return design
