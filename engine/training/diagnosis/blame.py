"""What is to blame for what a training shows: a setting other than the one that comes to mind, or what was drawn.

A penalty that pulls all weights to zero makes steps look large beside them, a momentum near 1 swings whatever the rate
is, a narrow clip makes every step small: there another learning rate helps nobody. And where the checker has named a
fault of the drawing before the training, what comes of it is no reason to change a setting.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from engine.graph import Graph
from engine.problems import Problem, find
from engine.settings.optimizers import SGD, Optimizer
from engine.training.diagnosis.course import Course
from engine.training.diagnosis.pull import PENALTIES
from engine.training.findings import Finding, NodePath

FAST: Final = frozenset({"rate-too-high", "loss-rises", "oscillating-loss"})
SLOW: Final = frozenset({"rate-too-low", "slow-convergence"})
NOTHING: Final = SLOW | {"stuck", "vanishing-gradients", "one-class-answered"}
SWINGS: Final = 0.98
"""From this momentum on a step carries on fifty others, and swings about a minimum for as long."""
USUAL_MOMENTUM: Final = 0.9
NARROW: Final = 0.05
"""A clip below this cuts nearly every gradient: norms of whole gradients begin near 1 and end near 0.1."""
USUAL_CLIP: Final = 1.0
SHRUNK: Final = 0.2
"""Weights that a penalty has brought down to this share of their size carry nothing any more."""
DRAWN: Final[Mapping[str, frozenset[str]]] = {
    "small-start": NOTHING | {"dead-units", "rate-too-high"},
    "bottleneck": NOTHING | {"dead-units", "rate-too-high"},
    "hidden-softmax": NOTHING,
    "heavy-dropout": FAST | {"stuck"},
}
"""Code of the checker → what comes of it while training."""


def drawn_faults(graph: Graph) -> tuple[Problem, ...]:
    """The faults of a drawing that explain what a training shows."""
    return tuple(problem for problem in find(graph) if problem.code in DRAWN)


def blamed(course: Course, found: Finding) -> Finding:
    """The same finding, or what is to blame for it: with the setting, or the layer, that has to change."""
    facts = course.facts
    for problem in facts.drawn:
        if found.code in DRAWN[problem.code]:
            at = None if problem.node is None else NodePath(problem.inside, problem.node, "")
            return Finding(problem.code, at, problem.message, "See the fix beside it in the list of problems.")
    pull = facts.pull
    if pull is not None and found.code in FAST | NOTHING and (pull.too_much or course.shrunk < SHRUNK):
        says = f"{pull.path} is {pull.value:g} and pulls all weights to zero"
        return _of_setting(found, says, pull.path, PENALTIES[pull.path])
    if found.code in FAST and _momentum(facts.optimizer) >= SWINGS:
        says = f"with a momentum of {_momentum(facts.optimizer):g} steps go on long after the slope has turned"
        return _of_setting(found, says, "training.optimizer.momentum", USUAL_MOMENTUM)
    if found.code in SLOW and facts.clip is not None and facts.clip < NARROW:
        says = f"every gradient is cut down to a norm of {facts.clip:g}"
        return _of_setting(found, says, "training.clip_norm", USUAL_CLIP)
    return found


def _of_setting(found: Finding, says: str, path: str, value: float) -> Finding:
    advice = f"Set {path} to {value:g}: {says}, and another learning rate would not help."
    return found._replace(advice=advice, value=value, setting=path)


def _momentum(optimizer: Optimizer) -> float:
    return optimizer.momentum if isinstance(optimizer, SGD) else 0.0
