"""Text as tokens and back, as the data of a network have them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Protocol

from engine.inside.asking import LINE_END
from engine.inside.generating.errors import GeneratingError

NAMED: Final = 5
LONG: Final = 30
"""Unknown tokens that are named, and how many characters of each."""


class Codec(Protocol):
    """Text ↔ tokens as a source of texts of one's own has them."""

    def split(self, text: str) -> list[str]: ...
    def encode(self, text: str) -> list[int]: ...
    def decode(self, numbers: Iterable[int]) -> str: ...


@dataclass(frozen=True)
class Alphabet:
    """``names`` are the symbols by number; those in ``silent`` say nothing: padding, start and end.

    ``codec`` splits and joins texts where the data say how; else symbols are characters, or words between spaces.
    """

    names: tuple[str, ...]
    silent: frozenset[int] = frozenset()
    codec: Codec | None = None

    @cached_property
    def words(self) -> bool:
        """Whether its symbols are words, with spaces between them."""
        return any(len(name) > 1 for index, name in enumerate(self.names) if index not in self.silent)

    def encode(self, text: str) -> list[int]:
        """The tokens of a text. Raises GeneratingError for what is not in the alphabet."""
        if self.codec is not None:
            return list(self.codec.encode(text))
        parts = text.split() if self.words else [LINE_END if one == "\n" else one for one in text]
        found = list[int]()
        for part in parts:
            if part not in self._numbers:
                what = "word" if self.words else "character"
                raise GeneratingError(
                    f"The {what} {part!r} is in none of the texts that the network has learned from. It knows: "
                    f"{self._known()}"
                )
            found.append(self._numbers[part])
        return found

    def added(self, last: Iterable[int], token: int) -> str:
        """What a token adds to the text of the ``last`` ones before it: a space may come before it."""
        last = tuple(last)
        return self.decode((*last, token))[len(self.decode(last)) :]

    def unknown(self, text: str) -> tuple[str, ...]:
        """The tokens of a text that are not in the vocabulary, and are read as one token that stands for all these."""
        if self.codec is None:
            return ()
        known = set(self.names)
        return tuple(dict.fromkeys(token for token in self.codec.split(text) if token not in known))

    def decode(self, tokens: Iterable[int]) -> str:
        """The text of tokens."""
        if self.codec is not None:
            return self.codec.decode(token for token in tokens if token not in self.silent)
        said = [self.names[token] for token in tokens if token not in self.silent]
        return " ".join(said) if self.words else "".join("\n" if one == LINE_END else one for one in said)

    def note(self, text: str) -> str:
        """What is to be known of how a text is read; empty where every token of it is known."""
        strange = self.unknown(text)
        more = f" and {len(strange) - NAMED:,} more" if len(strange) > NAMED else ""
        named = ", ".join(repr(one if len(one) <= LONG else f"{one[:LONG]}…") for one in strange[:NAMED])
        return f"Not in its vocabulary: {named}{more}." if strange else ""

    def shown(self, token: int) -> str:
        """One symbol as it can be read by itself."""
        name = self.names[token]
        return "␣" if name == " " else name

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {name: index for index, name in enumerate(self.names) if index not in self.silent}

    def _known(self) -> str:
        names: Sequence[str] = list(self._numbers)
        if self.words:
            return f"{', '.join(names[:40])}{' …' if len(names) > 40 else '.'}"
        return "".join(names[:200])
