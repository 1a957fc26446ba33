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

    ``value`` is what the advice would set: a number for the setting, the name of a field that is to be standardised.
    It holds from ``step`` on; ``over`` says that it does no more, since step ``until`` (None: not known).
    """

    code: str
    message: str
    advice: str
    step: int
    inside: tuple[str, ...] = ()
    node: str | None = None
    setting: str | None = None
    over: bool = False
    value: float | str | None = None
    until: int | None = None

    @property
    def period(self) -> str:
        """From when to when it held, in words."""
        began = f"from step {self.step:,}" if self.step else "from the start"
        return began if not self.over or self.until is None else f"{began} to step {self.until:,}"


NOT_A_NUMBER: Final = "not-a-number"
"""The code of the gravest: the layer it names computes no number."""


class Finding(NamedTuple):
    """What a rule finds: ``at`` is the node at fault, else it is about a setting. See `Diagnosis` for the others."""

    code: str
    at: NodePath | None
    message: str
    advice: str
    value: float | str | None = None
    setting: str | None = None


Found = Iterator[Finding]
