"""What the curves tell of a training: one rule for each thing that goes wrong, its threshold with the reason for it.

Each takes the course of the training, the step and the learning rate after an epoch. Where "measured" is said, it was
on the pairs of trainings in `tests/engine/ill_trainings.py`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from statistics import fmean as mean
from typing import Final

from engine.training.diagnosis.course import FEW, Course
from engine.training.diagnosis.rates import lower_rate
from engine.training.findings import Finding, Found

STUCK: Final = 0.98
"""Loss as a share of that of an answer that knows nothing but how frequent the classes are."""
STUCK_EPOCHS, STUCK_STEPS, MANY_STEPS = 4, 30, 300
"""Deep networks need some steps before anything shows; after many of them three epochs are enough."""
FALLS, FALLS_FAST = 0.006, 0.1
"""Share of the start that the loss falls in two epochs: it is slow then, not stuck (measured: stuck ones move by less
than 0.004, of those that are only slow the slowest by 0.008). What is worse than guessing has to fall faster to get
anywhere."""
AGREED: Final = 0.95
"""Of the validation loss, where there is one."""
WORSE: Final = 1.1
"""From here on it is not stuck at guessing but worse."""
RISING, RISEN = 1.2, 0.1
"""Mean loss of an epoch by the lowest so far, two epochs one after the other, and how much that is of the start. (Sound
runs with a batch norm rose by 0.07 of it.)"""
NOISE: Final = 0.05
"""A validation loss that moves by less than this share of the start goes up and down by chance."""
THROWN, THROWN_FAR = 2.0, 10.0
"""Mean loss of an epoch by what the run began with or by that of guessing, whichever is larger: steps that lose so much
are too large. Where guessing is not known it takes more, and a first step of at least `FEW` samples."""
SLOWER: Final = 0.5
"""What a learning rate did is held against it until it has come down to this share."""
GAP, GAP_EPOCHS, FALLEN = 1.1, 3, 0.9
"""Overfitting: the validation loss is so much above its best for so many epochs, while the training loss has fallen to
this share of what it was at that best. Who answers worse than by guessing has learned nothing by heart. Both are means
of three epochs: of small parts the best is a lucky one (measured: of 85 sound runs 5 were flagged by single epochs, by
means 2, and those had really learned by heart)."""
BY_HEART: Final = (0.005, 0.2)
"""Overfitting without a rise: for so many epochs the training loss is below the first share of the start and the
validation loss above the second. (Measured: sound runs of small tables end at 0.017 and 0.25, or
at 0.034 and 0.21; one that knew 90 digits by heart at 0.0001 and 0.26.)"""
FEW_TRAINED: Final = 0.25
"""The share of the samples below which it is no wonder that a network learns them by heart."""
PATIENCE: Final = 3
"""Epochs that early stopping waits: as many as it takes until overfitting is said."""
SWING, SWINGS, BACK = 0.15, 5, 0.5
"""Oscillation: in so many epochs the training loss rises at least twice, by this share of the start in all, and comes
no farther than this share of its way up and down. (Measured: sound runs rise by 0.04 of the start, steps too large make
it 0.3 to 3. Small validation parts rise by 0.3 in sound runs, too: they say nothing.)"""


def thrown(course: Course, lr: float) -> int:
    """The last epoch (from 1) far above the start that says something of a learning rate; 0: none."""
    known = math.isfinite(course.facts.baseline)
    limit = (THROWN if known else THROWN_FAR) * max(course.start, course.first)
    if not (known or course.facts.samples >= FEW) or not limit > 0 or not course.highest > limit:
        return 0
    far = (n for n, epoch in enumerate(course.epochs, 1) if epoch.training > limit and lr > SLOWER * epoch.lr)
    return max(far, default=0)


def thrown_loss(course: Course, step: int, lr: float) -> Found:
    """Steps so large that the loss is far above that of having learned nothing; over once it is below again."""
    epoch = thrown(course, lr)
    if epoch and course.losses[-1] > STUCK * course.start:
        before = f"{course.first:.3g} before the first step"
        if math.isfinite(course.facts.baseline):
            before += f", and {course.facts.baseline:.3g} is that of guessing"
        yield Finding(
            "rate-too-high", None,
            f"The learning rate is too high: the loss was {course.epochs[epoch - 1].training:.3g} on average in epoch "
            f"{epoch} ({before}), so steps overshoot.",
            "Divide the learning rate by 10 or more, or let a range test find it.",
            lower_rate(course.facts.optimizer, lr),
        )  # fmt: skip


def rising_loss(course: Course, step: int, lr: float) -> Found:
    """The loss goes up, epoch by epoch."""
    losses = course.losses
    lowest = course.lowest[-3] if len(losses) > 2 else math.inf
    if min(losses[-2:]) > max(RISING * lowest, lowest + RISEN * course.start):
        yield Finding(
            "loss-rises", None,
            f"The training loss rises: it was {lowest:.3g} and is {losses[-1]:.3g} now.",
            "Divide the learning rate by 10, or limit the gradients with clip_norm = 1.",
            lower_rate(course.facts.optimizer, lr),
        )  # fmt: skip


def oscillating_loss(course: Course, step: int, lr: float) -> Found:
    """The loss goes up and down, epoch by epoch, and comes no farther."""
    last = course.losses[-SWINGS - 1 :]
    moves = [after - before for before, after in pairwise(last)]
    ups = [move for move in moves if move > 0]
    rises = len(ups) > 1 and sum(ups) > SWING * course.start
    if len(moves) == SWINGS and rises and abs(last[-1] - last[0]) < BACK * sum(map(abs, moves)):
        yield Finding(
            "oscillating-loss", None,
            f"The training loss oscillates: in the last {SWINGS} epochs it rose {len(ups)} times and went between "
            f"{min(last):.3g} and {max(last):.3g}, so steps jump across the minimum.",
            "Divide the learning rate by 10, or take larger batches.",
            lower_rate(course.facts.optimizer, lr),
        )  # fmt: skip


def stuck(course: Course, step: int, lr: float) -> Found:
    """The loss is that of an answer which has looked at nothing."""
    training, validation, baseline = course.losses[-1], course.epochs[-1].validation, course.facts.baseline
    agrees = not math.isfinite(validation) or validation >= AGREED * baseline
    needed = STUCK_EPOCHS - 1 if step >= MANY_STEPS else STUCK_EPOCHS  # the first epoch still holds what it began with
    long = len(course.epochs) >= needed and step >= STUCK_STEPS
    falls = course.fall(2) >= (FALLS if training < WORSE * baseline else FALLS_FAST)
    if long and training >= STUCK * baseline and agrees and not falls:
        of_numbers = not course.facts.classes
        guess = f"ln {course.facts.classes} = {math.log(course.facts.classes):.3f}" if course.facts.classes else ""
        yield Finding(
            "stuck", None,
            f"The loss is {'stuck at' if training < WORSE * baseline else 'worse than guessing:'} {training:.3g}, "
            f"{'that' if training < WORSE * baseline else 'above that'} of the best answer that is the same for every "
            f"sample ({baseline:.3g}{f'; {guess}' if guess else ''}): nothing has been learned of the inputs.",
            f"Check that inputs and {'targets' if of_numbers else 'labels'} belong together and the data are "
            "standardised, try a learning rate ten times smaller and larger, and look for layers that pass no "
            "gradient.",
        )  # fmt: skip


def overfitting(course: Course, step: int, lr: float) -> Found:
    """The network learns its samples by heart; not where steps that are too large throw it about."""
    validations = course.validations
    if not course.all_judged or thrown(course, lr):
        return
    begin = thrown(course, math.inf)  # what came before was by chance
    best = course.best
    if begin:
        best = min(range(begin, len(validations)), key=validations.__getitem__, default=len(validations) - 1)
    training, now = course.epochs[-1].training, validations[-1]
    if _rises_again(course, begin, best):
        what = (
            f"was best after epoch {best + 1} ({validations[best]:.3g}) and is {now:.3g} now, while the training loss"
        )
        what = f"{what} keeps falling to {training:.3g}"
    elif _apart(course):
        what = f"is {now:.3g} and falls no more, while the training loss is {training:.3g}"
    else:
        return
    few = course.facts.trained_on < FEW_TRAINED
    if validations[course.best] >= AGREED * course.facts.baseline:
        yield Finding(
            "stuck", None,
            f"The training samples are learned by heart ({training:.3g}), and the validation loss was never below that "
            f"of guessing ({course.facts.baseline:.3g}): nothing that is learned holds for other samples.",
            "Check that inputs and labels belong together: look at some samples on the Data page.",
        )  # fmt: skip
        return
    if few:
        yield Finding(
            "overfitting", None,
            f"Overfitting: the validation loss {what}; the network learns from {course.facts.trained_on:.0%} of the "
            "samples alone.",
            "Give the training part more of the samples (data.split).",
            course.facts.trained_on, "data.split",
        )  # fmt: skip
        return
    yield Finding(
        "overfitting", None,
        f"Overfitting: the validation loss {what}.",
        "Stop early, use dropout or more weight decay, a smaller network, or more data."
        f"{' The weights of the best epoch are kept.' if course.facts.best_kept else ''}",
        float(PATIENCE),
    )  # fmt: skip


def _rises_again(course: Course, begin: int, best: int) -> bool:
    """Whether the validation loss has risen since its best epoch, while the training loss has fallen."""
    validations, training = course.validations, course.losses[-1]
    now, low = mean(validations[-GAP_EPOCHS:]), mean(validations[max(begin, best - 1) : best + 2])
    return (
        len(validations) - 1 - best >= GAP_EPOCHS
        and now > GAP * max(low, training)
        and now > low + NOISE * course.start
        and training < FALLEN * course.losses[best]
        and not training > course.start
        and min(validations[best + 1 :]) > validations[best]
    )


def _apart(course: Course) -> bool:
    """Whether the training loss is next to nothing and the validation loss is not, and falls no more."""
    small, large = (share * course.start for share in BY_HEART)
    last, validations = course.epochs[-GAP_EPOCHS:], course.validations
    apart = all(epoch.training < small and epoch.validation > large for epoch in last)
    falls = len(validations) > GAP_EPOCHS and validations[-1] < FALLEN * validations[-1 - GAP_EPOCHS]
    return len(last) == GAP_EPOCHS and apart and not falls


EpochRule = Callable[[Course, int, float], Found]
CURVES: Final[tuple[EpochRule, ...]] = (thrown_loss, rising_loss, oscillating_loss, stuck, overfitting)
