"""What looking into a network gives: node paths, the health of layers, and what goes wrong. Plain data, no torch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple


class NodePath(NamedTuple):
    """Where a value comes from: the uses of blocks one goes into, the node, and the path of the module around it.

    Repeats of a block have the same nodes and paths of their own.
    """

    inside: tuple[str, ...]
    node: str
    path: str


@dataclass(frozen=True, slots=True)
class LayerHealth:
    """One node at one step; NaN where a number says nothing about it.

    ``rms`` is the root mean square of its results, ``gradient`` the norm of the loss's gradient with respect to all of
    them; ``dead`` the share of units (channels, features) that are 0 for the whole batch, ``saturated`` the share of
    numbers near a bound; ``weight`` the root mean square of its weights, ``update`` that of the step's change of them.
    """

    rms: float = float("nan")
    finite: bool = True
    gradient: float = float("nan")
    dead: float = float("nan")
    saturated: float = float("nan")
    weight: float = float("nan")
    update: float = float("nan")

    @property
    def ratio(self) -> float:
        """How far a step moves the weights, as a share of their size; about 0.001 is usual."""
        return self.update / self.weight if self.weight else float("nan")


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """All layers at one step, in the order in which they computed."""

    step: int
    layers: Mapping[NodePath, LayerHealth]


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Something that goes wrong: one sentence, what to do, and the node (within blocks) or the setting it is about.

    ``over`` says that it was so for a while and is so no more.
    """

    code: str
    message: str
    advice: str
    step: int
    inside: tuple[str, ...] = ()
    node: str | None = None
    setting: str | None = None
    over: bool = False


NOT_A_NUMBER: Final = "not-a-number"
"""The code of the gravest: the layer it names computes no number."""
Found = Iterator[tuple[str, NodePath | None, str, str]]
"""What a rule finds: (code, where, sentence, advice)."""
