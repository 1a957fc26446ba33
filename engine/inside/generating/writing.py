"""A network writes: it continues a text, translates one, or says what is on an image."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import torch
from torch import Tensor

from engine.data.pipeline import PartName, of_others
from engine.inside.generating.choosing import Chooser, Choosing
from engine.inside.generating.decoding import Hypothesis, beam_search, chosen
from engine.inside.generating.errors import GeneratingError
from engine.inside.generating.jobs import Writing, job_of, values
from engine.inside.generating.opening import Opened, open_steps
from engine.inside.generating.whole import Asking
from engine.inside.predicting import asked_of
from engine.inside.trained import Trained
from engine.seeds import derive

if TYPE_CHECKING:
    from engine.data.dataset import Array

MOST_BEAMS: Final = 100
MOST_TOKENS: Final = 100_000
LAST: Final = 32
"""Tokens before the next one on which it depends what text it adds: a space before it, or none."""


@dataclass(frozen=True, slots=True)
class Start:
    """What is written after: the ``first`` tokens, and ``beside`` them the other input of the network, (1, …).

    ``shown`` are those of the first tokens that the reader has given. ``source`` is the text that is translated,
    ``image`` the picture as the data have it, ``wanted`` what the data say, of one of their samples.
    """

    first: tuple[int, ...]
    beside: Mapping[str, Tensor]
    shown: tuple[int, ...] = ()
    source: str = ""
    image: Array | None = None
    wanted: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """A token that was written: the ``text`` it adds, its ``symbol``, and how likely the network held it."""

    token: int
    text: str
    symbol: str
    probability: float


@dataclass(frozen=True, slots=True)
class Answer:
    """A sequence of a beam search as ``text``; ``probability`` is that of the whole."""

    text: str
    probability: float
    score: float
    ended: bool


class Writer:
    """Writes with the network of a run. Raises GeneratingError where that does not write.

    ``keep``: layers keep what they need of the past, where they can; `opened` says whether they do.
    """

    def __init__(self, trained: Trained, *, keep: bool = True) -> None:
        job = job_of(trained)
        if not isinstance(job, Writing):
            raise GeneratingError("The network of this run writes no text: it labels or forecasts.")
        self.trained, self.job, self._keep = trained, job, keep
        self._asking = Asking(trained.network, job.head, job.tokens, trained.device)
        self._opened: tuple[Mapping[str, Tensor], Opened] | None = None
        trained.network.module.eval()

    @property
    def length(self) -> int:
        """How many tokens are written unless it is said: all that an answer can have, or twice what is learned from."""
        return self.job.length if self.job.kind != "continue" else 2 * self.job.length

    # -- where it begins -------------------------------------------------------------------------------------------

    def from_text(self, text: str, seed: int = 0) -> Start:
        """After a text: it is continued, or translated. Without one a text begins as one of the data does.

        Raises GeneratingError.
        """
        job = self.job
        if job.kind == "continue":
            first = job.alphabet.encode(text)
            return Start(tuple(first or self._beginning(seed)), {}, tuple(first))
        if job.kind == "caption":
            raise GeneratingError("This network says what is on an image: give it an image in place of a text.")
        assert job.beside is not None
        assert job.read is not None
        assert job.start is not None
        if not text.strip():
            raise GeneratingError("There is nothing to translate: give it a text.")
        field = self.trained.data.fields[job.beside]
        tokens, most = job.read.encode(text), field.shape[0]
        if len(tokens) > most:
            raise GeneratingError(f"The text has {len(tokens):,} tokens; this network reads up to {most:,}.")
        if len(tokens) < most and field.padding is None:
            raise GeneratingError(f"The text has {len(tokens):,} tokens; this network reads exactly {most:,}.")
        row = np.array([tokens + [field.padding or 0] * (most - len(tokens))], np.int64)
        return Start((job.start,), self._given(row), (), text)

    def note(self, text: str) -> str:
        """What is to be known of how the network reads a text that is typed; empty where it reads all of it."""
        job = self.job
        read = job.read or job.alphabet
        note = read.note(text)
        count = len(read.encode(text)) if job.kind == "continue" else 0
        if count > job.length:
            cut = f"The text has {count:,} tokens; the network has learned from {job.length:,} at a time."
            note = " ".join(filter(None, (note, cut)))
        return note

    def from_sample(self, index: int, part: PartName = "test") -> Start:
        """As a sample of the run's own data begins, by its position in a part. Raises GeneratingError."""
        job, data = self.job, self.trained.part(part)
        if not 0 <= index < len(data):
            raise GeneratingError(f"There are {len(data):,} {part} samples: give a number from 1 to {len(data):,}.")
        position = int(data.indices[index])
        raw = {name: np.asarray(column[position : position + 1]) for name, column in self.trained.data.raw.items()}
        wanted = self._said(raw[job.head.field][0].tolist())
        if job.beside is None:
            row = raw[job.tokens][0].tolist()
            held = [token for token in row if token != job.padding]
            first = tuple(held[: max(1, len(held) // 2)])
            return Start(first, {}, first, wanted=wanted)
        assert job.start is not None
        beside = raw[job.beside]
        if job.read is not None:
            return Start((job.start,), self._given(beside), (), job.read.decode(beside[0].tolist()), wanted=wanted)
        return Start((job.start,), self._given(beside), (), image=beside[0], wanted=wanted)

    def from_image(self, path: Path) -> Start:
        """An image of the user's. Raises GeneratingError, DataError."""
        job = self.job
        if job.kind != "caption" or job.beside is None or job.start is None:
            raise GeneratingError("This network is given no images: give it a text.")
        found = asked_of(self.trained, [path])
        image = np.asarray(found.arrays[job.beside][:1])
        if found.unread:
            raise found.unread[0]
        return Start((job.start,), self._given(image), (), image=image[0])

    # -- writing ---------------------------------------------------------------------------------------------------

    def opened(self, start: Start) -> Opened:
        """The steps after a start, and whether each of them costs one step."""
        if self._opened is None or self._opened[0] is not start.beside:
            banned = self.job.alphabet.silent
            symbols = [index for index in range(len(self.job.alphabet.names)) if index not in banned]
            found = open_steps(
                self._asking, start.beside, self.job.length, symbols, self.job.padding or 0, keep=self._keep
            )
            self._opened = start.beside, found
        return self._opened[1]

    def write(self, start: Start, choosing: Choosing, length: int | None = None) -> Iterator[Written]:
        """Token after token, as they are chosen. Raises GeneratingError."""
        count = self._count(length)
        steps, alphabet = self.opened(start).steps, self.job.alphabet
        last = deque(start.shown, LAST)
        for one in chosen(steps, start.first, Chooser(choosing), count, self.job.end, self.job.banned):
            text = alphabet.added(last, one.token)
            last.append(one.token)
            yield Written(one.token, text, alphabet.shown(one.token), one.probability)

    def search(self, start: Start, beams: int, length: int | None = None, power: float = 1.0) -> list[Answer]:
        """The best answers of a beam search, the best first. Raises GeneratingError."""
        if beams > MOST_BEAMS:
            raise GeneratingError(f"{beams:,} beams are more than {MOST_BEAMS}, which is the most.")
        found = beam_search(
            self.opened(start).steps, start.first, beams, self._count(length), self.job.end, self.job.banned, power
        )
        return [self._answer(start, one) for one in found]

    def _answer(self, start: Start, one: Hypothesis) -> Answer:
        text = self.job.alphabet.decode((*start.shown, *one.tokens))
        return Answer(text, float(np.exp(one.log_probability)), one.score, one.ended)

    def _count(self, length: int | None) -> int:
        """How many tokens are written at most."""
        if length is None:
            return self.length
        if not 1 <= length <= MOST_TOKENS:
            raise GeneratingError(f"The length is {length:,}: give an integer from 1 to {MOST_TOKENS:,}.")
        return length if self.job.kind == "continue" else min(length, self.job.length)

    def _said(self, tokens: Sequence[int]) -> str:
        """The text of a row of the data, up to the end token."""
        if self.job.end is not None and self.job.end in tokens:
            tokens = tokens[: list(tokens).index(self.job.end)]
        return self.job.alphabet.decode(tokens)

    def _beginning(self, seed: int) -> tuple[int]:
        """The first token of one of the training samples."""
        found = [token for token in self._firsts if token not in self.job.alphabet.silent]
        if not found:
            raise GeneratingError("Nothing says how a text begins: give it a beginning.")
        generator = torch.Generator().manual_seed(derive(seed, "begin a text"))
        return (found[int(torch.randint(len(found), (), generator=generator))],)

    @cached_property
    def _firsts(self) -> list[int]:
        firsts: list[int] = values(self.trained, self.job.tokens)[:, 0].tolist()
        return firsts

    def _given(self, column: Array) -> dict[str, Tensor]:
        """The other input as the network is given it."""
        assert self.job.beside is not None
        part = of_others(self.trained.config, self.trained.data, {self.job.beside: column}, self.trained.device)
        return dict(part.tensors)
