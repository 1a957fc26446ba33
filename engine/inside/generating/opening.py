"""The steps of a network: one at a time where its layers can keep what they need and the numbers agree, else whole."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor

from engine.inside.generating.context import Context
from engine.inside.generating.decoding import Steps
from engine.inside.generating.errors import GeneratingError
from engine.inside.generating.keepers import Kept
from engine.inside.generating.keeping import Keeping, NotKept
from engine.inside.generating.whole import Asking, Whole

CLOSE: Final = 1e-4
"""How far scores may lie apart that are computed in both ways."""
COMPARED: Final = 64
"""Steps that are compared at most."""
ALONE: Final = 4
"""Of those, how many at the beginning are taken one by one, and half of them at the end."""


@dataclass(frozen=True, slots=True)
class Opened:
    """``steps`` compute what comes next. ``kept``: one step costs one step; else ``why`` it does not."""

    steps: Steps
    kept: bool
    why: str = ""


def open_steps(
    asking: Asking, beside: Mapping[str, Tensor], length: int, symbols: Collection[int], filler: int, *, keep: bool
) -> Opened:
    """The steps of a network that has learned from sequences of this ``length``, made of ``symbols``.

    Without ``keep`` everything is computed again at each step. Raises GeneratingError where it cannot be asked.
    """
    fixed = _fixed(asking, beside, length, sorted(symbols))
    whole = Whole(asking, beside, Context(length), fixed, filler)
    if not keep:
        return Opened(whole, False, "it was not wanted")
    if fixed is not None:
        return Opened(whole, False, f"the network takes {length:,} tokens at once")
    try:
        keeping = Keeping(asking, beside, _two(sorted(symbols)))
        if keeping.looks_far:
            keeping.context = Context(length)
        if not _agree(whole, keeping, min(length, COMPARED), sorted(symbols)):
            return Opened(whole, False, "a layer looks at several steps at once")
    except NotKept as error:
        return Opened(whole, False, str(error))
    except (RuntimeError, TypeError, IndexError, ValueError):  # a layer that takes no single step
        return Opened(whole, False, "a layer needs several steps at once")
    return Opened(keeping, True)


def _two(symbols: list[int]) -> tuple[int, int]:
    if len(symbols) < 2:
        raise GeneratingError("The network knows a single symbol: there is nothing to choose from.")
    return symbols[0], symbols[-1]


def _fixed(asking: Asking, beside: Mapping[str, Tensor], length: int, symbols: list[int]) -> int | None:
    """None where the network takes as few tokens as there are; else the number that it needs."""
    two = _two(symbols)
    try:
        if len(asking.scores(two, beside)) == 2:
            return None
    except (RuntimeError, TypeError, IndexError, ValueError) as error:
        if length <= 2:
            raise GeneratingError(f"The network cannot be given {two} as tokens: {error}") from error
    return length


def _agree(whole: Whole, keeping: Keeping, count: int, symbols: list[int]) -> bool:
    """Whether both ways give the same scores: one by one, many at once, and one by one after those."""
    generator = torch.Generator().manual_seed(0)
    drawn = torch.randint(len(symbols), (count,), generator=generator).tolist()
    tokens = [symbols[index] for index in drawn]
    wanted = whole.answers(tokens)
    kept: Kept = {}
    made, start = list[Tensor](), min(ALONE, count)
    ends = sorted({*range(start), max(start, count - ALONE // 2) - 1, *range(max(start, count - ALONE // 2), count)})
    done = 0
    for end in ends:
        scores, kept = keeping.feed(tokens[done : end + 1], kept, done)
        made.append(scores)
        done = end + 1
    return bool(torch.isclose(torch.cat(made), wanted, rtol=CLOSE, atol=CLOSE).all())
