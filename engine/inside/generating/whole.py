"""Every step computes the whole sequence again: it is right for every network, and the longer the slower."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.inside.generating.context import Context
from engine.training.evaluation.network import Head, Network

Tokens = tuple[int, ...]
Answering = Callable[[Sequence[int]], Tensor]
"""The scores (steps, symbols) of a sequence of tokens."""


@dataclass(frozen=True, slots=True)
class Asking:
    """How a network is asked: its tokens go into ``field``, what does not change is ``beside``; ``head`` answers."""

    network: Network
    head: Head
    field: str
    device: torch.device

    def scores(
        self, tokens: Sequence[int], beside: Mapping[str, Tensor], forward: Callable[..., Tensor] | None = None
    ) -> Tensor:
        """What the network, or ``forward``, scores after each token, (steps, symbols)."""
        given = torch.tensor([list(tokens)], dtype=torch.int64, device=self.device)
        with torch.no_grad():
            answers = self.network.answers({**beside, self.field: given}, forward)
        return self.head.answer(answers)[0].float()


class Whole:
    """`Steps` whose state are the tokens. ``fixed``: the network takes so many at once, and ``filler`` fills them."""

    def __init__(
        self,
        asking: Asking,
        beside: Mapping[str, Tensor],
        context: Context,
        fixed: int | None = None,
        filler: int = 0,
    ) -> None:
        self._asking, self._beside, self._context, self._fixed, self._filler = asking, beside, context, fixed, filler

    def answers(self, tokens: Sequence[int]) -> Tensor:
        """The scores (steps, symbols) after each of these tokens."""
        count = len(tokens)
        filled = [*tokens, *[self._filler] * ((self._fixed or 0) - count)]
        return self._asking.scores(filled, self._beside)[:count]

    def begin(self, tokens: Sequence[int]) -> tuple[Tensor, Tokens]:
        seen = tuple(tokens)
        return self.answers(seen[self._context.dropped(len(seen)) :])[-1], seen

    def go_on(self, state: Tokens, token: int) -> tuple[Tensor, Tokens]:
        return self.begin((*state, token))
