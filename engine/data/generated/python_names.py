"""Names of the standard library, each with what it names."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from engine.data.dataset import Dataset, Samples
from engine.data.generated.drawing import encoded
from engine.data.generated.standard_library import enough, origin, sources

SHORTEST = 3
CLASS, FUNCTION, ARGUMENT, CONSTANT, ATTRIBUTE = range(5)


def load(dataset: Dataset, folder: Path | None) -> Samples:
    """Different names ``name`` (samples, length) and their ``kind``; the groups are the files. Raises DataError.

    A name that is used for several things has the kind that it has most often, and the file where it comes first.
    """
    import numpy as np

    field = dataset.fields["name"]
    (length,) = field.shape
    letters = {name for name in field.names if len(name) == 1}
    kinds: dict[str, Counter[int]] = {}
    files: dict[str, int] = {}
    for number, source in enumerate(sources()):
        for name, kind in _named(source):
            if SHORTEST <= len(name) <= length and letters.issuperset(name):
                kinds.setdefault(name, Counter())[kind] += 1
                files.setdefault(name, number)
        if len(kinds) >= dataset.samples:
            break
    enough(len(kinds), dataset.samples)
    kept = list(kinds)[: dataset.samples]
    label = np.array([kinds[name].most_common(1)[0][0] for name in kept], np.int64)
    arrays = {"name": encoded(kept, length, field.names), "kind": label}
    return Samples(arrays, np.array([files[name] for name in kept]), origin=origin())


def _named(source: str) -> Iterator[tuple[str, int]]:
    """Every name that a file gives, with what it names."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):  # templates that are no Python yet
        return
    for node in ast.walk(tree):
        match node:
            case ast.ClassDef(name=name):
                yield name, CLASS
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name, FUNCTION
            case ast.arg(arg=name):
                yield name, ARGUMENT
            case ast.Attribute(value=ast.Name(id="self"), attr=name, ctx=ast.Store()):
                yield name, ATTRIBUTE
            case ast.Assign(targets=[ast.Name(id=name)]) if name.isupper():
                yield name, CONSTANT
