"""What the pace of a training tells: steps too small, too few epochs, too much left out.

Each rule takes the course of the training, the step and the learning rate after an epoch, as in `curve_signs`.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Final

from engine.training.diagnosis.course import Course
from engine.training.diagnosis.curve_signs import EpochRule
from engine.training.diagnosis.rates import higher_rate
from engine.training.findings import Finding, Found

LOOKED_BACK: Final = 3
"""So many looks into the layers back steps are seen."""
SMALL_STEP: Final = 1e-5
"""The step's change of the weights by their size, of which about 0.001 is usual: a hundred-thousandth needs a hundred
thousand steps to get anywhere."""
STANDING: Final = 0.99
"""With steps as small as above: a loss that falls by less than a hundredth from one epoch to the next."""
NO_GRADIENT: Final = frozenset({"dead-units", "saturated-units", "vanishing-gradients", "loss-rises", "rate-too-high"})
"""Where these are, small steps have another reason than a low rate."""
SLOW_STEP: Final = 2e-3
"""With steps below this, and a loss that falls steadily but slowly, larger ones get farther (measured: a rate 15 to 200
times too low gives 0.0001 to 0.002, the sound twins begin with 0.004 to 0.1)."""
PACE, LEVEL, WINDOW = (0.0005, 0.025), 0.75, 3
"""Slow: in each of the last so many epochs the loss falls by between these shares of the start, and it is still above
this share of it. Faster ones are there in some 40 epochs, slower ones stand still."""
EVEN: Final = (0.6, 1.6)
"""The last fall by the first of the window, and the whole way by what the pace makes: at an even pace both are near 1.
A network that has learned slows down, one that is only just waking up speeds up."""
FAST, LEFT = 0.03, 0.15
"""Too few epochs: in the last ones the loss still fell by this share of the start each, and more than that is left.
(Measured: trainings that were cut off fell by 0.05 to 0.2, sound ones in their last epochs by 0.012 at most.)"""
LONGER: Final = 3
"""So many times the epochs are advised."""
MUCH: Final = 0.5
"""The share that dropout takes at most in networks that learn (Srivastava et al. 2014, section A.4: 0.5 of hidden
units)."""
HELD, GAP, HURRY = 0.5, (1.25, 0.12), 0.1
"""Too much dropout: the training loss is above this share of the start, or above the validation loss, which is without
dropout, by this factor and this share of the start; and in two epochs it falls by less than the last number."""
SOME: Final = 0.2
"""The share to try instead: 0.2 is that of the input layer in the same paper."""


def small_steps(course: Course, step: int, lr: float) -> Found:
    """Steps too small to get anywhere; not at the end of a schedule that has led the rate down."""
    losses = course.losses
    seen = _steps(course)
    standing = len(losses) > 1 and losses[-1] > STANDING * losses[-2]
    ill = any(found.code in NO_GRADIENT for found in course.diagnoses)
    if standing and seen and 0 < max(seen) < SMALL_STEP and not course.led_down and not ill:
        yield Finding(
            "rate-too-low", None,
            f"The learning rate is too low: a step changes the weights by {max(seen):.0e} of their size (1e-03 is "
            "usual), and the loss stands still.",
            "Multiply the learning rate by 10, or let a range test find it.",
            higher_rate(course.facts.optimizer, lr),
        )  # fmt: skip


def slow_convergence(course: Course, step: int, lr: float) -> Found:
    """Steps so small that the loss creeps: it falls epoch by epoch, at an even pace."""
    losses, seen, start = course.losses, sorted(_steps(course)), course.start
    if len(losses) <= WINDOW or not seen or not start > 0 or course.led_down:
        return
    falls = [(before - after) / start for before, after in pairwise(losses[-WINDOW - 1 :])]
    pace, whole = sum(falls) / WINDOW, (losses[0] - losses[-1]) / start / (len(losses) - 1)
    even = falls[-1] < EVEN[1] * falls[0] and falls[-1] > EVEN[0] * falls[0] and whole < EVEN[1] * pace
    low, high = PACE
    if low < min(falls) and pace < high and even and losses[-1] > LEVEL * start and seen[len(seen) // 2] < SLOW_STEP:
        yield Finding(
            "slow-convergence", None,
            f"Slow convergence: the loss falls by {100 * pace:.1f} % of that of the start in an epoch and is "
            f"{losses[-1]:.3g} after {len(losses)}; a step changes the weights by {seen[len(seen) // 2]:.0e} of their "
            "size.",
            "Raise the learning rate, or let a range test find it.",
            higher_rate(course.facts.optimizer, lr),
        )  # fmt: skip


def too_few_epochs(course: Course, step: int, lr: float) -> Found:
    """The last epoch is over, and the loss was still falling."""
    losses, start = course.validations, course.start
    if course.facts.balanced:  # the validation part is not, and of its rare classes every sample weighs much
        losses, start = course.losses, max(start, course.first)
    if len(losses) != course.facts.epochs or not start > 0 or losses[-1] > min(losses) or losses[-1] < LEFT * start:
        return
    if len(losses) == 1:  # the mean of the only epoch lies half an epoch back
        falls = [2 * (course.losses[0] - losses[0]) / start]
    else:
        falls = [(before - after) / start for before, after in pairwise(losses[-3:])]
    slow = any(found.code in ("slow-convergence", "rate-too-low") for found in course.diagnoses)
    if min(falls) > FAST and not slow:
        yield Finding(
            "too-few-epochs", None,
            f"Too few epochs: the loss was still falling when the training ended, from {losses[-2]:.3g} to "
            f"{losses[-1]:.3g} in the last epoch."
            if len(losses) > 1
            else f"Too few epochs: the loss was still falling when the only one ended, at {losses[-1]:.3g}.",
            f"Train for {LONGER * len(losses)} epochs.",
            float(LONGER * len(losses)),
        )  # fmt: skip


def too_much_dropout(course: Course, step: int, lr: float) -> Found:
    """Dropout takes so much that the network cannot even learn its training samples."""
    at, share = max(course.facts.dropouts, key=lambda each: each[1], default=(None, 0.0))
    if at is None or share <= MUCH or len(course.epochs) < WINDOW:
        return
    training, validation, start = course.losses[-1], course.epochs[-1].validation, course.start
    apart = training > max(GAP[0] * validation, validation + GAP[1] * start)
    if (training > HELD * start or apart) and course.fall(2) < HURRY:
        yield Finding(
            "too-much-dropout", at,
            f"Too much dropout: {course.name(at)} sets {100 * share:.0f} % of its numbers to zero, and after "
            f"{len(course.epochs)} epochs the training loss is {training:.3g}"
            f"{f', that without dropout (validation) {validation:.3g}' if validation == validation else ''}.",
            f"Set the dropout to {SOME:g}: more than {MUCH:g} is seldom of use.",
            SOME,
        )  # fmt: skip


def _steps(course: Course) -> list[float]:
    """How much the last steps that were looked at changed the weights, by their size."""
    return [ratio for ratio in course.ratios[-LOOKED_BACK:] if ratio == ratio]


PACES: Final[tuple[EpochRule, ...]] = (small_steps, slow_convergence, too_few_epochs, too_much_dropout)
