"""Docstrings of the standard library, cut into rows of characters, each with the characters that come next."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from engine.data.dataset import Dataset, Samples
from engine.data.generated.drawing import encoded
from engine.data.generated.standard_library import enough, origin, sources

SHORTEST = 17
"""A row with fewer characters is left out."""


def load(dataset: Dataset, folder: Path | None) -> Samples:
    """Rows ``text`` and ``next`` (samples, length) of different content; the groups are the files. Raises DataError."""
    import numpy as np

    field = dataset.fields["text"]
    (length,) = field.shape
    rows: dict[str, tuple[str, int]] = {}
    for number, source in enumerate(sources()):
        for text in _docstrings(source):
            for start in range(0, len(text) - SHORTEST + 1, length):
                piece = text[start : start + length + 1]
                rows.setdefault(piece[:length], (piece, number))
        if len(rows) >= dataset.samples:
            break
    enough(len(rows), dataset.samples)
    kept = list(rows.values())[: dataset.samples]
    ids = encoded([piece for piece, _ in kept], length + 1, field.names)
    arrays = {"text": np.ascontiguousarray(ids[:, :-1]), "next": np.ascontiguousarray(ids[:, 1:])}
    return Samples(arrays, np.array([number for _, number in kept]), origin=origin())


def _docstrings(source: str) -> Iterator[str]:
    """What a file says of itself, its classes and its functions; what is not ASCII becomes a question mark."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):  # templates that are no Python yet
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            text = ast.get_docstring(node)
            if text:
                yield "".join(c if c == "\n" or " " <= c <= "~" else "?" for c in text)
