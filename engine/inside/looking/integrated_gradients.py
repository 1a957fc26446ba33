"""Integrated gradients: the answer shared out among the numbers of the input, with nothing left over."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
import torch
from torch import Tensor

from engine.inside.looking.attribution import BASELINE, baseline, explained, gradients, no_reason, score_facts, shown
from engine.inside.looking.inspector import Start
from engine.inside.looking.method import Method, Option, Question, Step

FIRST: Final = 4
"""Points of the first preview; each further one has twice as many."""
TOGETHER: Final = 8
"""Points that go through the network at once."""


def compute(question: Question) -> Iterator[Step]:
    """(x − x₀) · ∫₀¹ ∂score/∂x (x₀ + α (x − x₀)) dα by Gauss–Legendre with 4, 8, 16 … points.

    It ends once the attributions add up to score(x) − score(x₀) within the tolerance, or with the most points.
    """
    known = explained(question)
    nothing = {start: baseline(question, start, value) for start, value in known.starts.items()}
    empty = float(gradients(question, known.target, nothing)[0][0])
    yield Step(0.05)
    most, tolerance = int(question.number("points")), question.number("tolerance") / 100
    points, before = FIRST, 0
    total = sum(FIRST * 2**n for n in range(12) if FIRST * 2**n <= most)
    while True:
        sums = {start: torch.zeros_like(value) for start, value in known.starts.items()}
        nodes, weights = np.polynomial.legendre.leggauss(points)
        for begin in range(0, points, TOGETHER):
            alphas = torch.from_numpy((nodes[begin : begin + TOGETHER] + 1) / 2).float()
            shares = torch.from_numpy(weights[begin : begin + TOGETHER] / 2).float()
            between = _between(nothing, known.starts, alphas)
            for start, gradient in gradients(question, known.target, between)[1].items():
                sums[start] += (gradient * _like(shares, gradient)).sum(0, keepdim=True)
            before += len(alphas)
            yield Step(min(0.05 + 0.9 * before / total, 0.95))
        found = {start: sums[start] * (value - nothing[start]) for start, value in known.starts.items()}
        together = sum(float(value.double().sum()) for value in found.values())
        gap = abs(together - (known.score - empty)) / max(abs(known.score - empty), 1e-12)
        ended = gap <= tolerance or points * 2 > most
        facts = (
            *score_facts(question, known),
            ("answer to the baseline", f"{empty:.4g}"),
            ("difference", f"{known.score - empty:.4g}"),
            ("sum of attributions", f"{together:.4g}"),
            ("completeness gap", f"{100 * gap:.2g} % of the difference with {points} points"),
        )
        unit = f"share of {known.target.name(question.trained)}"
        note = "" if gap <= tolerance or not ended else "The sum is not within the tolerance: allow more points."
        done = 1.0 if ended else min(0.05 + 0.9 * before / total, 0.95)
        yield Step(done, shown(question, found, signed=True, unit=unit), facts, note)
        if ended:
            return
        points *= 2


def _between(nothing: dict[Start, Tensor], whole: dict[Start, Tensor], alphas: Tensor) -> dict[Start, Tensor]:
    """The inputs on the way from the baseline to the sample, one for each α."""
    return {start: nothing[start] + _like(alphas, value) * (value - nothing[start]) for start, value in whole.items()}


def _like(values: Tensor, other: Tensor) -> Tensor:
    """(N,) with as many axes as ``other``."""
    return values.to(other.device).view(-1, *(1,) * (other.dim() - 1))


METHOD = Method(
    id="integrated-gradients",
    title="Integrated gradients",
    help="The answer shared out among the inputs; the shares add up (Sundararajan et al. 2017, arXiv:1703.01365).",
    needs=frozenset({"sample", "target"}),
    refuses=no_reason,
    compute=compute,
    options=(
        BASELINE,
        Option("points", "Most points", "points on the way from the baseline, at most", 256, low=4, high=4096),
        Option("tolerance", "Tolerance in %", "the gap of the sum at which it ends", 1.0, low=0.001, high=100),
    ),
    about="sample",
)
