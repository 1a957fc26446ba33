"""Explanations that move: who builds one for a layer puts it here, and help pages and explanations show it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtWidgets import QWidget

from engine.layers.layer import Layer
from engine.spec import Spec


@dataclass(frozen=True, slots=True)
class Subject:
    """A kind of layer; with ``layer`` and ``inputs`` one of a network, whose numbers are shown."""

    type_name: str
    layer: Layer | None = None
    inputs: Sequence[Spec] = ()


Maker = Callable[[Subject], QWidget | None]
MAKERS: list[Maker] = []
"""Each gives a widget that explains the layer, or None where it knows nothing of it."""


def moving(subject: Subject) -> QWidget | None:
    """What explains a layer by moving; None where nobody does."""
    return next((made for make in MAKERS if (made := make(subject)) is not None), None)
