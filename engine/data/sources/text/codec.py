"""Text as numbers and back: split into characters, words or byte pairs, by a vocabulary that a project stores."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, Literal

Unit = Literal["characters", "words", "bpe"]
"""What a token is."""
PADDING, UNKNOWN, START, END = "<pad>", "<unk>", "<start>", "<end>"
LINE_END: Final = "↵"
"""What the end of a line is called among the tokens."""
SPACE: Final = "▁"
"""What a space is called in a byte pair."""
WORD: Final = re.compile(r"\n|\w+(?:['’]\w+)*|[^\w\s]")
PIECE: Final = re.compile(r"\n| ?\w+| ?[^\w\s]+")
"""What byte pairs never reach across: a word or signs, with the space before."""
CLOSING: Final = frozenset(".,;:!?%)]}…”")
OPENING: Final = frozenset("([{“")


def normalized(text: str, *, lower: bool) -> str:
    """The text in composed characters (NFC) with plain line ends."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    return text.lower() if lower else text


def pieces(text: str) -> list[str]:
    """What `merged` takes apart and puts together: words with the space before them as `SPACE`."""
    flat = re.sub(r"[^\S\n]+", " ", text)
    return [LINE_END if piece == "\n" else piece.replace(" ", SPACE) for piece in PIECE.findall(flat)]


def merged(piece: str, ranks: dict[tuple[str, str], int]) -> list[str]:
    """The byte pairs of a piece: the earliest learnt pair is joined first (Sennrich, Haddow and Birch, 2016)."""
    parts = list(piece)
    while len(parts) > 1:
        pairs = [(one, parts[index + 1]) for index, one in enumerate(parts[:-1])]
        found = min(pairs, key=lambda pair: ranks.get(pair, len(ranks)))
        if found not in ranks:
            break
        joined, index = list[str](), 0
        while index < len(parts):
            both = tuple(parts[index : index + 2]) == found
            joined.append("".join(parts[index : index + 1 + both]))
            index += 1 + both
        parts = joined
    return parts


@dataclass(frozen=True)
class Codec:
    """Texts ↔ token numbers. ``symbols`` are the tokens by number; the first are padding and unknown.

    ``merges`` are the pairs that byte pairs are joined by, in the order they were learnt.
    """

    unit: Unit
    symbols: tuple[str, ...] = ()
    merges: tuple[tuple[str, str], ...] = ()
    lower: bool = False
    _known: dict[str, list[str]] = field(default_factory=dict, compare=False, repr=False)

    def split(self, text: str) -> list[str]:
        """The tokens of a text, whether or not they are in the vocabulary."""
        text = normalized(text, lower=self.lower)
        if self.unit == "characters":
            return list(text.replace("\n", LINE_END))
        if self.unit == "words":
            return [LINE_END if word == "\n" else word for word in WORD.findall(text)]
        tokens = list[str]()
        for piece in pieces(text):
            if piece not in self._known:
                self._known[piece] = merged(piece, self._ranks)
            tokens += self._known[piece]
        return tokens

    def encode(self, text: str, *, start: bool = False, end: bool = False) -> list[int]:
        """The numbers of the tokens of a text, those of start and end around them where that is wanted."""
        unknown = self._numbers[UNKNOWN]
        found = [self._numbers.get(token, unknown) for token in self.split(text)]
        before = [self.number(START)] if start else []
        return [*before, *found, *([self.number(END)] if end else [])]

    def decode(self, numbers: Iterable[int]) -> str:
        """The text of token numbers, up to the end token; padding and start say nothing."""
        tokens = list[str]()
        for number in numbers:
            token = self.symbols[number]
            if token == END:
                break
            if token not in (PADDING, START):
                tokens.append("\n" if token == LINE_END else token)
        if self.unit == "words":
            return joined_words(tokens)
        return "".join(tokens).replace(SPACE, " ").strip(" ") if self.unit == "bpe" else "".join(tokens)

    def number(self, symbol: str) -> int:
        """The number of a token. Raises KeyError where it is not in the vocabulary."""
        return self._numbers[symbol]

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {symbol: number for number, symbol in enumerate(self.symbols)}

    @cached_property
    def _ranks(self) -> dict[tuple[str, str], int]:
        return {pair: rank for rank, pair in enumerate(self.merges)}


def joined_words(words: Sequence[str]) -> str:
    """Words with spaces between them, none before closing signs and after opening ones, none around line ends."""
    text, before = "", "\n"
    for word in words:
        close = word in CLOSING or word == "\n" or before == "\n" or before in OPENING
        text += word if close else f" {word}"
        before = word
    return text
