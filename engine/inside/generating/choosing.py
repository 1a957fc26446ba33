"""Choosing the next token: of the likeliest only, drawn by how likely each is, by a generator of its own."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor

from engine.inside.generating.errors import GeneratingError
from engine.inside.trained import NOT_NUMBERS
from engine.seeds import derive

MOST_SEED: Final = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Choosing:
    """How a token is chosen. Raises GeneratingError for settings that leave nothing to be chosen.

    ``temperature`` divides the scores: below 1 likely tokens come even more often, 0 takes the likeliest always.
    ``top_k`` leaves the k likeliest, ``top_p`` of those the likeliest that together reach this probability (Holtzman
    et al. 2019, https://arxiv.org/abs/1904.09751). One ``seed`` always gives the same tokens.
    """

    temperature: float = 1.0
    top_k: int | None = None
    top_p: float | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        if not math.isfinite(self.temperature) or self.temperature < 0:
            raise GeneratingError(f"The temperature is {self.temperature:g}: give a number from 0 on.")
        if self.top_k is not None and self.top_k < 1:
            raise GeneratingError(f"top-k is {self.top_k}: give an integer from 1 on, or none.")
        if self.top_p is not None and not 0 < self.top_p <= 1:
            raise GeneratingError(f"top-p is {self.top_p:g}: give a number above 0 and up to 1, or none.")
        if not 0 <= self.seed <= MOST_SEED:
            raise GeneratingError(f"The seed is {self.seed}: give an integer from 0 on.")


def log_probabilities(scores: Tensor, banned: Collection[int] = ()) -> Tensor:
    """The logarithms of the probabilities (symbols,) in float64; −inf for those that are ``banned``."""
    found = scores.detach().to("cpu", torch.float64)
    if bool(found.isnan().any()):
        raise GeneratingError(NOT_NUMBERS)
    if banned:
        found = found.index_fill(0, torch.tensor(sorted(banned)), -math.inf)
    return found.log_softmax(0)


def distribution(scores: Tensor, choosing: Choosing, banned: Collection[int] = ()) -> Tensor:
    """How likely each token (symbols,) is to be chosen: temperature first, then top-k, then top-p; float64."""
    logs = log_probabilities(scores, banned)
    if choosing.temperature == 0:
        return torch.zeros_like(logs).index_fill(0, logs.argmax(), 1.0)
    chances = ((logs - logs.max()) / choosing.temperature).softmax(0)  # the likeliest stays 0 at any temperature
    order = chances.argsort(descending=True, stable=True)
    if choosing.top_k is not None:
        chances = chances.index_fill(0, order[choosing.top_k :], 0.0)
        chances = chances / chances.sum()
    if choosing.top_p is not None:
        before = chances[order].cumsum(0) - chances[order]
        chances = chances.index_fill(0, order[before >= choosing.top_p], 0.0)
        chances = chances / chances.sum()
    return chances


class Chooser:
    """Chooses token after token; two with the same settings choose the same."""

    def __init__(self, choosing: Choosing) -> None:
        self.choosing = choosing
        self._generator = torch.Generator().manual_seed(derive(choosing.seed, "generate"))

    def choose(self, scores: Tensor, banned: Collection[int] = ()) -> int:
        """The next token, of the scores (symbols,) of all."""
        chances = distribution(scores, self.choosing, banned)
        drawn = torch.rand((), generator=self._generator, dtype=torch.float64)
        sums = chances.cumsum(0)
        index = int(torch.searchsorted(sums, drawn * sums[-1], right=True))
        return index if index < len(chances) else int(chances.nonzero()[-1])
