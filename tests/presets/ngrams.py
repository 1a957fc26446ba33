"""An n-gram model of characters, the simple answer that language models are to beat: interpolated Kneser–Ney.

Chen and Goodman 1999, doi:10.1006/csla.1999.0128, with one discount for all orders.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence


class KneserNey:
    """Probabilities of a symbol after up to ``order`` − 1 others; ``symbols`` is how many different ones there are."""

    def __init__(self, texts: Iterable[Sequence[int]], order: int, symbols: int, discount: float = 0.75) -> None:
        self.order, self.symbols, self.discount = order, symbols, discount
        seen: list[Counter[tuple[int, ...]]] = [Counter() for _ in range(order)]
        for text in texts:
            for end in range(len(text)):
                for length in range(1, min(order, end + 1) + 1):
                    seen[length - 1][tuple(text[end + 1 - length : end + 1])] += 1
        before: list[Counter[tuple[int, ...]]] = [Counter(gram[1:] for gram in longer) for longer in seen[1:]]
        self.counts = [*before, seen[-1]]
        """The highest order by how often, the lower ones by after how many different symbols."""
        self.totals: list[dict[tuple[int, ...], int]] = []
        self.kinds: list[dict[tuple[int, ...], int]] = []
        for counts in self.counts:
            totals: dict[tuple[int, ...], int] = defaultdict(int)
            kinds: dict[tuple[int, ...], int] = defaultdict(int)
            for gram, number in counts.items():
                totals[gram[:-1]] += number
                kinds[gram[:-1]] += 1
            self.totals.append(totals)
            self.kinds.append(kinds)

    def probability(self, context: Sequence[int], symbol: int) -> float:
        """How likely a symbol is after a context."""
        found = 1.0 / self.symbols
        for length in range(1, self.order + 1):
            history = tuple(context[len(context) - length + 1 :]) if length > 1 else ()
            if len(history) < length - 1:
                break
            total = self.totals[length - 1].get(history, 0)
            if not total:
                break
            count = self.counts[length - 1].get((*history, symbol), 0)
            share = self.discount * self.kinds[length - 1][history] / total
            found = max(count - self.discount, 0.0) / total + share * found
        return found

    def bits(self, texts: Iterable[Sequence[int]]) -> float:
        """The bits a symbol takes on average; the first of a text is given."""
        total, number = 0.0, 0
        for text in texts:
            for end in range(1, len(text)):
                total -= math.log2(self.probability(text[max(0, end - self.order + 1) : end], text[end]))
                number += 1
        return total / number
