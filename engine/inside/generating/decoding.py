"""From scores to sequences: token by token as they are chosen, or the likeliest whole sequence by a beam search."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from torch import Tensor

from engine.inside.generating.choosing import Chooser, log_probabilities
from engine.inside.generating.errors import GeneratingError


class Steps(Protocol):
    """Computes what comes next. A state is never changed: several continuations may begin at one."""

    def begin(self, tokens: Sequence[int]) -> tuple[Tensor, Any]:
        """The scores (symbols,) of what comes after these tokens, at least one, and the state after them."""
        ...

    def go_on(self, state: Any, token: int) -> tuple[Tensor, Any]:
        """The same after one more token."""
        ...


@dataclass(frozen=True, slots=True)
class Chosen:
    """A token that was chosen, and how likely the network held it, whatever the temperature."""

    token: int
    probability: float


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A sequence of a beam search. ``score`` is its ``log_probability`` over its length to the power that is set.

    The end token counts in both, and is not among the ``tokens``. ``ended``: it came to it.
    """

    tokens: tuple[int, ...]
    log_probability: float
    score: float
    ended: bool


@dataclass(frozen=True, slots=True)
class _Live:
    tokens: tuple[int, ...]
    log_probability: float
    logs: Tensor = field(compare=False)
    state: Any = field(compare=False)


def chosen(
    steps: Steps,
    first: Sequence[int],
    chooser: Chooser,
    length: int,
    end: int | None = None,
    banned: Collection[int] = (),
) -> Iterator[Chosen]:
    """Up to ``length`` tokens after the ``first`` ones; it ends before the ``end`` token."""
    if length < 1:
        return
    scores, state = steps.begin(first)
    for count in range(length):
        token = chooser.choose(scores, banned)
        if token == end:
            return
        yield Chosen(token, math.exp(float(log_probabilities(scores, banned)[token])))
        if count + 1 < length:
            scores, state = steps.go_on(state, token)


def beam_search(
    steps: Steps,
    first: Sequence[int],
    width: int,
    length: int,
    end: int | None = None,
    banned: Collection[int] = (),
    power: float = 1.0,
) -> list[Hypothesis]:
    """The best ``width`` sequences of up to ``length`` tokens, the best first; of width 1 it is the greedy choice.

    Of all continuations the ``width`` likeliest go on. Sequences of different length are compared by their log
    probability over length^power (Wu et al. 2016, https://arxiv.org/abs/1609.08144, without its offset); with power 0
    by the probability alone. Raises GeneratingError.
    """
    if width < 1:
        raise GeneratingError(f"The number of beams is {width}: give an integer from 1 on.")
    if not math.isfinite(power) or power < 0:
        raise GeneratingError(f"The length penalty is {power:g}: give a number from 0 on.")
    done = list[Hypothesis]()
    scores, state = steps.begin(first)
    live = [_Live((), 0.0, log_probabilities(scores, banned), state)]
    for count in range(1, length + 1):
        wanted = list[tuple[float, int, int]]()
        for index, one in enumerate(live):
            values, tokens = one.logs.topk(min(width, len(one.logs)))
            for value, token in zip(values.tolist(), tokens.tolist(), strict=True):
                if value > -math.inf:
                    wanted.append((one.log_probability + value, index, token))
        wanted.sort(key=lambda one: (-one[0], one[1], one[2]))
        following = list[_Live]()
        for total, index, token in wanted[:width]:
            before = live[index]
            if token == end or count == length:
                said = before.tokens if token == end else (*before.tokens, token)
                done.append(Hypothesis(said, total, total / count**power, token == end))
                continue
            scores, state = steps.go_on(before.state, token)
            following.append(_Live((*before.tokens, token), total, log_probabilities(scores, banned), state))
        done.sort(key=lambda one: -one.score)
        live = following
        if not live or (len(done) >= width and live[0].log_probability / length**power <= done[width - 1].score):
            break
    return done[:width]
