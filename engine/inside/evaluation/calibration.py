"""Whether probabilities mean what they say, and the one temperature that makes them mean it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from engine.inside.evaluation.chances import Chances, linked

if TYPE_CHECKING:
    from engine.data.dataset import Array

BINS: Final = 15
LOWEST, HIGHEST = 0.01, 100.0
"""Temperatures that are tried."""
HALVINGS: Final = 60


@dataclass(frozen=True, slots=True)
class Bin:
    """Answers of about the same confidence: how many, how sure they are, and which share of them is right."""

    low: float
    high: float
    count: int
    confidence: float
    accuracy: float


@dataclass(frozen=True, slots=True)
class Reliability:
    """The reliability diagram; ``ece`` is the mean distance of confidence and accuracy, ``nll`` the mean −ln p."""

    bins: tuple[Bin, ...]
    ece: float
    nll: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """Before and after dividing the logits by ``temperature``, which was fitted on other samples.

    ``fitted`` is False where no temperature is the best, as where all those answers are right: then it is 1.
    """

    before: Reliability
    after: Reliability
    temperature: float
    fitted: bool


def calibrate(judged: Chances, validation: Chances, bins: int = BINS) -> Calibration:
    """Reliability before and after temperature scaling, fitted on ``validation`` (Guo et al. 2017, section 4.2)."""
    found = temperature(validation)
    used = found if found is not None else 1.0
    return Calibration(reliability(judged, bins), reliability(judged, bins, used), used, found is not None)


def reliability(found: Chances, bins: int = BINS, temperature: float = 1.0) -> Reliability:
    """Answers in ``bins`` of equal width by their confidence, and the expected calibration error.

    ECE = Σ (n_b / n) |accuracy_b − confidence_b| (Guo, Pleiss, Sun and Weinberger, On Calibration of Modern Neural
    Networks, 2017, equation 5). The confidence is the probability of what is answered: of the likeliest class, or
    for a yes or no the larger of p and 1 − p. A bin holds confidences above its lower edge up to its upper edge.
    """
    shares = found.probabilities(temperature)
    if found.one:
        confidence, right = shares.max(1), found.truth[np.arange(len(shares)), shares.argmax(1)]
    else:
        confidence = np.maximum(shares, 1 - shares).reshape(-1)
        right = ((shares > 0.5) == found.truth).reshape(-1)
    known = np.isfinite(confidence)  # an answer that is not a number has none
    confidence, right = confidence[known], right[known]
    number = np.ceil(confidence * bins).astype(np.int64).clip(1, bins) - 1
    counts = np.bincount(number, minlength=bins)
    sure = np.bincount(number, confidence, bins)
    hits = np.bincount(number, right.astype(np.float64), bins)
    made = tuple(
        Bin(k / bins, (k + 1) / bins, int(n), s / n if n else math.nan, h / n if n else math.nan)
        for k, (n, s, h) in enumerate(zip(counts.tolist(), sure.tolist(), hits.tolist(), strict=True))
    )
    ece = float(np.abs(hits - sure).sum() / len(confidence)) if len(confidence) else math.nan
    return Reliability(made, ece, nll(found, temperature))


def nll(found: Chances, temperature: float = 1.0) -> float:
    """The mean −ln p of what holds: of the class, or over all yes and no."""
    if not len(found):
        return math.nan
    logits = found.logits / temperature
    if found.link == "softmax":
        top = logits.max(1)
        return float((np.log(np.exp(logits - top[:, None]).sum(1)) + top - logits[found.truth]).mean())
    return float((np.logaddexp(0, logits) - logits * found.truth).mean())


def temperature(found: Chances) -> float | None:
    """The temperature with the lowest `nll`; None where a higher or lower one is always better.

    With β = 1/T the mean −ln p is convex in β, and its slope is the mean of z under the probabilities less z of what
    holds: the zero of the slope is found by halving.
    """
    if not len(found):
        return None
    low, high = math.log(1 / HIGHEST), math.log(1 / LOWEST)
    if _slope(found, math.exp(low)) >= 0 or _slope(found, math.exp(high)) <= 0:
        return None
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if _slope(found, math.exp(middle)) < 0:
            low = middle
        else:
            high = middle
    return math.exp(-(low + high) / 2)


def _slope(found: Chances, beta: float) -> float:
    """The slope of `nll` in β."""
    link: Literal["softmax", "sigmoid"] = found.link
    shares: Array = linked(found.logits * beta, link)
    return float(((shares - found.truth) * found.logits).sum(1).mean())
