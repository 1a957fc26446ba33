"""What looks into the layers tell of a training: one rule for each thing that goes wrong, with its threshold."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

from engine import layers
from engine.training.diagnosis.course import Course
from engine.training.findings import Found, HealthCheck

VANISHING: Final = 1e-3
"""Gradient at a layer's result as a share of that at the answer. In networks that learn it stays within a factor of
about 100 (Glorot and Bengio 2010, figure 7); a sigmoid layer takes away at least three quarters each."""
EXPLODING: Final = 1e3
"""The same the other way (Pascanu, Mikolov and Bengio 2013)."""
DEAD: Final = 0.5
"""Units of a ReLU that are 0 for a whole batch. Some always are; half of them is capacity that no longer learns."""
SATURATED: Final = 0.7
"""Numbers so near to a bound that hardly any gradient passes."""
LARGE_STEP: Final = 0.1
"""The step's change of the weights by their size: about 0.001 is usual (Karpathy, CS231n). A tenth a step forgets what
was learned within some ten steps."""


def gradients(course: Course, look: HealthCheck) -> Found:
    """Gradients that vanish or explode on their way from the answer; it is said of the first such layer."""
    known = {s: h for s, h in look.layers.items() if h.gradient == h.gradient}
    if not known:
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
        yield (
            "vanishing-gradients", path,
            f"Vanishing gradients: at {course.name(path)} only {health.gradient / answer:.0e} of the gradient at the "
            f"answer is left{_others(len(small) - 1)}, so the layers from there to the input hardly learn.",
            f"{_flat(course)}put a normalisation before the activations, or lead a shortcut past them.",
        )  # fmt: skip
    large = [(path, health) for path, health in weighted if health.gradient > EXPLODING * answer]
    if large:
        path, health = large[-1]
        advice = "Begin with smaller weights (initialisation), or put a normalisation between the layers."
        yield (
            "exploding-gradients", path,
            f"Exploding gradients: at {course.name(path)} the gradient is {health.gradient / answer:,.0f} times that "
            f"at the answer{_others(len(large) - 1)}.",
            advice if course.facts.clipped else f"Limit it with clip_norm = 1. {advice}",
        )  # fmt: skip


def dead_units(course: Course, look: HealthCheck) -> Found:
    """Units of a ReLU that nothing wakes any more."""
    for path, health in look.layers.items():
        if health.dead > DEAD:
            yield (
                "dead-units", path,
                f"Dead units: {100 * health.dead:.0f} % of the outputs of {course.name(path)} are 0 for every sample "
                "of a batch, and where a ReLU gives 0 it learns nothing.",
                "Lower the learning rate, start from Kaiming initialisation, or use LeakyReLU.",
            )  # fmt: skip


def saturated_units(course: Course, look: HealthCheck) -> Found:
    """Activations that are flat where they are."""
    for path, health in look.layers.items():
        if health.saturated > SATURATED and (path.inside or path.node not in course.answers):
            yield (
                "saturated-units", path,
                f"Saturated units: {100 * health.saturated:.0f} % of the outputs of {course.name(path)} lie at its "
                "bounds, where it is flat and hardly any gradient passes.",
                "Put a normalisation before it, begin with smaller weights, or standardise the data.",
            )  # fmt: skip


def large_steps(course: Course, look: HealthCheck) -> Found:
    """Steps that change the weights of a typical layer by a tenth of their size."""
    ratio = course.ratios[-1]
    if ratio > LARGE_STEP and look.step > 1:
        yield (
            "rate-too-high", None,
            f"The learning rate is too high: a step changes the weights by {100 * ratio:.0f} % of their size "
            "(0.1 % is usual).",
            "Divide the learning rate by 10, or let a range test find it.",
        )  # fmt: skip


def _flat(course: Course) -> str:
    """What to say of flat activations, where the network has any."""
    blocks = [block.graph for block in course.facts.graph.blocks.values()]
    kinds = {node.type for graph in (course.facts.graph, *blocks) for node in graph.nodes.values()}
    flat = any(layers.kind(kind).saturates for kind in kinds)
    return "Use ReLU instead of Sigmoid or Tanh, " if flat else "Start from Kaiming initialisation, "


def _others(count: int) -> str:
    return "" if not count else f" (and at {count} more layer{'s' if count > 1 else ''})"


LookRule = Callable[[Course, HealthCheck], Found]
LOOKS: Final[tuple[LookRule, ...]] = (gradients, dead_units, saturated_units, large_steps)
