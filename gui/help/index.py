"""Finds pages by words: an inverted index with the ranking BM25 (Robertson and Zaragoza 2009), as small as it can be.

QtHelp would need a collection made beforehand by a tool that PySide6-Essentials does not bring, and pages here are made
from declarations; SQLite's full-text search is not in every Python.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

SATURATION: Final = 1.2
LENGTH: Final = 0.4
"""How soon a word that is said again says no more, and how much long pages count less."""
IN_TITLE: Final = 8
"""A word of the title counts as often."""
EMPTY: Final = frozenset((
    "a", "an", "and", "are", "by", "can", "do", "does", "for", "from", "how", "i", "in", "is", "it", "my", "not", "of",
    "on", "or", "the", "to", "what", "when", "where", "which", "why", "with",
))  # fmt: skip
"""Words of a question that say nothing about its subject."""
WORD: Final = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Text:
    """What is searched: an id, a title, and words."""

    id: str
    title: str
    words: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A page that was found, and the sentence of it that says why."""

    id: str
    title: str
    line: str


class Index:
    """Built once; every word of a query must be in a page, the last one begin a word there."""

    def __init__(self, texts: Iterable[Text]) -> None:
        self._texts = list(texts)
        counts = [Counter(terms(text.words) + IN_TITLE * terms(text.title)) for text in self._texts]
        self._lengths = [sum(count.values()) for count in counts]
        self._mean = sum(self._lengths) / max(len(counts), 1)
        self._places: dict[str, list[tuple[int, int]]] = {}
        for number, count in enumerate(counts):
            for term, times in count.items():
                self._places.setdefault(term, []).append((number, times))
        self._terms = sorted(self._places)

    def find(self, query: str, most: int = 40) -> list[Hit]:
        """The pages with all words of a query, best first; where none has all, those that have most of them."""
        asked = [term for term in terms(query) if term not in EMPTY] or terms(query)
        scores: dict[int, float] = {}
        matched: Counter[int] = Counter()
        for at, term in enumerate(asked):
            for page, score in self._scores(term, begins=at == len(asked) - 1).items():
                scores[page] = scores.get(page, 0.0) + score
                matched[page] += 1
        least = max(matched.values(), default=0)
        ranked = sorted((page for page in scores if matched[page] == least), key=lambda page: (-scores[page], page))
        return [Hit(self._texts[page].id, self._texts[page].title, self._line(page, asked)) for page in ranked[:most]]

    def _scores(self, term: str, *, begins: bool) -> dict[int, float]:
        """How well each page answers one word; one that only begins with it counts less, the more is missing."""
        scores: dict[int, float] = {}
        for known in self._beginning(term) if begins else [term] if term in self._places else []:
            places = self._places[known]
            rare = math.log(1 + (len(self._texts) - len(places) + 0.5) / (len(places) + 0.5))
            weight = rare * len(term) / len(known) * (1.0 if known == term else 0.7)
            for page, times in places:
                long = 1 - LENGTH + LENGTH * self._lengths[page] / self._mean
                score = weight * times * (SATURATION + 1) / (times + SATURATION * long)
                scores[page] = max(scores.get(page, 0.0), score)
        return scores

    def _beginning(self, term: str) -> list[str]:
        start = bisect_left(self._terms, term)
        return [known for known in self._terms[start : start + 200] if known.startswith(term)]

    def _line(self, page: int, asked: list[str]) -> str:
        """The first sentence with a word of the query, else the beginning."""
        words = self._texts[page].words.replace("\n", " ")
        begun = "|".join(map(re.escape, asked))
        found = re.search(rf"\b(?:{begun})", words, re.IGNORECASE) if begun else None
        start = 0 if found is None else max(words.rfind(end, 0, found.start()) + 2 for end in (". ", ": ", "; "))
        return words[max(start, 0) : max(start, 0) + 160].strip()


def terms(text: str) -> list[str]:
    """The words of a text as they are compared: lower case, without the s of a plural."""
    found = (word.casefold() for word in WORD.findall(text))
    return [word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word for word in found]
