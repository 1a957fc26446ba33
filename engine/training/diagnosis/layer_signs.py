"""What looks into the layers tell of a training: one rule for each thing that goes wrong, with its threshold.

Once the network works nothing is said of single layers: what gets through is enough.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

from engine import layers
from engine.training.diagnosis.course import WORKS, Course
from engine.training.diagnosis.fault import amplifier, grower, maker, taker
from engine.training.diagnosis.places import node_at
from engine.training.diagnosis.rates import lower_rate
from engine.training.findings import Finding, Found, HealthCheck, NodePath

VANISHING: Final = 1e-3
"""Gradient at a layer's result as a share of that at the answer. In networks that learn it stays within a factor of
about 100 (Glorot and Bengio 2010, figure 7); a sigmoid layer takes away at least three quarters each."""
EXPLODING: Final = 1e3
"""The same the other way (Pascanu, Mikolov and Bengio 2013)."""
CLIP: Final = 1.0
"""The norm that gradients are limited to by most who do (Pascanu, Mikolov and Bengio 2013: half to ten times the usual
one)."""
DEAD: Final = 0.75
"""Units of a ReLU that are 0 for a whole batch. Some always are: with torch's own start up to 0.62 in sound networks of
eight and ten narrow layers (measured); what a rate or a negative sum killed has 0.9 and more."""
DIED: Final = 0.25
"""So many more of them than at the first look were killed on the way."""
SEVERAL: Final = 4
"""Of so few units one may die by chance: that says nothing of the steps."""
SATURATED: Final = 0.7
"""Numbers so near to a bound that hardly any gradient passes."""
LARGE_STEP: Final = 0.1
"""The step's change of the weights by their size: about 0.001 is usual (Karpathy, CS231n). A tenth a step forgets what
was learned within some ten steps."""


def gradients(course: Course, look: HealthCheck) -> Found:
    """Gradients that vanish or explode on their way from the answer; it is said of the layer that makes them so."""
    known = {s: h for s, h in look.layers.items() if h.gradient == h.gradient}
    if not known or course.below(WORKS):
        return
    ends = [health.gradient for path, health in known.items() if not path.inside and path.node in course.answers]
    answer = max(ends, default=next(health.gradient for health in reversed(known.values())))
    weighted = [
        (path, health)
        for path, health in known.items()
        if health.weight == health.weight and (path.inside or path.node not in course.answers)
    ]
    if any(health.dead > DEAD for health in look.layers.values()):
        return  # that is said, and why no gradient passes
    if not answer or not math.isfinite(answer):
        return
    small = [(path, health) for path, health in weighted if health.gradient < VANISHING * answer]
    if small:
        path, health = small[-1]
        at, count = taker(course, known)
        at = at or path
        yield Finding(
            "vanishing-gradients", at,
            f"Vanishing gradients: at {course.name(path)} only {health.gradient / answer:.0e} of the gradient at the "
            f"answer is left{_others(len(small) - 1)}, so layers near the input hardly learn. {course.name(at)} "
            f"{'takes most of it' if count < 2 else f'is the first of {count} layers that take it'} away.",
            f"{_flat(course)}put a normalisation before the activations, or lead a shortcut past them.",
        )  # fmt: skip
    large = [(path, health) for path, health in weighted if health.gradient > EXPLODING * answer]
    if large:
        path, health = large[-1]
        at, count = grower(course, known)
        at = at or path
        advice = "Begin with smaller weights (initialisation), or put a normalisation between the layers."
        yield Finding(
            "exploding-gradients", at,
            f"Exploding gradients: at {course.name(path)} the gradient is {health.gradient / answer:,.0f} times that "
            f"at the answer{_others(len(large) - 1)}. {course.name(at)} "
            f"{'adds most of it' if count < 2 else f'is the first of {count} layers that multiply it'}.",
            advice if course.facts.clipped else f"Limit it with clip_norm = {CLIP:g}. {advice}",
            None if course.facts.clipped else CLIP,
        )  # fmt: skip


def dead_units(course: Course, look: HealthCheck) -> Found:
    """Units of a ReLU that nothing wakes any more; it is said of what makes their sums, and once for all after it."""
    dead = [(path, health.dead) for path, health in look.layers.items() if health.dead > DEAD]
    if not dead or course.below(WORKS):
        return
    path, share = dead[0]
    at = maker(course, path, look.layers)
    killed = share > course.dead.get(path, 0.0) + DIED and _units(course, at) >= SEVERAL
    lr = lower_rate(course.facts.optimizer, course.facts.lr) if killed else None
    yield Finding(
        "dead-units", at,
        f"Dead units: {100 * share:.0f} % of the outputs of {course.name(path)} are 0 for every sample of a batch"
        f"{_others(len(dead) - 1)}, because {course.name(at)} gives it numbers below 0 alone, and where a ReLU gives 0 "
        f"it learns nothing. {'Steps that are too large did that.' if killed else 'It began so.'}",
        "Lower the learning rate, and train from the start again."
        if killed
        else "Start from Kaiming initialisation, or use LeakyReLU.",
        lr,
        "training.optimizer.lr" if killed else None,
    )  # fmt: skip
    if killed:
        yield Finding(
            "rate-too-high", None,
            f"The learning rate is too high: within {look.step:,} steps {100 * share:.0f} % of the units of "
            f"{course.name(path)} died, of which {100 * course.dead.get(path, 0.0):.0f} % were at the start.",
            "Divide the learning rate by 10, or let a range test find it.",
            lr,
        )  # fmt: skip


def saturated_units(course: Course, look: HealthCheck) -> Found:
    """Activations that are flat where they are; it is said of what drives them there."""
    if course.below(WORKS):
        return
    flat: dict[NodePath, tuple[NodePath, float]] = {}
    for path, health in look.layers.items():
        if health.saturated > SATURATED and (path.inside or path.node not in course.answers):
            flat.setdefault(amplifier(course, path, look.layers), (path, health.saturated))
    for at, (path, share) in flat.items():
        yield Finding(
            "saturated-units", at,
            f"Saturated units: {100 * share:.0f} % of the outputs of {course.name(path)} lie at its bounds, where it "
            f"is flat and hardly any gradient passes, because what {course.name(at)} gives is "
            f"{look.layers[at].rms:.3g} in size (root mean square).",
            "Put a normalisation before it, begin with smaller weights, or standardise the data.",
        )  # fmt: skip


def large_steps(course: Course, look: HealthCheck) -> Found:
    """Steps that change the weights of a typical layer by a tenth of their size."""
    ratio = course.ratios[-1]
    if ratio > LARGE_STEP and look.step > 1 and not course.below(WORKS):
        yield Finding(
            "rate-too-high", None,
            f"The learning rate is too high: a step changes the weights by {100 * ratio:.0f} % of their size "
            "(0.1 % is usual).",
            "Divide the learning rate by 10, or let a range test find it.",
            lower_rate(course.facts.optimizer, course.facts.lr),
        )  # fmt: skip


def _flat(course: Course) -> str:
    """What to say of flat activations, where the network has any."""
    blocks = [block.graph for block in course.facts.graph.blocks.values()]
    kinds = {node.type for graph in (course.facts.graph, *blocks) for node in graph.nodes.values()}
    flat = any(layers.kind(kind).saturates for kind in kinds)
    return "Use ReLU instead of Sigmoid or Tanh, " if flat else "Start from Kaiming initialisation, "


def _others(count: int) -> str:
    return "" if not count else f" (and at {count} more layer{'s' if count > 1 else ''})"


def _units(course: Course, path: NodePath) -> float:
    """How many units a layer has; many where that is not typed."""
    node = node_at(course.facts.graph, path.inside, path.node)
    width = None if node is None else node.parameters.get(layers.kind(node.type).width_parameter)
    return width if isinstance(width, int) else math.inf


LookRule = Callable[[Course, HealthCheck], Found]
LOOKS: Final[tuple[LookRule, ...]] = (gradients, dead_units, saturated_units, large_steps)
