"""What comes of what: which of the things that go wrong are only consequences of another one, so that the cause is said
first and nobody is sent to fix its consequences. No torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from engine.edits import Edit
from engine.graph import Graph
from engine.training.diagnosis import remedies
from engine.training.diagnosis.blame import DRAWN
from engine.training.findings import Diagnosis

NOTHING_LEARNED: Final = frozenset(
    {"stuck", "rate-too-low", "one-class-answered", "slow-convergence", "too-few-epochs"}
)
NO_GRADIENT: Final = NOTHING_LEARNED | {"dead-units", "saturated-units", "vanishing-gradients"}
TOO_LARGE: Final = NO_GRADIENT | {"exploding-gradients", "loss-rises", "oscillating-loss", "not-a-number"}
OF_RATE: Final = frozenset({"rate-too-high"})
CAUSES: Final[Mapping[str, frozenset[str]]] = {
    "padding-counts": frozenset(),
    **DRAWN,
    "alike": NO_GRADIENT,
    "input-scale": TOO_LARGE | OF_RATE | {"large-start"},
    "target-scale": TOO_LARGE | OF_RATE | {"large-start"},
    "large-start": TOO_LARGE | OF_RATE,
    "unshuffled": NOTHING_LEARNED | {"loss-rises", "oscillating-loss", "overfitting"},
    "rate-too-high": TOO_LARGE,
    "too-much-dropout": NOTHING_LEARNED | {"oscillating-loss", "loss-rises"},
    "exploding-gradients": frozenset({"loss-rises", "oscillating-loss", "not-a-number", *NOTHING_LEARNED}),
    "not-a-number": frozenset(),
    "loss-rises": frozenset({"stuck", "oscillating-loss", "one-class-answered"}),
    "saturated-units": NOTHING_LEARNED | {"vanishing-gradients"},
    "dead-units": NOTHING_LEARNED | {"vanishing-gradients"},
    "vanishing-gradients": NOTHING_LEARNED,
    "oscillating-loss": frozenset({"stuck", "one-class-answered"}),
    "rate-too-low": frozenset({"stuck", "one-class-answered"}),
    "slow-convergence": frozenset({"stuck", "one-class-answered"}),
    "stuck": frozenset({"one-class-answered"}),
}
"""Code → the codes that follow from it; what may cause the others stands first. A layer whose units are all alike
(zeros) hands on zeros and no gradient; steps or numbers that are too large throw units to where they are flat; without
a gradient nothing is learned."""
_ORDER: Final = tuple(CAUSES)


@dataclass(frozen=True, slots=True)
class RootCause:
    """One thing to look at: the ``cause``, the same in other layers (``also``), and what comes of it."""

    cause: Diagnosis
    also: tuple[Diagnosis, ...] = ()
    consequences: tuple[Diagnosis, ...] = ()

    @property
    def over(self) -> bool:
        """Whether nothing of it holds any more."""
        return all(diagnosis.over for diagnosis in (self.cause, *self.also))


def matters(diagnoses: Sequence[Diagnosis]) -> list[RootCause]:
    """What was said, by its causes: what holds now first, and of that the deepest cause. Nothing is left out.

    What is over explains only what is over as well: what still holds has its own advice.
    """
    found: list[RootCause] = []
    for over in (False, True):
        left = sorted((d for d in diagnoses if d.over is over), key=_rank)
        while left:
            cause = left[0]
            also = [d for d in left[1:] if d.code == cause.code]
            follows = [d for d in left[1:] if d.code in CAUSES.get(cause.code, ())]
            found.append(RootCause(cause, tuple(also), tuple(follows)))
            left = [d for d in left if d is not cause and d not in also and d not in follows]
    return found


def explained(diagnoses: Sequence[Diagnosis]) -> tuple[Diagnosis, ...]:
    """The same, but what only comes of something else advises to look there."""
    found: list[Diagnosis] = []
    for matter in matters(diagnoses):
        found += [matter.cause, *matter.also]
        found += [
            replace(d, advice=f"This comes of something else: {matter.cause.message}") for d in matter.consequences
        ]
    return tuple(found)


def _rank(diagnosis: Diagnosis) -> int:
    return _ORDER.index(diagnosis.code) if diagnosis.code in _ORDER else len(_ORDER)


def remedy(matter: RootCause, graph: Graph) -> tuple[str, Edit] | None:
    """The edit of a project that fixes the cause and no more, with what a button calls it; None where there is none."""
    return remedies.remedy(matter.cause, matter.also, graph)
