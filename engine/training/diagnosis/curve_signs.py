"""What the curves tell of a training: one rule for each thing that goes wrong, its threshold with the reason for it.

Each takes the course of the training, the step and the learning rate after an epoch.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

from engine.training.diagnosis.course import FEW, Course
from engine.training.findings import Found

LOOKED_BACK: Final = 3
"""So many looks into the layers back steps are seen."""
SMALL_STEP: Final = 1e-5
"""The step's change of the weights by their size, of which about 0.001 is usual: a hundred-thousandth needs a hundred
thousand steps to get anywhere."""
STUCK: Final = 0.98
"""Loss as a share of that of an answer that knows nothing but how frequent the classes are."""
STUCK_STEPS: Final = 100
AGREED: Final = 0.95
"""Of the validation loss, where there is one."""
WORSE: Final = 1.1
"""From here on it is not stuck at guessing but worse."""
RISING: Final = 1.2
"""Mean loss of an epoch by the lowest so far, two epochs one after the other."""
NOISE: Final = 0.05
"""A loss that moves by less than this share of the one it began with goes up and down by chance."""
THROWN, THROWN_FAR = 2.0, 10.0
"""Mean loss of an epoch by what the run began with or by that of guessing, whichever is larger: steps that lose so much
are too large. Where guessing is not known it takes more, and a first step of at least `FEW` samples."""
SLOWER: Final = 0.5
"""What a learning rate did is held against it until it has come down to this share."""
GAP, GAP_EPOCHS, FALLEN = 1.1, 3, 0.9
"""Overfitting: the validation loss is so much above its best for so many epochs, while the training loss has fallen to
this share of what it was at that best. Who answers worse than by guessing has learned nothing by heart."""
NO_GRADIENT: Final = frozenset({"dead-units", "saturated-units", "vanishing-gradients", "loss-rises", "rate-too-high"})
"""Where these are, small steps have another reason than a low rate."""
STANDING: Final = 0.99
"""With steps as small as above: a loss that falls by less than a hundredth from one epoch to the next."""


def thrown(course: Course, lr: float) -> int:
    """The last epoch (from 1) far above the start that says something of a learning rate; 0: none."""
    known = math.isfinite(course.facts.baseline)
    limit = (THROWN if known else THROWN_FAR) * max(course.start, course.first)
    if not (known or course.facts.samples >= FEW) or not limit > 0:
        return 0
    far = [n for n, (training, _, was) in enumerate(course.epochs, 1) if training > limit and lr > SLOWER * was]
    return far[-1] if far else 0


def thrown_loss(course: Course, step: int, lr: float) -> Found:
    """Steps so large that the loss is far above that of having learned nothing."""
    epoch = thrown(course, lr)
    if epoch:
        before = f"{course.first:.3g} before the first step"
        if math.isfinite(course.facts.baseline):
            before += f", and {course.facts.baseline:.3g} is that of guessing"
        yield (
            "rate-too-high", None,
            f"The learning rate is too high: the loss was {course.epochs[epoch - 1].training:.3g} on average in epoch "
            f"{epoch} ({before}), so steps overshoot.",
            "Divide the learning rate by 10 or more, or let a range test find it.",
        )  # fmt: skip


def rising_loss(course: Course, step: int, lr: float) -> Found:
    """The loss goes up, epoch by epoch."""
    losses = [epoch.training for epoch in course.epochs]
    lowest = min(losses[:-2], default=math.inf)
    if min(losses[-2:]) > max(RISING * lowest, lowest + NOISE * course.start):
        yield (
            "loss-rises", None,
            f"The training loss rises: it was {lowest:.3g} and is {losses[-1]:.3g} now.",
            "Divide the learning rate by 10, or limit the gradients with clip_norm = 1.",
        )  # fmt: skip


def small_steps(course: Course, step: int, lr: float) -> Found:
    """Steps too small to get anywhere; not at the end of a schedule that has led the rate down."""
    losses = [epoch.training for epoch in course.epochs]
    seen = [ratio for ratio in course.ratios[-LOOKED_BACK:] if ratio == ratio]
    standing = len(losses) > 1 and losses[-1] > STANDING * losses[-2]
    ill = any(found.code in NO_GRADIENT for found in course.diagnoses)
    if standing and seen and 0 < max(seen) < SMALL_STEP and lr >= 0.5 * course.facts.lr and not ill:
        yield (
            "rate-too-low", None,
            f"The learning rate is too low: a step changes the weights by {max(seen):.0e} of their size (1e-03 is "
            "usual), and the loss stands still.",
            "Multiply the learning rate by 10, or let a range test find it.",
        )  # fmt: skip


def stuck(course: Course, step: int, lr: float) -> Found:
    """The loss is that of an answer which has looked at nothing."""
    (training, validation, _), baseline = course.epochs[-1], course.facts.baseline
    agrees = not math.isfinite(validation) or validation >= AGREED * baseline
    # the first epoch's mean still holds the losses it began with
    if step >= STUCK_STEPS and len(course.epochs) > 1 and training >= STUCK * baseline and agrees:
        what = f"ln {course.facts.classes} = {math.log(course.facts.classes):.3f}" if course.facts.classes else ""
        yield (
            "stuck", None,
            f"The loss is {'stuck at' if training < WORSE * baseline else 'worse than guessing:'} {training:.3f}, "
            f"{'that' if training < WORSE * baseline else 'above that'} of the best answer that is the same for every "
            f"sample ({baseline:.3f}{f'; {what}' if what else ''}): nothing has been learned of the inputs.",
            "Check that inputs and labels belong together and the data are standardised, try a learning rate ten "
            "times smaller and larger, and look for layers that pass no gradient.",
        )  # fmt: skip


def overfitting(course: Course, step: int, lr: float) -> Found:
    """The network learns its samples by heart; not where steps that are too large throw it about."""
    validations = [epoch.validation for epoch in course.epochs]
    if not all(math.isfinite(value) for value in validations) or thrown(course, lr):
        return
    begin = thrown(course, math.inf)  # what came before was by chance
    best = min(range(begin, len(validations)), key=validations.__getitem__, default=len(validations) - 1)
    since = len(validations) - 1 - best
    training = course.epochs[-1].training
    if (
        since >= GAP_EPOCHS
        and min(validations[best + 1 :]) > validations[best]
        and validations[-1] > GAP * max(validations[best], training)
        and validations[-1] > validations[best] + NOISE * course.start
        and training < FALLEN * course.epochs[best].training
        and not training > course.start
    ):
        yield (
            "overfitting", None,
            f"Overfitting: the validation loss was best after epoch {best + 1} ({validations[best]:.3g}) and is "
            f"{validations[-1]:.3g} now, while the training loss keeps falling to {training:.3g}.",
            "Stop early, use dropout or more weight decay, a smaller network, or more data."
            f"{' The weights of the best epoch are kept.' if course.facts.best_kept else ''}",
        )  # fmt: skip


EpochRule = Callable[[Course, int, float], Found]
EPOCHS: Final[tuple[EpochRule, ...]] = (thrown_loss, rising_loss, small_steps, stuck, overfitting)
