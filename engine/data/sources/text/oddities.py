"""What is odd about texts: empty, cut off, unknown tokens, twice, too few; and what nothing can be learned from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from engine.data.dataset import DataError, Samples
from engine.data.sources.found import Note, Twins, same_marks, several
from engine.data.sources.identity import ids_of
from engine.data.sources.images.oddities import few_and_uneven
from engine.data.sources.text.codec import UNKNOWN
from engine.data.sources.text.reading import Texts
from engine.data.sources.text.text import Text

if TYPE_CHECKING:
    from engine.data.dataset import Array

SHOWN: Final = 20
MUCH: Final = 0.05
"""The share of tokens, or texts, from which on it matters that they are unknown, or cut off."""
FEWEST: Final = 3
"""Blocks of one long text: one for each part of the split."""


def check_texts(path: Path, source: Text, found: Texts) -> None:
    """Raises DataError where there is nothing to read."""
    if not len(found.texts) or not any(text.strip() for text in found.texts):
        where = f"column {source.column!r} of {path.name}" if source.layout in ("column", "pairs") else f"{path}"
        raise DataError(f"There is no text in the {where}: it is empty." if "column" in where else
                        f"{path} holds no text: it is empty.", setting="data.source.path")  # fmt: skip


def check_blocks(path: Path, source: Text, found: Texts) -> None:
    """Raises DataError where one long text is too short for three parts."""
    total = sum(map(len, found.texts))
    if len(found.texts) < FEWEST:
        raise DataError(
            f"{path.name} has {total:,} characters, too few for a context of {source.length:,} {source.tokens} in "
            "three parts: choose a shorter context, or add text.",
            setting="data.source.options.length",
        )


def left_out(failed: Sequence[str], empty: Sequence[str], form: str) -> list[Note]:
    """Files that are not read."""
    notes = list[Note]()
    if failed:
        what = several(len(failed), "file is not text", "files are not text")
        message = f"{what} in {form}, and left out: save as UTF-8, or choose another encoding."
        notes.append(Note("not-text", message, tuple(failed[:SHOWN]), "error", len(failed)))
    if empty:
        message = f"{several(len(empty), 'file is', 'files are')} empty, and left out."
        notes.append(Note("empty-files", message, tuple(empty[:SHOWN]), "warning", len(empty)))
    return notes


def alone(source: Text, found: Texts) -> list[Note]:
    """Rows that are not read: without a text, or without what it is to be answered with."""
    count = len(found.alone)
    if not count:
        return []
    lacks = "translation" if source.translates else "class"
    left = "is left out" if count == 1 else "are left out"
    message = f"{several(count, 'row has', 'rows have')} no text or no {lacks}, and {left}."
    severity = "warning" if count > MUCH * (count + len(found.texts)) else "hint"
    return [Note("alone", message, tuple(found.alone[:SHOWN]), severity, count)]  # type: ignore[arg-type]


def of(source: Text, found: Texts, samples: Samples, lengths: Sequence[int], training: Array) -> list[Note]:
    """What may spoil what is learned."""
    notes = list[Note]()
    long = [index for index, count in enumerate(lengths) if count > source.length]
    if long and source.layout != "file":
        names = tuple(found.names[index] for index in long[:SHOWN])
        message = (
            f"{several(len(long), 'text is', 'texts are')} longer than {source.length:,} tokens and cut off there (the "
            f"longest has {max(lengths):,})."
        )
        severity = "warning" if len(long) > MUCH * len(lengths) else "hint"
        notes.append(Note("cut-off", message, names, severity, len(long)))  # type: ignore[arg-type]
    if source.translates:
        notes += _cut_answers(source, found)
    notes += _unknown(source, found, training)
    if source.layout == "file" and source.stride > source.length:
        skipped = source.stride - source.length
        message = f"The stride is longer than the context: {skipped:,} tokens between two samples are never read."
        notes.append(Note("skipped-tokens", message, (), "warning"))
    return notes


def of_classes(classes: Mapping[str, int]) -> list[Note]:
    """Classes with few texts, or far fewer than others."""
    return list(few_and_uneven(dict(classes), "texts")) if classes else []


def _cut_answers(source: Text, found: Texts) -> list[Note]:
    codec = source.answer_codec
    long = [row for row, text in enumerate(found.answers) if len(codec.split(text)) >= source.answer_length]
    if not long:
        return []
    names = tuple(found.names[row] for row in long[:SHOWN])
    what = several(len(long), "translation is", "translations are")
    message = f"{what} longer than {source.answer_length - 1:,} tokens and cut off there."
    return [Note("cut-off-answers", message, names, "warning", len(long))]


def _unknown(source: Text, found: Texts, training: Array) -> list[Note]:
    """How many tokens outside the training part are not in the vocabulary."""
    inside, codec = set(training.tolist()), source.codec
    unknown, total, strange = codec.number(UNKNOWN), 0, 0
    for row, text in enumerate(found.texts):
        if row not in inside:
            numbers = codec.encode(text)
            total, strange = total + len(numbers), strange + numbers.count(unknown)
    if not total or strange <= MUCH * total:
        return []
    message = (
        f"{100 * strange / total:.0f} % of the tokens of the validation and test part are unknown ({UNKNOWN}): they "
        "come too seldom in the training part. A smaller minimum count or smaller tokens leave fewer."
    )
    return [Note("unknown-tokens", message, (), "warning")]


def twins_of(source: Text, found: Texts) -> tuple[Twins, ...]:
    """Texts that are there more than once; of one long text none."""
    if source.layout == "file":
        return ()
    return (Twins("same-texts", "the same text", same_marks(ids_of(found.texts))),)
