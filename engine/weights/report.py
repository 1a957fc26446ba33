"""Which tensor of a file goes where in a network: as data, before anything is changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from engine.weights.beside import Beside
from engine.weights.files.weights_file import TensorFacts

How = Literal["name", "order", "shape", "hand"]
"""Why a tensor is placed: its name; the order of the layers, with the shapes as a proof; its order among layers of
equal shapes, which is a guess; the user."""


@dataclass(frozen=True, slots=True)
class Rotary:
    """What rotary positions turn together in the file; None: not known, and taken as in the network.

    ``asked``: the file does not tell, so the user may.
    """

    order: Literal["halves", "neighbours"] | None
    asked: bool


@dataclass(frozen=True, slots=True)
class Report:
    """``placed``: our name → what it is made of (`engine.weights.recipe`); ``left_over``: a tensor of the file that has
    no place → why; ``missing``: ours that nothing goes to → why; ``skipped``: what the file holds beside weights → why.

    ``how`` says of what is placed why it is. ``ours`` and ``theirs`` are the shapes, ``by`` the network whose published
    names fitted ("" where our own did), ``sha256`` the sum of the file, ``keys`` our names with ids of nodes.
    ``rotary`` is there where the network has rotary positions, ``images`` is what is known of how the weights expect
    images and of what their classes are called.
    """

    path: Path
    sha256: str
    placed: Mapping[str, str]
    left_over: Mapping[str, str]
    missing: Mapping[str, str]
    skipped: Mapping[str, str]
    how: Mapping[str, How]
    ours: Mapping[str, tuple[int, ...]]
    theirs: Mapping[str, TensorFacts]
    by: str = ""
    rotary: Rotary | None = None
    keys: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = field(default=())
    images: Beside = field(default_factory=Beside)

    @property
    def complete(self) -> bool:
        """Whether everything in the file has a place: it is loaded without ``partial``."""
        return bool(self.placed) and not self.left_over

    def loadable(self, *, partial: bool, accept_guess: bool) -> bool:
        """Whether `load` would take it so."""
        return bool(self.placed) and (partial or not self.left_over) and (accept_guess or not self.guessed)

    @property
    def guessed(self) -> int:
        """How many tensors are placed by their order among equal shapes alone."""
        return sum(how == "shape" for how in self.how.values())

    def __str__(self) -> str:
        """In a sentence or two."""
        total = len(self.ours)
        if not self.placed:
            return f"{self.path.name} does not fit this network: it has none of the {total} tensors of the network."
        ways = set(self.how.values()) - {"hand"}
        by = "by their names" if ways <= {"name"} else "by their order and shapes"
        parts = [f"{len(self.placed)} of {total} tensors are placed {by}"]
        if self.missing:
            parts.append(f"{len(self.missing)} stay as they begin")
        if self.left_over:
            parts.append(f"{len(self.left_over)} of the file have no place")
        guess = f" {self.guessed} are a guess among equal shapes: look at them." if self.guessed else ""
        unknown = self.rotary is not None and self.rotary.order is None and self.rotary.asked
        pairs = " What its rotary positions turn together is not known: choose halves or neighbours." if unknown else ""
        return f"{', '.join(parts)}.{guess}{pairs}"
