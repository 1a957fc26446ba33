"""Lines of the standard library with the kind of token that every character is part of."""

from __future__ import annotations

import io
import keyword
import token
import tokenize
from pathlib import Path

from engine.data.dataset import Dataset, Samples
from engine.data.declarations.alphabets import TOKENS
from engine.data.generated.drawing import encoded
from engine.data.generated.standard_library import enough, origin, sources

SHORTEST = 8
MOST = 300
"""Lines that are taken of one file, so that many files have their say."""
SPACE, KEYWORD, NAME, NUMBER, STRING, COMMENT, OPERATOR = range(1, len(TOKENS))
KINDS = {
    token.NAME: NAME,
    token.NUMBER: NUMBER,
    token.STRING: STRING,
    tokenize.COMMENT: COMMENT,
    token.OP: OPERATOR,
}
OPENING = frozenset(filter(None, (getattr(token, name, None) for name in ("FSTRING_START", "TSTRING_START"))))
CLOSING = frozenset(filter(None, (getattr(token, name, None) for name in ("FSTRING_END", "TSTRING_END"))))
"""Newer Pythons take a formatted string apart; here it is one string, as it is in older ones."""


def load(dataset: Dataset, folder: Path | None) -> Samples:
    """Different lines ``text`` and their ``kind`` (samples, length); the groups are the files. Raises DataError.

    Lines lose their indentation. Those that begin inside a string are left out: no one could tell from the line alone.
    """
    import numpy as np

    field = dataset.fields["text"]
    (length,) = field.shape
    rows: dict[str, tuple[bytes, int]] = {}
    for number, source in enumerate(sources()):
        if not source.isascii():
            continue
        before = len(rows)
        for line, kinds in _lines(source):
            if SHORTEST <= len(line) <= length and len(rows) < before + MOST:
                rows.setdefault(line, (kinds, number))
        if len(rows) >= dataset.samples:
            break
    enough(len(rows), dataset.samples)
    kept = list(rows.items())[: dataset.samples]
    padded = b"".join(kinds.ljust(length, b"\0") for _, (kinds, _) in kept)
    kind = np.frombuffer(padded, np.uint8).reshape(len(kept), length).astype(np.int64)
    text = encoded([line for line, _ in kept], length, field.names)
    return Samples({"text": text, "kind": kind}, np.array([number for _, (_, number) in kept]), origin=origin())


def _lines(source: str) -> list[tuple[str, bytes]]:
    """(line without indentation, kind of every character) of the lines that can be told alone."""
    lines = source.split("\n")
    kinds = [bytearray([SPACE]) * len(line) for line in lines]
    inside: set[int] = set()
    opened: list[tuple[int, int]] = []
    try:
        for found in tokenize.generate_tokens(io.StringIO(source).readline):
            if found.type in OPENING:
                opened.append(found.start)
            elif found.type in CLOSING:
                _paint(kinds, inside, opened.pop(), found.end, STRING)
            elif found.type in KINDS and not opened:
                kind = KEYWORD if found.type == token.NAME and keyword.iskeyword(found.string) else KINDS[found.type]
                _paint(kinds, inside, found.start, found.end, kind)
    except (tokenize.TokenError, SyntaxError):  # templates that are no Python yet
        return []
    result = []
    for number, (line, row) in enumerate(zip(lines, kinds, strict=True), 1):
        bare = line.strip()
        if number not in inside and bare.isprintable():
            start = len(line) - len(line.lstrip())
            result.append((bare, bytes(row[start : start + len(bare)])))
    return result


def _paint(kinds: list[bytearray], inside: set[int], start: tuple[int, int], end: tuple[int, int], kind: int) -> None:
    """Mark from ``start`` to ``end`` (line from 1, column from 0); later lines of it begin ``inside``."""
    for line in range(start[0], end[0] + 1):
        row = kinds[line - 1]
        first = start[1] if line == start[0] else 0
        last = end[1] if line == end[0] else len(row)
        row[first:last] = bytes([kind]) * (last - first)
        if line > start[0]:
            inside.add(line)
